"""Turns checkouts that wait in the queue into orders."""

import json
from decimal import Decimal

import orders
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor, EventType, process_partial_response,
)

logger = Logger(service="ordering")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def process(record):
    """One message. One that is no good must not hold up the others."""
    logger.set_correlation_id(None)  # not that of the message before
    try:
        event = json.loads(record.body, parse_float=Decimal)
        logger.set_correlation_id(event["detail"]["metadata"]["correlationId"])
        order = orders.from_event(event)
        new = orders.store(order)
    except Exception as error:
        logger.warning("Not stored", message_id=record.message_id, error=str(error))
        return
    times = {
        "sent_at": int(record.attributes.sent_timestamp),
        "received_at": int(record.attributes.approximate_first_receive_timestamp),
    }
    logger.info("Order stored" if new else "Order was there", checkout_id=order["orderId"], **times)


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    return process_partial_response(
        event=event, record_handler=process, processor=processor, context=context
    )
