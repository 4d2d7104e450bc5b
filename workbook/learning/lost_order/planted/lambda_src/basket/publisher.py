"""Publishes what is in the outbox: at once, as its stream tells of it; each minute what is left."""

import json
import os
from datetime import UTC, datetime, timedelta

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from boto3.dynamodb.conditions import Attr
from botocore.config import Config

AT_ONCE = 10  # entries that PutEvents takes
GRACE = timedelta(minutes=1)  # until then it is the stream's
logger = Logger(service="basket")
bus = boto3.client(
    "events", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
)
table = boto3.resource("dynamodb").Table(os.environ["OUTBOX_NAME"])


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    rows = from_stream(event) if "Records" in event else left_over()
    for start in range(0, len(rows), AT_ONCE):
        publish(rows[start : start + AT_ONCE])


def from_stream(event):
    return [record.dynamodb.new_image for record in DynamoDBStreamEvent(event).records]


def left_over():
    """What the stream has not brought, or what could not be published when it did."""
    late = Attr("acceptedAt").lt((datetime.now(UTC) - GRACE).isoformat())
    pages = table.meta.client.get_paginator("scan").paginate(
        TableName=table.name, FilterExpression=late, ConsistentRead=True
    )
    return [row for page in pages for row in page["Items"]]


def publish(rows):
    """Publish rows, and remove them from the outbox: if the bus cannot be reached, they stay."""
    bus.put_events(Entries=[entry(row) for row in rows])
    with table.batch_writer() as outbox:
        for row in rows:
            checkout_id, metadata = row["checkoutId"], json.loads(row["event"])["metadata"]
            logger.set_correlation_id(metadata["correlationId"])
            logger.info("Published", checkout_id=checkout_id, event_id=metadata["eventId"])
            outbox.delete_item(Key={"checkoutId": checkout_id})


def entry(row):
    return {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": "shop.basket",
        "DetailType": "BasketCheckedOut",
        "Detail": row["event"],
    }
