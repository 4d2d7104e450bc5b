"""`check(...)`, `hint(...)`, `solution(...)`: is it right, and if not, why not.

A check gives one of three answers: right, not yet attempted, not right because. The checks of each
chapter stand in a module of their own; solutions only in `notebooks/solutions/`, and those of gaps in
the published cells.
"""

from __future__ import annotations

import html
import importlib
import inspect
import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from workbook.base.display import GREEN, GREY, RED, as_markup, show
from workbook.base.errors import WorkbookError
from workbook.base.paths import SOLUTIONS
from workbook.cloud import target
from workbook.deployment import failed
from workbook.learning import bookmark, gaps
from workbook.observe.glances import settle

# No reason begins with one of these words.
TO_DO = {"add", "ask", "call", "greet", "leave", "look", "make", "put", "return", "write"}

@dataclass(frozen=True)
class Right:
    """The work is right.

    Attributes:
        why: a sentence on what makes it so.
    """

    why: str


@dataclass(frozen=True)
class NotYet:
    """There is nothing to check yet.

    Attributes:
        todo: a sentence that says what to do.
    """

    todo: str


@dataclass(frozen=True)
class NotRight:
    """The work is not right.

    Attributes:
        expected: what should have been found.
        found: what was found.
        mistake: the mistake that this looks like, and the way out.
    """

    expected: str
    found: str
    mistake: str


Verdict = Right | NotYet | NotRight


@dataclass
class _Check:
    look: Callable[..., Verdict]
    hints: tuple[str, ...] = ()
    shown: int = field(default=0)


_checks: dict[str, _Check] = {}
_MODULES = ("checks.chapter_{}", "checks.questions_{}", "lost_order.check")  # in which those of a chapter stand


class CheckFailed(WorkbookError):
    """A check that is not right, where that must stop the notebook: in its tests."""


def checks(name: str, *hints: str) -> Callable[[Callable[..., Verdict]], Callable[..., Verdict]]:
    """Register a function as the check of that name.

    Args:
        name: such as `"02-table"` for a step, `"02-1"` for an exercise; the chapter's number first.
        hints: shown one at a time.
    """

    def register(look: Callable[..., Verdict]) -> Callable[..., Verdict]:
        _checks[name] = _Check(look, hints)
        return look

    return register


def check(name: str, *answers: Any) -> None:
    """Say whether a step or an exercise is right.

    Args:
        name: such as `"02-1"`.
        answers: what the learner made, where the check cannot find it by itself.

    Raises:
        CheckFailed: it is not right, and this is a test of the notebook.
    """
    verdict = _of_what_stands(_looked_at(name, answers))
    if not isinstance(verdict, NotYet):
        bookmark.record_try(name, right=isinstance(verdict, Right))
    match verdict:
        case Right(why):
            text, colour = f"✓ Right. {why}", GREEN
        case NotYet(todo):
            text, colour = f"· Not yet attempted. {todo}", GREY
            if _find(name).hints:
                text += f' hint("{name}") gives a hint.'
        case NotRight(expected, found, mistake):
            if found in ("None", "NoneType") and any(map(callable, answers)):
                found += ": the function gives nothing back. Does a line of it begin with return?"
            why = ":" if mistake.split(" ")[0] in TO_DO else ", because"
            text = f"✗ Not right{why} {mistake}\n  Expected: {expected}\n  Found: {found}"
            colour = RED
    show(text, f'<p style="color:{colour}; white-space:pre-wrap">{_coloured(text, colour)}</p>')
    if isinstance(verdict, NotRight) and os.environ.get("WORKBOOK_TESTING"):
        raise CheckFailed(text)


def _coloured(text: str, colour: str) -> str:
    """What a check says as HTML; in what is not right, the lines with a tick are green all the same."""
    lines = [as_markup(line) for line in text.split("\n")]
    if colour != GREEN:
        lines = [f'<span style="color:{GREEN}">{it}</span>' if it.lstrip().startswith("✓") else it for it in lines]
    return "\n".join(lines)


def _of_what_stands(verdict: Verdict) -> Verdict:
    """The same; if a deployment failed, what is not right may be what was deployed before, and this is said first."""
    if not isinstance(verdict, NotRight) or not (why := failed.reasons()):
        return verdict
    of = f" of {', '.join(sorted(why))}" if len(why) < 4 else ""
    mistake = (
        f"the last deployment{of} failed, so this may be about what was deployed before. Mend that first, and deploy "
        f"again: {next(iter(why.values())).splitlines()[0]}\n  As it is deployed: {verdict.mistake}"
    )
    return replace(verdict, mistake=mistake)


