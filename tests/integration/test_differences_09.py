"""Where the local cloud is not like AWS, as far as chapter 09 touches it: kills, streams; see `differences.py`."""

from __future__ import annotations

import uuid

from differences import LONG, comes, differs, invoked, logged
from learner import until


@differs("it is `Runtime.HandlerError`")
def test_a_function_whose_process_ends_says_so(functions, make):
    """The error of a function whose process ends is `Runtime.ExitError`.

    https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
    """
    name = make("import os\n\n\ndef handler(event, context):\n    print('call')\n    os._exit(1)\n")
    assert invoked(functions, name, {})["errorType"] == "Runtime.ExitError"


@differs("it goes on trying")
def test_a_mapping_of_a_stream_gives_up_after_so_many_tries(shop, functions, make):
    """A mapping of a stream can be told to give up a batch after so many tries.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
    """
    dynamodb, table = shop.client("dynamodb"), f"test-{uuid.uuid4()}"
    name = make("def handler(event, context):\n    print('call')\n    raise KeyError('items')\n")
    stream = dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )["TableDescription"]["LatestStreamArn"]  # fmt: skip
    mapping = functions.create_event_source_mapping(
        FunctionName=name, EventSourceArn=stream, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=1
    )["UUID"]

    def calls() -> int:
        return logged(shop, name).count("call")

    try:
        dynamodb.put_item(TableName=table, Item={"id": {"S": "1"}})
        until(lambda: calls() >= 2)
        assert not comes(lambda: calls() >= 3, LONG)
    finally:
        functions.delete_event_source_mapping(UUID=mapping)
        dynamodb.delete_table(TableName=table)


@differs("a stream is kept until the cloud is stopped")
def test_a_stream_keeps_its_records(newcomer):
    """A stream keeps its records for 24 hours, whatever happens.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    python, table = newcomer.kernel(), f"test-{uuid.uuid4()}"
    python("from workbook.cloud import local; _ = local.ensure()")
    dynamodb = newcomer.client("dynamodb")
    stream = dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )["TableDescription"]["LatestStreamArn"]  # fmt: skip
    dynamodb.put_item(TableName=table, Item={"id": {"S": "1"}})

    def records() -> int:
        client = newcomer.client("dynamodbstreams")
        [shard] = client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
        start = client.get_shard_iterator(StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        return len(client.get_records(ShardIterator=start["ShardIterator"])["Records"])

    until(lambda: records() == 1)
    python("local.stop(); _ = local.ensure()")
    assert records() == 1
