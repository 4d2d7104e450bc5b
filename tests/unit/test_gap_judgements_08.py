"""What the checks of chapter 08's gaps and questions make of a caller, a worker, a condition, a letter.

Without a cloud; with one, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib import request

import boto3
import pytest
import requests
from deployed import client, rule
from services import make_table, only_moto

from workbook.clients.rest import Answer
from workbook.cloud import target
from workbook.learning import exercises
from workbook.learning.checks import questions_08
from workbook.learning.checks.judging import duplicates, versions
from workbook.learning.checks.judging.requests_sent import Request, sent_requests
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

BUS = "ShopEventBus"


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


@pytest.fixture
def moto(monkeypatch):
    with only_moto():
        monkeypatch.setattr(target, "client", client)
        yield


# A caller that tries again


def posts(*steps, headers=({}, {})):
    """Requests of a caller: to fill a basket, and to check it out with the first of the headers, then the second."""
    given = iter([*headers, *[{}] * len(steps)])
    paths = {"basket": "/prod/basket", "checkout": "/prod/basket/checkout"}
    return [Request("POST", paths[step], next(given) if step == "checkout" else {}) for step in steps]


@pytest.mark.parametrize(
    ("steps", "raised"),
    [([], ""), (["basket", "checkout"], ""), (["basket", "checkout", "checkout"], "KeyError: 'checkoutId'"),
     (["basket", "basket", "checkout", "checkout"], ""), ([*duplicates.TWICE, "checkout"], "")],
)  # fmt: skip
def test_who_does_not_do_both_again(steps, raised):
    assert "the phone does both again" in told(duplicates._judged_steps(posts(*steps), raised))


def test_who_does_both_again():
    assert duplicates._judged_steps(posts(*duplicates.TWICE), "") is None
    assert "raised an error" in told(duplicates._judged_steps(posts(*duplicates.TWICE), "NameError: x"))


KEY = {"Idempotency-Key": "k"}


@pytest.mark.parametrize("headers", [({}, {}), (KEY, {}), ({}, KEY), (KEY, {"Idempotency-Key": "another"})])
def test_who_does_not_send_the_headers_both_times(headers):
    assert "the headers belong to both" in told(
        duplicates._judged_headers(posts(*duplicates.TWICE, headers=headers), KEY)
    )


@pytest.mark.parametrize("sent", [KEY, {"idempotency-key": b"k"}, KEY | {"Accept": "*/*"}])
def test_who_sends_the_headers_both_times(sent):
    assert duplicates._judged_headers(posts(*duplicates.TWICE, headers=(sent, sent)), KEY) is None
    assert duplicates._judged_headers(posts(*duplicates.TWICE), {}) is None


NEW = {"a": "2026-01-31T09:30:00.000Z", "b": "2026-01-31T09:30:00.100Z"}


@pytest.mark.parametrize("found", ["a", None, Answer(202, {"checkoutId": "b"}, {}, 1), "c"])
def test_an_answer_that_was_not_the_second_one(found):
    assert "return the checkoutId" in told(duplicates._judged_answer(found, NEW))
    assert "return the checkoutId" in told(duplicates._judged_answer(found, {}))


@pytest.mark.parametrize("new", [NEW, {"b": NEW["b"]}])
def test_the_second_answer(new):
    assert duplicates._judged_answer("b", new) is None


def test_requests_are_noted_with_their_headers(address):
    with sent_requests(most=2) as sent:
        requests.post(f"{address}/basket/checkout", json={}, headers=KEY)
        request.urlopen(request.Request(f"{address}/basket", headers=KEY)).read()
    assert [(one.method, one.path) for one in sent] == [("POST", "/basket/checkout"), ("GET", "/basket")]
    for one in sent:
        assert duplicates._judged_headers([one._replace(path="/basket/checkout")], KEY) is None


@pytest.fixture
def address():
    """Of a server on this machine that answers whatever it is asked."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


# The worker


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "does not store"),
        (["a", "b", "c"], "became an order of its own"),
        (["x1", "x2", "x3", "x4"], "became an order of its own"),
        (["ada"], "another checkout of the same customer"),
        (["x", "y"], "by the checkoutId that they were given"),
    ],
)
def test_orders_under_other_names(found, words):
    assert words in told(duplicates._judged_orders(found, "a", "b"))


def test_orders_under_the_names_of_their_checkouts():
    assert duplicates._judged_orders(["b", "a"], "a", "b") is None


# What must be the same


def validation(expression: str) -> Any:
    return exercises._looked_at("08-same", (SimpleNamespace(payload_validation_jmespath=expression),))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("userName", "another amount"),
        ("amount", "another userName"),
        ("[user, amount]", "another userName"),
        ("key", "another amount"),
        ("`1`", "another amount"),
        ("[userName, amount", "no JMESPath"),
        ("userName amount", "no JMESPath"),
    ],
)
def test_what_may_be_something_else_under_the_same_key(expression, words):
    assert words in told(validation(expression))


@pytest.mark.parametrize("expression", ["[userName, amount]", "[amount,userName]", "@", "{a: amount, b: userName}"])
def test_what_must_be_the_same(expression):
    assert isinstance(validation(expression), Right)


def test_nothing_that_must_be_the_same_is_not_yet_attempted():
    assert isinstance(validation(""), NotYet)


# Versions


@pytest.fixture
def states(moto):
    make_table(versions.TABLE, "orderId")
    return boto3.resource("dynamodb").Table(versions.TABLE)


NEWEST = "attribute_not_exists(orderId) OR version < :version"


