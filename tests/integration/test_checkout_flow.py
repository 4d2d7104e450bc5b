"""The promise: for every 202 exactly one order, in the end, whatever comes in between."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from calls import refused
from learner import until
from samples import CHAIR
from shopping import ADA, LAMP, TOTAL, Customer, nothing_waits, paused, switch, waiting, without_right

AT_ONCE = 8


@pytest.fixture(scope="module")
def warm(shop):
    """As many of Basket's workers as there are callers at once: so they do start at once."""
    somebody = Customer(shop)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: somebody.has_a_basket(), range(AT_ONCE)))


def at_once(customer, key=None):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: customer.check_out(key), range(AT_ONCE)))


def fill_and_check_out(shop, count):
    """Customers, and the answer that each got for one checkout."""
    customers = [Customer(shop) for _ in range(count)]
    answers = [(one.fill(), one.check_out())[1] for one in customers]
    assert {answer.status for answer in answers} == {202}
    return list(zip(customers, answers, strict=True))


def test_a_checkout_becomes_an_order(customer):
    customer.fill()
    accepted = customer.check_out()
    assert accepted.status == 202 and not customer.has_a_basket()
    assert customer.has_just_these_orders(accepted)
    [order] = customer.ordering("GET", f"/order/{customer.name}").body["items"]
    assert json.loads(json.dumps(order, default=float)) == {
        "userName": customer.name, "orderId": accepted.body["checkoutId"], "orderDate": order["orderDate"],
        "totalPrice": TOTAL,
        "items": [LAMP, CHAIR], **ADA,
    }  # fmt: skip


def test_the_event_is_the_contracts_and_is_written_down(shop, customer):
    customer.fill()
    sent = f"order {uuid.uuid4()}"
    accepted = customer.basket(
        "POST", "/basket/checkout", {"userName": customer.name, **ADA}, headers={"x-correlation-id": sent}
    )

    def seen():
        # other tests have told what has no such id, or no detail that fits
        return [row for row in shop.rows("EventLogTable") if accepted.body["checkoutId"] in json.dumps(row)]

    [event] = until(seen)
    assert (event["source"]["S"], event["detail-type"]["S"]) == ("shop.basket", "BasketCheckedOut")
    metadata, data = event["detail"]["M"]["metadata"]["M"], event["detail"]["M"]["data"]["M"]
    assert metadata.keys() == {"eventId", "correlationId", "schemaVersion", "occurredAt"}
    assert (metadata["correlationId"], metadata["schemaVersion"]) == ({"S": sent}, {"S": "1"})
    assert data.keys() == {"checkoutId", "userName", "items", "totalPrice", *ADA} and data["totalPrice"] == {
        "N": str(TOTAL)
    }


@pytest.mark.usefixtures("warm")
def test_of_many_checkouts_of_one_basket_at_once_one_is_accepted(customer):
    customer.fill()
    answers = at_once(customer)
    accepted = [answer for answer in answers if answer.status == 202]
    assert len(accepted) == 1
    assert {answer.status for answer in answers} <= {202, 404, 409}
    assert customer.has_just_these_orders(*accepted) and not customer.has_a_basket()


@pytest.mark.usefixtures("warm")
def test_the_same_key_at_once_gives_the_same_answer_and_one_order(customer):
    customer.fill()
    answers = at_once(customer, key="once")
    assert [(answer.status, answer.text) for answer in answers] == [(202, answers[0].text)] * AT_ONCE
    assert customer.has_just_these_orders(answers[0])
    customer.fill()
    assert customer.check_out("once").body == answers[0].body and customer.has_a_basket()
    customer.fill(CHAIR)
    assert customer.check_out("once").status == 422 and customer.has_a_basket()
    assert customer.has_just_these_orders(answers[0])


def test_while_ordering_is_stopped_checkouts_are_accepted_and_none_is_lost(shop):
    with paused(shop):
        made = fill_and_check_out(shop, 20)
        until(lambda: waiting(shop, "OrderingQueue") == 20)
        customer, accepted = made[0]
        assert refused(
            customer.ordering("GET", f"/order/{customer.name}/{accepted.body['checkoutId']}"), 404, "not yet"
        )
    for customer, accepted in made:
        assert customer.has_just_these_orders(accepted)


def test_told_of_again_it_is_still_one_order(shop, customer):
    """A queue may deliver twice; the local one never does by itself."""
    with paused(shop):
        customer.fill()
        accepted = customer.check_out()
        sqs, queue = shop.client("sqs"), shop.outputs["OrderingQueue"]
        [message] = until(lambda: sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages"))
        for _ in range(3):
            sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
    assert customer.has_just_these_orders(accepted)


@pytest.mark.nightly
def test_a_message_that_is_none_ends_as_a_dead_letter_and_holds_nothing_up(shop):
    sqs, queue, dead = shop.client("sqs"), shop.outputs["OrderingQueue"], shop.outputs["OrderingDeadLetters"]
    bad = f"no checkout {uuid.uuid4()}"
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "5"})
    try:
        with paused(shop):
            sqs.send_message(QueueUrl=queue, MessageBody=bad)
            made = fill_and_check_out(shop, 5)
        for customer, _ in made:
            until(customer.orders)
        [message] = until(lambda: sqs.receive_message(QueueUrl=dead, VisibilityTimeout=30).get("Messages"))
        assert message["Body"] == bad
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "30"})
    for customer, accepted in made:
        assert customer.has_just_these_orders(accepted)


