"""What a check says that it has found: the learner compares it with what was expected."""

from __future__ import annotations

import hashlib
from collections import Counter
from types import SimpleNamespace

import pandas as pd
import pytest

from workbook.clients.rest import Answer
from workbook.learning import exercises
from workbook.learning.checks import chapter_02
from workbook.learning.checks.chapter_01 import judged_batch
from workbook.learning.checks.judging import (
    dead_letters, discount_codes, infrastructure, product_lists, pseudonyms, slow,
)  # fmt: skip
from workbook.learning.exercises import Right

EX = ("ex-1", "ex-2", "ex-3")
STARTED, POLLED = [f"pricing {o}" for o in EX], [f"{o} costs 1 (polled)" for o in EX]
SENT = {"Successful": [{"Id": o} for o in EX], "Failed": []}
REFUSED = [{"Id": "ex-1", "Message": "too large"}, {"Id": "ex-2", "Message": "too many"}]


@pytest.mark.parametrize(
    ("sent", "lines", "found"),
    [
        (SENT, STARTED, "ex-1 was started and failed"),
        (SENT, STARTED + POLLED[:2], "ex-3 was started and failed"),
        (SENT, ["pricing 1"], "none of them"),
        (SENT, STARTED[:2] + POLLED[:2], "ex-1, ex-2"),
        (SENT | {"Failed": REFUSED}, STARTED + POLLED, "too large"),
        (SENT | {"Failed": [{"Id": "ex-1"}]}, STARTED + POLLED, "one"),
        (SENT | {"Successful": [{"Id": "ex-1"}]}, STARTED + POLLED, "1"),
        (None, STARTED + POLLED, "None"),
        ({"MessageId": "1"}, STARTED + POLLED, "another one"),
        ([SENT], STARTED + POLLED, "a list"),
    ],
)
def test_of_a_batch(sent, lines, found):
    assert judged_batch(sent, lines, []).found == found


def test_of_rights_on_other_tables_the_first():
    others = {("dynamodb:GetItem", "arn:of-basket"), ("dynamodb:PutItem", "arn:of-ordering")}
    assert infrastructure.judged_rights(others, set(), "arn:of-product").found == "arn:of-basket"


def api(status: int, body: dict | None) -> SimpleNamespace:
    return SimpleNamespace(get=lambda *_, **__: Answer(status, body, {}, 1))


@pytest.mark.parametrize(
    ("body", "found"), [({"error": {"message": "not now"}}, "500 not now"), ({}, "500 "), (None, "500 ")]
)
def test_of_a_list_that_fails(monkeypatch, body, found):
    monkeypatch.setattr(chapter_02, "outputs", {"ProductApiUrl": "here"})
    monkeypatch.setattr(chapter_02, "Rest", lambda _: api(500, body))
    monkeypatch.setattr(chapter_02, "_judged_ways", lambda: None)
    assert chapter_02.lists().found == found


def test_of_a_category(monkeypatch):
    items = [{"category": "furniture"}, {"category": "light"}]
    assert product_lists.judged_category(api(200, {"items": items})).found == "2 products"


def test_of_a_second_page_its_beginning(monkeypatch):
    monkeypatch.setattr(product_lists, "outputs", {"ProductTable": "there"})
    monkeypatch.setattr(product_lists, "table", lambda _: [1, 2])
    first, second = Answer(200, {"items": [1], "next": "a token"}, {}, 1), {"items": [], "next": "x" * 300}
    assert product_lists.judged_pages(api(200, second), first).found == str(second)[:200]


def test_of_a_code_that_is_none():
    assert discount_codes._let_through("SAVE", "returned", "SAVE").found == "let through"
    assert discount_codes._let_through(" SAVE5", "returned", "SAVE5").found == "returned: 'SAVE5'"


def test_how_many_codes_were_tried():
    def rule(name, value):
        if value in discount_codes.GOOD:
            return value
        raise discount_codes.BadRequestError(f"{name} must be SAVE and two digits")

    assert discount_codes.judged_codes(rule).why == "110 codes let through, 28 other things refused in a sentence."


@pytest.mark.parametrize(
    ("check", "given", "found"),
    [
        ("08-versions", ["paid", "shipped", "placed"] * 2, "paid, placed"),
        ("08-versions", ["shipped"] * 3, "3 rows"),
    ],
)
def test_of_orders_in_which_not_the_newest_wins(check, given, found):
    ends = pd.DataFrame({"newest_wins": given, "last_wins": given})
    assert exercises._looked_at(check, (len, ends)).found == found


def test_of_bodies_each_answer_once():
    rows = [("a body", status, "the function") for status in (400, 201, 400, 403)]
    assert exercises._looked_at("12-gateway", (rows, Counter({429: 1}))).found == "[201, 400, 403]"


def test_of_ids_that_are_none_the_first():
    letters = pd.DataFrame({"messageId": ["m-1"], "kind": [dead_letters.WANTED], "body": ["{}"]})
    assert dead_letters._judge(["m-8", "m-9"], letters).found == "'m-8'"
    assert slow.judged(lambda *_: ["nobody", "nothing"]).found == "'nobody'"


NAMES = [f"pseudonym{n}" for n in range(4)]


def of_names(names: list[str], other: str = "another") -> exercises.Verdict:
    return pseudonyms._judge_names(names, names[0], names[0], other, b"the secret")


def test_of_pseudonyms():
    assert isinstance(of_names(NAMES), Right)
    assert of_names(NAMES, other=NAMES[0]).found == "the same with another secret"
    plain = [hashlib.sha256(user.encode()).hexdigest() for user in pseudonyms.USERS]
    assert of_names(plain, other=plain[0]).found == "a plain hash of the name"
    assert of_names([name[-9:] for name in NAMES]).found == NAMES[0][-9:]


def test_of_people_that_are_left_all_that_should_go_is_said():
    event = pseudonyms._checkout("zora.quix")
    verdict = pseudonyms._people_in(event, event)
    assert verdict.expected == "no firstName, lastName, email, address"
    assert verdict.found == "address, email, firstName, lastName"
