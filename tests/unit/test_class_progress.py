"""The class's overview says who is where and who is stuck, whatever a learner's clone says of itself."""

from __future__ import annotations

import json
import re
import sys
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from workbook.base.paths import ROOT
from workbook.learning import published

sys.path.append(str(ROOT / "workshop" / "hub"))
import class_progress  # noqa: E402

pytestmark = pytest.mark.slow

NOW = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
HERE = 2
CHECKS = published.checks_of(HERE)
FIRST, SECOND = CHECKS[:2]


def before(**length: float) -> str:
    return (NOW - timedelta(**length)).isoformat(timespec="seconds")


def tried(right: bool, *, first: float, last: float, tries: int = 3) -> dict:
    """What is remembered of a check; `first` and `last` in minutes before now."""
    return {"tries": tries, "first": before(minutes=first), "last": before(minutes=last), "right": right}


def seen(record: object, minutes_ago: float | None = None) -> class_progress.Learner:
    text = record if isinstance(record, str) else json.dumps(record)
    alive = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    return class_progress.learner("ada", text, alive, NOW)


def at_a_check(now: dict, passed: tuple[str, ...] = ()) -> class_progress.Learner:
    return seen({"chapter": HERE, "at": "within", "passed": list(passed), "tries": {SECOND: now}})


def test_who_has_not_begun():
    assert seen("") == class_progress.Learner("ada")


def test_who_is_within_a_chapter():
    tries = {FIRST: tried(True, first=20, last=12), SECOND: tried(False, first=4, last=1, tries=2)}
    one = seen({"chapter": HERE, "passed": [FIRST], "tries": tries})
    assert (one.chapter, one.done, one.of) == (HERE, 1, len(CHECKS))
    assert (one.step, one.failed, one.stuck) == (SECOND, 2, None)
    assert one.alive == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("what", "stuck"),
    [
        (tried(False, first=5, last=1), None),
        (tried(False, first=6, last=1), timedelta(minutes=6)),
        (tried(False, first=50, last=29), timedelta(minutes=50)),
        (tried(False, first=50, last=31), None),  # away
        (tried(True, first=50, last=1), None),
    ],
)
def test_stuck_is_who_tries_the_same_check_in_vain_for_more_than_five_minutes(what, stuck):
    assert at_a_check(what).stuck == stuck


def test_who_has_passed_a_check_before_is_not_stuck_there():
    one = at_a_check(tried(False, first=50, last=1), passed=(SECOND,))
    assert (one.stuck, one.failed) == (None, 0)


def test_the_hub_may_have_seen_somebody_later_than_their_last_check():
    assert seen({"chapter": HERE}, minutes_ago=3).alive == NOW - timedelta(minutes=3)


UNFIT = ["[]", "{", '{"chapter": "<b>"}', '{"passed": 1}', '{"tries": {"02-grant": {}}}', '{"tries": {"x": [1]}}']


@pytest.mark.parametrize("text", UNFIT)
def test_what_cannot_be_read_is_said_and_breaks_nothing(text):
    one = seen(text, minutes_ago=1)
    assert not one.readable and one.alive
    assert "cannot be read" in class_progress.page([one], NOW)


def test_checks_chapters_and_times_that_cannot_be_are_left_out():
    tries = {"<script>": tried(False, first=9, last=1), FIRST: tried(False, first=-9, last=-10)}
    one = seen({"chapter": 4242, "passed": ["<script>"], "tries": tries})
    assert one == class_progress.Learner("ada")


def test_a_name_is_no_markup():
    assert "<b>" not in class_progress.page([class_progress.Learner("<b>ada")], NOW)


def ten() -> list[class_progress.Learner]:
    """A class: one who has not begun, one who is away, one who is stuck, and seven on their way."""
    stuck = {"chapter": 3, "tries": {published.checks_of(3)[1]: tried(False, first=12, last=1, tries=7)}}
    records = [{}, {"chapter": 1, "tries": {published.checks_of(1)[0]: tried(True, first=90, last=80)}}, stuck]
    for n in range(7):
        checks = published.checks_of(n)
        records.append({"chapter": n, "passed": checks[:2], "tries": {checks[1]: tried(True, first=n, last=n)}})
    return [class_progress.learner(f"learner{n}", json.dumps(r), None, NOW) for n, r in enumerate(records)]


def test_of_a_class_of_ten_who_is_stuck_comes_first():
    page = class_progress.page(ten(), NOW)
    rows = re.findall(r'<tr(?: class="(\w+)")?>\s+<td>(\w+)', page)
    assert rows == [("stuck", "learner2"), *[("", f"learner{n}") for n in range(10) if n != 2]]
    assert "10 learners, 1 of them stuck" in page
    [first] = re.findall(r"<td>learner2(.+?)<tr", page, re.DOTALL)
    assert re.findall(r">([^<\s][^<\n]*)", first)[-3:] == ["7", "12 min", "1 min ago"]


def test_the_picture_names_everybody():
    drawn = class_progress.picture(ten()).removeprefix("data:image/svg+xml;base64,")
    assert {f"learner{n}" for n in range(10)} <= set(re.findall(r"<!-- (\w+) -->", b64decode(drawn).decode()))
