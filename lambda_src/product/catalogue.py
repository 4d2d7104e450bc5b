"""The list of products, page by page."""

from functools import partial

from boto3.dynamodb.conditions import Key
from products import UUID, table
from shop_http import paging


def page_key(category):
    """The attributes that make up a place in the list, each with a test for its value."""
    if category is None:
        return {"id": UUID.fullmatch}
    return {"category": lambda value: value == category, "name": bool, "id": UUID.fullmatch}


def page(category, limit, start):
    """At most `limit` products after the key `start`, and the key to go on from, if any."""
    read = table.scan
    if category is not None:
        condition = Key("category").eq(category)
        read = partial(table.query, IndexName="by-category", KeyConditionExpression=condition)
    return paging.page(read, page_key(category), limit, start)
