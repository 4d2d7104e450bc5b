import json
import time

environment = {"start": "cold"}  # runs once in each execution environment


def handler(event, context):
    if "Records" not in event:
        return price(event, "called")
    print("a batch of", len(event["Records"]))
    for order in orders(event):
        price(order, "polled")


def orders(batch):
    """The orders in a batch of records."""
    return [json.loads(record["body"]) for record in batch["Records"]]


def price(order, how):
    start, environment["start"] = environment["start"], "warm"
    print("pricing", order["orderId"])
    time.sleep(0.1)  # the tax office is faster now, and has the tables itself
    total = sum(item["price"] * item["quantity"] for item in order["items"])
    print(order["orderId"], "costs", total, f"({how})")
    return {"orderId": order["orderId"], "total": total, "start": start}
