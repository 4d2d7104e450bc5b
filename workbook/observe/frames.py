"""Tables, queues and logs as pandas frames: typed columns, a stable order, plain numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from workbook.base.errors import WorkbookError
from workbook.cloud import local, target
from workbook.cloud.stacks import outputs
from workbook.observe import glances

QUEUE_COLUMNS = ["body", "state", "receives", "sent", "messageId"]
LOG_COLUMNS = ["time", "level", "message"]
LOG_PAGE = 10_000  # events, as many as FilterLogEvents gives at once
LARGEST_EXPONENT = 125  # of a number that DynamoDB takes
TRACEBACK_PLACE = re.compile(r'File "[^"]*?([^"/]+\.py)", line (\d+)')
PLATFORM_LINES = ("START ", "END ", "REPORT ", "INIT_START ")
POWERTOOLS_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3})([+-]\d{4})")
POWERTOOLS_NOISE = {
    "timestamp", "location", "service", "function_arn", "function_memory_size", "cold_start",
    "function_name", "function_request_id", "xray_trace_id", "sampling_rate", "exception_name",
}  # fmt: skip


def table(name: str, *, sort_by: str | list[str] | None = None) -> pd.DataFrame:
    """All items of a DynamoDB table.

    Args:
        name: its name, such as `outputs["ProductTable"]`.
        sort_by: the attributes to sort by; the table's key by default.

    Returns:
        A row for each item; the key's attributes first, then the others by name. Numbers are
        ints and floats, not Decimals.

    Raises:
        WorkbookError: there is no such table.
    """
    _reach()
    client = target.client("dynamodb")
    try:
        keys = [k["AttributeName"] for k in client.describe_table(TableName=name)["Table"]["KeySchema"]]
    except client.exceptions.ResourceNotFoundException:
        raise WorkbookError(f"There is no table {name!r}; deploy the stack that makes it.") from None
    read = _reader()
    pages = client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
    rows = [{k: plain(read(v)) for k, v in item.items()} for page in pages for item in page["Items"]]
    columns = keys + sorted({column for row in rows for column in row} - set(keys))
    frame = pd.DataFrame(rows, columns=columns).convert_dtypes()
    by = [sort_by] if isinstance(sort_by, str) else (sort_by or keys)
    return frame.sort_values([c for c in by if c in frame], ignore_index=True, kind="stable")


def queue(url: str, *, bodies: bool = True) -> pd.DataFrame:
    """The messages in an SQS queue, oldest first, without consuming them.

    Locally nothing about a message changes. AWS has no way to look at a message without receiving
    it. There a message is received only where that uses up no try, and given back; otherwise
    it is counted. AWS's counts may be of a minute ago, so no message is not yet none.

    Args:
        url: the queue's address, such as `outputs["PricingQueue"]`.
        bodies: without them there is the state alone, and nothing is received on AWS either.

    Returns:
        A row for each message: its body, its state (waiting or in flight), how often it was
        received, when it was sent, its id. Of what is only counted there is nothing but the state.

    Raises:
        WorkbookError: there is no such queue.
    """
    _reach()
    client = target.client("sqs")
    try:
        messages = local.queue_messages(url) if target.is_local() else glances.messages(url, bodies)
        if not messages:  # none, or no queue: the local cloud does not tell one from the other
            client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    except client.exceptions.QueueDoesNotExist:
        name = url.rpartition("/")[2]
        raise WorkbookError(f"There is no queue {name!r} (any more). Run the cell again that makes it.") from None
    rows = [
        (
            m["Body"],
            "waiting" if m["IsVisible"] else "in flight",
            m["ReceiveCount"],
            m["SentTimestamp"],
            m["MessageId"],
        )
        for m in messages
    ]
    frame = pd.DataFrame(rows, columns=QUEUE_COLUMNS)
    frame["sent"] = pd.to_datetime(frame["sent"].astype(float), unit="s", utc=True)
    if frame.body.isna().any():
        frame["receives"] = frame["receives"].astype("Int64")
    frame = frame.sort_values("sent", ignore_index=True, kind="stable")
    return frame if bodies else frame[["state"]]


def logs(
    function: str, *, minutes: float = 60, since: datetime | None = None, platform: bool = False
) -> pd.DataFrame:
    """What a Lambda function logged, oldest line first.

    Args:
        function: its name, such as `outputs["ProductFunction"]`.
        minutes: how far back to look.
        since: the moment from which on to look, in place of `minutes`.
        platform: also Lambda's own lines (START, END, REPORT).

    Raises:
        WorkbookError: it is the name of an output, and not of a function.

    Returns:
        Columns time, level, message; and one for each further field of lines that are JSON. The
        message of a line in the embedded metric format is "Metrics".
    """
    _reach()
    client = target.client("logs")
    start = since or datetime.now(UTC) - timedelta(minutes=minutes)
    try:
        events = log_events(client, f"/aws/lambda/{function}", int(start.timestamp() * 1000))
    except client.exceptions.ResourceNotFoundException:
        if function in outputs:
            raise WorkbookError(f'{function} is the name of an output: write outputs["{function}"].') from None
        events = []  # the group comes with the first line
    rows = [
        {"time": pd.Timestamp(e["timestamp"], unit="ms", tz="UTC")} | _fields(e["message"].rstrip("\n"))
        for e in _with_whole_tracebacks(events)
        if platform or not e["message"].startswith(PLATFORM_LINES)
    ]
    others = sorted({column for row in rows for column in row} - set(LOG_COLUMNS))
    frame = pd.DataFrame(rows, columns=LOG_COLUMNS + others).convert_dtypes()
    frame["time"] = pd.to_datetime(frame["time"], utc=True)  # a time even if there is no line
    if since:  # a line may come in later than it was logged
        frame = frame[frame["time"] >= since]
    return frame.sort_values("time", ignore_index=True, kind="stable")


def log_events(client: Any, group: str, start: int) -> list[dict[str, Any]]:
    """All events of a log group since a moment, in milliseconds; oldest first.

    The local cloud gives the oldest 10,000 and no token to go on with. So what may be cut off is read from its last
    millisecond on: of that, there may be more.
    """
    found: list[dict[str, Any]] = []
    while True:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
        events = [event for page in pages for event in page["events"]]
        last = events[-1]["timestamp"] if events else start
        if len(events) < LOG_PAGE or last == start:
            return found + events
        found += [event for event in events if event["timestamp"] < last]
        start = last


def plain(value: Any) -> Any:
    """`value` with Decimals as ints or floats, and sets as sorted lists, all the way down.

    A number that would be too large for either stays what it is.
    """
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | set):
        items = [plain(v) for v in value]
        return sorted(items) if isinstance(value, set) else items
    return value


def _number(value: Decimal) -> int | float | Decimal:
    if not value.is_finite() or value.adjusted() > LARGEST_EXPONENT:
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _reader() -> Callable[[dict[str, Any]], Any]:
    """Reads a value as DynamoDB writes it. boto3's own gives up on a number of more than 38 digits."""
    from boto3.dynamodb.types import TypeDeserializer

    class Reader(TypeDeserializer):
        def _deserialize_n(self, value: str) -> Decimal:
            return Decimal(value)

    return Reader().deserialize


