"""What checks of steps and of exercises make of what they find in the cloud: wrong things are told why."""

from __future__ import annotations

import json
import re

import pytest

from workbook.base.paths import NOTEBOOKS
from workbook.clients.invoke import Invocation
from workbook.learning import bookmark, chapters, exercises, progress, published
from workbook.learning.checks.chapter_00 import judged_greeting
from workbook.learning.checks.chapter_01 import judged_batch, tries_of
from workbook.learning.checks.chapter_06 import judged_rows
from workbook.learning.checks.judging import deletions, patterns
from workbook.learning.checks.judging.infrastructure import judged_rights
from workbook.learning.exercises import NotRight, NotYet, Right


def greeting(result=None, error=None):
    return judged_greeting("Ada", Invocation(200, result, error, 1))


@pytest.mark.parametrize(
    ("result", "error", "words"),
    [
        (None, "Worker init failed: expected ':' (app.py, line 1)", "cannot be loaded"),
        (None, "Worker init failed: module 'app' has no attribute 'handler'", "cannot be loaded"),
        (None, "Unable to import module 'app': No module named 'nothing'", "cannot be loaded"),
        (None, "Syntax error in module 'app': invalid syntax (app.py, line 1)", "cannot be loaded"),
        (None, "Handler 'handler' missing on module 'app'", "cannot be loaded"),
        (None, "'nam'", "the event has no such field"),
        (None, "name 'evnt' is not defined", "the last lines of"),
        (None, "", "the last lines of"),
        ("Hello, Ada", None, "must return a dict"),
        ({"greeting": "Hello, Ada"}, None, "must return a dict"),
        ({"message": "Hello"}, None, "greets whoever"),
        ({"message": "Hello, Grace"}, None, "greets whoever"),
        ({"message": ["Ada"]}, None, "greets whoever"),
        ({"message": "Hello, {'name': 'Ada'}"}, None, "greets whoever"),
        (None, None, "must return a dict"),
    ],
)
def test_a_greeting_that_is_none_is_told_why(result, error, words):
    assert words in greeting(result, error).mistake


@pytest.mark.parametrize(
    "result", [{"message": "Hello, Ada"}, {"message": "Ada!"}, {"message": "¡Hola, Ada!", "at": "noon"}]
)
def test_any_greeting_is_right(result):
    assert greeting(result) is None


TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/Product-Table"
THREE = {(f"dynamodb:{name}Item", TABLE) for name in ("Get", "Put", "Delete")}
TWELVE = (
    "BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "DescribeTable", "GetItem",
    "GetRecords", "GetShardIterator", "PutItem", "Query", "Scan", "UpdateItem",
)  # fmt: skip  # of grant_read_write_data


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({(f"dynamodb:{name}", TABLE) for name in TWELVE}, "the service needs three"),
        (THREE | {("dynamodb:UpdateItem", TABLE)}, "the service needs three"),
        (THREE | {("dynamodb:DeleteTable", TABLE)}, "the service needs three"),
        (THREE | {("sqs:SendMessage", TABLE)}, "the service needs three"),
        ({("dynamodb:*", TABLE)}, "a star allows more"),
        ({("*", TABLE)}, "a star allows more"),
        (THREE | {("dynamodb:Get*", TABLE)}, "a star allows more"),
        ({(action, "*") for action, _ in THREE}, "on this table"),
        ({(action, TABLE + "s") for action, _ in THREE}, "on this table"),
        (THREE | {("dynamodb:GetItem", TABLE.replace("Product", "Basket"))}, "on this table"),
        (THREE - {("dynamodb:GetItem", TABLE)}, "a right each"),
        (THREE - {("dynamodb:PutItem", TABLE)}, "a right each"),
        (THREE - {("dynamodb:DeleteItem", TABLE)}, "a right each"),
        ({(action, f"{TABLE}/index/by-category") for action, _ in THREE}, "a right each"),
    ],
)
def test_rights_that_are_too_wide_or_too_narrow_are_told_why(found, words):
    assert words in judged_rights(found, set(), TABLE).mistake


def test_a_policy_of_aws_is_too_wide():
    assert "is AWS's" in judged_rights(THREE, {"AmazonDynamoDBFullAccess"}, TABLE).mistake


