"""Steps of chapter 13: a model and what was measured, runs that pile up, choices, answers, and money; with no run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd
from deployed import Patch, show
from model import SETTINGS

from workbook.learning import exercises
from workbook.learning.checks import chapter_13
from workbook.learning.exercises import Verdict

NOW = pd.Timestamp("2026-01-31", tz="UTC").to_pydatetime()
Case = tuple[dict[str, Any], tuple]  # what there is to see, and what the check is given


def held(calls: float = 1.0, stored: float = 1.0, p50: float = 1.0, p95: float = 1.0) -> Case:
    """A model that is off by these factors."""
    measured = pd.Series({"calls a second": 60.0, "last stored": 12.0, "p50": 130.0, "p95": 240.0})
    off = pd.Series({"calls a second": calls, "last stored": stored, "p50": p50, "p95": p95})
    return {}, (pd.DataFrame({"predicted": measured * off, "measured": measured}),)


def ran(
    *, most: int | None = 5, first: dict[str, float] | None = None, **behind: int
) -> Case:
    """A run of a million an hour, and the maximum of EventLog's mapping as it is deployed."""
    queues = {name: [0.0] * behind.get(name, 3) for name in ("Ordering", "EventLog", "Report")}
    return _mapped(most), (SimpleNamespace(first=first or {}, queues=queues),)


def _mapped(most: int | None) -> dict[str, Any]:
    mapping = {} if most is None else {"ScalingConfig": {"MaximumConcurrency": most}}
    answer = lambda **_: {"EventSourceMappings": [mapping]}
    client = SimpleNamespace(list_event_source_mappings=answer)
    return {"target": SimpleNamespace(client=lambda _: client), "outputs": {"EventLogFunction": "f"}}


def sale(
    changes: Any, *, accepted: int = 100, waits: float = 2.0, outbox: int = 0, queue: int = 0,
    first: dict[str, float] | None = None,
) -> Case:
    """A choice, and what a simulation would make of it."""
    shop = SimpleNamespace(
        counts=Counter(came=100, accepted=accepted), first=first or {}, env=SimpleNamespace(now=80.0),
        waits={"Ordering": [waits] * 100}, outbox=[[5.0] * outbox], queues={"Ordering": [5.0] * queue},
    )  # fmt: skip

    def simulate(settings: dict[str, Any], rate: Callable[[int], float], seconds: int, after: int) -> Any:
        assert settings == SETTINGS | changes and (rate(0), rate(5), rate(19)) == (0, 1500, 3000)
        return shop

    choice = changes if callable(changes) else lambda: changes
    return {}, (choice, simulate, SETTINGS)


def not_written() -> None:
    raise NotImplementedError("return a dict of three settings")


GOOD = {"stage": 10_000, "write units": 20_000, "Ordering": 40}


def asked(*given: Any, missing: int = 0) -> Case:
    """Three answers, of a queue that keeps messages for seven days, and an alarm at 1,000."""
    attributes = {"Attributes": {"MessageRetentionPeriod": "604800", "VisibilityTimeout": "30"}}
    client = SimpleNamespace(
        get_queue_attributes=lambda **_: attributes,
        describe_alarms=lambda **_: {"MetricAlarms": [{"Threshold": 1000.0}]},
    )
    books = lambda _: SimpleNamespace(missing=frozenset(map(str, range(missing))))
    to_see = {"target": SimpleNamespace(client=lambda _: client), "outputs": {"OrderingQueue": "q"}, "ledger": books}
    return to_see, (lambda: given, NOW)


WRONG: list[tuple[str, str, Case]] = [
    ("13-model", "another machine's", held(calls=2.1)),
    ("13-model", "another machine's", held(calls=0.4)),
    ("13-model", "another machine's", held(stored=3)),
    ("13-model", "another machine's", held(stored=0.45, p50=0.5)),
    ("13-model", "another machine's", held(calls=0)),
    ("13-model", "another machine's", held(calls=float("nan"), stored=float("nan"))),
    ("13-mended", "takes as many environments as it gets", ran(most=None)),
    ("13-mended", "are 178 a second", ran(most=2)), ("13-mended", "are 267 a second", ran(most=3)),
    ("13-mended", "protects what is behind", ran(most=100)), ("13-mended", "protects what is behind", ran(most=11)),
    ("13-mended", "older than the deployment", ran(EventLog=30_000, Report=30_000)),
    ("13-mended", "one of the two stacks", ran(Report=29_000)),
    ("13-mended", "a million an hour", ran(first={"429: stage's throttle": 5.4})),
    ("13-sale", "leave out what does not bind", sale({**GOOD, "concurrency": 3000})),
    ("13-sale", "has one of these names", sale({"Stage": 10_000})),
    ("13-sale", "does not take this value", sale({**GOOD, "Ordering": 5000})),
    ("13-sale", "does not take this value", sale({**GOOD, "write units": 80_000})),
    ("13-sale", "does not take this value", sale({**GOOD, "stage": "10,000"})),
    ("13-sale", "a limit in front", sale(GOOD, accepted=99, first={"503: write units": 7.8})),
    ("13-sale", "wait in the outbox", sale(GOOD, waits=50, outbox=40)),
    ("13-sale", "wait in Ordering's queue", sale(GOOD, waits=9, queue=40)),
    ("13-sale", 'return {"stage"', sale(lambda: ["stage", 10_000])),
    ("13-q", "that is in seconds", asked(604_800, 10.1, 0)), ("13-q", "that is in hours", asked(168.0, 10.1, 0)),
    ("13-q", "it drops nothing", asked(30 / 86_400, 10.1, 0)),
    ("13-q", "that many must wait", asked(7, 1000.0, 0)), ("13-q", "other way round", asked(7, 99_000.0, 0)),
    ("13-q", "99 a second are too many", asked(7, 1000 / 278, 0)), ("13-q", "in this order", asked(7, 10.1)),
    ("13-q", "makes a number of text", asked("7", 10.1, 0)), ("13-q", "ask the cloud once more", asked(7, 10.1, 3)),
    ("13-q", "len(…) counts", asked(7, 10.1, [])),
]  # fmt: skip
NOT_YET: list[tuple[str, Case]] = [
    ("13-model", ({}, ())), ("13-model", ({}, (pd.DataFrame(),))), ("13-model", held(calls=1.4)),
    ("13-model", held(p95=0.45)), ("13-mended", ({}, ())), ("13-sale", ({}, (not_written, print, SETTINGS))),
]  # fmt: skip
RIGHT: list[tuple[str, Case]] = [
    ("13-model", held()), ("13-model", held(calls=0.85, stored=1.2, p50=1.9, p95=0.55)),
    ("13-model", held(calls=1.24, stored=0.81)),
    ("13-mended", ran()), ("13-mended", ran(most=4, EventLog=900)), ("13-mended", ran(most=10)),
    ("13-sale", sale(GOOD)), ("13-sale", sale({"stage": 8_000.0, "write units": 30_000, "Ordering": 60})),
    ("13-sale", sale({**GOOD, "stage": 9_000}, waits=9.9)), ("13-sale", sale({"stage": 10_000, "Ordering": 40})),
    ("13-q", asked(7.0, 1000 / 99, 0)), ("13-q", asked(7, 10.1, 0)), ("13-q", asked(7, 10.1, 2, missing=2)),
]  # fmt: skip


def judge(patch: Patch, check: str, case: Case) -> Verdict:
    """What a check says of what it is given, when there is this to see."""
    to_see, given = case
    show(patch, chapter_13, **to_see)
    return exercises._looked_at(check, given)
