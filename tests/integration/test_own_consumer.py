"""The check of exercise 06-1: consumers of a learner's own, wrong ones and right ones, each deployed beside the shop.

By night, since each needs a deployment; by day the solution, and a wrong one, are tried where the chapter is
(`tests/notebooks/test_exercises.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from answers import Answer, answers_to

ANSWERS = answers_to("06-1")
BY_THEN = """
import sys; sys.path.append("../tests")
from answers import judged
from workbook import deploy
from workbook.learning.checks import chapter_06
chapter_06.PATIENCE = 5  # what has not come by then does not come
_ = deploy()
"""
CHANGED = ("cdk_app/app.py", "cdk_app/shop/basket.py")  # beside the two files of the solution


def each(answers: list[Answer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("answer", [pytest.param(a, id=a.name, marks=pytest.mark.nightly) for a in answers])


@pytest.fixture(scope="module")
def said(learner) -> Callable[[Answer], tuple[str, str]]:
    """What the check says of an answer; the code is what it was before."""
    python = learner.kernel()
    python(BY_THEN)
    before = {path: learner.read(path) for path in CHANGED}

    def judge(answer: Answer) -> tuple[str, str]:
        for path, content in before.items():
            learner.write(path, content)
        return python(f"judged('06-1', {answer.code!r})")

    return judge


@each([answer for answer in ANSWERS if answer.words])
def test_a_wrong_answer_is_told_why(answer: Answer, said) -> None:
    verdict, text = said(answer)
    assert verdict == "NotRight", text
    assert answer.words.lower() in text.lower()


@each([answer for answer in ANSWERS if not answer.words])
def test_a_right_answer_is_right_whatever_its_form(answer: Answer, said) -> None:
    verdict, text = said(answer)
    assert verdict == "Right", text


def test_it_has_wrong_answers_and_right_ones_enough() -> None:
    kinds = Counter(bool(answer.words) for answer in ANSWERS)
    assert kinds[True] >= 6 and kinds[False] >= 4
