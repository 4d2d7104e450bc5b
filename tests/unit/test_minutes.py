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
        {"cell_type": kind, "id": f"42-{n:02}", "source": source.splitlines(keepends=True), "metadata": {}}
        for n, (kind, source) in enumerate(cells)
    ]
    file = tmp_path / "42_a_chapter.ipynb"
    file.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setattr(published, "chapters", lambda: {42: file})
    monkeypatch.setattr(gaps, "cells_of", lambda number: dict(written))
    monkeypatch.setattr(minutes, "exercises", lambda: ["42-1", "41-1"])
    return minutes.minutes(42)


def test_words_are_read_at_150_a_minute_but_not_those_of_drawings_and_addresses(tmp_path, monkeypatch):
    text = "word " * 1500 + "[and](https://example.com) ```mermaid\n" + "a b\n" * 5000 + "```"
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


@pytest.mark.parametrize("number", NUMBERS)
def test_a_chapter_and_readme_say_what_the_rule_gives(number):
    """`python -m workbook.maintenance.minutes` makes them so."""
    assert minutes.said(number) == minutes.minutes(number) == minutes.in_readme()[number]
