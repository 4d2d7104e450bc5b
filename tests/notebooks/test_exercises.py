"""A chapter with exercises, alone on a fresh cloud: it gives its stored outputs, up to the first exercise.

It does so though its kernel is restarted at three places on the way. And for each exercise: the starter does not
pass, the solution does, and a right answer of another form, too; a typical wrong answer is told why, and whoever
asks for help where the exercise stands gets it. Many more answers, wrong and right, are tried without a kernel:
those of `tests/answers`.
"""

from __future__ import annotations

import functools
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from test_restarts import NOT_BACK

from workbook.base.paths import NOTEBOOKS, SOLUTIONS, read_json, write_json
from workbook.maintenance import copies

RIGHT_ANSWERS, WRONG_ANSWERS = (Path(__file__).parent / name for name in ("right_answers", "wrong_answers"))
EXPECTED = re.compile(r"# expect: (.+)\n")


@dataclass(frozen=True)
class Exercise:
    """An exercise: its name, such as `02-1`, and the notebook it stands in."""

    name: str
    notebook: Path

    @property
    def wrong_answers(self) -> list[Path]:
        return sorted(WRONG_ANSWERS.glob(f"{self.name}_*.py"))

    @property
    def right_answers(self) -> list[Path]:
        return sorted(RIGHT_ANSWERS.glob(f"{self.name}_*.py"))


class Said(NamedTuple):
    """What came of a notebook and the answers in it.

    Attributes:
        said: what it said to each answer, by exercise and by the answer's name.
        differences: what was not as stored.
        helped: what its kernel showed whoever asked for help, by exercise.
        told: the names that were not there after a restart, by the place.
    """

    said: dict[str, dict[str, str]]
    differences: list[str]
    helped: dict[str, list[str]]
    told: dict[str, list[str]]


def exercises() -> list[Exercise]:
    return [
        Exercise(tag.removeprefix("exercise-"), notebook)
        for notebook in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
        for cell in nbformat.read(notebook, as_version=4).cells
        for tag in cell.metadata.get("tags", [])
        if tag.startswith("exercise-")
    ]


ALL = exercises()
NOTEBOOKS_WITH = sorted({exercise.notebook for exercise in ALL})


def by_itself(notebook: Path) -> list[pytest.MarkDecorator]:
    """What asks one notebook runs in one process, beside what asks the others, and by night."""
    return [pytest.mark.xdist_group(notebook.stem), pytest.mark.nightly]


each_exercise = pytest.mark.parametrize(
    "exercise", [pytest.param(e, id=e.name, marks=by_itself(e.notebook)) for e in ALL]
)


def said(exercise: Exercise, answer: str) -> str:
    """What the notebook said to an answer, from the cell of the exercise to its check."""
    everything = all_said(exercise.notebook).said
    assert everything, f"{exercise.notebook.name} could not be executed up to its last exercise"
    return everything[exercise.name][answer]


@functools.cache
def all_said(notebook: Path) -> Said:
    """Execute a notebook, and try the answers.

    It is executed once, on a fresh cloud: at an exercise first the starter is tried, then each
    wrong answer and each right one, then the solution, with which it goes on.
    """
    answers = {
        exercise.name: [
            (file.stem, file.read_text(encoding="utf-8"))
            for file in [*exercise.wrong_answers, *exercise.right_answers, SOLUTIONS / f"{exercise.name}.py"]
        ]
        for exercise in ALL
        if exercise.notebook == notebook
    }
    with copies.copy_of_the_tree() as copy:
        write_json(copy / ".workbook" / "answers.json", answers)
        script = str(Path(__file__).with_name("try_answers.py"))
        copies.run_in(copy, [sys.executable, script, notebook.name], WORKBOOK_TESTING="1")
        found = {name: read_json(copy / ".workbook" / f"{name}.json", None) for name in Said._fields}
        return Said(**found) if None not in found.values() else Said({}, ["it could not be executed"], {}, {})


def test_every_chapter_from_01_on_has_an_exercise() -> None:
    chapters = {f.name[:2] for f in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")} - {"00", "99"}
    assert chapters == {exercise.name[:2] for exercise in ALL}


def test_solutions_belong_to_exercises() -> None:
    assert {f.stem for f in SOLUTIONS.glob("*.py")} == {exercise.name for exercise in ALL}


@pytest.mark.parametrize("notebook", [pytest.param(n, id=n.stem, marks=by_itself(n)) for n in NOTEBOOKS_WITH])
def test_alone_on_a_fresh_cloud_it_is_as_stored(notebook: Path) -> None:
    assert all_said(notebook).differences == []


@pytest.mark.parametrize("notebook", [pytest.param(n, id=n.stem, marks=by_itself(n)) for n in NOTEBOOKS_WITH])
def test_where_its_kernel_was_restarted_every_name_came_back(notebook: Path) -> None:
    told = all_said(notebook).told
    assert len(told) == 3
    assert {name for names in told.values() for name in names} <= NOT_BACK.get(notebook.name[:2], set())


@each_exercise
def test_hints_come_one_at_a_time_and_then_the_solution(exercise: Exercise) -> None:
    """Asked for in the kernel, at the place of the exercise, as often as somebody may."""
    *hints, solution, mistyped = all_said(exercise.notebook).helped[exercise.name]
    given = [hint for hint in hints if hint.startswith("Hint ")]
    assert [re.match(r"Hint (\d) of (\d): \S", hint).groups() for hint in given] == [
        (str(i + 1), str(len(given))) for i in range(len(given))
    ]
    assert 0 < len(given) < len(hints)
    assert set(hints[len(given) :]) == {f'There are no more hints. solution("{exercise.name}") shows a solution.'}
    assert solution == (SOLUTIONS / f"{exercise.name}.py").read_text(encoding="utf-8").rstrip()
    assert mistyped == "There is no exercise or step '99-9'. There are: 99-gone."


@each_exercise
def test_the_starter_is_not_yet_attempted(exercise: Exercise) -> None:
    assert "Not yet attempted" in said(exercise, "starter")


@each_exercise
def test_the_solution_is_right(exercise: Exercise) -> None:
    assert "✓ Right" in said(exercise, exercise.name)


@each_exercise
def test_there_is_a_typical_wrong_answer(exercise: Exercise) -> None:
    assert exercise.wrong_answers, f"tests/notebooks/wrong_answers/{exercise.name}_….py is missing"


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [pytest.param(e, f, id=f.stem, marks=by_itself(e.notebook)) for e in ALL for f in e.wrong_answers],
)
def test_a_wrong_answer_is_told_why(exercise: Exercise, answer: Path) -> None:
    expected = EXPECTED.match(answer.read_text(encoding="utf-8"))
    assert expected, "the first line says which words to expect: # expect: words"
    answered = said(exercise, answer.stem)
    assert "✗ Not right" in answered
    assert expected[1].strip().lower() in " ".join(answered.split()).lower()


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [pytest.param(e, f, id=f.stem, marks=by_itself(e.notebook)) for e in ALL for f in e.right_answers],
)
def test_a_right_answer_of_another_form_is_right(exercise: Exercise, answer: Path) -> None:
    assert "✓ Right" in said(exercise, answer.stem)
