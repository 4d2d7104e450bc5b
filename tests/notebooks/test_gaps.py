"""The learner's edition, worked through: empty gaps are not yet attempted, wrong lines are told why, the published
ones are right.

Each chapter with gaps on a fresh cloud. All lines of `tests/answers/gaps_NN.py` are tried at night; by day one wrong
answer for each cell of one chapter.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from answers.gaps import LINES
from answers.lines import Lines
from try_gaps import EMPTY, PUBLISHED

from workbook.base.paths import read_json
from workbook.learning import gaps, published

CELLS = {number: found for number in published.chapters() if (found := gaps.cells_of(number))}
BY_DAY = min(CELLS)
SENTENCE = re.compile(r"The CDK app does not run|There is no output|\S+, line \d+, is still to be written")
Said = dict[str, dict[str, list[str]]]


@pytest.fixture
def work_through(copy: Path, in_copy: Callable[..., str]) -> Callable[..., Said]:
    """What was said to each answer in the gaps of a chapter, and what errors there were on the way to its check."""

    def work(number: int, *names: str) -> Said:
        in_copy(sys.executable, str(Path(__file__).with_name("try_gaps.py")), str(number), *names)
        return read_json(copy / ".workbook" / "said.json", {})

    return work


def all_is_said(said: Said, tried: list[Lines]) -> None:
    otherwise = []
    for cell, answers in said.items():
        if "✓ Right" not in answers[PUBLISHED][0] or answers[PUBLISHED][1:]:
            otherwise.append((cell, PUBLISHED, *answers[PUBLISHED]))
        first, *errors = answers[EMPTY]
        if "Not yet attempted." not in first:
            otherwise.append((cell, EMPTY, first))
        if errors and "CDK app" in errors[0] and not (SENTENCE.match(errors[0]) and "\n" not in errors[0]):
            otherwise.append((cell, EMPTY, errors[0]))
    for lines in tried:
        told = said[lines.cell][lines.name][0]
        words = ("Not right, because", lines.words) if lines.words else ("✓ Right",)
        if not all(word.lower() in told.lower() for word in words):
            otherwise.append((str(lines), *said[lines.cell][lines.name]))
    assert otherwise == [], "\n\n".join("\n".join(one) for one in otherwise)


@pytest.mark.xdist_group("gaps by day")
def test_a_learner_who_errs_once_in_each_cell_is_told_and_comes_through(work_through) -> None:
    number = BY_DAY
    first = {lines.cell: lines for lines in reversed(LINES) if lines.words}
    said = work_through(number, *(first[cell].name for cell in CELLS[number]))
    assert said.keys() == CELLS[number].keys()
    all_is_said(said, [first[cell] for cell in CELLS[number]])


@pytest.mark.nightly
@pytest.mark.parametrize(
    "number", [pytest.param(n, id=f"{n:02}", marks=pytest.mark.xdist_group(f"gaps {n:02}")) for n in CELLS]
)
def test_whatever_is_wrong_is_told_why_and_what_is_right_is_right(number: int, work_through) -> None:
    tried = [lines for lines in LINES if lines.cell in CELLS[number]]
    all_is_said(work_through(number, *(lines.name for lines in tried)), tried)
