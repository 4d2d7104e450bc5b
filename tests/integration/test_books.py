"""The tools of chapter 06 tell the truth: each wrong that can be done to an order shows in them."""

from __future__ import annotations

import json
import uuid

import pytest
from learner import until
from shopping import Customer, paused

BOOKS = """
from datetime import UTC, datetime
from workbook import ledger, trace, timings, diagram
def books():
    b = ledger(opened)
    names = ("accepted", "stored", "dead", "in_flight", "missing", "twice", "unasked")
    return {name: sorted(getattr(b, name)) for name in names if getattr(b, name)} | {"balances": b.balances}
opened = datetime.now(UTC)
"""


@pytest.fixture
def python(shop):
    run = shop.kernel()
    run(BOOKS)
    return run


@pytest.fixture
def order(shop):
    """A customer, and the id of the order they have."""
    customer = Customer(shop)
    customer.fill()
    accepted = customer.check_out()
    assert customer.has_just_these_orders(accepted)
    return customer, accepted.body["checkoutId"]


def key(order):
    customer, order_id = order
    return {"userName": {"S": customer.name}, "orderId": {"S": order_id}}


def test_what_is_stored_balances(python, order):
    assert python("books()") == {"accepted": [order[1]], "stored": [order[1]], "balances": True}


def test_an_order_that_was_deleted_is_nowhere(shop, python, order):
    shop.client("dynamodb").delete_item(TableName=shop.outputs["OrderingTable"], Key=key(order))
    assert python("books()") == {"accepted": [order[1]], "missing": [order[1]], "balances": False}


def test_an_order_that_nobody_asked_for_is_named(shop, python, order):
    forged = str(uuid.uuid4())
    item = shop.client("dynamodb").get_item(TableName=shop.outputs["OrderingTable"], Key=key(order))["Item"]
    shop.client("dynamodb").put_item(TableName=shop.outputs["OrderingTable"], Item=item | {"orderId": {"S": forged}})
    assert python("books()")["unasked"] == [forged]


def test_an_order_that_is_there_twice_is_named(shop, python, order):
    item = shop.client("dynamodb").get_item(TableName=shop.outputs["OrderingTable"], Key=key(order))["Item"]
    other = {"userName": {"S": f"{order[0].name}-2"}}
    shop.client("dynamodb").put_item(TableName=shop.outputs["OrderingTable"], Item=item | other)
    assert python("books()")["twice"] == [order[1]]


def test_a_dead_letter_is_accounted_for_and_an_order_beside_it_is_one_too_many(shop, python, order):
    sqs, url = shop.client("sqs"), shop.outputs["OrderingDeadLetters"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"detail": {"data": {"checkoutId": order[1]}}}))
    sqs.send_message(QueueUrl=url, MessageBody="not a checkout")
    try:
        assert python("books()")["twice"] == [order[1]]
        shop.client("dynamodb").delete_item(TableName=shop.outputs["OrderingTable"], Key=key(order))
        assert python("books()") == {"accepted": [order[1]], "dead": [order[1]], "balances": True}
    finally:
        sqs.purge_queue(QueueUrl=url)


def test_what_happened_before_the_books_were_opened_does_not_count(python, order):
    assert python("opened = datetime.now(UTC)\nbooks()") == {"balances": True}


def test_a_trace_has_every_hop_in_its_order(python, order):
    until(lambda: python(f"trace({order[1]!r}).hops.milliseconds.notna().all().item()"))
    at = dict(python(f"t = trace({order[1]!r}); list(zip(t.hops['what'], t.hops.milliseconds))"))
    arrived, accepted, answered, published, queued, received, stored, written = at.values()
    # What a function has done it logs a moment later: its effects elsewhere may be seen before.
    assert 0 == arrived < min(accepted, published, queued, written)
    assert accepted <= answered and queued <= received <= stored
    assert python(f"timings([{order[1]!r}]).stored.item()") == pytest.approx(stored)


def test_a_checkout_that_never_was_cannot_be_traced(python):
    assert python.refused(f"trace('{uuid.UUID(int=7)}')").startswith("Basket accepted no checkout '00000000-")


def test_the_drawing_goes_from_stack_to_stack(python):
    arrows = python("repr(diagram('EventBus', 'Basket', 'Ordering', 'EventLog'))").splitlines()
    for arrow in (
        "Basket Function [Lambda] → Basket Outbox [DynamoDB] (writes)",
        "Basket Outbox [DynamoDB] → Basket Publisher [Lambda] (polled by)",
        "Basket Publisher [Lambda] → EventBus Bus [EventBridge] (publishes)",
        "EventBus Bus [EventBridge] → Ordering Rule [EventBridge]",
        "Ordering Rule [EventBridge] → Ordering Queue [SQS]",
        "Ordering Queue [SQS] → Ordering Worker [Lambda] (polled by)",
        "Ordering Worker [Lambda] → Ordering Table [DynamoDB] (writes)",
    ):
        assert arrow in arrows
    assert not [arrow for arrow in arrows if arrow.startswith("Basket") and "→ Ordering" in arrow]


def test_a_trace_says_where_an_order_is_that_never_was_stored(shop, python):
    """In the queue; then a dead letter; then, once somebody has received and deleted that, nowhere."""
    sqs, customer = shop.client("sqs"), Customer(shop)
    waits, dead = shop.outputs["OrderingQueue"], shop.outputs["OrderingDeadLetters"]
    with paused(shop):
        customer.fill()
        checkout = customer.check_out().body["checkoutId"]
        until(lambda: python(f"trace({checkout!r}).fate") == "queue")
        [message] = sqs.receive_message(QueueUrl=waits, WaitTimeSeconds=5)["Messages"]
        sqs.send_message(QueueUrl=dead, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=waits, ReceiptHandle=message["ReceiptHandle"])
        assert "It is a dead letter." in python(f"repr(trace({checkout!r}))")
        sqs.purge_queue(QueueUrl=dead)
        told = python(f"repr(trace({checkout!r}))")
    assert "received and deleted" in told and "not yet" not in told
