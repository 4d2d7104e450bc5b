"""Writes down every event of the shop, and for a while only: there are people in some of them."""

import json
import os
import time
from decimal import Decimal

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor, EventType, process_partial_response,
)
from botocore.exceptions import ClientError
from shop_http.answers import as_json

logger = Logger(service="event_log")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
KEPT = int(os.environ["KEPT_DAYS"]) * 24 * 3600  # seconds
PART = 90_000  # characters of up to 4 bytes, so that each part fits into an item
UNFIT = (ArithmeticError, RecursionError, TypeError, ValueError)
REFUSED = ("ValidationException", "SerializationException")


def write_down(record):
    try:
        told = json.loads(record.body, parse_float=Decimal)
        event = {name: told[name] for name in ("id", "time", "source", "detail-type", "detail")}
        try:
            store(event)
        except (ClientError, *UNFIT) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] not in REFUSED:
                raise
            store_text(event, record.body)
    except Exception:
        logger.exception("Not written down", message_id=record.message_id)
        raise
    logger.info("Written down", event_id=told["id"], source=told["source"])


def store(event):
    as_json(event).encode()  # half a character is no text, and no table takes it
    table.put_item(Item={**event, "expiresAt": int(time.time()) + KEPT})


def store_text(event, text):
    """Store an event as it came: too big, too deep, or too long a number for an item of its own."""
    about = {name: readable(event[name])[:1000] for name in ("time", "source", "detail-type")}
    for start in range(0, len(text), PART):
        part = {"text": readable(text[start : start + PART]), "detail": {}}
        store({"id": f"{event['id']}#{start}" if start else event["id"], **about, **part})


def readable(value):
    return str(value).encode(errors="backslashreplace").decode()


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    return process_partial_response(
        event=event, record_handler=write_down, processor=processor, context=context
    )
