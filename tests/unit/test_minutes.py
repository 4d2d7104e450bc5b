"""The minutes that a chapter takes: by a rule, and said alike in the chapter and in README."""

from __future__ import annotations

import json

import pytest

from workbook.learning import gaps, published
from workbook.maintenance import minutes

NUMBERS = sorted(published.chapters())


def book(tmp_path, monkeypatch, *cells, written=()):
    """A book of one chapter, 42."""
    cells = [
        {"cell_type": kind, "id": f"42-{n:02}", "source": source.splitlines(keepends=True), "metadata": {"tags": tags}}
        for n, (kind, source, *tags) in enumerate([*cells, ("code", "", "exercise-42-1")])
    ]
    file = tmp_path / "42_a_chapter.ipynb"
    file.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setattr(published, "chapters", lambda: {42: file})
    monkeypatch.setattr(gaps, "cells_of", lambda number: dict(written))
    return minutes.minutes(42)


def test_words_are_read_at_150_a_minute_but_not_listings_addresses_and_what_pictures_show(tmp_path, monkeypatch):
    text = "word " * 1500 + "[and](https://example.com)\n\n![" + "a b " * 5000 + "](diagrams/42_it.svg)"
    text += "\n\n```diff\n" + "a b\n" * 5000 + "```"
    assert book(tmp_path, monkeypatch, ("markdown", text)) == 20  # 10 of words, 10 of the exercise


def test_code_is_read_at_12_lines_a_minute_and_what_stays_is_not_read_again(tmp_path, monkeypatch):
    first = "%%writefile ../lambda_src/x.py\n" + "".join(f"a{n} = {n}\n" for n in range(120))
    again = first + "b = 1\n" * 12
    assert book(tmp_path, monkeypatch, ("code", first), ("code", again)) == 20  # 10 and 1, and 10


def test_a_gap_takes_three_minutes_and_is_not_read(tmp_path, monkeypatch):
    gap = gaps.Gap("it", ("a = 1",) * 60, ("...",))
    cell = gaps.Cell("42-x", "42-00", None, (gap, gap, gap, gap, gap))
    source = "\n".join(["a = 1"] * 300)
    assert book(tmp_path, monkeypatch, ("code", source), written={"42-00": cell}) == 25  # 15, and 10


def of_minutes(*taken):
    """Steps that take so many minutes each."""
    return [("markdown", f"## Step {n}. More\n" + "word " * (150 * each - 4)) for n, each in enumerate(taken, 1)]


@pytest.mark.parametrize(
    ("taken", "says"),
    [
        ((20, 20), "**50 minutes.**"),
        ((25, 25), "**60 minutes.**"),
        ((25, 25, 20), "**80 minutes**, with a break before step 3."),  # which has the exercise
        ((50, 20, 20, 50), "**150 minutes**, with breaks before step 2 and step 4."),
        ((70, 70), "**150 minutes**, with a break before step 2."),  # no step is divided
        ((70, 20, 20), "**120 minutes**, with a break before step 2."),
        ((40, 5, 5, 40, 5), "**105 minutes**, with a break before step 4."),
    ],
)
def test_a_chapter_says_where_to_take_a_break_so_that_no_sitting_is_longer_than_an_hour(
    tmp_path, monkeypatch, taken, says
):
    book(tmp_path, monkeypatch, *of_minutes(*taken))
    assert minutes.to_be_said(42) == says


@pytest.mark.parametrize("number", NUMBERS)
def test_a_chapter_and_readme_say_what_the_rule_gives(number):
    """`python -m workbook.maintenance.minutes` makes them so."""
    assert minutes.said(number) == minutes.to_be_said(number)
    assert minutes.minutes(number) == minutes.in_readme()[number]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_chapter_has_no_more_code_to_read_than_one_reads_with_care(number):
    assert minutes.lines(number) <= 450
