"""The learner's edition, worked through: empty gaps are not yet attempted, wrong lines are told why, the published
ones are right.

By night: each chapter with gaps on a fresh cloud, with all lines of `tests/answers/gaps_NN.py`, and all chapters in
order on one cloud. By day a browser fills a gap (`tests/browser/test_learn.py`), and what checks make of such lines is
held by unit tests.
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
SENTENCE = re.compile(r"The CDK app does not run|There is no output|\S+, line \d+, is still to be written")
Said = dict[str, dict[str, list[str]]]
pytestmark = pytest.mark.nightly


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
        if "Not yet attempted." not in first and not any("not written yet" in error for error in errors):
            otherwise.append((cell, EMPTY, first))
        if errors and "CDK app" in errors[0] and not (SENTENCE.match(errors[0]) and "\n" not in errors[0]):
            otherwise.append((cell, EMPTY, errors[0]))
    for lines in tried:
        told = said[lines.cell][lines.name][0]
        words = ("✗ Not right", lines.words) if lines.words else ("✓ Right",)
        if not all(word.lower() in told.lower() for word in words):
            otherwise.append((str(lines), *said[lines.cell][lines.name]))
    assert otherwise == [], "\n\n".join("\n".join(one) for one in otherwise)


@pytest.mark.parametrize(
    "number", [pytest.param(n, id=f"{n:02}", marks=pytest.mark.xdist_group(f"gaps {n:02}")) for n in CELLS]
)
def test_whatever_is_wrong_is_told_why_and_what_is_right_is_right(number: int, work_through) -> None:
    tried = [lines for lines in LINES if lines.cell in CELLS[number]]
    all_is_said(work_through(number, *(lines.name for lines in tried)), tried)


@pytest.mark.xdist_group("gaps in order")
def test_all_chapters_in_order_first_empty_and_then_as_published_end_in_the_published_files(work_through, copy) -> None:
    for number, cells in CELLS.items():
        said = work_through(number)
        assert said.keys() == cells.keys()
        all_is_said(said, [])
    written = published.files_before(max(CELLS) + 1)
    assert {path: (copy / path).read_text(encoding="utf-8") for path in written} == written
