"""Steps of chapter 13: a model and what was measured, runs that pile up, choices, answers, and money; with no run."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd
from deployed import Patch, show
from model import SETTINGS

from workbook.learning import exercises
from workbook.learning.checks import chapter_13, questions_13
from workbook.learning.exercises import Verdict

NOW = pd.Timestamp("2026-01-31", tz="UTC").to_pydatetime()
Case = tuple[dict[str, Any], tuple]  # what there is to see, and what the check is given


def held(calls: float = 1.0, stored: float = 1.0, p50: float = 1.0, p95: float = 1.0) -> Case:
    """A model that is off by these factors."""
    measured = pd.Series({"calls a second": 60.0, "last stored": 12.0, "p50": 130.0, "p95": 240.0})
    off = pd.Series({"calls a second": calls, "last stored": stored, "p50": p50, "p95": p95})
    return {}, (pd.DataFrame({"predicted": measured * off, "measured": measured}),)


def came(*, refused: str = "nobody", orders: int = 100, p95: float = 2.0, outbox: int = 0, **behind: int) -> pd.Series:
    """What a simulation would make of a hundred customers."""
    queues = {f"{name} is behind": behind.get(name, 3) for name in ("Ordering", "EventLog", "Report")}
    found = {"came": 100, "orders": orders, "refused by": refused, "in the outbox": outbox, "Ordering: p95, s": p95}
    return pd.Series(found | queues)


def ran(*, most: int | None = 5, **found: Any) -> Case:
    """A run of a million an hour, and the maximum of EventLog's mapping as it is deployed."""
    return _mapped(most), (came(**found),)


def _mapped(most: int | None) -> dict[str, Any]:
    mapping = {} if most is None else {"ScalingConfig": {"MaximumConcurrency": most}}
    answer = lambda **_: {"EventSourceMappings": [mapping]}
    client = SimpleNamespace(list_event_source_mappings=answer)
    return {"target": SimpleNamespace(client=lambda _: client), "outputs": {"EventLogFunction": "f"}}


def sale(changes: Any, **found: Any) -> Case:
    """A choice, and what a simulation would make of it."""

    def simulate(settings: dict[str, Any], rate: Callable[[int], float], seconds: int, after: int) -> Any:
        assert settings == SETTINGS | changes and (rate(0), rate(5), rate(14), seconds) == (0, 1500, 3000, 15)
        return came(**found)

    choice = changes if callable(changes) else lambda: changes
    return {}, (choice, simulate, SETTINGS)


def not_written() -> None:
    raise NotImplementedError("return something")


GOOD = {"stage": 10_000, "write units": 20_000, "Ordering": 40}


def asked(question: str, given: Any, *, missing: int = 0) -> Case:
    """An answer; of a queue that keeps messages for seven days, an alarm at 1,000, and books of 272 orders."""
    attributes = {"Attributes": {"MessageRetentionPeriod": "604800", "VisibilityTimeout": "30"}}
    client = SimpleNamespace(
        get_queue_attributes=lambda **_: attributes,
        describe_alarms=lambda **_: {"MetricAlarms": [{"Threshold": 1000.0}]},
    )
    books = SimpleNamespace(missing=frozenset(map(str, range(missing))), accepted=frozenset(map(str, range(272))))
    to_see = {
        "target": SimpleNamespace(client=lambda _: client), "outputs": {"OrderingQueue": "q"},
        "ledger": lambda _: books,
    }  # fmt: skip
    answer = given if callable(given) else lambda: given
    return to_see, (answer, NOW) if question == "13-q3" else (answer,)


def answers(question: str, *cases: tuple[str, Any]) -> list[tuple[str, str, Case]]:
    return [(question, words, asked(question, given)) for words, given in cases]


