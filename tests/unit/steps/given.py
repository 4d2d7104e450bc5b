"""Steps whose checks are given what the learner has made, and look at nothing else."""

from __future__ import annotations

from collections import Counter

import pandas as pd
from deployed import Patch

from workbook.learning import exercises
from workbook.learning.exercises import Verdict

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
WRONG: list[tuple[str, str, tuple]] = [
    ("06-fifty", "not all of them have arrived", (pd.DataFrame({"stored": [1.0] * 30 + [None] * 20}),)),
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
    ("08-dual", "did not die", ({"baskets": 1, "orders": 0}, IVO)),
    ("08-dual", "with the deletion first", ({"baskets": 0, "orders": 1}, IVO)),
    ("08-dual", "did not try again", (HANA, {"baskets": 0, "orders": 1})),
    ("08-dual", "did not die", (HANA, {"baskets": 1, "orders": 0})),
    ("08-dual", "did not die", (HANA, {"baskets": 0, "orders": 3})),
    ("08-dual", "another form", (HANA, {"baskets": 0})),
    ("08-killed", "lost or doubled", (DEATHS | {"point 3": {"balances": False}},)),
    ("08-killed", "wait until the queue is empty", (DEATHS | {"point 7": DEATHS["point 7"] | {"orders": 2}},)),
    ("08-killed", "had not arrived", (DEATHS | {"point 7": DEATHS["point 7"] | {"orders": 0}},)),
    ("08-killed", "had not arrived", (DEATHS | {"point 7": DEATHS["point 7"] | {"outbox": 1}},)),
    ("08-killed", "had not arrived", (DEATHS | {"point 7": DEATHS["point 7"] | {"in flight": 1}},)),
    ("08-killed", "another form", (DEATHS | {"point 0": {}},)),
    ("10-frame", "pd.concat", ([LINES],)),
    ("10-frame", "pd.concat", ({"a": LINES},)),
    ("10-frame", "assign", (LINES.drop(columns="function"),)),
    ("10-frame", "lost on the way", (LINES.drop(columns="correlation_id"),)),
    ("10-frame", "lacks a function", (LINES[:2],)),
    ("10-frame", "lacks a function", (LINES.assign(function="BasketFunction"),)),
    ("10-frame", "lacks a function", (LINES.assign(correlation_id=["1", "2", "3"]),)),
    ("10-frame", "lacks a function", (LINES.assign(correlation_id=None),)),
    ("11-gateway", "let in", ([("a body", 201, "the function"), *BODIES[1:]], Counter({429: 3}))),
    ("11-gateway", "for another reason", ([("a body", 403, "API Gateway"), *BODIES[1:]], Counter({429: 3}))),
    ("11-gateway", "the model or the validator", ([("a body", 400, "the function")] * 5, Counter({429: 3}))),
    ("11-gateway", "run the cell again", (BODIES[:4], Counter({429: 3}))),
    ("11-gateway", "too slowly", (BODIES, Counter({200: 50}))),
    ("11-gateway", "wants no key", (BODIES, Counter())),
    ("11-list", "what should refuse this does not", (LIST.assign(found=["200"] + ["403"] * 11),)),
    ("11-list", "something else did first", (LIST.assign(found="400"),)),
    ("11-list", "what should refuse this does not", (LIST.assign(found=None),)),
    ("11-list", "another form", (LIST.drop(columns="found"),)),
]
NOT_YET: list[tuple[str, tuple]] = [
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


def judge(_: Patch, check: str, given: tuple) -> Verdict:
    """What a check says of what it is given."""
    return exercises._looked_at(check, given)