@pytest.mark.parametrize(
    "found",
    [
        THREE,
        THREE | {("dynamodb:Scan", TABLE), ("dynamodb:Query", f"{TABLE}/index/by-category")},
        THREE | {(action, f"{TABLE}/index/*") for action, _ in THREE},  # as table.grant gives them if there is an index
    ],
)
def test_rights_that_fit_are_right(found):
    assert judged_rights(found, set(), TABLE) is None


def test_without_any_rights_there_is_nothing_to_judge():
    assert isinstance(judged_rights(set(), set(), TABLE), NotYet)


def test_of_an_event_that_was_sent_twice_each_was_tried_three_times():
    assert tries_of(json.dumps({"requestContext": {"approximateInvokeCount": 3, "condition": "RetriesExhausted"}})) == 3


EX = ("ex-1", "ex-2", "ex-3")
STARTED, POLLED = [f"pricing {o}" for o in EX], [f"{o} costs 1 (polled)" for o in EX]
CALLED = [f"{o} costs 1 (called)" for o in EX]
SENT = {"Successful": [{"Id": o, "MessageId": "1", "MD5OfMessageBody": ""} for o in EX], "Failed": []}
ONE_SENT = {"MessageId": "1", "MD5OfMessageBody": ""}


@pytest.mark.parametrize(
    ("sent", "lines", "kept", "words"),
    [
        (ONE_SENT, STARTED + POLLED, [], "one call with three Entries"),
        ([ONE_SENT] * 3, STARTED + POLLED, [], "one call with three Entries"),
        (None, STARTED + POLLED, [], "one call with three Entries"),
        ("sent", STARTED + POLLED, [], "one call with three Entries"),
        (None, STARTED + CALLED, [], "invoked by you"),
        (SENT | {"Successful": SENT["Successful"][:2]}, STARTED[:2] + POLLED[:2], [], "not among the Entries"),
        (SENT | {"Successful": SENT["Successful"][:2]}, STARTED + POLLED, [], "not among the Entries"),
        (SENT | {"Successful": SENT["Successful"] * 2}, STARTED + POLLED, [], "or there are others"),
        (SENT | {"Failed": [{"Id": "ex-1", "Message": "no"}]}, STARTED + POLLED, [], "did not take an entry"),
        (SENT, [], ["{'orderId': 'ex-1'}"], "use json.dumps"),
        (SENT, STARTED + POLLED[:2], [], "items, a list of dicts"),
        (SENT, STARTED, [], "items, a list of dicts"),
        (SENT, ["pricing 1", "1 costs 2 (polled)"], [], "must be ex-1, ex-2 and ex-3"),
    ],
)
def test_orders_that_did_not_come_by_one_call_are_told_why(sent, lines, kept, words):
    assert words in judged_batch(sent, lines, kept).mistake


@pytest.mark.parametrize("before", [[], ["pricing sync-1"], CALLED])
@pytest.mark.parametrize("kept", [[], ["{'orderId': 'ex-1'}"], ['{"orderId": "polled-bad"}']])
def test_one_call_is_right_whatever_came_before(before, kept):
    assert isinstance(judged_batch(SENT | {"ResponseMetadata": {}}, before + STARTED + POLLED, kept), Right)


def test_nothing_sent_is_not_yet_attempted():
    assert isinstance(judged_batch(None, ["pricing sync-1"], []), NotYet)


def row(checkout_id, points, user="ada"):
    return {"checkoutId": checkout_id, "userName": user, "points": points}


TWO = {"a": 137, "b": 42}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([row("a", 138), row("b", 42)], "do not round"),
        ([row("a", 274), row("b", 42)], "added twice"),
        ([row("a", 62), row("b", 42)], "every item with its quantity"),
        ([row("a", 137.7), row("b", 42)], "every item with its quantity"),
        ([row("a", "137"), row("b", 42)], "every item with its quantity"),
        ([{"checkoutId": "a"}, row("b", 42)], "every item with its quantity"),
        ([row("b", 42)], "took the place of another's"),
        ([row("a", 179)], "took the place of another's"),
        ([], "the event did not arrive"),
        ([row("a", 137), row("b", 42), row("other", 12)], "lets other events through"),
        ([row("a", 137), row("b", 42), row("third", 137)], "the event came twice"),
        ([row("a", 137), {"id": "b", "points": 42}], "is to be checkoutId"),
    ],
)
def test_points_that_are_not_right_are_told_why(rows, words):
    assert words in judged_rows(rows, TWO, {"other"}).mistake


