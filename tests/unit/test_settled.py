"""On AWS, where logs and counts come late, a check that is not content looks again before it says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from workbook.learning import exercises
from workbook.learning.exercises import NotRight, NotYet, Right
from workbook.observe import glances

LATE = NotRight("a line in the log", "none", "it is not there.")


@pytest.fixture
def looks(monkeypatch) -> Callable[..., list[int]]:
    """Has a check look; its verdicts one after the other, the last one again and again. Which it gave, and how many."""

    def run(*verdicts, answers=(), local=False):
        monkeypatch.setattr(exercises.target, "is_local", lambda: local)
        monkeypatch.setattr(glances, "SETTLED", 0.05)
        seen = []

        def look(*_):
            seen.append(verdicts[min(len(seen), len(verdicts) - 1)])
            return seen[-1]

        return exercises._settled(look, answers), len(seen)

    return run


@pytest.mark.parametrize("late", [LATE, NotYet("Run the cell above.")])
@pytest.mark.parametrize("answers", [(), (datetime.now(UTC),)])
def test_what_is_right_a_moment_later_is_right(looks, late, answers):
    verdict, times = looks(late, late, Right("It is there."), answers=answers)
    assert verdict == Right("It is there.") and times == 3


def test_what_stays_wrong_is_wrong(looks):
    verdict, times = looks(LATE)
    assert verdict == LATE and times > 2


def test_what_is_right_is_looked_at_once(looks):
    assert looks(Right("It is there.")) == (Right("It is there."), 1)


@pytest.mark.parametrize("made", [print, None, {"choice": 1}, "text"])
def test_what_the_learner_made_is_looked_at_once(looks, made):
    assert looks(LATE, Right("It is there."), answers=(made,)) == (LATE, 1)


def test_the_local_cloud_is_looked_at_once(looks):
    assert looks(LATE, Right("It is there."), local=True) == (LATE, 1)
