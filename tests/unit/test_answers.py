"""Checks of exercises that need no cloud: wrong answers are told why, right ones of any form are right."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase

import pytest
from answers import Answer, answers_to, judged

from workbook.base.paths import CDK_APP
from workbook.costs.prices import cost
from workbook.learning import exercises
from workbook.learning.exercises import Right

pytestmark = pytest.mark.slow

WITHOUT_A_CLOUD = ("01-2", "03-1", "03-2", "04-2", "05-1", "07-1", "10-1", "11-1", "11-2", "12-2", "13-1", "14-1")
ANSWERS = answers_to(*WITHOUT_A_CLOUD)


def _raises(*_: object) -> None:
    raise RuntimeError("a learner's own")


ODD = [
    None, 0, "", "text", [], {}, [None], {"a": None}, {"a": "b"}, object(), 2.5, True, int, len, _raises,
    *(lambda *_, value=value: value for value in (None, 0, "", "text", [], {}, [None], {"a": None}, object(), True)),
]  # fmt: skip  # instead of an answer, or of what a function returns


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the chapters have defined by then."""
    monkeypatch.syspath_prepend(CDK_APP / "layer")
    from shop_http.validation import BadRequestError

    return {"BadRequestError": BadRequestError, "cost": cost, "fnmatchcase": fnmatchcase}


@pytest.mark.parametrize("answer", [pytest.param(a, id=str(a)) for a in ANSWERS if a.words])
def test_a_wrong_answer_is_told_why(answer: Answer, names: dict) -> None:
    verdict, said = judged(answer.exercise, answer.code, **names)
    assert verdict == "NotRight", said
    assert answer.words.lower() in said.lower()


@pytest.mark.parametrize("answer", [pytest.param(a, id=str(a)) for a in ANSWERS if not a.words])
def test_a_right_answer_is_right_whatever_its_form(answer: Answer, names: dict) -> None:
    assert judged(answer.exercise, answer.code, **names)[0] == "Right", judged(answer.exercise, answer.code, **names)[1]


@pytest.mark.parametrize("given", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("exercise", WITHOUT_A_CLOUD)
def test_an_odd_answer_is_not_right_and_no_error_either(exercise: str, given: object, names: dict) -> None:
    assert not isinstance(exercises._looked_at(exercise, (given,)), Right)


@pytest.mark.parametrize("exercise", WITHOUT_A_CLOUD)
def test_each_exercise_has_wrong_answers_and_right_ones_enough(exercise: str) -> None:
    kinds = Counter(bool(answer.words) for answer in ANSWERS if answer.exercise == exercise)
    assert kinds[True] >= 6 and kinds[False] >= 4
