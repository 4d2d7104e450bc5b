"""`stream(table)` reads what a table's stream tells: before and after of each change, as a function gets it."""

from __future__ import annotations

import boto3
import pytest
from services import invoker, loaded, only_moto

from workbook.base.errors import WorkbookError
from workbook.cloud import target
from workbook.observe import streams


@pytest.fixture
def rows(monkeypatch):
    """A table with a stream, and another one without."""
    with only_moto():
        monkeypatch.setattr(target, "client", boto3.client)
        key = {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        }
        both = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        boto3.client("dynamodb").create_table(TableName="told", StreamSpecification=both, **key)
        boto3.client("dynamodb").create_table(TableName="silent", **key)
        yield boto3.resource("dynamodb").Table("told")


def test_each_change_is_a_row_with_before_and_after(rows):
    rows.put_item(Item={"id": "1", "name": "Stool", "price": 20})
    rows.put_item(Item={"id": "1", "name": "Stool", "price": 25})
    rows.delete_item(Key={"id": "1"})
    found = streams.stream("told")
    assert list(found.event) == ["INSERT", "MODIFY", "REMOVE"] and list(found.id) == ["1"] * 3
    assert list(found["old price"]) == ["", 20, 25] and list(found["new price"]) == [20, 25, ""]


def test_a_record_is_what_a_function_gets(rows):
    rows.put_item(Item={"id": "1", "name": "Stool", "price": 20})
    rows.put_item(Item={"id": "1", "name": "Stool", "price": 25})
    record = streams.stream("told").record[1]
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], float | int)
    boto3.client("events").create_event_bus(Name="the-bus")
    with loaded("product", "price_changes", BUS_NAME="the-bus") as price_changes:
        _, logged = invoker(price_changes)({"Records": [record]})
    assert [line["message"] for line in logged] == ["Changes seen", "Published"]


def test_a_table_without_a_stream_is_said_to_have_none(rows):
    with pytest.raises(WorkbookError, match="has no stream"):
        streams.stream("silent")
