"""Where rows go: products into the table, and what is none into a file."""

import os

import boto3
from shop_http.spreadsheets import as_csv

AT_ONCE = 100  # what a transaction takes
TABLE = os.environ["TABLE_NAME"]
dynamodb = boto3.resource("dynamodb").meta.client
s3 = boto3.client("s3")


def store(products):
    """Store those that are new; how many that are."""
    starts = range(0, len(products), AT_ONCE)
    return sum(store_some(products[start : start + AT_ONCE]) for start in starts)


def store_some(products):
    new = {"TableName": TABLE, "ConditionExpression": "attribute_not_exists(id)"}
    try:
        puts = [{"Put": {"Item": product, **new}} for product in products]
        dynamodb.transact_write_items(TransactItems=puts)
        return len(products)
    except dynamodb.exceptions.TransactionCanceledException as error:
        codes = [reason["Code"] for reason in error.response["CancellationReasons"]]
        if not set(codes) <= {"None", "ConditionalCheckFailed"}:
            raise  # the file comes again
    others = [product for product, code in zip(products, codes, strict=True) if code == "None"]
    return store_some(others) if others else 0


def keep(bucket, key, rejects):
    """Write down what was not taken, or that there is nothing of the kind any more."""
    if not rejects:
        s3.delete_object(Bucket=bucket, Key=key)
        return
    text = as_csv(["line", "reason", "row"], rejects)
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="text/csv")
