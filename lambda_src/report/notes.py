"""Notes down what is ordered, as the bus tells of it."""

import json
import os
from decimal import Decimal

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor, EventType, process_partial_response,
)
from shop_http.answers import as_json

logger = Logger(service="report")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def process(record):
    """One message. The same checkout again gives the same row again."""
    logger.set_correlation_id(None)
    try:
        detail = json.loads(record.body, parse_float=Decimal)["detail"]
        metadata, data = detail["metadata"], detail["data"]
        logger.set_correlation_id(metadata["correlationId"])
        day = metadata["occurredAt"][:10]
        order = {name: data[name] for name in ("checkoutId", "items")}
        as_json(order).encode()  # an error, if half a character stands in it
        table.put_item(Item={"day": day, **order})
    except Exception:
        logger.exception("Not noted", message_id=record.message_id)
        raise
    logger.info("Noted", checkout_id=data["checkoutId"])


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    return process_partial_response(
        event=event, record_handler=process, processor=processor, context=context
    )