def put(states, condition=NEWEST, ignored=Exception, value=lambda version: version):
    def write(order, event):
        how = {"ConditionExpression": condition} if condition else {}
        if condition and ":version" in condition:
            how |= {"ExpressionAttributeValues": {":version": value(event["version"])}}
        with suppress(ignored):
            states.put_item(Item={"orderId": order, **event, "version": value(event["version"])}, **how)

    return write


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"condition": ""}, "must compare the versions"),
        ({"condition": "attribute_not_exists(orderId)"}, "does not replace"),
        ({"condition": "version < :version"}, "there is nothing yet"),
        ({"condition": NEWEST.replace("<", ">")}, "does not replace"),
        ({"ignored": KeyError}, "is no error"),
        ({"condition": "version is less than :version", "ignored": KeyError}, "an error of its own"),
        ({"value": str}, "version 1"),
    ],
)
def test_writes_that_do_not_keep_the_newest(states, changes, words):
    assert words in told(versions.judged_newer(put(states, **changes)))


def test_who_looks_first_is_not_alone(states):
    def write(order, event):
        found = states.get_item(Key={"orderId": order}).get("Item", {})
        if found.get("version", 0) < event["version"]:
            states.put_item(Item={"orderId": order, **event})

    assert "time for another" in told(versions.judged_newer(write))


@pytest.mark.parametrize("condition", [NEWEST, "attribute_not_exists(version) OR :version > version"])
def test_writes_that_keep_the_newest(states, condition):
    assert versions.judged_newer(put(states, condition)) is None
    assert states.scan()["Items"] == []


def test_a_write_in_which_nothing_was_written(states):
    def write(_order, _event):
        raise NotImplementedError("put the item")

    assert isinstance(exercises._looked_at("08-newer", (write,)), NotYet)


# Questions


def received(name="ApproximateReceiveCount", kind=int):
    def count(url):
        answer = client("sqs").receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])
        return kind(answer["Messages"][0]["Attributes"][name])

    return count


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (lambda _: 1, "how often it was received"),
        (lambda _: True, "how often it was received"),
        (received("SentTimestamp"), "how often it was received"),
        (received(kind=str), "makes it a number"),
        (received("Nothing"), "KeyError"),
        (lambda _: None, "returns nothing"),
    ],
)
def test_what_is_not_how_often_it_was_received(moto, count, words):
    assert words in told(questions_08.judged_received(count))


def test_how_often_it_was_received(moto):
    assert isinstance(questions_08.judged_received(received()), Right)
    assert client("sqs").list_queues().get("QueueUrls", []) == []


ORDERS = "orders"


@pytest.fixture
def orders(moto, monkeypatch):
    """The table of orders, with nothing in it; so it is left."""
    make_table(ORDERS, "userName", "orderId")
    monkeypatch.setattr(questions_08, "outputs", {"OrderingTable": ORDERS})
    yield boto3.resource("dynamodb").Table(ORDERS)
    assert client("dynamodb").scan(TableName=ORDERS)["Items"] == []


def told_of(letter):
    data = json.loads(letter)["detail"]["data"]
    return {"userName": data["userName"], "orderId": data["checkoutId"]}


@pytest.mark.parametrize(
    ("was_stored", "words"),
    [
        (lambda orders, _: True, "under both parts of its key"),
        (lambda orders, _: False, "under both parts of its key"),
        (lambda orders, key: key["userName"] in {order["userName"] for order in orders}, "both parts of its key"),
        (lambda orders, key: key["orderId"] in {order["orderId"] for order in orders}, "both parts of its key"),
        (lambda orders, key: len([order for order in orders if order.items() >= key.items()]), "both parts of its key"),
        (lambda orders, key: None, "returns nothing"),
        (lambda orders, key: orders[key], "ended with an error"),
    ],
)
def test_orders_that_are_said_to_be_there(orders, was_stored, words):
    ask = lambda letter: was_stored(orders.scan()["Items"], told_of(letter))
    assert words in told(questions_08.judged_stored(ask))


def test_orders_that_are_there(orders):
    ask = lambda letter: "Item" in orders.get_item(Key=told_of(letter))
    assert isinstance(questions_08.judged_stored(ask), Right)


def asked(rule_name, event):
    pattern = client("events").describe_rule(Name=rule_name, EventBusName=BUS)["EventPattern"]
    return client("events").test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"]


@pytest.fixture
def bus(moto, monkeypatch):
    monkeypatch.setattr(questions_08, "outputs", {"EventBusName": BUS})
    client("events").create_event_bus(Name=BUS)
    pattern = {"source": ["shop.basket"], "detail-type": ["BasketCheckedOut"]}
    rule("Ordering-Rule", pattern | {"detail": {"metadata": {"schemaVersion": ["1"]}}})
    rule("EventLog-Rule", {"source": ["shop.basket", "shop.product"]})


@pytest.mark.parametrize(
    ("takes", "words"),
    [
        (lambda *_: True, "EventBridge says whether they fit"),
        (lambda _, event: "replay-name" not in event, "EventBridge says whether they fit"),
        (lambda rule_name, event: asked("EventLog-Rule", event), "EventBridge says whether they fit"),
        (lambda rule_name, event: {"Result": asked(rule_name, event)}, "EventBridge says whether they fit"),
        (lambda rule_name, event: asked("Rule", event), "ended with an error"),
    ],
)
def test_events_that_a_rule_is_said_to_take(bus, takes, words):
    assert words in told(questions_08.judged_takes(takes))


def test_events_that_a_rule_takes(bus):
    assert isinstance(questions_08.judged_takes(asked), Right)