WRONG: list[tuple[str, str, Case]] = [
    ("13-model", "another machine's", held(calls=4.1)), ("13-model", "another machine's", held(calls=0.2)),
    ("13-model", "another machine's", held(stored=5)), ("13-model", "another machine's", held(stored=0.2, p50=0.5)),
    ("13-model", "another machine's", held(calls=0)),
    ("13-model", "another machine's", held(calls=float("nan"), stored=float("nan"))),
    ("13-mended", "takes as many environments as it gets", ran(most=None)),
    ("13-mended", "are 178 a second", ran(most=2)), ("13-mended", "are 267 a second", ran(most=3)),
    ("13-mended", "protects what is behind", ran(most=100)), ("13-mended", "protects what is behind", ran(most=11)),
    ("13-mended", "older than the deployment", ran(EventLog=30_000, Report=30_000)),
    ("13-mended", "one of the two stacks", ran(Report=29_000)),
    ("13-mended", "a million an hour", ran(refused="429: stage's throttle (5 s)")),
    ("13-sale", "leave out what does not bind", sale({**GOOD, "concurrency": 3000})),
    ("13-sale", "has one of these names", sale({"Stage": 10_000})),
    ("13-sale", "does not take this value", sale({**GOOD, "Ordering": 5000})),
    ("13-sale", "does not take this value", sale({**GOOD, "write units": 80_000})),
    ("13-sale", "does not take this value", sale({**GOOD, "stage": "10,000"})),
    ("13-sale", "a limit in front", sale(GOOD, orders=99, refused="503: write units (8 s)")),
    ("13-sale", "wait in the outbox", sale(GOOD, p95=50, outbox=40)),
    ("13-sale", "wait in Ordering's queue", sale(GOOD, p95=11, Ordering=40)),
    ("13-sale", 'return {"stage"', sale(lambda: ["stage", 10_000])),
    *answers(
        "13-q1", ("that is in seconds", 604_800), ("that is in hours", 168.0), ("it drops nothing", 30 / 86_400),
        ("it drops nothing", 30), ("makes a number of text", "7"), ("ask the cloud once more", 14),
        ("returns nothing", lambda: None), ("ended with an error", lambda: 1 / 0),
    ),
    *answers(
        "13-q2", ("that many must wait", 1000.0), ("other way round", 99_000.0), ("other way round", 0.099),
        ("99 are too many", 1000 / 278), ("ask the cloud once more", 5.05), ("makes a number of text", "10"),
        ("returns nothing", lambda: None),
    ),
    *answers(
        "13-q3", ("so many were accepted", 272), ("ask the cloud once more", 3), ("len(…) counts", []),
        ("len(…) counts", frozenset()), ("returns nothing", lambda: None), ("ended with an error", lambda: [].missing),
    ),
]  # fmt: skip
NOT_YET: list[tuple[str, Case]] = [
    ("13-model", ({}, ())), ("13-model", ({}, (pd.DataFrame(),))), ("13-model", held(calls=1.4)),
    ("13-model", held(calls=2.5, stored=0.4)), ("13-model", held(p95=0.45)),
    ("13-mended", ({}, ())), ("13-sale", ({}, (not_written, print, SETTINGS))),
    ("13-q1", asked("13-q1", not_written)), ("13-q2", asked("13-q2", not_written)),
    ("13-q3", asked("13-q3", not_written)),
]  # fmt: skip
RIGHT: list[tuple[str, Case]] = [
    ("13-model", held()), ("13-model", held(calls=0.85, stored=1.2, p50=1.9, p95=0.55)),
    ("13-model", held(calls=1.24, stored=0.81)),
    ("13-mended", ran()), ("13-mended", ran(most=4, EventLog=900)), ("13-mended", ran(most=10)),
    ("13-sale", sale(GOOD)), ("13-sale", sale({"stage": 8_000.0, "write units": 30_000, "Ordering": 60})),
    ("13-sale", sale({**GOOD, "stage": 9_000}, p95=9.9)), ("13-sale", sale({"stage": 10_000, "Ordering": 40})),
    *(("13-q1", asked("13-q1", given)) for given in (7.0, 7, 7.01)),
    *(("13-q2", asked("13-q2", given)) for given in (1000 / 99, 10.1, 10.15)),
    *(("13-q3", asked("13-q3", missing, missing=missing)) for missing in (0, 2, 3)),
]  # fmt: skip


def judge(patch: Patch, check: str, case: Case) -> Verdict:
    """What a check says of what it is given, when there is this to see."""
    to_see, given = case
    show(patch, questions_13 if check.startswith("13-q") else chapter_13, **to_see)
    return exercises._looked_at(check, given)
