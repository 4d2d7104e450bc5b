"""Guesses: what is noted, what is refused, and how a guess is compared with what came."""

from __future__ import annotations

import ast
import re
from collections import Counter

import numpy
import pytest

from workbook import outcome, predict
from workbook.base.errors import WorkbookError
from workbook.learning import bookmark, edition, published
from workbook.learning.predictions import unsaid


@pytest.fixture(autouse=True)
def in_a_record_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(bookmark, "RECORD", tmp_path / "progress.json")


@pytest.fixture
def said(capsys):
    """What is said to a guess and to what came."""

    def of(guess, came, **more):
        predict("99-it", guess)
        outcome("99-it", came, **more)
        return capsys.readouterr().out

    return of


@pytest.mark.parametrize(
    ("guess", "came", "more"),
    [
        (3, 3, {}),
        (3, 3.0, {}),
        (3, numpy.int64(3), {}),
        ("nothing", "Nothing ", {}),
        (True, numpy.bool_(True), {}),
        ("yes", True, {}),
        ("False", False, {}),
        ("3", 3, {}),
        ("dana", ["dana"], {}),
        (["b", "a"], {"a", "b"}, {}),
        ((), [], {}),
        (100, 40, {"within": 3}),
        (40, 100, {"within": 3}),
        (0, 0, {"within": 2}),
        (None, None, {}),
    ],
)
def test_what_is_as_guessed(said, guess, came, more):
    assert "✓ as you said" in said(guess, came, **more)


@pytest.mark.parametrize(
    ("guess", "came", "more"),
    [
        (3, 4, {}),
        (True, 1, {}),
        ("yes", False, {}),
        ("dana", ["dana", "emil"], {}),
        (["a", "a"], ["a"], {}),
        (["a"], [], {}),
        (100, 30, {"within": 3}),
        (30, 100, {"within": 3}),
        (1, 0, {"within": 2}),
        ("nothing", None, {}),
    ],
)
def test_what_is_otherwise(said, guess, came, more):
    text = said(guess, came, **more)
    assert "≠ otherwise" in text and "✓" not in text


def test_several_guesses_are_compared_each(said):
    text = said({"orders": 3, "in the queue": 0}, {"in the queue": 1, "orders": 3})
    assert "orders: you said 3, it is 3  ✓ as you said" in text
    assert "in the queue: you said 0, it is 1  ≠ otherwise" in text


def test_three_dots_are_no_guess(capsys):
    predict("99-it", ..., choices=["yes", "no"])
    predict("99-it", {"a": 1, "b": ...})
    outcome("99-it", 3)
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith("· Not yet guessed. ") and first.endswith("One of: yes / no.")
    assert second.startswith("· Not yet guessed for b. ")
    assert third == "It is 3. You made no guess: predict('99-it', …) notes one."


def test_what_is_not_among_the_answers_is_not_noted(capsys):
    predict("99-it", "perhaps", choices=("yes", "no"))
    predict("99-it", {"a": "yes", "b": "often"}, choices=("yes", "no"))
    first, second = capsys.readouterr().out.splitlines()
    assert first == "· perhaps is not among the answers. One of: yes / no."
    assert second == "· often is not among the answers. One of: yes / no."
    assert bookmark.guesses() == {}


def test_a_later_guess_takes_the_place_of_an_earlier_one_and_the_others_stay(said):
    predict("99-other", 1)
    assert "you said 1" in said(1, 2)
    assert "you said 2" in said(2, 2)
    assert bookmark.guesses() == {"99-other": {"": 1}, "99-it": {"": 2}}


def test_three_dots_take_an_earlier_guess_back(said):
    predict("99-other", 1)
    assert "you said 2" in said(2, 2)
    predict("99-it", ...)
    assert bookmark.guesses() == {"99-other": {"": 1}}
    predict("99-other", {"a": 1, "b": ...})
    assert bookmark.guesses() == {}


def test_a_guess_of_another_form_is_told_in_a_sentence(said):
    with pytest.raises(WorkbookError, match="not the same parts"):
        said({"orders": 3}, {"letters": 3})
    with pytest.raises(WorkbookError, match="is to be one value:"):
        said({"orders": 3}, 3)
    with pytest.raises(WorkbookError, match="is to be values for orders and letters:"):
        said(3, {"orders": 3, "letters": 1})
    with pytest.raises(WorkbookError, match="a factor of 1 or more"):
        said(3, 3, within=0.5)


@pytest.mark.parametrize(
    ("published_as", "learner"),
    [
        ('predict("99-it", 3)', 'predict("99-it", ...)'),
        ('x = 1\npredict("é", ["é", "b"], choices=("é", "b"))', 'x = 1\npredict("é", ..., choices=("é", "b"))'),
        (
            'predict(\n    "99-it", {\n        "a": 3,\n        "b": [1,\n 2],\n    })',
            'predict(\n    "99-it", {\n        "a": ...,\n        "b": ...,\n    })',
        ),
        ("%%writefile x.py\npredict(1, 2)", "%%writefile x.py\npredict(1, 2)"),
        ("print(1)", "print(1)"),
    ],
)
def test_the_learner_gets_no_guess(published_as, learner):
    assert unsaid(published_as) == learner


@pytest.mark.parametrize("number", sorted(published.chapters()))
def test_each_guess_is_compared_once_below_it(number):
    code = ["".join(c["source"]) for c in edition.made(number)["cells"] if c["cell_type"] == "code"]
    called = re.findall(r"^ *(predict|outcome)\(\s*\"([^\"]+)\"", "\n".join(code), re.MULTILINE)
    guessed = [name for verb, name in called if verb == "predict"]
    assert all(count == 1 for count in Counter(called).values())
    assert all(name.startswith(f"{number:02}-") for name in guessed)
    assert [name for verb, name in called if verb == "outcome"] == guessed
    for source in code:
        for node in ast.walk(ast.parse(source)) if source.startswith("predict(") else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "predict":
                values = node.args[1].values if isinstance(node.args[1], ast.Dict) else [node.args[1]]
                assert all(isinstance(v, ast.Constant) and v.value is ... for v in values)
