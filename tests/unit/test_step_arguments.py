"""Checks of steps that are given what the learner has made: each says what is wrong with it, or that it is right."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest

from workbook.learning import exercises
from workbook.learning.exercises import NotRight, NotYet, Right

NAMES = ["ada", "ben", "cleo", "dan"]


def counted(*orders: int) -> pd.DataFrame:
    return pd.DataFrame({"orders": orders}, index=NAMES[: len(orders)])


def ends(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=[f"arrival {n}" for n in range(len(next(iter(columns.values()))))])


SHIPPED, MIXED = ["shipped"] * 6, ["shipped", "paid", "shipped", "placed", "paid", "placed"]
VOUCHERS = [f"voucher {n} for {name}" for n, name in enumerate(["eve", "finn", "finn", "gus", "gus"], 1)]
DEATHS = {f"point {n}": {"balances": True, "orders": 1, "outbox": 0, "in flight": 0} for n in range(8)}
LINES = pd.DataFrame(
    [(name, "Answered", "id-1") for name in ("BasketFunction", "BasketPublisher", "OrderingWorker")],
    columns=["function", "message", "correlation_id"],
)
BODIES = [("a body", 400, "API Gateway")] * 4 + [("another", 400, "the function")]
LIST = pd.DataFrame(
    [("an attempt", "403", "403", "IAM")] * 12, columns=["attempted", "expected", "found", "refused by"]
)
HANA, IVO = {"baskets": 0, "orders": 0}, {"baskets": 0, "orders": 2}
WRONG: list[tuple[str, tuple, str]] = [
    ("06-fifty", (pd.DataFrame({"stored": [1.0] * 30 + [None] * 20}),), "not all of them have arrived"),
    ("08-doubled", (counted(2, 2, 2, 1),), "has not arrived yet"),
    ("08-doubled", (counted(1, 1, 1, 1),), "looks first"),
    ("08-doubled", (counted(0, 0, 0, 0),), "has not arrived yet"),
    ("08-doubled", (counted(2, 2, 2),), "all four"),
    ("08-doubled", (counted(),), "all four"),
    ("08-doubled", (counted(2, 2, 0, 2),), "has not arrived yet"),
    ("08-once", (counted(),), "all four"),
    ("08-once", (counted(1, 1, 1),), "all four"),
    ("08-memory", (VOUCHERS * 2,), "ran more than once"),
    ("08-memory", (VOUCHERS[1:],), "begin at the cell"),
    ("08-memory", (VOUCHERS[:-1],), "begin at the cell"),
    ("08-memory", (["voucher 1 for eve"],), "begin at the cell"),
    ("08-memory", ([*VOUCHERS, "voucher 6 for eve"],), "ran more than once"),
    ("08-memory", (["hello"],), "begin at the cell"),
    ("08-versions", (len, ends(last_wins=MIXED, newest_wins=MIXED)), "must compare the versions"),
    ("08-versions", (len, ends(last_wins=MIXED, newest_wins=["shipped"] * 5 + ["paid"])), "must compare the versions"),
    ("08-versions", (len, ends(last_wins=SHIPPED, newest_wins=SHIPPED)), "it should have none"),
    ("08-versions", (len, ends(last_wins=MIXED[:3], newest_wins=SHIPPED[:3])), "must compare the versions"),
    ("08-versions", (len, pd.concat([ends(last_wins=MIXED[:1], newest_wins=SHIPPED[:1])] * 6)), "compare the versions"),
    ("08-versions", (len, ends(last_wins=MIXED)), "another form"),
    ("08-dual", ({"baskets": 1, "orders": 0}, IVO), "did not die"),
    ("08-dual", ({"baskets": 0, "orders": 1}, IVO), "with the deletion first"),
    ("08-dual", (HANA, {"baskets": 0, "orders": 1}), "did not try again"),
    ("08-dual", (HANA, {"baskets": 1, "orders": 0}), "did not die"),
    ("08-dual", (HANA, {"baskets": 0, "orders": 3}), "did not die"),
    ("08-dual", (HANA, {"baskets": 0}), "another form"),
    ("08-killed", (DEATHS | {"point 3": {"balances": False}},), "lost or doubled"),
    ("08-killed", (DEATHS | {"point 7": DEATHS["point 7"] | {"orders": 2}},), "wait until the queue is empty"),
    ("08-killed", (DEATHS | {"point 7": DEATHS["point 7"] | {"orders": 0}},), "had not arrived"),
    ("08-killed", (DEATHS | {"point 7": DEATHS["point 7"] | {"outbox": 1}},), "had not arrived"),
    ("08-killed", (DEATHS | {"point 7": DEATHS["point 7"] | {"in flight": 1}},), "had not arrived"),
    ("08-killed", (DEATHS | {"point 0": {}},), "another form"),
    ("10-frame", ([LINES],), "pd.concat"),
    ("10-frame", ({"a": LINES},), "pd.concat"),
    ("10-frame", (LINES.drop(columns="function"),), "assign"),
    ("10-frame", (LINES.drop(columns="correlation_id"),), "lost on the way"),
    ("10-frame", (LINES[:2],), "lacks a function"),
    ("10-frame", (LINES.assign(function="BasketFunction"),), "lacks a function"),
    ("10-frame", (LINES.assign(correlation_id=["1", "2", "3"]),), "lacks a function"),
    ("10-frame", (LINES.assign(correlation_id=None),), "lacks a function"),
    ("11-gateway", ([("a body", 201, "the function"), *BODIES[1:]], Counter({429: 3})), "let in"),
    ("11-gateway", ([("a body", 403, "API Gateway"), *BODIES[1:]], Counter({429: 3})), "for another reason"),
    ("11-gateway", ([("a body", 400, "the function")] * 5, Counter({429: 3})), "the model or the validator"),
    ("11-gateway", (BODIES[:4], Counter({429: 3})), "run the cell again"),
    ("11-gateway", (BODIES, Counter({200: 50})), "too slowly"),
    ("11-gateway", (BODIES, Counter()), "wants no key"),
    ("11-list", (LIST.assign(found=["200"] + ["403"] * 11),), "what should refuse this does not"),
    ("11-list", (LIST.assign(found="400"),), "something else did first"),
    ("11-list", (LIST.assign(found=None),), "what should refuse this does not"),
    ("11-list", (LIST.drop(columns="found"),), "another form"),
]
NOTHING: list[tuple[str, tuple]] = [
    ("06-trace", ()), ("06-trace", ({"hops": 7},)), ("06-fifty", ()), ("06-fifty", (pd.DataFrame(),)),
    ("08-doubled", ()), ("08-doubled", (pd.DataFrame(),)), ("08-doubled", (4,)), ("08-once", ()),
    ("08-memory", ()), ("08-memory", ([],)), ("08-versions", ()), ("08-versions", (len,)), ("08-dual", ()),
    ("08-dual", (HANA,)), ("08-killed", ()), ("08-killed", ({},)), ("08-killed", (dict([*DEATHS.items()][:7]),)),
    ("10-frame", ()), ("11-gateway", ()), ("11-gateway", (BODIES,)), ("11-list", ()), ("11-list", (LIST[:11],)),
]  # fmt: skip
RIGHT: list[tuple[str, tuple]] = [
    ("06-fifty", (pd.DataFrame({"stored": [1.0] * 50}),)),
    ("06-fifty", (pd.DataFrame({"stored": [1.0] * 46 + [None] * 4}),)),
    ("08-doubled", (counted(2, 2, 2, 2),)), ("08-doubled", (counted(3, 2, 4, 2),)),
    ("08-doubled", (counted(2, 2, 2, 2).astype(float),)),
    ("08-memory", (VOUCHERS,)), ("08-memory", (VOUCHERS[::-1],)), ("08-memory", (tuple(VOUCHERS),)),
    ("08-versions", (len, ends(last_wins=MIXED, newest_wins=SHIPPED))),
    ("08-versions", (len, ends(newest_wins=SHIPPED, last_wins=["paid"] * 6))),
    ("08-versions", (print, ends(last_wins=MIXED[::-1], newest_wins=SHIPPED, mine=SHIPPED))),
    ("08-dual", (HANA, IVO)), ("08-dual", (HANA, {"baskets": 1, "orders": 2})), ("08-dual", (HANA | {"x": 1}, IVO)),
    ("08-killed", (DEATHS,)), ("08-killed", ({**DEATHS, "more": DEATHS["point 0"]},)),
    ("08-killed", ({n: dict(state, more=1) for n, state in DEATHS.items()},)),
    ("10-frame", (LINES,)), ("10-frame", (LINES.assign(more=1),)), ("10-frame", (pd.concat([LINES, LINES[:1]]),)),
    ("11-gateway", (BODIES, Counter({429: 1, 200: 9}))), ("11-gateway", (BODIES[::-1], Counter({429: 50}))),
    ("11-gateway", ([[*row] for row in BODIES], Counter({429: 1}))),
    ("11-list", (LIST,)), ("11-list", (LIST.assign(found=403),)), ("11-list", (pd.concat([LIST, LIST]),)),
]  # fmt: skip


def verdict(name: str, given: tuple) -> Any:
    return exercises._looked_at(name, given)


@pytest.mark.parametrize(("name", "given", "words"), WRONG)
def test_what_is_wrong_is_told_why(name, given, words):
    found = verdict(name, given)
    assert isinstance(found, NotRight), found
    assert words in found.mistake, found


@pytest.mark.parametrize(("name", "given"), NOTHING)
def test_what_is_not_there_is_not_yet_attempted(name, given):
    assert isinstance(verdict(name, given), NotYet)


@pytest.mark.parametrize(("name", "given"), RIGHT)
def test_what_is_right_is_right(name, given):
    assert isinstance(verdict(name, given), Right), verdict(name, given)


ODD = [0, "", "text", [], [1], {}, {"a": 1}, object(), pd.DataFrame(), pd.DataFrame({"a": [1]})]
GIVEN_ONE = ["06-trace", "06-fifty", "08-doubled", "08-memory", "08-killed", "10-frame", "11-list"]


@pytest.mark.parametrize("name", GIVEN_ONE)
@pytest.mark.parametrize("given", ODD, ids=range(len(ODD)))
def test_odd_things_are_not_right_and_no_error_either(name, given):
    assert not isinstance(verdict(name, (given,)), Right)
