"""How far a learner is in each chapter: steps, gaps, exercises, questions, and the time it took."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from workbook.learning import bookmark, gaps, published
from workbook.learning.exercises import exercises

STEP, EXERCISE, QUESTION = "step", "exercise", "question"  # what a check looks at
GAPS = "gaps"
QUESTIONS = re.compile(r"\d\d-q\d$")


@dataclass(frozen=True)
class InChapter:
    """How far a learner is in a chapter.

    Attributes:
        number: the chapter's.
        finished: whether its last cell was run at least once.
        done: how many of its steps, gaps, exercises and questions were right at least once.
        of: how many it has; kinds that it has none of are not there.
        minutes: how long it was worked in, pauses aside; None before its first check.
    """

    number: int
    finished: bool
    done: Counter[str]
    of: Counter[str]
    minutes: float | None

    def part(self, kind: str, of: str = " of ") -> str:
        """How much of a kind is done, such as `3 of 8`; nothing where there is none of it."""
        return f"{self.done[kind]}{of}{self.of[kind]}" if self.of[kind] else ""

    def in_words(self) -> str:
        """All of it in a line."""
        kinds = [(STEP, "steps"), (GAPS, "gaps"), (EXERCISE, "exercises"), (QUESTION, "questions")]
        parts = [f"{name} {self.part(kind)}" for kind, name in kinds if self.of[kind]]
        return " · ".join(parts + ([f"{self.minutes:.0f} min"] if self.minutes is not None else []))


def kind_of(check: str) -> str:
    """What a check looks at.

    Args:
        check: its name.
    """
    return EXERCISE if check in exercises() else QUESTION if QUESTIONS.match(check) else STEP


def in_chapter(number: int) -> InChapter:
    """How far a learner is in a chapter.

    Args:
        number: the chapter's.
    """
    passed, done, of = bookmark.passed(), Counter(), Counter()
    for check in published.checks_of(number):
        of[kind_of(check)] += 1
        done[kind_of(check)] += check in passed
    for cell in gaps.cells_of(number).values():
        if kind_of(cell.check) == STEP:
            of[GAPS] += len(cell.gaps)
            done[GAPS] += len(cell.gaps) * (cell.check in passed)
    return InChapter(number, number in bookmark.finished(), done, of, bookmark.minutes().get(f"{number:02}"))


def still_open(number: int, kind: str) -> list[str]:
    """The checks of a chapter that were not passed yet, in its order.

    Args:
        number: the chapter's.
        kind: what they look at.
    """
    passed = bookmark.passed()
    return [name for name in published.checks_of(number) if kind_of(name) == kind and name not in passed]


def as_json() -> str:
    """How far a learner is, for programs: chapters, and their checks with first and last try and number of tries."""
    chapter, at = bookmark.position()
    found = {
        "chapter": chapter,
        "at": at if chapter is not None else None,
        "chapters": [_data_of(in_chapter(number)) for number in published.chapters()],
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


def _data_of(chapter: InChapter) -> dict[str, Any]:
    tries, passed = bookmark.tries(), bookmark.passed()
    nothing = {"tries": 0, "first": None, "last": None, "right": False}
    return {
        "number": chapter.number,
        "title": published.title(chapter.number),
        "finished": chapter.finished,
        "minutes": None if chapter.minutes is None else round(chapter.minutes, 1),
        "done": {kind: chapter.done[kind] for kind in chapter.of},
        "of": dict(chapter.of),
        "checks": [
            {"name": name, "kind": kind_of(name), "passed": name in passed, **(nothing | tries.get(name, {}))}
            for name in published.checks_of(chapter.number)
        ],
    }
