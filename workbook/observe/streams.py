"""`stream(table)`: what a table's stream has to tell, read as Lambda's poller reads it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from boto3.dynamodb.types import TypeDeserializer

from workbook.base.errors import WorkbookError
from workbook.cloud import target
from workbook.observe.frames import plain


def stream(name: str) -> pd.DataFrame:
    """The changes that a table's stream holds, shard by shard, in the order in which they happened.

    Args:
        name: the table's, such as `outputs["ProductTable"]`.

    Returns:
        A row for each record: `event` (INSERT, MODIFY or REMOVE), the attributes of its images as `old …` and
        `new …`, the key's attributes, and in `record` all of it, as a function gets it.

    Raises:
        WorkbookError: the table has no stream.
    """
    described = target.client("dynamodb").describe_table(TableName=name)["Table"]
    if "LatestStreamArn" not in described:
        raise WorkbookError(f"The table {name!r} has no stream; deploy the stack that gives it one.")
    client, records = target.client("dynamodbstreams"), []
    shards = client.describe_stream(StreamArn=described["LatestStreamArn"])["StreamDescription"]["Shards"]
    for shard in shards:
        start = {"ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}  # from the oldest record on
        iterator = client.get_shard_iterator(StreamArn=described["LatestStreamArn"], **start)["ShardIterator"]
        records += client.get_records(ShardIterator=iterator)["Records"]
    rows = [_row(record) for record in records]
    columns = dict.fromkeys(name for row in rows for name in row)
    return pd.DataFrame([[row.get(name, "") for name in columns] for row in rows], columns=list(columns))


def _row(record: dict[str, Any]) -> dict[str, Any]:
    change = record["dynamodb"]
    if hasattr(moment := change.get("ApproximateCreationDateTime"), "timestamp"):
        change["ApproximateCreationDateTime"] = moment.timestamp()  # as Lambda writes it
    images = {"": "Keys", "old ": "OldImage", "new ": "NewImage"}
    values = {
        f"{when}{name}": plain(TypeDeserializer().deserialize(value))
        for when, image in images.items()
        for name, value in change.get(image, {}).items()
    }
    return {"event": record["eventName"], **values, "record": record}
