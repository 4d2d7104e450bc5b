"""The table of orders."""

import os
import re
from functools import partial

import boto3
from boto3.dynamodb.conditions import Key
from shop_http import paging
from shop_http.answers import as_json

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
CUSTOMER = ("userName", "firstName", "lastName", "email", "address", "paymentMethod")
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ALL = {"userName": bool, "orderId": UUID.fullmatch}


class NoSuchOrder(Exception):
    """This user has no such order, or not yet."""


def from_event(event):
    """The order that a checkout becomes. What the event says beside that is not ours to know."""
    metadata, data = event["detail"]["metadata"], event["detail"]["data"]
    order = {name: data[name] for name in (*CUSTOMER, "items", "totalPrice")}
    as_json(order).encode()  # an error, if half a character stands in it: no table takes that
    return {**order, "orderId": data["checkoutId"], "orderDate": metadata["occurredAt"]}


def store(order):
    """Store an order; whether it was new. The same checkout may be told of twice."""
    answer = table.put_item(Item=order, ReturnValues="ALL_OLD")
    return "Attributes" not in answer


def get(user_name, order_id):
    if not UUID.fullmatch(order_id):  # never an id of ours
        raise NoSuchOrder
    found = table.get_item(Key={"userName": user_name, "orderId": order_id}, ConsistentRead=True)
    if "Item" not in found:
        raise NoSuchOrder
    return found["Item"]


def page(limit, start):
    return paging.page(table.scan, ALL, limit, start)


def of_user(user_name, first, last):
    """The attributes that make up a place in a user's list, each with a test for its value."""
    return {
        "userName": lambda value: value == user_name,
        # DynamoDB refuses to go on from elsewhere
        "orderDate": lambda value: first <= value <= last,
        "orderId": UUID.fullmatch,
    }


def page_of_user(user_name, first, last, limit, start):
    """The orders of a user between two dates, newest first."""
    condition = Key("userName").eq(user_name) & Key("orderDate").between(first, last)
    read = partial(
        table.query, IndexName="by-date", KeyConditionExpression=condition, ScanIndexForward=False
    )
    return paging.page(read, of_user(user_name, first, last), limit, start)
