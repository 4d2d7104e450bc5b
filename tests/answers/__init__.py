"""Answers that a person might give to an exercise: wrong ones, each with words that must be said to it, and right ones.

Most wrong ones are the solution with one change, such as a condition that is weaker or a line that is
gone; the right ones have another form than the solution. Each chapter's stand in a module of their own.
"""

from __future__ import annotations

import functools
import importlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.base.paths import NOTEBOOKS, SOLUTIONS
from workbook.learning import exercises
from workbook.learning.exercises import NotRight, NotYet, Right

CHECK = r'check\("{}"(?:, (.*))?\)$'


@dataclass(frozen=True)
class Answer:
    """An answer to an exercise.

    Attributes:
        exercise: such as `03-1`.
        name: a few words that tell it from the others.
        code: what stands in the learner's cell.
        words: what the check must say of it; none if it is right.
    """

    exercise: str
    name: str
    code: str
    words: str = ""

    def __str__(self) -> str:
        return f"{self.exercise} {self.name}"


def solution(exercise: str) -> str:
    """The code of an exercise's solution."""
    return (SOLUTIONS / f"{exercise}.py").read_text(encoding="utf-8")


def changed(exercise: str, name: str, words: str, *changes: tuple[str, str]) -> Answer:
    """The solution, in which something is replaced: a wrong answer."""
    code = solution(exercise)
    for old, new in changes:
        assert old in code, f"{old!r} is not in the solution of {exercise}"
        code = code.replace(old, new)
    return Answer(exercise, name, code, words)


def answers_to(*wanted: str) -> list[Answer]:
    """All answers to some exercises, their solutions among them."""
    modules = [importlib.import_module(f"answers.{f.stem}") for f in sorted(Path(__file__).parent.glob("chapter_*.py"))]
    known = [answer for module in modules for answer in [*module.WRONG, *module.RIGHT]]
    known += [Answer(name, "solution", solution(name)) for name in wanted]
    return [answer for answer in known if answer.exercise in wanted]


def judged(exercise: str, code: str, **names: Any) -> tuple[str, str]:
    """What the check says of an answer: `Right`, `NotYet` or `NotRight`, and all that is said.

    Args:
        exercise: its name.
        code: what stands in the learner's cell.
        names: what the chapter has defined by then.
    """
    names = {"json": json, "re": re, "__name__": "__main__", **names}
    exec(compile(code, f"<an answer to {exercise}>", "exec"), names)
    given = eval(f"({_handed_in(exercise)})", names)
    verdict = exercises._looked_at(exercise, given)
    match verdict:
        case Right(why):
            said = why
        case NotYet(todo):
            said = todo
        case NotRight(expected, found, mistake):
            said = f"{mistake}\nExpected: {expected}\nFound: {found}"
    return type(verdict).__name__, said


@functools.cache
def _handed_in(exercise: str) -> str:
    """What the chapter's cell hands to the check, as the inside of a tuple."""
    notebook = next(NOTEBOOKS.glob(f"{exercise[:2]}_*.ipynb"))
    cells = ["".join(cell["source"]) for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]]
    [found] = [match for cell in cells if (match := re.match(CHECK.format(exercise), cell))]
    return f"{found[1]}," if found[1] else ""
