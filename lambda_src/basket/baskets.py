"""The table of baskets."""

import os
import uuid

import boto3
from boto3.dynamodb.conditions import Attr
from shop_http import paging

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
ConditionFailed = table.meta.client.exceptions.ConditionalCheckFailedException
KEY = {"userName": bool}


class NoSuchBasket(Exception):
    """This user has no basket."""


def put(basket):
    """Store a basket in place of the one before; whether there was one before.

    Each new basket gets the id that its checkout will have.
    """
    item = {**basket, "checkoutId": str(uuid.uuid4())}
    answer = table.put_item(Item=item, ReturnValues="ALL_OLD")
    return "Attributes" in answer


def get(user_name):
    found = table.get_item(Key={"userName": user_name}, ConsistentRead=True)
    if "Item" not in found:
        raise NoSuchBasket
    return found["Item"]


def delete(user_name):
    try:
        table.delete_item(
            Key={"userName": user_name}, ConditionExpression=Attr("userName").exists()
        )
    except ConditionFailed:
        raise NoSuchBasket from None


def page(limit, start):
    items, last = paging.page(table.scan, KEY, limit, start)
    return [shown(item) for item in items], last


def shown(basket):
    """A basket as its owner sees it."""
    return {"userName": basket["userName"], "items": basket["items"]}