@pytest.mark.parametrize(
    "rows",
    [[row("a", 137), row("b", 42)], [row("b", 42), row("a", 137.0)], [row("a", 137) | {"more": 1}, row("b", 42)]],
)
def test_points_that_are_right_are_right(rows):
    assert judged_rows(rows, TWO, {"other"}) is None


STEPS_OF_03 = [name for name in published.checks_of(3) if not name[3:].isdecimal()]


@pytest.fixture
def passed(tmp_path, monkeypatch):
    """Lets checks have been passed."""
    monkeypatch.setattr(bookmark, "RECORD", tmp_path / "progress.json")
    return lambda *names: [bookmark.record_try(name, right=True) for name in names]


def test_a_chapter_whose_exercises_are_untouched_is_told_so_kindly(passed, capsys):
    passed(*STEPS_OF_03)
    chapters.finish(3)
    said = capsys.readouterr().out
    assert said.startswith("You are at the end of chapter 03. Exercises 03-1 and 03-2 are still open: ")
    assert "Next: " in said and bookmark.finished() == [3]
    passed("03-1")
    chapters.finish(3)
    assert "Exercise 03-2 is still open" in capsys.readouterr().out
    passed("03-2")
    chapters.finish(3)
    assert capsys.readouterr().out.startswith("Chapter 03 is finished. Next: ")


def test_a_chapter_whose_steps_are_open_is_not_called_finished(passed, capsys):
    passed("03-1", "03-2", *STEPS_OF_03[1:])
    chapters.finish(3)
    said = capsys.readouterr().out
    assert said.startswith(f"You are at the end of chapter 03. The step {STEPS_OF_03[0]} is still open: ")
    chapters.finish(0)
    assert "The steps 00-deployed" in capsys.readouterr().out


def test_a_chapter_without_exercises_is_finished(passed, capsys):
    passed(*published.checks_of(0))
    chapters.finish(0)
    assert capsys.readouterr().out.startswith("Chapter 00 is finished. Next: ")
    assert progress.still_open(0, progress.EXERCISE) == []


def test_a_wrong_answer_says_what_was_expected_what_was_found_and_why():
    verdict = judged_rows([], {"a": 1}, set())
    assert isinstance(verdict, NotRight) and verdict.expected and verdict.found and verdict.mistake.endswith(".")


def asked_for() -> list[str]:
    """The names of the checks that the chapters' cells call."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")))
    return sorted(set(re.findall(r'\bcheck\(\\"([^"\\]+)\\"', code)))


@pytest.mark.parametrize("name", asked_for())
def test_whatever_check_a_chapter_calls_is_there(name: str):
    assert exercises._find(name)


def test_each_check_is_called_by_its_chapter():
    for name in asked_for():
        exercises._find(name)  # which loads all checks of the chapter
    ours = {name for name, of in exercises._checks.items() if of.look.__module__.startswith("workbook.")}
    assert ours == set(asked_for())


def test_an_invoice_is_wanted_if_the_shop_asked_for_100_or_more_by_invoice():
    """Of the events on which patterns are tried: what is said of each is true, and no two are the same."""
    for name, (event, wanted, _) in patterns._INVOICES.items():
        asked = event["detail"]["data"]
        by_invoice = asked["paymentMethod"] == "invoice" and asked["totalPrice"] >= 100
        ours = (event["source"], event["detail-type"]) == ("shop.basket", "BasketCheckedOut")
        assert wanted == (by_invoice and ours), name
    events = [json.dumps(event) for event, _, _ in patterns._INVOICES.values()]
    assert len(set(events)) == len(events)


def test_a_call_is_wanted_if_a_lamp_was_deleted():
    """Of the records on which criteria are tried: what is said of each is true, and no two are the same."""
    for name, (event, images, wanted, _) in deletions._RECORDS.items():
        category = images.get("OldImage", {}).get("category")
        assert wanted == (event == "REMOVE" and category == {"S": "lamps"}), name
    records = [json.dumps(record[:2]) for record in deletions._RECORDS.values()]
    assert len(set(records)) == len(records)
