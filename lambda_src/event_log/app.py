"""Writes down every event of the shop, whatever it is."""

import json
import os
from decimal import Decimal

import boto3
from aws_lambda_powertools import Logger

logger = Logger(service="event_log")
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    for record in event["Records"]:
        told = json.loads(record["body"], parse_float=Decimal)
        table.put_item(Item={name: told[name] for name in ("id", "time", "source", "detail-type", "detail")})
        logger.info("Written down", event_id=told["id"], source=told["source"])