def _looked_at(name: str, answers: tuple[Any, ...]) -> Verdict:
    """What the check says; also of answers, and of things in the cloud, that are of another form than it knows."""
    look = _find(name).look
    if todo := gaps.still_open(name):
        return NotYet(f"Still to be written: {'; '.join(todo)}.")
    try:
        inspect.signature(look).bind(*answers)
    except TypeError:
        wanted = ", ".join([f'"{name}"', *inspect.signature(look).parameters])
        raise WorkbookError(f"This check is called as check({wanted}); the chapter's cell does it.") from None
    try:
        return look(*answers) if name in exercises() else _settled(look, answers)
    except NotImplementedError as error:  # a function of the learner's, in which nothing was written yet
        return NotYet(f"Still to be written: {error}.")
    except (ClientError, ParamValidationError) as error:
        if not answers:
            raise
        mistake = "a call is refused, and its message says why. Compare its arguments with the text above."
        return NotRight("a call that is answered", f"{type(error).__name__}: {error}", mistake)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        if _is_of_a_cell(error):
            mistake = "the function ends with an error of its own, which says why."
            return NotRight("a function that answers", f"{type(error).__name__}: {error}", mistake)
        given = ", ".join(type(answer).__name__ for answer in answers)
        return NotRight(
            f"what the text above describes{', in the form that its cells give it' if answers else ''}",
            f"{given + ', at which the check stopped: ' if given else ''}{type(error).__name__}: {error}",
            "something has another form than this check can read. Compare your names and values with the text above.",
        )


def _is_of_a_cell(error: Exception) -> bool:
    """Whether an error came up in code that stands in a cell, or in what that called."""
    return any(frame.f_globals.get("__name__") == "__main__" for frame, _ in traceback.walk_tb(error.__traceback__))


def _settled(look: Callable[..., Verdict], answers: tuple[Any, ...]) -> Verdict:
    """What a step's check says; on AWS, where logs and counts come late, what it says in a minute if that is better.

    What was made by the learner is looked at once: to call a function again would do again what it does.
    """
    if not all(isinstance(it, datetime) for it in answers):
        return look(*answers)
    return in_time(lambda: look(*answers))


def in_time(look: Callable[[], Verdict]) -> Verdict:
    """What a look at the cloud says; on AWS, if it is not right, what it says when logs and counts had their minute."""
    verdict = look()
    if isinstance(verdict, Right) or target.is_local():
        return verdict
    return settle(lambda: now if isinstance(now := look(), Right) else None) or look()


def hint(name: str) -> None:
    """Show the next hint of an exercise or a gap; after the last, where its solution is.

    Raises:
        WorkbookError: there is no such exercise and no such step.
    """
    found = _find(name)
    if found.shown < len(found.hints):
        found.shown += 1
        show(f"Hint {found.shown} of {len(found.hints)}: {found.hints[found.shown - 1]}")
    elif found.hints:
        show(f'There are no more hints. solution("{name}") shows a solution.')
    else:
        show(
            f"{name} is a step, and has no hints. Run its check: it says what is missing, or what is not right and why."
        )


def solution(name: str) -> None:
    """Show the solution of an exercise, or the published lines of a gap.

    Raises:
        WorkbookError: there is no such exercise and no such step.
    """
    if name in exercises():
        code = (SOLUTIONS / f"{name}.py").read_text(encoding="utf-8").rstrip()
        return show(code, f"<pre>{html.escape(code)}</pre>")
    _find(name)
    if code := gaps.solution(name):
        return show(code, f"<pre>{html.escape(code)}</pre>")
    show(f"{name} is a step: its solution is what the chapter does between the step's heading and its check.")


def exercises() -> list[str]:
    """The names of all exercises, such as `02-1`."""
    return sorted(file.stem for file in SOLUTIONS.glob("*.py"))


def _find(name: str) -> _Check:
    chapter = str(name)[:2]
    for module in _MODULES:
        with suppress(ModuleNotFoundError):
            importlib.import_module(f"workbook.learning.{module.format(chapter)}")
    if str(name) not in _checks:
        there = sorted(n for n in _checks if n[:2] == chapter) or exercises()
        raise WorkbookError(f"There is no exercise or step {name!r}. There are: {', '.join(there)}.")
    return _checks[str(name)]
