"""Tells the world of prices that changed, as the table's stream shows them: before and after."""

import os
import uuid
from datetime import UTC, datetime

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from shop_http.answers import as_json

AT_ONCE = 10  # entries that PutEvents takes
NAMESPACE = uuid.UUID("a1b5d2de-9f0b-4b0e-8d53-3f1f0b6a7c55")  # ours alone, made once
logger = Logger(service="product")
bus = boto3.client("events")


class NotPublished(Exception):
    """The bus did not take all events; they come again."""


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    records = DynamoDBStreamEvent(event).records
    details = [price_changed(record) for record in records if differs(record.dynamodb)]
    logger.info("Changes seen", records=len(event["Records"]), of_the_price=len(details))
    starts = range(0, len(details), AT_ONCE)
    failed = sum(publish(details[start : start + AT_ONCE]) for start in starts)
    if failed:
        raise NotPublished(f"{failed} of {len(details)}")


def differs(images):
    return images.old_image["price"] != images.new_image["price"]


def price_changed(record):
    """The event that says so."""
    old, new = record.dynamodb.old_image, record.dynamodb.new_image
    event_id = id_of(record)
    when = datetime.fromtimestamp(record.dynamodb.approximate_creation_date_time, UTC)
    metadata = {
        "eventId": event_id,
        "correlationId": event_id,  # the stream does not know which request it was
        "schemaVersion": "1",
        "occurredAt": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    data = {
        "productId": new["id"], "name": new["name"],
        "oldPrice": old["price"], "newPrice": new["price"],
    }
    return {"metadata": metadata, "data": data}


def id_of(record):
    """The id of the event that a record becomes. The same record gives the same one again."""
    return str(uuid.uuid5(NAMESPACE, record.event_id))


def publish(details):
    """Publish events; how many of them the bus has not taken."""
    entry = {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": "shop.product", "DetailType": "ProductPriceChanged",
    }
    entries = [{**entry, "Detail": as_json(detail)} for detail in details]
    answers = bus.put_events(Entries=entries)["Entries"]
    for detail, answer in zip(details, answers, strict=True):
        product_id, metadata = detail["data"]["productId"], detail["metadata"]
        logger.set_correlation_id(metadata["correlationId"])
        if "ErrorCode" in answer:
            logger.error("Not published", product_id=product_id, error=answer["ErrorCode"])
        else:
            logger.info("Published", product_id=product_id, event_id=metadata["eventId"])
    return sum("ErrorCode" in answer for answer in answers)
