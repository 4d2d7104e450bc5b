"""The outbox: what happened and is to be published, written together with what made it happen."""

import os
import time

import baskets
import boto3
import checkouts
from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

NAME = os.environ["OUTBOX_NAME"]
KEPT = 90 * 24 * 3600  # seconds for which an answer is remembered: nobody tries again after that
MEANWHILE = {"None", "ConditionalCheckFailed", "TransactionConflict"}
logger = Logger(service="basket")
client = boto3.resource("dynamodb").meta.client


class Taken(Exception):
    """The basket changed, or was checked out meanwhile."""


class NotStored(Exception):
    """The tables did not take it, any of it."""


def accept(basket, answer, event):
    """Remove the basket, remember the answer, put the event into the outbox: all, or nothing."""
    unchanged = {
        "ConditionExpression": "checkoutId = :id",
        "ExpressionAttributeValues": {":id": basket["checkoutId"]},
    }
    key = {"userName": basket["userName"]}
    answer = {**answer, "expiresAt": int(time.time()) + KEPT}
    first = {"ConditionExpression": "attribute_not_exists(requestId)"}
    try:
        client.transact_write_items(
            TransactItems=[
                {"Delete": {"TableName": baskets.table.name, "Key": key, **unchanged}},
                {"Put": {"TableName": checkouts.table.name, "Item": answer, **first}},
                {"Put": {"TableName": NAME, "Item": event}},
            ]
        )
    except client.exceptions.TransactionCanceledException as error:
        if {reason["Code"] for reason in error.response["CancellationReasons"]} <= MEANWHILE:
            raise Taken from None
        raise not_stored(error) from None
    except (BotoCoreError, ClientError) as error:
        raise not_stored(error) from None
    logger.info("Accepted", checkout_id=event["checkoutId"])


def not_stored(error):
    logger.error("Not stored", error=type(error).__name__)
    return NotStored()
