"""What the checks of chapter 13's gaps make of lines in a bucket, in growth, in a ceiling, and of the sale.

Without a cloud; with one, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

from typing import Any

import pytest
from answers.gaps_13 import LINES
from model import SETTINGS, model

from workbook.learning import gaps
from workbook.learning.checks.judging import scaling
from workbook.learning.exercises import NotRight

pytestmark = pytest.mark.slow  # it is about checks, and few change those

JUDGED = {
    "13-bucket": ("Bucket", scaling.judged_bucket),
    "13-growth": ("grown", scaling.judged_growth),
    "13-ceiling": ("ceiling", scaling.judged_ceiling),
    "13-sale": ("settings_for_the_sale", lambda choice: scaling.judged_changes(choice(), SETTINGS)),
}
SIMULATED = {"the door only", "not behind"}  # which only a simulation tells, below
JUDGED_LINES = [lines for lines in LINES if lines.cell in JUDGED and lines.name not in SIMULATED]


def told(cell: str, body: str) -> Any:
    """What is said of the function or class that a cell defines."""
    name, judged = JUDGED[cell]
    names: dict[str, Any] = {}
    exec(body, names)
    return judged(names[name])


@pytest.mark.parametrize("lines", [it for it in JUDGED_LINES if it.words], ids=str)
def test_wrong_lines_are_told_why(lines):
    found = told(lines.cell, lines.body)
    assert isinstance(found, NotRight) and lines.words in f"{found.mistake}\n{found.expected}\n{found.found}", found


@pytest.mark.parametrize("lines", [it for it in JUDGED_LINES if not it.words], ids=str)
def test_right_lines_of_another_form(lines):
    assert told(lines.cell, lines.body) is None


@pytest.mark.parametrize("cell", JUDGED)
def test_the_published_lines_are_right(cell):
    assert told(cell, gaps.cells_of(13)[cell].published()) is None


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage": 10_000, "write units": 20_000, "Ordering": 40}, ""),
        ({"stage": 10_000, "write units": 20_000}, "wait in Ordering's queue"),
        ({"stage": 10_000, "Ordering": 40}, "a limit in front"),
    ],
)
def test_a_choice_is_simulated(changes, words):
    crowd = lambda second: 3_000 * min(second / 10, 1)
    found = scaling.judged_sale(model()["simulate"](SETTINGS | changes, crowd, 15, after=60))
    assert (found is None) if not words else words in found.mistake
