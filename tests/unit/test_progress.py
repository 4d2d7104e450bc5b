"""How far a learner is: tries at checks and the time between them are counted, and shown to people and to programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from workbook.command.cli import app
from workbook.learning import bookmark, gaps, progress, published
from workbook.learning.chapters import finish

BEGIN = datetime(2026, 1, 31, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_a_record_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(bookmark, "RECORD", tmp_path / "progress.json")


def tried(check, minutes, *, right=False):
    bookmark.record_try(check, right=right, at=BEGIN + timedelta(minutes=minutes))


def test_tries_are_counted_with_the_first_and_the_last():
    tried("02-1", 0)
    tried("02-1", 5)
    tried("02-1", 7, right=True)
    first, last = "2026-01-31T09:00:00+00:00", "2026-01-31T09:07:00+00:00"
    assert bookmark.tries() == {"02-1": {"tries": 3, "first": first, "last": last, "right": True}}
    assert bookmark.passed() == ["02-1"]


def test_what_was_right_once_stays_passed():
    tried("02-1", 0, right=True)
    tried("02-1", 1)
    assert bookmark.passed() == ["02-1"] and not bookmark.tries()["02-1"]["right"]


def test_a_chapter_takes_from_its_first_check_to_its_last_but_for_long_pauses():
    for minutes in (0, 10, 30, 60, 600, 605):  # a night between the fourth and the fifth
        tried("02-table", minutes)
    tried("03-basket", 100)
    assert bookmark.minutes() == {"02": 65, "03": 0}


def test_a_clock_that_was_put_back_takes_no_time_away():
    tried("02-table", 10)
    tried("02-table", 4)
    tried("02-table", 6)
    assert bookmark.minutes() == {"02": 2}


@pytest.mark.parametrize("number", sorted(published.chapters()))
def test_every_check_of_a_chapter_is_counted_as_one_kind(number):
    far = progress.in_chapter(number)
    kinds = [progress.kind_of(check) for check in published.checks_of(number)]
    assert far.of.total() - far.of[progress.GAPS] == len(kinds)
    assert far.of[progress.EXERCISE] == kinds.count(progress.EXERCISE)
    assert far.done.total() == 0 and far.minutes is None and not far.finished


def test_a_gap_is_done_with_its_check():
    cell = next(iter(gaps.cells_of(2).values()))
    tried(cell.check, 0, right=True)
    far = progress.in_chapter(2)
    assert far.done == {progress.STEP: 1, progress.GAPS: sum(len(c.gaps) for c in gaps.named(cell.check))} | {
        kind: 0 for kind in far.of if kind not in (progress.STEP, progress.GAPS)
    }


def test_for_programs_it_is_json():
    tried("02-1", 0)
    tried("02-1", 5, right=True)
    bookmark.move_to(2, bookmark.WITHIN)
    done = CliRunner().invoke(app, ["status", "--json"])
    said = json.loads(done.stdout)
    assert (said["chapter"], said["at"]) == (2, "within")
    [second] = [chapter for chapter in said["chapters"] if chapter["number"] == 2]
    assert (second["minutes"], second["done"]["exercise"], second["of"]["exercise"]) == (5, 1, 1)
    [check] = [check for check in second["checks"] if check["name"] == "02-1"]
    assert (check["kind"], check["tries"], check["passed"], check["right"]) == ("exercise", 2, True, True)
    [other] = [check for check in second["checks"] if check["name"] == "02-table"]
    assert (other["tries"], other["first"], other["passed"]) == (0, None, False)


def test_nobody_who_has_not_begun_is_in_a_chapter():
    said = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert (said["chapter"], said["at"]) == (None, None)
    assert {chapter["minutes"] for chapter in said["chapters"]} == {None}


def test_the_end_of_a_chapter_shows_how_much_of_it_is_done(monkeypatch):
    shown = []
    monkeypatch.setattr("workbook.learning.chapters.show", lambda text, markup: shown.append((text, markup)))
    tried("02-table", 0, right=True)
    tried("02-1", 12)
    finish(2)
    [(text, markup)] = shown
    assert "min" not in text
    assert "steps 1 of " in markup and "exercises 0 of 1" in markup and "12 min" in markup
    assert markup.count("· exercises 0 of") == 1  # nothing is said of chapters that were not begun
