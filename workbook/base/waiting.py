"""Waiting is polling with a deadline, never a sleep; a busy machine gets as much longer as it is slower."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_not_result, wait_exponential

from workbook.base import patience
from workbook.base.display import Progress
from workbook.base.errors import WorkbookError
from workbook.base.patience import out_of_time

T = TypeVar("T")
CURE = " If it hangs on lines of yours, look at them again; if not, run this cell again."


def wait_until(look: Callable[[], T], what: str = "it", *, seconds: float = 30) -> T | None:
    """Look again and again until there is something to see, and show that one waits.

    The waits of one cell share a line, which counts them.

    Args:
        look: called until what it returns is true; a non-empty frame counts as true.
        what: what is waited for, as it is shown and as it stands in the error's sentence.
        seconds: when to give up, on a machine that has nothing else to do; on AWS never before it had two minutes.

    Returns:
        What `look` returned last; nothing if that is only *yes*, which goes without saying.

    Raises:
        WorkbookError: the time ran out; says what was last seen.
    """
    with Progress(f"Waiting for {what}", folds=True) as progress:
        longest = max(seconds, patience.AT_LEAST)
        seen = poll(look, what, longest, lambda waited: progress(f"{waited:.0f} s"), CURE)
    return None if _is_yes_or_no(seen) else seen


def poll(
    look: Callable[[], T], what: str, seconds: float, waiting: Callable[[float], object] | None = None, cure: str = ""
) -> T:
    """The same as `wait_until`, and nothing is shown.

    Args:
        waiting: called between two looks with the seconds since the first.
        cure: what the error's sentence says in the end, about what to do.
    """

    def give_up(state: RetryCallState) -> NoReturn:
        seen = state.outcome.result() if state.outcome else None
        waited = max(seconds, round(state.seconds_since_start or 0))
        last = "It is not so yet." if _is_yes_or_no(seen) else f"Last seen: {_shown(seen)}."
        raise WorkbookError(f"Waited {waited:g} s for {what}. {last}{cure}")

    def tell(state: RetryCallState) -> None:
        if waiting and (state.seconds_since_start or 0) >= 1:
            waiting(state.seconds_since_start or 0)

    return Retrying(
        retry=retry_if_not_result(_is_something),
        wait=wait_exponential(multiplier=0.01, exp_base=1.5, max=0.5),
        stop=lambda state: out_of_time(state.seconds_since_start or 0, seconds),
        before_sleep=tell,
        retry_error_callback=give_up,
    )(look)


def soon(look: Callable[[], T], seconds: float) -> T | None:
    """What `poll` gives, or None if there is nothing to see in all that time."""
    try:
        return poll(look, "it", seconds)
    except WorkbookError:
        return None


def _is_something(seen: object) -> bool:
    empty = getattr(seen, "empty", None)  # a pandas frame has no truth value of its own
    return bool(seen) if empty is None else not empty


def _is_yes_or_no(seen: object) -> bool:
    """Whether it is True or False, of Python or of numpy: what that says goes without saying."""
    return type(seen).__name__ in ("bool", "bool_")


def _shown(seen: object) -> str:
    if getattr(seen, "empty", False):
        return "an empty table"
    return "nothing" if seen is None else repr(seen)
