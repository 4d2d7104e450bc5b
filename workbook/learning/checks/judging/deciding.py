"""Exercise 11-2: the state of an alarm, decided as CloudWatch decides it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

CASES = [  # datapoints, periods, missing, state; the threshold is 5
    ([1, 2, 9], 1, "missing", "ALARM", "the latest value breaches."),
    ([9, 9, 1], 1, "missing", "OK", "only the latest period counts, and it is good."),
    ([9, 5], 1, "missing", "OK", "a value equal to the threshold does not breach: it must be above."),
    ([9, 1, 9], 3, "missing", "OK", "all of the latest three must breach."),
    ([9, 9, 1], 3, "missing", "OK", "all of the latest three must breach, the last one, too."),
    ([1, 9, 9], 3, "missing", "OK", "all of the latest three must breach, the first of them, too."),
    ([1, 1, 9, 9], 2, "notBreaching", "ALARM", "only the latest two count, and both breach."),
    ([0, 9, 9], 3, "breaching", "OK", "0 is a value, not a missing one: compare with None."),
    ([-1, 0], 2, "notBreaching", "OK", "values below 0 are values, and these are good."),
    (
        [9, None, 9, None, 9],
        3,
        "notBreaching",
        "ALARM",
        "there are three values, so nothing has to take the place of a missing one.",
    ),
    ([9, 9, None], 2, "notBreaching", "ALARM", "there are two values, further back, and both breach."),
    ([1, None, 9, 9], 2, "breaching", "ALARM", "the latest two that are there breach."),
    ([9, 1, None], 2, "breaching", "OK", "there are two values, so nothing is missing; one of them is good."),
    ([9, None, None], 2, "breaching", "ALARM", "what is missing counts as breaching."),
    ([1, None, None], 2, "breaching", "OK", "one value is there, and it is good."),
    ([9, None, None], 2, "notBreaching", "OK", "what is missing counts as good."),
    ([1, None], 2, "notBreaching", "OK", "one value is there, and it is good; what is missing counts as good, too."),
    ([None, 9, None], 2, "missing", "ALARM", 'with "missing", those that are there decide.'),
    ([None, 1, None], 2, "missing", "OK", 'with "missing", those that are there decide.'),
    ([9, None, 1], 3, "missing", "OK", 'with "missing", those that are there decide, all of them.'),
    ([None, None], 2, "missing", "INSUFFICIENT_DATA", "there is no value at all."),
    ([None, None], 2, "breaching", "ALARM", "there is no value at all, and that counts as breaching."),
    ([None, None], 2, "notBreaching", "OK", "there is no value at all, and that counts as good."),
    ([], 1, "missing", "INSUFFICIENT_DATA", "there is no value at all."),
    ([], 1, "breaching", "ALARM", "there is no value at all, and that counts as breaching."),
]


def judged(alarm_state: Callable[[list[float | None], float, int, str], Any]) -> Verdict:
    """The state is the one that CloudWatch would choose."""
    for (datapoints, periods, missing, wanted, why), threshold in [
        *((case, 5) for case in CASES),
        *((([None if v is None else v + 2.5 for v in case[0]], *case[1:]), 7.5) for case in CASES),
    ]:
        call, given = f"alarm_state({datapoints}, {threshold}, {periods}, {missing!r})", list(datapoints)
        try:
            answer = alarm_state(given, threshold, periods, missing)
        except Exception as error:  # whatever a learner's own code may raise
            return NotRight(
                f"{call} is {wanted!r}", f"{type(error).__name__}: {error}", "the function raised an error of its own."
            )
        if answer is None and (datapoints, threshold) == (CASES[0][0], 5):
            return NotYet("Write the function; it returns nothing yet.")
        if given != datapoints:
            return NotRight(f"datapoints as they were: {datapoints}", str(given), "the list is the caller's: copy it.")
        if answer != wanted:
            return NotRight(f"{call} is {wanted!r}", repr(answer), why)
    return Right("As CloudWatch does it, gaps included.")
