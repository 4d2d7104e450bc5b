"""What the checks of chapter 10's gaps and questions make of a night, a target, filters, settings.

Without a cloud; with one, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from deployed import client
from services import only_moto

from workbook.clients.invoke import Invocation
from workbook.cloud import target
from workbook.learning.checks import chapter_10, questions_10
from workbook.learning.checks.judging import sources
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


# The night


@pytest.fixture
def nights(monkeypatch):
    """Judges a function that writes the report of this day for an event of that time."""

    def judge(day_of, error=None):
        keys = {"orders/2026-11-25.csv"}

        def invoke(_function, event):
            keys.add(f"orders/{day_of(event['time'])}.csv")
            return Invocation(200, None, error, 1)

        s3 = SimpleNamespace(delete_object=lambda Bucket, Key: keys.discard(Key))
        monkeypatch.setattr(chapter_10, "target", SimpleNamespace(client=lambda _: s3))
        monkeypatch.setattr(chapter_10, "outputs", {"ReportFunction": "report", "ReportBucket": "bucket"})
        monkeypatch.setattr(chapter_10, "invoke", invoke)
        monkeypatch.setattr(chapter_10, "_keys", lambda _: set(keys))
        verdict = chapter_10.day_of_the_report()
        assert not keys & {f"orders/{day}.csv" for day in chapter_10.NIGHTS.values()}
        return verdict

    return judge


@pytest.mark.parametrize("day_of", [lambda time: time[:10], lambda _: "2026-11-25", lambda _: "2026-11-26"])
def test_a_report_of_another_day(nights, day_of):
    assert "reckoned from the event's time" in told(nights(day_of))


def test_a_report_of_the_day_before(nights):
    assert isinstance(nights(chapter_10.NIGHTS.__getitem__), Right)
    assert "the function fails" in told(nights(chapter_10.NIGHTS.__getitem__, "NameError"))


# The target of a schedule

EVENT = {"day": "2026-01-31"}
GOAL = {"Arn": "f", "RoleArn": "r", "Input": json.dumps(EVENT), "DeadLetterConfig": {"Arn": "q"}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Arn": "another"}, "whom to call"),
        ({"RoleArn": "another"}, "in a role that may do that"),
        ({"Input": None}, "as JSON"),
        ({"Input": str(EVENT)}, "as JSON"),
        ({"Input": '{"day": "today"}'}, "as JSON"),
        ({"DeadLetterConfig": {}}, "is lost without a dead-letter queue"),
        ({"DeadLetterConfig": {"Arn": "f"}}, "names FAILURES"),
    ],
)
def test_a_target_that_is_another_one(changes, words):
    assert words in told(sources.judged_target(GOAL | changes, "f", "r", "q", EVENT))


@pytest.mark.parametrize("text", [json.dumps(EVENT), json.dumps(EVENT, indent=1)])
def test_the_target_of_a_schedule(text):
    assert sources.judged_target(GOAL | {"Input": text, "RetryPolicy": {}}, "f", "r", "q", EVENT) is None


@pytest.mark.parametrize(
    ("report", "kind"),
    [('Missing required parameter in input: "Target"', NotYet), ('Missing required parameter: "RoleArn"', NotRight)],
)
def test_a_schedule_without_a_target_is_not_yet_attempted(monkeypatch, report, kind):
    def schedule(_at, _event):
        raise ParamValidationError(report=report)

    scheduler = SimpleNamespace(list_schedules=lambda **_: {"Schedules": []})
    monkeypatch.setattr(chapter_10, "target", SimpleNamespace(client=lambda _: scheduler))
    monkeypatch.setattr(chapter_10, "outputs", {"ReportScheduleGroup": "group"})
    assert isinstance(chapter_10.one_time_schedule(schedule), kind)


# Which objects


def rules(**found):
    return [{"Name": name, "Value": value} for name, value in found.items()]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "call itself for ever"),
        (rules(suffix=".csv"), "call itself for ever"),
        (rules(prefix="products/"), "a suffix says which"),
        (rules(prefix="products", suffix=".csv"), "letter by letter"),
        (rules(prefix="Products/", suffix=".csv"), "letter by letter"),
        (rules(prefix="products/", suffix="csv"), "letter by letter"),
    ],
)
def test_rules_that_take_other_objects(found, words):
    assert words in told(sources.judged_rules(found))


@pytest.mark.parametrize("found", [rules(prefix="products/", suffix=".csv"), rules(Suffix=".csv", Prefix="products/")])
def test_rules_for_uploads(found):
    assert sources.judged_rules(found) is None


# Which records


@pytest.fixture
def moto(monkeypatch):
    with only_moto():
        monkeypatch.setattr(target, "client", client)
        yield


def mapped(*patterns):
    return [{"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]}}]


@pytest.mark.parametrize(
    ("mappings", "words"),
    [
        ([], "EventSourceMapping is missing"),
        ([{}], "called for each record"),
        (mapped({"eventName": ["INSERT"]}), "must be called for MODIFY"),
        (mapped({"eventname": ["MODIFY"]}), "must be called for MODIFY"),
        (mapped({"eventName": ["MODIFY", "INSERT"]}), "need not be called for INSERT"),
        (mapped({"eventName": ["MODIFY"]}, {"eventName": ["REMOVE"]}), "need not be called for REMOVE"),
        (mapped({"dynamodb": {"Keys": {"id": {"S": [{"exists": True}]}}}}), "need not be called for INSERT"),
    ],
)
def test_filters_that_let_other_records_through(moto, mappings, words):
    assert words in told(sources.judged_filter(mappings))


@pytest.mark.parametrize("pattern", [{"eventName": ["MODIFY"]}, {"eventName": [{"prefix": "MOD"}]}])
def test_a_filter_of_changes(moto, pattern):
    assert sources.judged_filter(mapped(pattern)) is None


# Questions

@pytest.fixture
def shop(monkeypatch):
    names = (*questions_10.POLLED, *questions_10.VIEWS, *questions_10.CALLERS)
    monkeypatch.setattr(questions_10, "outputs", {name: name for name in names})


@pytest.mark.parametrize(
    ("polled", "words"),
    [
        (lambda _: ["sqs"], "of this very function"),
        (lambda _: [], "of this very function"),
        (lambda name: [f"arn:aws:{one}:" for one in questions_10.POLLED[name]], "the name of the service"),
        (lambda _: None, "returns nothing"),
        (lambda name: {}[name], "ended with an error"),
    ],
)
def test_what_is_not_polled(shop, polled, words):
    assert words in told(questions_10.judged_polled(polled))


@pytest.mark.parametrize("form", [list, set, tuple])
def test_what_is_polled(shop, form):
    assert isinstance(questions_10.judged_polled(lambda name: form(questions_10.POLLED[name])), Right)


@pytest.mark.parametrize(
    "shows",
    [lambda _: "NEW_AND_OLD_IMAGES", lambda _: "NEW_IMAGE", lambda name: {"StreamViewType": questions_10.VIEWS[name]}],
)
def test_what_a_stream_does_not_show(shop, shows):
    assert "of this very table" in told(questions_10.judged_view(shows))


def test_what_a_stream_shows(shop):
    assert isinstance(questions_10.judged_view(questions_10.VIEWS.__getitem__), Right)


@pytest.mark.parametrize(
    "callers",
    [lambda _: {"s3.amazonaws.com"}, lambda _: "s3.amazonaws.com", lambda _: [], lambda _: ["lambda:InvokeFunction"]],
)
def test_who_does_not_call(shop, callers):
    assert "which Service may call it" in told(questions_10.judged_callers(callers))


@pytest.mark.parametrize("form", [list, set, frozenset])
def test_who_calls(shop, form):
    assert isinstance(questions_10.judged_callers(lambda name: form(questions_10.CALLERS[name])), Right)
