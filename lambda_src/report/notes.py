"""Notes down what is ordered, as the bus tells of it."""

import os

import boto3
from aws_lambda_powertools import Logger
from shop_http.answers import as_json
from shop_http.messages import each_message

logger = Logger(service="report")
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def note(event, _):
    """One checkout. The same one again gives the same row again."""
    metadata, data = event["detail"]["metadata"], event["detail"]["data"]
    order = {name: data[name] for name in ("checkoutId", "items")}
    as_json(order).encode()  # an error, if half a character stands in it
    table.put_item(Item={"day": metadata["occurredAt"][:10], **order})
    logger.info("Noted", checkout_id=data["checkoutId"])


handler = each_message(logger, note, failed="Not noted")
