"""The load test reads a chapter as the rule of minutes does, and says of a class what its numbers say."""

from __future__ import annotations

import sys

import pytest

from workbook.base.paths import ROOT
from workbook.learning import published

sys.path.append(str(ROOT / "workshop" / "hub"))
import load  # noqa: E402

pytestmark = pytest.mark.slow


def test_every_cell_of_code_is_run_and_all_that_stands_before_it_is_read_first():
    cells = published.cells(published.chapters()[1])
    read = list(load.reading(1))
    assert [cell for _, cell in read] == [cell for cell in cells if cell["cell_type"] == "code"]
    words = len("".join(cells[0]["source"]).split())
    assert cells[0]["cell_type"] == "markdown" and read[0][0] > words / load.WORDS


def test_a_report_of_two_learners_and_what_thirty_take(monkeypatch):
    monkeypatch.setattr(load, "minutes", lambda number: 50)
    ada = load.Worked("ada", 4, {"00 a": 1.0, "01 b": 9.5}, ["01 b, ada: KeyError"])
    worked = [ada, load.Worked("ben", 5.5, {"00 a": 2.0, "01 b": 4.0})]
    said = load.report(worked, memory=3e9, cpu=100, took=50).splitlines()
    assert said == [
        "learners              2, 4 cells in 50 s",
        "server there after    5.5 s at most",
        "memory, at most       3.00 GB, 1.50 GB a learner",
        "CPU                   100 s, 50 s a learner, 2.00 cores on average",
        "a cell, median        3.00 s",
        "the slowest cell      9.5 s (01 b, ada)",
        "cells that failed     01 b, ada: KeyError",
        "by that, 30 learners  45 GB, and at a person's pace 0.2 cores on average",
        "of 16 cores, 64 GB    70% of the memory; if all do a chapter's work at once, 47 s",
    ]
