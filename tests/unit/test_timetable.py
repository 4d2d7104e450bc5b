"""The timetables for a class are what the rule of minutes gives, with breaks, and no minute lost or twice."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest

from workbook.base.paths import ROOT
from workbook.maintenance.minutes import minutes

sys.path.append(str(ROOT / "workshop"))
import timetable  # noqa: E402

pytestmark = pytest.mark.slow

PAGE = timetable.PAGE.read_text(encoding="utf-8")
PLANS = [[int(number) for number in found[2].split()] for found in timetable.BLOCK.finditer(PAGE)]
PAUSES = ("break", "lunch")


def test_the_page_says_what_the_rule_gives():
    """`python workshop/timetable.py` makes it so."""
    assert len(PLANS) == 4
    assert timetable.up_to_date(PAGE) == PAGE


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_a_day_has_every_minute_of_its_chapters_and_ends_in_time(plan):
    parts = list(timetable.day(plan))
    assert all(before[1] == after[0] for before, after in zip(parts, parts[1:], strict=False))
    work = sum((end - begin for begin, end, what in parts if what not in PAUSES), timedelta())
    assert work == timedelta(minutes=sum(map(minutes, plan)))
    assert parts[0][0] == timetable.BEGIN and parts[-1][1] <= timetable.BEGIN.replace(hour=17)


@pytest.mark.parametrize("length", [5, 95, 100, 101, 180, 360])
def test_nobody_works_for_long_without_a_break_or_past_lunch(monkeypatch, length):
    monkeypatch.setattr(timetable, "minutes", lambda number: length)
    monkeypatch.setattr(timetable.published, "title", lambda number: "A chapter")
    worked, lunches, parts = timedelta(), 0, list(timetable.day([1, 2, 3]))
    for begin, end, what in parts:
        worked = timedelta() if what in PAUSES else worked + (end - begin)
        assert worked <= timetable.WORK + timetable.SCRAP
        lunches += what == "lunch"
    assert lunches == (parts[-1][1] > timetable.LUNCH_FROM + timetable.WORK) and parts[-1][2] not in PAUSES


def test_of_a_chapter_that_goes_on_after_a_break_the_parts_are_named(monkeypatch):
    monkeypatch.setattr(timetable, "minutes", lambda number: 200)
    monkeypatch.setattr(timetable.published, "title", lambda number: "A chapter")
    said = [what.partition(", ")[2] for _, _, what in timetable.day([4]) if what not in PAUSES]
    assert said == ["to be gone on with", "more of it", "the rest"]
