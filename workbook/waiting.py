"""Waiting is polling with a deadline, never a sleep."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from workbook.errors import WorkbookError

T = TypeVar("T")


def wait_until(look: Callable[[], T], what: str = "it", *, seconds: float = 30) -> T:
    """Look again and again until there is something to see.

    Args:
        look: called until what it returns is true; a non-empty frame counts as true.
        what: what is waited for, as it stands in the error's sentence.
        seconds: when to give up.

    Returns:
        What `look` returned last.

    Raises:
        WorkbookError: the time ran out; says what was last seen.
    """
    deadline, pause = time.monotonic() + seconds, 0.01
    while True:
        seen = look()
        if _is_something(seen):
            return seen
        if time.monotonic() >= deadline:
            raise WorkbookError(f"Waited {seconds:g} s for {what}. Last seen: {_shown(seen)}.")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)


def _is_something(seen: object) -> bool:
    empty = getattr(seen, "empty", None)  # a pandas frame has no truth value of its own
    return bool(seen) if empty is None else not empty


def _shown(seen: object) -> str:
    if getattr(seen, "empty", False):
        return "an empty table"
    return "nothing" if seen is None else repr(seen)
