"""Writes down every event of the shop, and for a while only: there are people in some of them."""

import os
import time

import boto3
from aws_lambda_powertools import Logger
from shop_http.answers import as_json
from shop_http.messages import each_message
from shop_http.unfit import as_text, is_unfit

logger = Logger(service="event_log")
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
KEPT = int(os.environ["KEPT_DAYS"]) * 24 * 3600  # seconds


def write_down(told, text):
    event = {name: told[name] for name in ("id", "time", "source", "detail-type", "detail")}
    try:
        store(event)
    except Exception as error:
        if not is_unfit(error):
            raise  # it is tried again
        for part in as_text(event, text):
            store(part)
    logger.info("Written down", event_id=told["id"], source=told["source"])


def store(item):
    as_json(item).encode()  # half a character is no text, and no table takes it
    table.put_item(Item={**item, "expiresAt": int(time.time()) + KEPT})


handler = each_message(logger, write_down, failed="Not written down")