def test_what_cannot_be_accepted_is_503_and_the_basket_is_still_there(shop, customer):
    customer.fill()
    with without_right(shop, "BasketFunction", "dynamodb:PutItem"):
        for key in (None, "once"):
            assert refused(customer.check_out(key), 503, "The basket is still there")
        assert customer.has_a_basket()
    accepted = customer.check_out("once")
    assert accepted.status == 202 and not customer.has_a_basket()
    assert customer.has_just_these_orders(accepted)


def test_what_cannot_be_published_waits_in_the_outbox(shop, customer):
    customer.fill()
    with without_right(shop, "BasketPublisher", "events:PutEvents"):
        before = refusals(shop, "BasketPublisher")
        accepted = customer.check_out("once")
        assert accepted.status == 202 and not customer.has_a_basket()
        assert customer.check_out("once").body == accepted.body
        until(lambda: refusals(shop, "BasketPublisher") > before)
        assert [row["checkoutId"]["S"] for row in outbox(shop)] == [
            accepted.body["checkoutId"]
        ] and customer.orders() == []
    assert customer.has_just_these_orders(accepted)
    until(lambda: outbox(shop) == [])


def outbox(shop):
    return shop.rows("BasketOutbox")


def test_what_cannot_be_stored_comes_again(shop, customer):
    """The worker's right is taken away and given back: the messages were not lost meanwhile."""
    sqs, queue = shop.client("sqs"), shop.outputs["OrderingQueue"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "5"})
    try:
        with without_right(shop, "OrderingWorker", "dynamodb:PutItem"):
            customer.fill()
            before = refusals(shop, "OrderingWorker")
            accepted = customer.check_out()
            until(lambda: refusals(shop, "OrderingWorker") > before)
            assert customer.orders() == [] and waiting(shop, "OrderingQueue") == 1
        assert customer.has_just_these_orders(accepted)
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "30"})


def refusals(shop, function):
    """How often a function was refused something; other tests take rights away, too, and leave their lines."""
    pages = shop.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=f"/aws/lambda/{shop.outputs[function]}").search("events[].message")
    return sum("AccessDenied" in message for message in found)


def test_a_cloud_stopped_and_started_loses_nothing_on_its_way(shop):
    """Checkouts that wait, that somebody has received, and that the worker is at, when it stops.

    They are back after 10 s instead of 30; in less, a busy machine could use up all five tries.
    """
    sqs, python = shop.client("sqs"), shop.kernel()
    sqs.set_queue_attributes(QueueUrl=shop.outputs["OrderingQueue"], Attributes={"VisibilityTimeout": "10"})
    switch(shop, on=False)
    made = fill_and_check_out(shop, 20)
    until(lambda: waiting(shop, "OrderingQueue") == 20)
    assert len(sqs.receive_message(QueueUrl=shop.outputs["OrderingQueue"], MaxNumberOfMessages=5)["Messages"]) == 5
    switch(shop, on=True)  # so that some are being worked on

    python(
        "from workbook import outputs; from workbook.cloud import local; "
        "local.ensure(); assert local.stop(); _ = local.ensure()"
    )

    assert python("dict(outputs)") == shop.outputs
    for customer, accepted in made:
        assert customer.has_just_these_orders(accepted)
    shop.client("sqs").set_queue_attributes(
        QueueUrl=shop.outputs["OrderingQueue"], Attributes={"VisibilityTimeout": "30"}
    )
    assert nothing_waits(shop)
    [(customer, accepted)] = fill_and_check_out(shop, 1)  # and all goes on
    assert customer.has_just_these_orders(accepted)


def test_what_the_stream_has_forgotten_is_published_each_minute(shop, customer):
    """A stream is kept for a day; the local cloud's until it is stopped. The row is made older, to save a minute."""
    customer.fill()
    functions, python = shop.client("lambda"), shop.kernel()
    [stream] = functions.list_event_source_mappings(FunctionName=shop.outputs["BasketPublisher"])["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=stream["UUID"], Enabled=False)
    accepted = customer.check_out()
    assert len(outbox(shop)) == 1

    python("from workbook.cloud import local; local.ensure(); assert local.stop(); _ = local.ensure()")

    shop.client("lambda").update_event_source_mapping(UUID=stream["UUID"], Enabled=True)
    [row] = outbox(shop)
    shop.client("dynamodb").put_item(
        TableName=shop.outputs["BasketOutbox"], Item=row | {"acceptedAt": {"S": "2026-01-31T09:30:00.000Z"}}
    )
    assert customer.orders() == []
    shop.client("lambda").invoke(
        FunctionName=shop.outputs["BasketPublisher"], Payload=json.dumps({"source": "aws.events"})
    )
    assert outbox(shop) == [] and customer.has_just_these_orders(accepted)
