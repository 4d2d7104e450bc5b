"""What the checks of chapter 08's gaps and questions make of a caller, a condition, a transaction, an answer.

Without a cloud; with one, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

import json
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from deployed import client, rule
from services import make_table, only_moto

from workbook.base.paths import LAMBDA_SRC
from workbook.clients.rest import Answer
from workbook.cloud import target
from workbook.learning import exercises
from workbook.learning.checks import chapter_08, duplicates, questions_08, two_writes, versions
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


@pytest.mark.parametrize(
    ("steps", "raised"),
    [([], ""), (["basket", "checkout"], ""), (["basket", "checkout", "checkout"], "KeyError: 'checkoutId'"),
     (["basket", "basket", "checkout", "checkout"], ""), ([*duplicates.TWICE, "checkout"], "")],
)  # fmt: skip
def test_who_does_not_do_both_again(steps, raised):
    assert "the phone does both again" in told(duplicates._judged_steps(steps, raised))


def test_who_does_both_again():
    assert duplicates._judged_steps(duplicates.TWICE, "") is None
    assert "raised an error" in told(duplicates._judged_steps(duplicates.TWICE, "NameError: x"))


KEY = {"Idempotency-Key": "k"}


@pytest.mark.parametrize(
    ("found", "new", "headers", "words"),
    [
        ("b", ["a", "b"], KEY, "the headers belong to both"),
        ("a", ["a"], {}, "the headers belong to both"),
        ("a", ["a", "b"], {}, "return the checkoutId"),
        (None, ["a"], KEY, "return the checkoutId"),
        (Answer(202, {"checkoutId": "a"}, {}, 1), ["a"], KEY, "return the checkoutId"),
    ],
)
def test_an_answer_that_was_not_the_second_one(found, new, headers, words):
    assert words in told(duplicates._judged_answer(found, new, headers))


@pytest.mark.parametrize(("new", "headers"), [(["a", "b"], {}), (["b"], KEY)])
def test_the_second_answer(new, headers):
    assert duplicates._judged_answer("b", new, headers) is None


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


# The transaction

UNCHANGED, FIRST = ", **unchanged", ", **first"
ANSWER = '                {"Put": {"TableName": checkouts.table.name, "Item": answer, **first}},\n'
DELETE = '                {"Delete": {"TableName": baskets.table.name, "Key": key, **unchanged}},\n'


def items(table):
    return client("dynamodb").scan(TableName=table)["Items"]


@pytest.fixture
def outbox(moto, monkeypatch, tmp_path):
    """Judges outbox.py, in which some text is replaced."""
    tables = {"BasketTable": "userName", "BasketCheckouts": "requestId", "BasketOutbox": "checkoutId"}
    for table, key in tables.items():
        make_table(table, key)
    monkeypatch.setattr(two_writes, "outputs", {name: name for name in tables})
    monkeypatch.setattr(two_writes, "LAMBDA_SRC", tmp_path)
    text = (LAMBDA_SRC / "basket" / "outbox.py").read_text(encoding="utf-8")

    def judge(old: str = "", new: str = "") -> Any:
        assert old in text
        (tmp_path / "basket").mkdir(exist_ok=True)
        (tmp_path / "basket" / "outbox.py").write_text(text.replace(old, new), encoding="utf-8")
        verdict = two_writes.judged_transaction()
        assert items("BasketTable") == items("BasketCheckouts") == []
        return verdict

    return judge


@pytest.mark.parametrize(
    ("old", "words"),
    [
        (UNCHANGED, "in the place of the one that was read"),
        (FIRST, "an earlier request is written over"),
        (DELETE, "the basket does not go"),
        (ANSWER, "the answer is not remembered"),
    ],
)
def test_a_transaction_without_one_of_its_conditions(outbox, old, words):
    assert words in told(outbox(old))


def test_a_transaction_that_is_all_or_nothing(outbox):
    assert outbox() is None
    assert outbox("TransactItems=[", "TransactItems=[*") is None  # fails: what comes of that, the shop's answers say


# Another request under an old key


@pytest.mark.parametrize(
    ("status", "words"),
    [(202, "the same request"), (400, "no checkout at all"), (404, "the header that key holds"),
     (409, "the header that key holds"), (500, "not how a checkout is sent")],
)  # fmt: skip
def test_what_is_no_other_request_under_an_old_key(status, words):
    assert words in told(chapter_08.another(lambda: Answer(status, {}, {}, 1)))


def test_another_request_under_an_old_key():
    refused = Answer(422, {"error": {"code": "IdempotencyKeyReused"}}, {}, 1)
    assert isinstance(chapter_08.another(lambda: refused), Right)
    assert "return what" in told(chapter_08.another(lambda: None))


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


RIGHTS = {
    "basket": {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Scan"},
    "publisher": {"events:PutEvents", "dynamodb:Scan"},
    "worker": {"dynamodb:PutItem"},
}


@pytest.fixture
def roles(monkeypatch):
    names = {"BasketFunction": "basket", "BasketPublisher": "publisher", "OrderingWorker": "worker"}
    monkeypatch.setattr(questions_08, "outputs", names)
    monkeypatch.setattr(questions_08, "granted", RIGHTS.__getitem__)


@pytest.mark.parametrize(
    "may",
    [lambda *_: True, lambda *_: False, lambda _, action: action in RIGHTS["basket"], lambda f, _: f == "basket",
     lambda f, action: "yes" if action in RIGHTS[f] else ""],
)  # fmt: skip
def test_rights_of_another_function_or_another_action(roles, may):
    assert "for this very action" in told(questions_08.judged_may(may))


def test_the_rights_of_a_function(roles):
    assert isinstance(questions_08.judged_may(lambda function, action: action in RIGHTS[function]), Right)
    assert "ended with an error" in told(questions_08.judged_may(lambda function, action: RIGHTS[action]))


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
