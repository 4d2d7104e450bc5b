"""What the questions of chapter 02 make of a role's name, a status and a mapping: wrong answers are told why."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from workbook.clients.invoke import Invocation
from workbook.learning import exercises
from workbook.learning.checks import questions_02
from workbook.learning.checks.judging import asked
from workbook.learning.checks.judging.asked import judged_answers
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

CLIENT = SimpleNamespace(
    list_event_source_mappings=lambda FunctionName: {"EventSourceMappings": [{}] if FunctionName == "Pricing-1" else []}
)
NAMES = {"HelloFunction": "Hello-1", "PricingFunction": "Pricing-1", "ProductFunction": "Product-1"}
STATUSES = {"/product/2": 404, "/product": 200, "/basket": 404}


@pytest.fixture
def ask(monkeypatch):
    """What a question says to a learner's function."""
    monkeypatch.setattr(questions_02, "outputs", dict(NAMES))
    monkeypatch.setattr(questions_02, "target", SimpleNamespace(client=lambda _: CLIENT))
    monkeypatch.setattr(questions_02, "roles", SimpleNamespace(role_of=lambda name: f"{name[:-2]}Role"))
    monkeypatch.setattr(
        questions_02, "invoke", lambda _, event: Invocation(200, {"statusCode": STATUSES[event["path"]]}, None, 1)
    )
    return lambda name, function: exercises._looked_at(name, (function,))


def raising(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("02-q1", lambda _: "arn:aws:iam::1:role/HelloRole", "behind the last /"),
        ("02-q1", lambda function: function, "the function's own name"),
        ("02-q1", lambda _: "HelloRole", "not of another one"),
        ("02-q1", lambda _: None, "returns nothing"),
        ("02-q1", lambda _: 1 / 0, "ends with an error"),
        ("02-q2", lambda _: 200, "Lambda's StatusCode"),
        ("02-q2", lambda _: 202, "Lambda's StatusCode"),
        ("02-q2", lambda _: 404, "not of another one"),
        ("02-q2", lambda _: {"statusCode": 404}, "one number"),
        ("02-q2", lambda _: raising(ValueError("Expecting value")), "nobody waits"),
        ("02-q2", lambda _: raising(KeyError("statusCode")), "ends with an error"),
        ("02-q3", lambda _: [], "True or False"),
        ("02-q3", lambda _: True, "an empty list"),
        ("02-q3", lambda _: False, "of the function that is given"),
        ("02-q3", lambda _: raising(KeyError("Mappings")), "ends with an error"),
    ],
)
def test_an_answer_that_is_wrong(ask, name, function, words):
    verdict = ask(name, function)
    assert isinstance(verdict, NotRight), verdict
    assert words in verdict.mistake


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("02-q1", lambda function: f"{function[:-2]}Role"),
        ("02-q2", lambda request: STATUSES[request["path"]]),
        ("02-q3", lambda function: function == "Pricing-1"),
    ],
)
def test_an_answer_that_is_right(ask, name, function):
    assert isinstance(ask(name, function), Right)


@pytest.mark.parametrize("name", ["02-q1", "02-q2", "02-q3"])
def test_before_there_is_anything_to_ask_for_nothing_is_judged(ask, monkeypatch, name):
    monkeypatch.setattr(questions_02, "outputs", {})
    assert ask(name, raising) == NotYet('Run deploy("Product") first.')


@pytest.mark.parametrize(("found", "right"), [(1, True), ("2", 2), ([], False), (None, "x"), (2, 3)])
def test_what_is_of_another_kind_is_another_answer(found, right):
    verdict = judged_answers(lambda _: found, [("it", 0, right)], lambda *_: "so")
    assert isinstance(verdict, NotRight)
    assert (verdict.expected, verdict.found) == (f"{right!r} for it", repr(found))


def test_each_case_is_tried_and_an_error_is_shown():
    tried: list[int] = []
    assert judged_answers(lambda n: tried.append(n) or n, [("a", 1, 1), ("b", 2, 2)], lambda *_: "so") is None
    assert tried == [1, 2]
    verdict = judged_answers(lambda _: raising(ValueError("no")), [("a", 1, 1)], lambda *_: "")
    assert (verdict.found, verdict.mistake) == ("ValueError: no", asked.ENDED)
