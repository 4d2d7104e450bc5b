"""Steps whose checks are given what the learner has made, and look at nothing else."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd
from deployed import Patch

from workbook.learning import exercises
from workbook.learning.exercises import Verdict
from workbook.observe.traces import MOMENTS, Trace

NAMES = ["ada", "ben", "cleo", "dan"]


def counted(*orders: int) -> pd.DataFrame:
    return pd.DataFrame({"orders": orders}, index=NAMES[: len(orders)])


def not_written(_: str) -> str:
    raise NotImplementedError("put Basket in place of Product")


def journey(fate: str | None = None, **hops: float | None) -> tuple:
    """The trace of an order, with other times of some hops."""
    return (Trace("an-id", "another-id", dict.fromkeys(MOMENTS, 1.0) | {"accepted": None} | hops, fate),)


def stored(known: int, of: int = 50) -> tuple:
    return (pd.DataFrame({"stored": [1.0] * known + [None] * (of - known)}),)


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
KEY = ('name="id"', 'name="userName"')


def copied(*replacements: tuple[str, str]) -> tuple:
    """A function that replaces these words in a line, one after the other."""

    def as_basket(line: str) -> str:
        for old, new in replacements:
            line = line.replace(old, new)
        return line

    return (as_basket,)


CAPITAL, SMALL = ("Product", "Basket"), ("product", "basket")
HANA, IVO = {"baskets": 0, "orders": 0}, {"baskets": 0, "orders": 2}
WRONG: list[tuple[str, str, tuple]] = [
    ("03-copies", "Product becomes Basket", copied()),
    ("03-copies", "Product becomes Basket", copied(SMALL, KEY)),
    ("03-copies", "Product becomes Basket", copied(CAPITAL, ("Table", "BasketTable"), SMALL, KEY)),
    ("03-copies", "without a capital", copied(CAPITAL, KEY)),
    ("03-copies", "a basket's key", copied(CAPITAL, SMALL)),
    ("03-copies", "a basket's key", copied(CAPITAL, SMALL, ('name="id"', 'name="username"'))),
    ("03-copies", "id alone stays", copied(CAPITAL, SMALL, KEY, (", id)", ", userName)"))),
    ("03-copies", "Product becomes Basket", (lambda line: None,)),
    ("06-trace", "still on its way", journey("queue", received=None, stored=None)),
    ("06-trace", "still on its way", journey(written=None)),
    ("06-trace", "still on its way", journey("outbox", accepted=1.0, published=None, queued=None, received=None,
                                             stored=None, written=None)),
    ("06-trace", "still on its way", journey("stored", stored=None)),
    ("06-trace", "it is a dead letter", journey("dead letter", stored=None)),
    ("06-trace", "it could not be delivered", journey("undelivered", queued=None, received=None, stored=None)),
    ("06-trace", "it is nowhere", journey("nowhere", received=None, stored=None)),
    ("06-fifty", "not all of them have arrived", stored(30)),
    ("06-fifty", "not all of them have arrived", stored(44)),
    ("06-fifty", "not all of them have arrived", stored(0)),
    ("06-fifty", "not all of them have arrived", stored(5, of=5)),
    ("06-fifty", "not all of them have arrived", stored(1, of=1)),
    ("06-fifty", "not all of them have arrived", (stored(50)[0][:25],)),
    ("08-doubled", "has not arrived yet", (counted(2, 2, 2, 1),)),
    ("08-doubled", "looks first", (counted(1, 1, 1, 1),)),
    ("08-doubled", "has not arrived yet", (counted(0, 0, 0, 0),)),
    ("08-doubled", "all four", (counted(2, 2, 2),)),
    ("08-doubled", "all four", (counted(),)),
    ("08-doubled", "has not arrived yet", (counted(2, 2, 0, 2),)),
    ("08-once", "all four", (counted(),)),
    ("08-once", "all four", (counted(1, 1, 1),)),
    ("08-memory", "ran more than once", (VOUCHERS * 2,)),
    ("08-memory", "begin at the cell", (VOUCHERS[1:],)),
    ("08-memory", "begin at the cell", (VOUCHERS[:-1],)),
    ("08-memory", "begin at the cell", (["voucher 1 for eve"],)),
    ("08-memory", "ran more than once", ([*VOUCHERS, "voucher 6 for eve"],)),
    ("08-memory", "begin at the cell", (["hello"],)),
    ("08-versions", "must compare the versions", (len, ends(last_wins=MIXED, newest_wins=MIXED))),
    ("08-versions", "must compare the versions", (len, ends(last_wins=MIXED, newest_wins=["shipped"] * 5 + ["paid"]))),
    ("08-versions", "it should have none", (len, ends(last_wins=SHIPPED, newest_wins=SHIPPED))),
    ("08-versions", "must compare the versions", (len, ends(last_wins=MIXED[:3], newest_wins=SHIPPED[:3]))),
    ("08-versions", "compare the versions", (len, pd.concat([ends(last_wins=MIXED[:1], newest_wins=SHIPPED[:1])] * 6))),
    ("08-versions", "another form", (len, ends(last_wins=MIXED))),
    ("09-dual", "did not die", ({"baskets": 1, "orders": 0}, IVO)),
    ("09-dual", "with the deletion first", ({"baskets": 0, "orders": 1}, IVO)),
    ("09-dual", "did not try again", (HANA, {"baskets": 0, "orders": 1})),
    ("09-dual", "did not die", (HANA, {"baskets": 1, "orders": 0})),
    ("09-dual", "did not die", (HANA, {"baskets": 0, "orders": 3})),
    ("09-dual", "another form", (HANA, {"baskets": 0})),
    ("09-killed", "lost or doubled", (DEATHS | {"point 3": {"balances": False}},)),
    ("09-killed", "stored more than once", (DEATHS | {"point 7": DEATHS["point 7"] | {"orders": 2}},)),
    ("09-killed", "had not arrived", (DEATHS | {"point 7": DEATHS["point 7"] | {"orders": 0}},)),
    ("09-killed", "had not arrived", (DEATHS | {"point 7": DEATHS["point 7"] | {"outbox": 1}},)),
    ("09-killed", "had not arrived", (DEATHS | {"point 7": DEATHS["point 7"] | {"in flight": 1}},)),
    ("09-killed", "another form", (DEATHS | {"point 0": {}},)),
    ("11-frame", "pd.concat", ([LINES],)),
    ("11-frame", "pd.concat", ({"a": LINES},)),
    ("11-frame", "assign", (LINES.drop(columns="function"),)),
    ("11-frame", "lost on the way", (LINES.drop(columns="correlation_id"),)),
    ("11-frame", "lacks a function", (LINES[:2],)),
    ("11-frame", "lacks a function", (LINES.assign(function="BasketFunction"),)),
    ("11-frame", "lacks a function", (LINES.assign(correlation_id=["1", "2", "3"]),)),
    ("11-frame", "lacks a function", (LINES.assign(correlation_id=None),)),
    ("12-gateway", "let in", ([("a body", 201, "the function"), *BODIES[1:]], Counter({429: 3}))),
    ("12-gateway", "for another reason", ([("a body", 403, "API Gateway"), *BODIES[1:]], Counter({429: 3}))),
    ("12-gateway", "the model or the validator", ([("a body", 400, "the function")] * 5, Counter({429: 3}))),
    ("12-gateway", "run the cell again", (BODIES[:4], Counter({429: 3}))),
    ("12-gateway", "too slowly", (BODIES, Counter({200: 50}))),
    ("12-gateway", "wants no key", (BODIES, Counter())),
    ("12-list", "what should refuse this does not", (LIST.assign(found=["200"] + ["403"] * 11),)),
    ("12-list", "something else did first", (LIST.assign(found="400"),)),
    ("12-list", "what should refuse this does not", (LIST.assign(found=None),)),
    ("12-list", "another form", (LIST.drop(columns="found"),)),
    ("12-list", "something else did first", (LIST.assign(found=["403"] * 11 + ["429"]),)),
    ("12-list", "what should refuse this does not", (LIST.assign(found=[None] + ["403"] * 11),)),
    ("12-list", "another form", ([*LIST.itertuples()],)),
]
NOT_YET: list[tuple[str, tuple]] = [
    ("03-copies", (not_written,)),
    ("06-trace", ()), ("06-trace", ({"hops": 7},)), ("06-fifty", ()), ("06-fifty", (pd.DataFrame(),)),
    ("08-doubled", ()), ("08-doubled", (pd.DataFrame(),)), ("08-doubled", (4,)), ("08-once", ()),
    ("08-memory", ()), ("08-memory", ([],)), ("08-versions", ()), ("08-versions", (len,)), ("09-dual", ()),
    ("09-dual", (HANA,)), ("09-killed", ()), ("09-killed", ({},)), ("09-killed", (dict([*DEATHS.items()][:7]),)),
    ("11-frame", ()), ("12-gateway", ()), ("12-gateway", (BODIES,)), ("12-list", ()), ("12-list", (LIST[:11],)),
]  # fmt: skip
RIGHT: list[tuple[str, tuple]] = [
    ("03-copies", copied(CAPITAL, SMALL, KEY)), ("03-copies", copied(KEY, SMALL, CAPITAL)),
    ("03-copies", (lambda line: re.sub("(?<=name=\")id", "userName", line).replace(*SMALL).replace(*CAPITAL),)),
    ("06-trace", journey()), ("06-trace", journey(accepted=1.0)), ("06-trace", journey(answered=0, written=500.5)),
    ("06-fifty", stored(50)), ("06-fifty", stored(46)), ("06-fifty", stored(45, of=45)),
    ("08-doubled", (counted(2, 2, 2, 2),)), ("08-doubled", (counted(3, 2, 4, 2),)),
    ("08-doubled", (counted(2, 2, 2, 2).astype(float),)),
    ("08-memory", (VOUCHERS,)), ("08-memory", (VOUCHERS[::-1],)), ("08-memory", (tuple(VOUCHERS),)),
    ("08-versions", (len, ends(last_wins=MIXED, newest_wins=SHIPPED))),
    ("08-versions", (len, ends(newest_wins=SHIPPED, last_wins=["paid"] * 6))),
    ("08-versions", (print, ends(last_wins=MIXED[::-1], newest_wins=SHIPPED, mine=SHIPPED))),
    ("09-dual", (HANA, IVO)), ("09-dual", (HANA, {"baskets": 1, "orders": 2})), ("09-dual", (HANA | {"x": 1}, IVO)),
    ("09-killed", (DEATHS,)), ("09-killed", ({**DEATHS, "more": DEATHS["point 0"]},)),
    ("09-killed", ({n: dict(state, more=1) for n, state in DEATHS.items()},)),
    ("11-frame", (LINES,)), ("11-frame", (LINES.assign(more=1),)), ("11-frame", (pd.concat([LINES, LINES[:1]]),)),
    ("12-gateway", (BODIES, Counter({429: 1, 200: 9}))), ("12-gateway", (BODIES[::-1], Counter({429: 50}))),
    ("12-gateway", ([[*row] for row in BODIES], Counter({429: 1}))),
    ("12-list", (LIST,)), ("12-list", (LIST.assign(found=403),)), ("12-list", (pd.concat([LIST, LIST]),)),
]  # fmt: skip


def judge(_: Patch, check: str, given: tuple) -> Verdict:
    """What a check says of what it is given."""
    return exercises._looked_at(check, given)
