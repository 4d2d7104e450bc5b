"""Schedules, uploads and a table's stream, in the deployed shop."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import UTC, datetime

import pytest
from learner import Learner, until
from shopping import Customer


@pytest.fixture
def upload(shop: Learner):
    """Puts a file into the bucket; the rejects, once they are there, by line."""
    s3, bucket = shop.client("s3"), shop.outputs["ProductUploads"]

    def upload(name: str, text: str) -> dict[int, str]:
        s3.put_object(Bucket=bucket, Key=f"products/{name}", Body=text.encode())
        body = until(lambda: text_of(s3, bucket, f"rejects/{name}"))
        return {int(row["line"]): row["reason"] for row in csv.DictReader(io.StringIO(body))}

    return upload


def text_of(s3, bucket: str, key: str) -> str | None:
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    except s3.exceptions.NoSuchKey:
        return None


def in_category(product, category: str) -> list[dict]:
    return product("GET", "/product", query={"category": category}).body["items"]


def told_of(shop: Learner, product_id: str) -> list[dict]:
    """The price changes of a product that the event log has."""
    mine = [
        item
        for item in shop.rows("EventLogTable")
        if item["detail"]["M"].get("data", {}).get("M", {}).get("productId", {}).get("S") == product_id
    ]
    assert all(
        (item["source"]["S"], item["detail-type"]["S"]) == ("shop.product", "ProductPriceChanged") for item in mine
    )
    return [item["detail"]["M"]["data"]["M"] for item in mine]


def test_an_upload_becomes_products_and_what_is_wrong_is_told(product, upload):
    category = f"test {uuid.uuid4()}"
    file = f"sku,name,price,category\n{uuid.uuid4()},Lamp,12.50,{category}\nX,Bad,cheap,{category}\n"
    assert upload(f"a file & {uuid.uuid4()}.csv", file) == {3: "price must be a number from 0 to 9999999999999.99."}
    [lamp] = in_category(product, category)
    assert {name: lamp[name] for name in ("name", "category")} == {"name": "Lamp", "category": category} and float(
        lamp["price"]
    ) == 12.5

    cheaper = {"name": "Lamp", "category": category, "price": 9.5}
    assert product("PUT", f"/product/{lamp['id']}", cheaper).status == 200
    assert upload(f"again {uuid.uuid4()}.csv", file)  # the same rows: nothing changes
    [again] = in_category(product, category)
    assert again["id"] == lamp["id"] and float(again["price"]) == 9.5


def test_only_a_change_of_the_price_is_told_and_all_of_them_are(shop, product):
    made = product("POST", "/product", {"name": "Stool", "price": 20}).body["id"]
    for price, name in ((20, "Bar stool"), (25, "Bar stool"), (25, "Stool"), (19.99, "Stool")):
        product("PUT", f"/product/{made}", {"name": name, "price": price})
    until(lambda: len(told_of(shop, made)) >= 2)
    product("DELETE", f"/product/{made}")
    changes = {(data["oldPrice"]["N"], data["newPrice"]["N"]) for data in told_of(shop, made)}
    assert changes == {("20", "25"), ("25", "19.99")}


def test_a_checkout_is_in_the_report_of_its_day_however_often_that_is_written(shop):
    customer = Customer(shop)
    customer.fill({"productId": "1", "productName": f"Lamp {customer.name}", "quantity": 3, "price": 12.5})
    assert customer.check_out().status == 202
    s3, bucket = shop.client("s3"), shop.outputs["ReportBucket"]
    [row] = until(lambda: [i for i in shop.rows("ReportOrders") if customer.name in json.dumps(i)])
    day = row["day"]["S"]
    reports = []
    for _ in range(2):
        shop.client("lambda").invoke(FunctionName=shop.outputs["ReportFunction"], Payload=json.dumps({"day": day}))
        reports.append(text_of(s3, bucket, f"orders/{day}.csv"))
    assert reports[0] == reports[1]
    assert [line for line in reports[0].splitlines() if customer.name in line] == [f"Lamp {customer.name},3,37.5"]
    assert abs((datetime.now(UTC).date() - datetime.fromisoformat(day).date()).days) <= 1


def test_a_report_that_fails_is_kept_with_its_reason(shop):
    day = f"{uuid.uuid4()}"
    shop.client("lambda").invoke(
        FunctionName=shop.outputs["ReportFunction"], InvocationType="Event", Payload=json.dumps({"day": day})
    )

    def kept() -> list[str]:
        found = shop.client("sqs").receive_message(
            QueueUrl=shop.outputs["ReportFailures"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [m["Body"] for m in found.get("Messages", []) if day in m["Body"]]

    [body] = until(kept)
    assert (
        json.loads(body)["requestContext"] | {"condition": "RetriesExhausted", "approximateInvokeCount": 3}
        == json.loads(body)["requestContext"]
    )
