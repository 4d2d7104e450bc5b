"""Writes the report of a day: what was ordered, product by product."""

import os
from collections import Counter
from datetime import date, datetime, timedelta

import boto3
from aws_lambda_powertools import Logger
from boto3.dynamodb.conditions import Key
from shop_http.spreadsheets import as_csv

BUCKET = os.environ["BUCKET_NAME"]
logger = Logger(service="report")
s3 = boto3.client("s3")
dynamodb = boto3.resource("dynamodb").meta.client


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    day = date.fromisoformat(event["day"]) if "day" in event else day_before(event["time"])
    orders = orders_of(day)
    key = f"orders/{day}.csv"
    s3.put_object(Bucket=BUCKET, Key=key, Body=report(orders).encode(), ContentType="text/csv")
    logger.info("Report written", key=key, orders=len(orders))


def day_before(time):
    """The day before an event's moment, not before the clock's: a late try is for the same day."""
    return datetime.fromisoformat(time).date() - timedelta(days=1)


def orders_of(day):
    pages = dynamodb.get_paginator("query").paginate(
        TableName=os.environ["TABLE_NAME"], KeyConditionExpression=Key("day").eq(day.isoformat())
    )
    return [order for page in pages for order in page["Items"]]


def report(orders):
    quantity, revenue = Counter(), Counter()
    for item in (item for order in orders for item in order["items"]):
        quantity[item["productName"]] += item["quantity"]
        revenue[item["productName"]] += item["quantity"] * item["price"]
    rows = [(" ".join(it.splitlines()), quantity[it], revenue[it]) for it in sorted(revenue)]
    return as_csv(["product", "quantity", "revenue"], rows)
