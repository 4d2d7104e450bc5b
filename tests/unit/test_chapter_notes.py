"""What an instructor is told of each chapter: every chapter is there, in order, and each check that is named exists."""

from __future__ import annotations

import re

import pytest

from workbook.base.paths import ROOT
from workbook.learning import published

pytestmark = pytest.mark.slow

PAGE = (ROOT / "workshop" / "chapters.md").read_text(encoding="utf-8")
CHAPTERS = {int(found[1]): found for found in re.finditer(r"^## (\d\d) (.+)\n((?:(?!## ).*\n?)*)", PAGE, re.M)}
HARD = re.compile(r"\*\*Hard\*\*\n((?:- .+\n)+)")
ASKED = re.compile(r"\*\*They ask\*\*\n((?:- \*.+\?\* .+\n?)+)")


def test_every_chapter_is_there_in_order():
    assert {number: found[2] for number, found in CHAPTERS.items()} == {
        number: published.title(number) for number in published.chapters()
    }
    assert list(CHAPTERS) == list(published.chapters())


def test_each_has_what_to_say_three_hard_places_and_questions():
    for number, found in CHAPTERS.items():
        assert len(re.findall(r"^\*\*Say\*\*: .{60,}", found[3], re.M)) == 1, number
        assert HARD.search(found[3])[1].count("\n") == 3, number
        assert len(re.findall(r"^- ", ASKED.search(found[3])[1], re.M)) == 2, number


def test_each_check_that_is_named_is_the_chapters():
    named = {number: set(re.findall(r"`(\d\d-[\w-]+)`", found[3])) for number, found in CHAPTERS.items()}
    assert sum(map(len, named.values())) > 30
    assert {n: names - set(published.checks_of(n)) for n, names in named.items()} == {n: set() for n in CHAPTERS}
