"""What the checks of chapter 12's gaps and questions make of rights, requests, lines of a log: wrong ones are told why.

Without a cloud; with one, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from workbook.clients.rest import Answer
from workbook.learning.checks import chapter_12
from workbook.learning.checks.judging import locked
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/ShopEventBus"


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


LOG = pd.DataFrame(
    [("ERROR", "1", "Failed"), ("INFO", "1", "Answered"), ("ERROR", "2", "Failed"), ("ERROR", None, "Stopped")],
    columns=["level", "correlation_id", "message"],
)
LOG["time"] = pd.Timestamp("2026-01-31", tz="UTC") + pd.to_timedelta(range(len(LOG)), unit="s")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (LOG, "4 lines, 1 other requests'"),
        (LOG[LOG.level == "ERROR"], "tells this one from them"),
        (LOG[LOG.correlation_id == "2"], "1 lines, 1 other requests'"),
        (LOG[LOG.correlation_id == "1"], "1 line\n2 lines: Failed, Answered"),
        (LOG[:0], "no line fits"),
        (LOG[["level"]], "all their columns"),
        (["Failed"], "a frame\nlist"),
        (None, "a frame\nNoneType"),
    ],
)
def test_lines_that_do_not_tell_of_the_refusal(found, words):
    assert words in told(locked.judged_refusal(found, LOG, "1"))


def test_the_line_that_tells_of_the_refusal():
    assert isinstance(locked.judged_refusal(LOG[:1], LOG, "1"), Right)


@pytest.mark.parametrize(
    ("source", "words"),
    [("shop.basket", "somebody else"), ("Product", "letter by letter"), ("", "letter by letter"), (None, "None")],
)
def test_a_forgery_that_pretends_nothing(source, words):
    assert words in told(locked.judged_forgery({"Source": source}))


def test_a_forgery_without_a_capital_letter():
    assert "begins with a capital letter.\nSource\nsource" in told(locked.judged_forgery({"source": "shop.product"}))


def test_a_forgery():
    assert locked.judged_forgery({"Source": "shop.product"}) is None
    assert isinstance(locked.judged_forgery({}), NotYet)


def statement(actions: Any = "events:PutEvents", resource: Any = BUS, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": condition}


NAMED = {"ForAllValues:StringEquals": {"events:source": "shop.basket"}}


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ([], "nothing lets it publish"),
        ([statement("dynamodb:Scan", "*")], "no such right"),
        ([statement() | {"Effect": "Deny"}], "no such right"),
        ([statement("events:*", **NAMED)], "One action is enough"),
        ([statement("*", **NAMED)], "One action is enough"),
        ([statement(["events:PutEvents", "events:PutRule"], **NAMED)], "events:PutEvents, events:PutRule"),
        ([statement(**NAMED), statement("events:DeleteRule", **NAMED)], "deletes no bus"),
        ([statement(resource="*", **NAMED)], "buses of others"),
        ([statement(resource=[BUS, f"{BUS}2"], **NAMED)], "buses of others"),
        ([statement()], "may publish as anybody"),
        ([statement(**NAMED), statement()], "no condition"),
        ([statement(StringEquals={"aws:SourceAccount": "1"})], "may publish as anybody"),
        ([statement(**{"ForAnyValue:StringEquals": {"events:source": "shop.basket"}})], "say what they like"),
        ([statement(**{"ForAllValues:StringNotEquals": {"events:source": "shop.basket"}})], "StringEquals does"),
        ([statement(Null={"events:source": "false"})], "StringEquals does"),
        ([statement(StringEquals={"events:source": "shop.product"})], "in nobody else's"),
        ([statement(StringLike={"events:source": "shop.*"})], "in nobody else's"),
        ([statement(StringEquals={"events:source": ["shop.basket", "a"]})], "in nobody else's"),
    ],
)
def test_a_right_to_publish_that_is_none_or_too_wide(statements, words):
    assert words in told(locked.judged_publisher("BasketPublisher", statements, BUS, "shop.basket"))


@pytest.mark.parametrize(
    "condition",
    [
        NAMED,
        {"StringEquals": {"events:source": "shop.basket"}},
        {"forAllValues:StringLike": {"Events:Source": ["shop.basket"]}},
        NAMED | {"Bool": {"aws:SecureTransport": "true"}},
    ],
)
def test_a_right_to_publish_in_its_own_name(condition):
    others = statement("dynamodb:Scan", "arn:aws:dynamodb:us-east-1:1:table/Outbox")
    found = [others, statement(["events:PutEvents"], [BUS], **condition)]
    assert locked.judged_publisher("BasketPublisher", found, BUS, "shop.basket") is None


@pytest.mark.parametrize(("method", "words"), [({}, "NONE"), ({"AuthorizationType": "NONE"}, "callers must sign"),
                                               ({"AuthorizationType": "CUSTOM"}, "AWS_IAM\nCUSTOM")])  # fmt: skip
def test_a_method_that_anybody_calls(method, words):
    assert words in told(locked.judged_method(method))


def test_a_method_for_who_signs():
    assert locked.judged_method({"AuthorizationType": "AWS_IAM"}) is None


def test_what_is_deployed_is_looked_at_function_by_function(monkeypatch):
    client = type("Client", (), {"describe_event_bus": lambda self, Name: {"Arn": BUS}})()  # noqa: N803
    rights = {name: [statement(StringEquals={"events:source": source})]
              for name, source in locked.PUBLISHERS.items()}  # fmt: skip
    methods = {name: {"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": name, "AuthorizationType": kind}}
               for name, kind in (("OPTIONS", "NONE"), ("POST", "AWS_IAM"))}  # fmt: skip
    monkeypatch.setattr(locked, "outputs", {})
    assert isinstance(locked.judged_publishers(), NotYet) and isinstance(locked.judged_methods(), NotYet)
    monkeypatch.setattr(locked, "outputs", {name: name for name in rights})
    monkeypatch.setattr(locked, "target", type("Target", (), {"client": lambda _: client}))
    monkeypatch.setattr(locked, "statements", lambda name: rights[name])
    monkeypatch.setattr(locked, "deployed_template", lambda _: {"Resources": methods})
    assert locked.judged_publishers() is locked.judged_methods() is None
    methods["POST"]["Properties"]["AuthorizationType"] = "NONE"
    assert "callers must sign" in told(locked.judged_methods())
    rights["ProductPriceChanges"] = [statement()]
    assert told(locked.judged_publishers()).startswith("whoever breaks in here")


def answer(status: int, message: str = "") -> Answer:
    return Answer(status, {"error": {"message": message}} if message else {}, {}, 1)


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (answer(202), "nothing against it"),
        (answer(400, "The body does not fit what this route takes."), "API Gateway refuses it already"),
        (answer(400, "reason must be one of late."), "begins with amount"),
        (answer(429, "amount of requests"), "429"),
        (Answer(502, "not JSON", {}, 1), "502"),
    ],
)
def test_a_refund_that_is_taken_or_refused_early(came, words):
    assert words in told(locked.judged_late(came))


def test_a_refund_that_is_refused_late():
    assert isinstance(locked.judged_late(answer(400, "amount must have at most two decimals.")), Right)
    assert isinstance(chapter_12.refused_late({"reason": "late"}, answer), NotYet)


KEPT = {"OrderingQueue": 604800, "OrderingDeadLetters": 1209600}


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (lambda queue: KEPT[queue], "86,400"),
        (lambda queue: KEPT[queue] / 3600, "86,400"),
        (lambda queue: KEPT[queue] / 60, "86,400"),
        (lambda queue: 7, "14 for OrderingDeadLetters\n7"),
        (lambda queue: 0, "7 for OrderingQueue\n0"),
        (lambda queue: "7", "text, and in seconds"),
        (lambda queue: None, "return a number"),
        (lambda queue: True, "return a number"),
    ],
)
def test_other_times_than_a_queue_keeps_messages(days, words):
    assert words in told(locked.judged_days(days, *KEPT.values()))


@pytest.mark.parametrize("days", [lambda queue: KEPT[queue] // 86400, lambda queue: KEPT[queue] / 86400])
def test_how_long_a_queue_keeps_messages(days):
    assert locked.judged_days(days, *KEPT.values()) is None


GOOD = {"amount": 12.5, "reason": "late"}


@pytest.mark.parametrize("changed", [GOOD, dict(GOOD), None, GOOD | {"amount": 12.50}])
def test_what_is_sent_as_it_was_signed(changed):
    assert "the signature fits" in told(locked.judged_change({"body": GOOD, "changed": changed}))


def test_what_is_sent_otherwise():
    assert locked.judged_change({"body": GOOD, "changed": GOOD | {"amount": 1}}) is None
    assert isinstance(locked.judged_change({"body": GOOD}), NotYet)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (["r", "r"], "a set does that"),
        ({"e1", "e2"}, "the same each time"),
        (set(), "1 id: r\n0: none"),
        ({None}, "None"),
        (1, "len counts them"),
        (None, "len counts them"),
        ("r", "a set of ids\nstr"),
    ],
)
def test_other_refunds_than_are_paid(found, words):
    assert words in told(locked.judged_refunds(found, ["r", "r", "r"]))


@pytest.mark.parametrize("found", [{"r"}, ["r"], ("r",)])
def test_the_refund_that_is_paid(found):
    assert isinstance(locked.judged_refunds(found, ["r", "r", "r"]), Right)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "BasketPublisher may publish, too"),
        ({"BasketPublisher": "shop.basket"}, "ProductPriceChanges may publish, too"),
        (locked.PUBLISHERS | {"OrderingWorker": "shop.ordering"}, "nobody else may publish"),
        (locked.PUBLISHERS | {"BasketPublisher": BUS}, "Resource says on which bus"),
        (locked.PUBLISHERS | {"BasketPublisher": ["shop.basket", "shop.product"]}, "in whose name"),
        (dict.fromkeys(locked.PUBLISHERS, "shop.basket"), "in whose name"),
        ([*locked.PUBLISHERS.values()], "a dict\nlist"),
        (None, "a dict\nNoneType"),
    ],
)
def test_others_than_those_who_publish(found, words):
    assert words in told(locked.judged_sources(found))


@pytest.mark.parametrize("wrapped", [str, lambda source: [source]])
def test_who_publishes_and_in_whose_name(wrapped):
    found = {name: wrapped(source) for name, source in locked.PUBLISHERS.items()}
    assert isinstance(locked.judged_sources(found), Right)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "at no other.\nA\nnone"),
        (["A", "B"], "at no other"),
        (["B"], "at no other"),
        ([{"AlarmName": "A"}], "its AlarmName only"),
        ("A", "a list of names\nstr"),
        (None, "a list of names\nNoneType"),
    ],
)
def test_other_alarms_than_ring(found, words):
    assert words in told(locked.judged_rings(found, ["A"]))


@pytest.mark.parametrize("found", [["A"], {"A"}, ("A", "A")])
def test_the_alarm_that_rings(found):
    assert isinstance(locked.judged_rings(found, ["A"]), Right)
