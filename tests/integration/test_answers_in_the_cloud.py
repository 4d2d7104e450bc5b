"""Checks of exercises that need a cloud: wrong answers are told why, right ones of any form are right.

All of them with the whole shop, in one Python of a learner's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from answers import Answer, answers_to

WITH_A_CLOUD = ("02-1", "04-1", "05-2", "08-1", "10-2", "12-1")
ANSWERS = answers_to(*WITH_A_CLOUD)
BY_THEN = """
import sys; sys.path.append("../tests")
import boto3, requests
from answers import judged
from workbook import Rest, outputs
for number in range(5):
    Rest(outputs["ProductApiUrl"]).post("product", {"name": f"Product {number}", "price": number})
names = {"outputs": outputs, "sqs": boto3.client("sqs"), "boto3": boto3, "requests": requests}
"""  # what the chapters have defined by then


@pytest.fixture(scope="module")
def said(shop) -> Callable[[Answer], tuple[str, str]]:
    """What the check says of an answer."""
    python = shop.kernel()
    python(BY_THEN)
    return lambda answer: python(f"judged({answer.exercise!r}, {answer.code!r}, **names)")


@pytest.mark.parametrize("answer", [pytest.param(a, id=str(a)) for a in ANSWERS if a.words])
def test_a_wrong_answer_is_told_why(answer: Answer, said) -> None:
    verdict, text = said(answer)
    assert verdict == "NotRight", text
    assert answer.words.lower() in text.lower()


@pytest.mark.parametrize("answer", [pytest.param(a, id=str(a)) for a in ANSWERS if not a.words])
def test_a_right_answer_is_right_whatever_its_form(answer: Answer, said) -> None:
    verdict, text = said(answer)
    assert verdict == "Right", text


@pytest.mark.parametrize("exercise", WITH_A_CLOUD)
def test_each_exercise_has_wrong_answers_and_right_ones_enough(exercise: str) -> None:
    kinds = Counter(bool(answer.words) for answer in ANSWERS if answer.exercise == exercise)
    assert kinds[True] >= 6 and kinds[False] >= 4
