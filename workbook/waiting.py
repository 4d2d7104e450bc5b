"""Waiting is polling with a deadline, never a sleep."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_not_result, stop_after_delay, wait_exponential

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

    def give_up(state: RetryCallState) -> NoReturn:
        seen = state.outcome.result() if state.outcome else None
        raise WorkbookError(f"Waited {seconds:g} s for {what}. Last seen: {_shown(seen)}.")

    return Retrying(
        retry=retry_if_not_result(_is_something),
        wait=wait_exponential(multiplier=0.01, exp_base=1.5, max=0.5),
        stop=stop_after_delay(seconds),
        retry_error_callback=give_up,
    )(look)


def _is_something(seen: object) -> bool:
    empty = getattr(seen, "empty", None)  # a pandas frame has no truth value of its own
    return bool(seen) if empty is None else not empty


def _shown(seen: object) -> str:
    if getattr(seen, "empty", False):
        return "an empty table"
    return "nothing" if seen is None else repr(seen)
