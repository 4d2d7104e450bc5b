"""Checks of steps: a mistake is told, what is not there is not yet attempted, what is right is so in any form.

What is tried stands in `steps`, and for exercises and gaps in `tests/answers`; here it is counted, too.
"""

from __future__ import annotations

import functools
from collections import Counter

import pandas as pd
import pytest
import steps
from answers import answers_to
from answers.gaps import LINES
from steps import given

from workbook.base.paths import ROOT, SOLUTIONS
from workbook.learning import gaps, published
from workbook.learning.exercises import NotRight, NotYet, Right

ENOUGH, ENOUGH_IN_A_GAP = (6, 3), (3, 1)  # wrong cases and right ones
IN_A_KERNEL = ROOT / "tests" / "notebooks"  # where some more answers to exercises are tried
CHECKS = [check for chapter in published.chapters() for check in published.checks_of(chapter)]


def each(kind: str) -> pytest.MarkDecorator:
    """A test for each case of a kind; those that need more than a moment are slow. Chapters run beside each other."""
    cases = []
    for judge, case in steps.tried(kind):
        name = " ".join(str(it) for it in case[: 2 if kind == "WRONG" else 1])
        marks = [pytest.mark.xdist_group(f"steps of {case[0][:2]}")]
        marks += [] if judge is given.judge else [pytest.mark.slow]
        cases.append(pytest.param(judge, case, id=name, marks=marks))
    return pytest.mark.parametrize(("judge", "case"), cases)


@each("WRONG")
def test_a_mistake_is_told(judge, case, monkeypatch):
    check, words, *rest = case
    found = judge(monkeypatch, check, *rest)
    assert isinstance(found, NotRight), found
    assert words in found.mistake, found


@each("NOT_YET")
def test_what_is_not_there_is_not_yet_attempted(judge, case, monkeypatch):
    assert isinstance(judge(monkeypatch, *case), NotYet)


@each("RIGHT")
def test_what_is_right_is_right_whatever_its_form(judge, case, monkeypatch):
    found = judge(monkeypatch, *case)
    assert isinstance(found, Right), found


ODD = [0, "", "text", [], [1], {}, {"a": 1}, object(), pd.DataFrame(), pd.DataFrame({"a": [1]})]
GIVEN_ONE = ["03-copies", "06-trace", "06-fifty", "08-doubled", "08-memory", "09-killed", "11-frame", "12-list"]


@pytest.mark.parametrize("check", GIVEN_ONE)
@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_things_are_not_right_and_no_error_either(check, odd, monkeypatch):
    assert not isinstance(given.judge(monkeypatch, check, (odd,)), Right)


@functools.cache
def counted(kind: str) -> Counter[str]:
    """How many cases of a kind are tried of each check: of steps, of exercises and of gaps.

    Args:
        kind: `WRONG` or `RIGHT`.
    """
    wrong = kind == "WRONG"
    exercises = [file.stem for file in SOLUTIONS.glob("*.py")]
    found = Counter(case[0] for _, case in steps.tried(kind))
    found.update(answer.exercise for answer in answers_to(*exercises) if bool(answer.words) == wrong)
    found.update(file.name.split("_")[0] for file in (IN_A_KERNEL / f"{kind.lower()}_answers").glob("*.py"))
    return found + in_gaps(wrong)


@functools.cache
def in_gaps(wrong: bool) -> Counter[str]:
    """How many wrong lines, or right ones, are tried in the gaps that each check looks at."""
    return Counter(
        gaps.cells_of(int(lines.cell[:2]))[lines.cell].check for lines in LINES if bool(lines.words) == wrong
    )


@pytest.mark.parametrize("check", CHECKS)
def test_enough_wrong_and_right_cases_are_tried_of_each_check(check):
    """A check that came with a gap, and looks at nothing else, is tried with lines in it only: those are enough."""
    wrong, right = counted("WRONG")[check], counted("RIGHT")[check]
    only_a_gap = gaps.named(check) and (wrong, right) == (in_gaps(True)[check], in_gaps(False)[check])
    least = ENOUGH_IN_A_GAP if only_a_gap else ENOUGH
    assert wrong >= least[0] and right >= least[1], f"{wrong} wrong, {right} right"


def test_what_is_tried_belongs_to_a_check_that_a_chapter_calls():
    assert {case[0] for kind in ("WRONG", "NOT_YET", "RIGHT") for _, case in steps.tried(kind)} <= {*CHECKS}
