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

logger = Logger(service="event_log")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
KEPT = int(os.environ["KEPT_DAYS"]) * 24 * 3600  # seconds


def write_down(record):
    try:
        told = json.loads(record.body, parse_float=Decimal)
        event = {name: told[name] for name in ("id", "time", "source", "detail-type", "detail")}
        table.put_item(Item={**event, "expiresAt": int(time.time()) + KEPT})
    except Exception:
        logger.exception("Not written down", message_id=record.message_id)
        raise
    logger.info("Written down", event_id=told["id"], source=told["source"])


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    return process_partial_response(
        event=event, record_handler=write_down, processor=processor, context=context
    )
