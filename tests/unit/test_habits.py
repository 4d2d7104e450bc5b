"""What all handlers do alike: their log forgets the call before, and what they read by its key is never behind."""

from __future__ import annotations

import json
import re

import boto3
import pytest
from samples import ADA, CHAIR
from services import (
    BUS, CHECKOUTS, OUTBOX, TABLE, context, invoker, loaded, make_table, only_moto, proxy_event, queue_event,
)  # fmt: skip

from workbook.base.paths import LAMBDA_SRC
from workbook.clients import raw_events

BUCKET = "the-bucket-of-this-test"
EVENT = {"metadata": {"eventId": "e", "correlationId": "c"}, "data": {"checkoutId": "c-1"}}
ROW = {"checkoutId": {"S": "c-1"}, "event": {"S": json.dumps(EVENT)}, "acceptedAt": {"S": "2026-01-31"}}
HANDLERS = {  # each with a call of which it logs something
    "product app": proxy_event("GET", "/nowhere"),
    "product importer": raw_events.s3("ObjectCreated:Put", "products/a.csv"),
    "product price_changes": {"Records": []},
    "basket app": proxy_event("GET", "/nowhere"),
    "basket publisher": {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": ROW}}]},
    "ordering app": proxy_event("GET", "/nowhere"),
    "ordering worker": queue_event("no order"),
    "report app": {"day": "2026-01-31"},
    "report notes": queue_event("no order"),
    "event_log app": queue_event("no event"),
    "backoffice app": proxy_event("GET", "/nowhere"),
}
ENVIRONMENT = {
    "TABLE_NAME": TABLE, "CHECKOUTS_NAME": CHECKOUTS, "OUTBOX_NAME": OUTBOX, "BUS_NAME": BUS, "BUCKET_NAME": BUCKET,
    "KEPT_DAYS": "30", "ORIGIN": "https://staff.example",
}  # fmt: skip
HANDLERS["product importer"]["Records"][0]["s3"]["bucket"]["name"] = BUCKET


@pytest.fixture
def cloud():
    with only_moto():
        boto3.client("events").create_event_bus(Name=BUS)
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        boto3.client("s3").put_object(Bucket=BUCKET, Key="products/a.csv", Body=b"")
        make_table(OUTBOX, "checkoutId")
        make_table(CHECKOUTS, "requestId")
        yield


def test_all_handlers_are_looked_at():
    texts = {f"{file.parent.name} {file.stem}": file.read_text() for file in LAMBDA_SRC.glob("*/*.py")}
    is_one = lambda text: "Logger(" in text and re.search(r"^(def )?handler\b", text, re.MULTILINE)
    assert HANDLERS.keys() == {name for name, text in texts.items() if is_one(text)}


@pytest.mark.parametrize("name", HANDLERS)
def test_the_log_of_a_call_says_nothing_of_the_call_before(cloud, name):
    service, handler = name.split()
    make_table(TABLE, *{"report": ("day", "checkoutId")}.get(service, ("id",)))
    with loaded(service, handler, **ENVIRONMENT) as module:
        module.logger.append_keys(customer="ada")
        _, logged = invoker(module)(HANDLERS[name])
    assert logged and not [line for line in logged if "customer" in line]


@pytest.fixture
def read(cloud):
    """What a client of DynamoDB asks for by a key: the table, and whether it may be behind."""
    asked = []

    def note(params, **_):
        asked.append((params["TableName"], params.get("ConsistentRead", False)))

    def listen(module):
        for operation in ("GetItem", "Scan"):
            module.meta.client.meta.events.register(f"before-parameter-build.dynamodb.{operation}", note)
        return asked

    return listen


def test_a_product_is_read_as_it_is_now(read):
    make_table(TABLE, "id")
    with loaded("product", **ENVIRONMENT) as app:
        asked = read(app.products.table)
        app.handler(proxy_event("GET", "/product/00000000-0000-4000-8000-000000000000"), context())
    assert asked == [(TABLE, True)]


def test_a_basket_and_the_answer_to_a_request_are_read_as_they_are_now(read):
    make_table(TABLE, "userName")
    with loaded("basket", **ENVIRONMENT) as app:
        app.checkout.PATIENCE = (0,)
        asked = [read(table) for table in (app.baskets.table, app.checkout.checkouts.table)][0]
        key = {"Idempotency-Key": "once"}
        app.handler(proxy_event("POST", "/basket", {"userName": "ada", "items": [CHAIR]}), context())
        app.handler(proxy_event("GET", "/basket/ada"), context())
        for _ in range(2):
            app.handler(proxy_event("POST", "/basket/checkout", ADA, headers=key), context())
    assert set(asked) == {(TABLE, True), (CHECKOUTS, True)}


def test_an_order_is_read_as_it_is_now(read):
    make_table(TABLE, "userName", "orderId")
    with loaded("ordering", **ENVIRONMENT) as app:
        asked = read(app.orders.table)
        app.handler(proxy_event("GET", "/order/ada/00000000-0000-4000-8000-000000000000"), context())
    assert asked == [(TABLE, True)]


def test_what_is_left_in_the_outbox_is_read_as_it_is_now(read):
    with loaded("basket", "publisher", **ENVIRONMENT) as publisher:
        asked = read(publisher.table)
        publisher.handler({}, context())
    assert asked == [(OUTBOX, True)]
