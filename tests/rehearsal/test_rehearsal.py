"""Chapters run as published with AWS as their target: on another account, by AWS's addresses, in AWS's weather."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime

import nbformat
import pytest
from known import NOT_PLAYED
from rehearse import same_but_for_unknown

from workbook.base.paths import NOTEBOOKS, read_json
from workbook.learning import published
from workbook.maintenance import copies

SEED = 1
BY_DAY = ["01", "05"]
BY_NIGHT = [f"{number:02}" for number in published.chapters()]
FILLED_IN = ["02", "04"]  # of the learner's edition
OF_THE_DAY = int(os.environ.get("REHEARSAL_SEED") or datetime.now(UTC).strftime("%Y%m%d"))


def rehearsed(chapters: list[str], seed: int, *more: str) -> list[dict]:
    """What came of each chapter."""
    with copies.copy_of_the_tree() as copy:
        command = [sys.executable, "tests/rehearsal/rehearse.py", *chapters, "--seed", str(seed), *more]
        code = copies.run_in(copy, command, WORKBOOK_TESTING="1")
        done = read_json(copy / ".workbook" / "rehearsed.json", {"chapters": []})
    assert [f"{it['chapter']:02}" for it in done["chapters"]] == chapters, "it was not rehearsed to the end"
    assert not done["held and then refused"]
    assert code == any(chapter["otherwise"] for chapter in done["chapters"])
    return done["chapters"]


@pytest.mark.parametrize(
    "arguments",
    [
        (BY_DAY, SEED),
        pytest.param((BY_NIGHT, OF_THE_DAY), marks=pytest.mark.nightly),
        pytest.param((FILLED_IN, OF_THE_DAY, "--learn"), marks=pytest.mark.nightly),
    ],
    ids=["by day", "by night", "learner's edition"],
)
def test_each_cell_is_as_published(arguments: tuple) -> None:
    """But for those that are known; `run.py rehearse NN --seed N` repeats it."""
    found = rehearsed(*arguments)
    assert {chapter["chapter"]: chapter["otherwise"] for chapter in found if chapter["otherwise"]} == {}
    assert any(chapter["weather"] for chapter in found), "the sun shone"


def test_what_aws_does_not_tell_is_as_published_and_nothing_else() -> None:
    shown = "   body    state  receives\n0  None  waiting      <NA>"
    for stored, same in {
        '                 body    state  receives\n0  {"hello": "world"}  waiting         0': True,
        '                 body      state  receives\n0  {"hello": "world"}  in flight         0': False,
        "   body    state  receives\n0  one  waiting         0\n1  two  waiting         0": False,
        "Empty DataFrame": False,
    }.items():
        assert same_but_for_unknown(shown, stored) == same, stored


def test_what_is_known_is_of_cells_that_there_are() -> None:
    """A cell that was renamed, or is gone, is not known any more."""
    books = [nbformat.read(file, as_version=4) for file in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")]
    assert NOT_PLAYED.keys() <= {cell.id for book in books for cell in book.cells}


def test_what_cannot_be_played_is_a_known_difference() -> None:
    rows = set(re.findall(r'<a id="([^"]+)"', (NOTEBOOKS / "differences.md").read_text(encoding="utf-8")))
    assert {row.partition("#")[2] for row in NOT_PLAYED.values()} <= rows
