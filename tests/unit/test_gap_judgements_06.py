"""What the checks of chapter 06's gaps make of answers, frames, events and names, without a cloud."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from workbook.clients.rest import Answer
from workbook.learning.checks.judging import following
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

TRUTH = {("Basket", "bus"): True, ("Product", "bus"): False}
MINE, MADE_UP = "a-check-1", "5b6f2a8e-6c8e-4d4c-9f53-0f3c3f0f6d0a"
NAMES = {0.5: "median", 0.95: "95th percentile", 1: "slowest"}


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


@pytest.mark.parametrize(
    ("answers", "words"), [((False, False), "outermost keys"), ((True, True), "not in its template")]
)
def test_what_a_stack_does_not_know_or_knows_further_in(answers, words):
    assert words in told(following.judged_words(dict(zip(TRUTH, answers, strict=True)), TRUTH))


def test_what_a_stack_knows():
    assert isinstance(following.judged_words(TRUTH, TRUTH), Right)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("202", "return what basket.send gives"),
        (Answer(400, {"error": {}}, {}, 1), "nothing more"),
        (Answer(202, {}, {"x-correlation-id": MADE_UP}, 1), "has made up an id"),
        (Answer(202, {}, {"x-correlation-id": "another"}, 1), "another name"),
    ],
)
def test_a_request_without_a_name_of_the_callers(answer, words):
    assert words in told(following.judged_request(answer, MINE))


def test_a_request_with_a_name_of_the_callers():
    assert isinstance(following.judged_request(Answer(202, {}, {"x-correlation-id": MINE}, 1), MINE), Right)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda times: times.mean(), "return what quantile makes"),
        (lambda times: times.quantile(list(NAMES)), "are to be called so"),
        (lambda times: times.quantile([0.5, 0.9, 1]).set_axis(list(NAMES.values())), "of 101 orders, 95"),
        (lambda times: times.quantile([0.5, 0.95, 0]).set_axis(list(NAMES.values())), "of 101 orders, 100"),
        (lambda times: times.tail(3).set_axis(list(NAMES.values())), "of 101 orders, 50"),
        (lambda times: times.quartile(), "ended with an error"),
    ],
)
def test_what_are_no_percentiles(function, words):
    assert words in told(following.judged_percentiles(function))


@pytest.mark.parametrize(
    "function",
    [
        lambda times: times.quantile(list(NAMES)).rename(index=NAMES),
        lambda times: times[["answered", "stored"]].quantile(list(NAMES), interpolation="higher").rename(index=NAMES),
        lambda times: pd.DataFrame(
            {name: times[name].sort_values().iloc[[50, 95, 100]].to_list() for name in ("stored", "answered")},
            index=list(NAMES.values()),
        ),
    ],
)
def test_what_are_percentiles_however_they_are_found(function):
    assert isinstance(following.judged_percentiles(function), Right)


DETAIL = {"metadata": {"schemaVersion": "1"}, "data": {"checkoutId": "a"}}
ENTRY = {
    "EventBusName": following.BUS, "Source": "shop.basket", "DetailType": "BasketCheckedOut",
    "Detail": '{"metadata": {"schemaVersion": "1"}, "data": {"checkoutId": "a"}}',
}  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([{k: v for k, v in ENTRY.items() if k != "EventBusName"}], "another bus"),
        ([ENTRY | {"Source": "chapter-06"}], "to the letter"),
        ([ENTRY | {"DetailType": "basketCheckedOut"}], "to the letter"),
        ([ENTRY | {"Detail": '{"checkoutId": "a"}'}], "metadata and all"),
        ([ENTRY | {"Detail": str(DETAIL)}], "metadata and all"),
        ([ENTRY, ENTRY], "tell it again once"),
    ],
)
def test_an_event_that_is_another_one(entries, words):
    assert words in told(following.judged_entries(entries, DETAIL))


def test_an_event_that_is_the_same():
    assert following.judged_entries([ENTRY], DETAIL) is None
    arn = f"arn:aws:events:us-east-1:000000000000:event-bus/{following.BUS}"
    assert following.judged_entries([ENTRY | {"EventBusName": arn}], DETAIL) is None
    assert isinstance(following.judged_entries([], DETAIL), NotYet)
    assert isinstance(following.judged_retelling(lambda _: None), NotYet)


RIGHTS = dict.fromkeys(following.FUNCTIONS, False) | {"OrderingWorker": True}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"OrderingWorker": False}, "the worker is allowed to"),
        ({"OrderingFunction": True}, "reads orders"),
        ({"BasketFunction": True}, "a table of its own"),
    ],
)
def test_a_right_that_is_not_there_or_not_seen(changed, words):
    assert words in told(following.judged_right_to_store(RIGHTS | changed))


def test_who_may_store_orders():
    assert isinstance(following.judged_right_to_store(RIGHTS), Right)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (["a", "b"], "does not fit"),
        ([], "is missing"),
        ("a", "return the names"),
        ([{"Name": "a"}], "return the names"),
    ],
)
def test_rules_that_do_not_want_an_event_or_are_missing(answer, words):
    assert words in told(following.judged_rules(answer, {"a"}, "a checkout"))


def test_the_rules_that_want_an_event():
    assert following.judged_rules({"a"}, {"a"}, "a checkout") is None
    assert following.judged_rules([], set(), "a checkout") is None


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda journey: journey.hops.milliseconds.max(), "until the answer is there"),
        (lambda journey: journey.hops.milliseconds.sum(), "until the answer is there"),
        (lambda journey: journey.hops.milliseconds[1], "until the answer is there"),
        (lambda journey: list(journey.hops.milliseconds), "return a number"),
        (lambda journey: journey.milliseconds, "ended with an error"),
    ],
)
def test_what_the_caller_does_not_wait_for(function, words):
    assert words in told(following.judged_waiting(function))


def test_what_the_caller_waits_for():
    def by_its_name(journey: Any) -> float:
        return journey.hops.set_index("what").milliseconds["the caller has the answer"]

    assert isinstance(following.judged_waiting(by_its_name), Right)
    assert "returns nothing" in told(following.judged_waiting(lambda _: None))


@pytest.mark.parametrize(
    ("answer", "wanted", "expected", "found"),
    [(["A"], set(), "for it: none", "A"), ([], {"B", "A"}, "for it: A, B", "none")],
)
def test_of_rules_it_is_said_which_were_expected_and_which_were_found(answer, wanted, expected, found):
    verdict = following.judged_rules(answer, wanted, "it")
    assert (verdict.expected, verdict.found) == (expected, found)