def _fields(message: str) -> dict[str, Any]:
    """A log line's level, message and further fields; its time, if it says one itself."""
    try:
        line = json.loads(message)
    except ValueError:
        line = None
    if not isinstance(line, dict):
        return {"level": "", "message": message}
    kept = {k: v for k, v in line.items() if k not in POWERTOOLS_NOISE}
    if said := POWERTOOLS_TIME.fullmatch(str(line.get("timestamp"))):  # when it was logged, not when it came in
        kept["time"] = pd.Timestamp(".".join(said.groups()[:2]) + said[3]).tz_convert("UTC")
    said = "Metrics" if "_aws" in line else message
    return {"level": kept.pop("level", ""), "message": kept.pop("message", said), **kept}


def _with_whole_tracebacks(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The log's events, a traceback as the one line that tells: `[ERROR] KeyError: 'name' (app.py, line 2)`.

    Lambda writes a traceback as one event that starts so; the local cloud writes an event a line.
    """
    place, open_traceback = "", False
    for event in events:
        message = event["message"].rstrip("\n")
        if message.startswith("[ERROR]"):
            places = TRACEBACK_PLACE.findall(message)
            yield {**event, "message": message.splitlines()[0] + _at(places[-1] if places else None)}
        elif message.startswith("Traceback (most recent call last)"):
            place, open_traceback = None, True
        elif open_traceback and message.startswith((" ", "\t")):
            place = (TRACEBACK_PLACE.findall(message) or [place])[-1]
        elif open_traceback and message:
            open_traceback = False
            yield {**event, "message": f"[ERROR] {message}{_at(place)}"}
        else:
            yield event


def _at(place: tuple[str, str] | None) -> str:
    return f" ({place[0]}, line {place[1]})" if place else ""


def _reach() -> None:
    if target.is_local():
        local.ensure()
