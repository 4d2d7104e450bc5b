"""Exercise 11-1: the slow functions, by their 95th percentile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

NAN = float("nan")
LIMIT = 300.0  # milliseconds
TIMES = {
    "steady": [40.0] * 100,
    "hiccup": [20.0] * 98 + [9000.0] * 2,  # its average is the highest
    "tail": [10.0] * 90 + [700.0] * 10,  # its median is the lowest
    "slow": [400.0] * 100,
    "limit": [LIMIT] * 100,
    "rare": [500.0] * 3,
    "zebra": [350.0] * 40,
    "middle": [200.0] * 50,
}
WANTED = ["tail", "rare", "slow", "zebra"]


def judged(function: Callable[[pd.DataFrame, float], Any]) -> Verdict:
    """The functions whose 95th percentile is above the limit, the slowest first."""
    for scale, names in ((1.0, {}), (2.5, {"tail": "alpha", "slow": "omega", "zebra": "beta"})):
        lines = _lines(scale).replace({"function": names})
        before, wanted = lines.copy(), [names.get(name, name) for name in WANTED]
        try:
            answer = function(lines, LIMIT * scale)
        except Exception as error:  # whatever a learner's own code may raise
            return NotRight(
                "a list of functions", f"{type(error).__name__}: {error}", "the function raised an error of its own."
            )
        if answer is None:
            return NotYet("Write the function; it returns nothing yet.")
        if not isinstance(answer, list):
            return NotRight("a list", type(answer).__name__, 'return a list of names, such as ["tail", "slow"].')
        if others := [name for name in answer if name not in set(before.function)]:
            return NotRight("names of functions", repr(others[0]), "the list is to hold the names, not their times.")
        if not lines.equals(before):
            return NotRight("the frame as it was", "a changed one", "whoever else looks at it is misled: copy it.")
        if answer != wanted:
            back = {new: old for old, new in names.items()}
            told = [back.get(name, name) if isinstance(name, str) else str(name) for name in answer]
            found = ", ".join(map(str, answer)) or "none"
            return NotRight(", ".join(wanted), found, _mistake(told))
    return Right("Four of nine. The average would have blamed the wrong one.")


def _lines(scale: float) -> pd.DataFrame:
    rows = [(name, "Answered", value * scale) for name, values in TIMES.items() for value in values]
    rows += (
        [("worker", "Order stored", 5000.0 * scale)] * 20
        + [("steady", "Order stored", 8000.0 * scale)] * 20
        + [("steady", "Answered late by another", 8000.0 * scale)] * 20
        + [("slow", "Answered", NAN)] * 3
    )
    frame = pd.DataFrame(rows, columns=["function", "message", "milliseconds"])
    return frame.sample(frac=1, random_state=10, ignore_index=True)


def _mistake(found: list[str]) -> str:
    """What an answer looks like that is not the one that is wanted."""
    if len(found) != len(set(found)):
        return "each function is wanted once: group the answers by function."
    if found and not set(WANTED) & set(found):
        return "none of these is above the limit."
    if {"worker", "steady"} & set(found):
        return "lines that are no answers were counted: look at message first, to the letter."
    if "hiccup" in found:
        return (
            "one function has two slow answers in a hundred: "
            "the average or the slowest one says that it is slow, the 95th percentile does not."
        )
    if "tail" not in found:
        return (
            "one function takes long for one in ten answers: the median and the average hide it, "
            "the 95th percentile does not."
        )
    if "middle" in found:
        return "just those above the limit that was given are wanted, whatever number it is."
    if "limit" in found:
        return "a function whose 95th percentile is the limit itself is not above it."
    if found == WANTED[::-1]:
        return "the slowest should come first."
    if sorted(found) == sorted(WANTED):
        return "the order is another one: by the 95th percentile, the slowest first."
    return "all that are above the limit are wanted, and nothing else."
