"""The teacher's page in a browser: of ten learners one sees who is stuck, by day and by night, and nothing is cut."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from workbook.base.paths import ROOT
from workbook.learning import published

sys.path.append(str(ROOT / "workshop" / "hub"))
import class_progress  # noqa: E402
from posted import Posted  # noqa: E402

NOW = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
NAMES = ("ada", "ben", "cem", "dora", "emil", "finn", "gül", "hana", "ivo", "jon")
STUCK = ("cem", "gül")


def a_class() -> list[class_progress.Learner]:
    """Ten learners: one has not begun, one has left, two are stuck, one works on a laptop."""
    learners = []
    for n, name in enumerate(NAMES):
        chapter = n % 7
        checks = published.checks_of(chapter)
        tries = {checks[1]: tried(not_right=name in STUCK, first=6 + n, last=45 if name == "dora" else n % 4)}
        record = {} if n == 0 else {"chapter": chapter, "passed": checks[:1], "tries": tries}
        learners.append(class_progress.learner(name, json.dumps(record), None, NOW))
    posted = Posted()
    told = {"name": "kim", "id": "1" * 32, "sent": NOW.isoformat(), "progress": {"chapter": 3}}
    posted.take(json.dumps(told).encode(), NOW)
    return [*learners[:-1], *posted.of_laptops(NOW)]


def tried(*, not_right: bool, first: float, last: float) -> dict:
    """Three tries of a check, so many minutes ago."""
    times = {"first": (NOW - timedelta(minutes=first)), "last": (NOW - timedelta(minutes=last))}
    return {"tries": 3, "right": not not_right} | {name: time.isoformat() for name, time in times.items()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_of_ten_learners_one_sees_who_is_stuck(browser: Browser, screenshots: Path, scheme: str):
    with browser.new_context(viewport={"width": 1100, "height": 900}, color_scheme=scheme) as visit:
        page = visit.new_page()
        page.set_content(class_progress.page(a_class(), NOW, "join https://class.example/services/class 0123 NAME"))
        rows = page.get_by_role("row")
        expect(rows).to_have_count(11)
        assert sorted(rows.nth(n).get_by_role("cell").first.inner_text() for n in (1, 2)) == sorted(STUCK)
        colours = [rows.nth(n).evaluate("row => getComputedStyle(row).backgroundColor") for n in (1, 3)]
        assert colours[0] != colours[1]
        expect(page.get_by_text("kim (laptop)")).to_be_visible()
        picture = page.get_by_role("img", name="Where each learner is in the book")
        assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        ink, paper = page.evaluate("(style => [style.color, style.backgroundColor])(getComputedStyle(document.body))")
        assert (brightness(ink) > brightness(paper)) == (scheme == "dark")
        page.screenshot(path=screenshots / f"the class, {scheme}.png", full_page=True)


def brightness(colour: str) -> int:
    """The sum of a colour's red, green and blue, such as those of `rgb(1, 2, 3)`."""
    return sum(map(int, colour.removeprefix("rgb(").rstrip(")").split(",")))
