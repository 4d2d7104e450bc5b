"""The table of products."""

import os
import re
import uuid

import boto3
from boto3.dynamodb.conditions import Attr

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
ConditionFailed = table.meta.client.exceptions.ConditionalCheckFailedException
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NoSuchProduct(Exception):
    """There is no product with this id."""


def create(product):
    item = {"id": str(uuid.uuid4()), **product}
    table.put_item(Item=item)
    return item


def get(product_id):
    found = table.get_item(Key=key(product_id), ConsistentRead=True)
    if "Item" not in found:
        raise NoSuchProduct
    return found["Item"]


def replace(product_id, product):
    item = {**key(product_id), **product}
    try:
        table.put_item(Item=item, ConditionExpression=Attr("id").exists())
    except ConditionFailed:
        raise NoSuchProduct from None
    return item


def delete(product_id):
    try:
        table.delete_item(Key=key(product_id), ConditionExpression=Attr("id").exists())
    except ConditionFailed:
        raise NoSuchProduct from None


def key(product_id):
    if not UUID.fullmatch(product_id):  # never an id of ours
        raise NoSuchProduct
    return {"id": product_id}
