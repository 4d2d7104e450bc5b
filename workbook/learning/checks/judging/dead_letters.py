"""Exercise 07-1: which dead letters are worth redriving."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

COLOR, LATE, POISON = "KeyError: 'color'", "ReadTimeoutError: the warehouse", "JSONDecodeError: Expecting value"
WARE = "KeyError: 'ware'"
MENDED = frozenset({COLOR, WARE, "ValueError: a bug of last week"})
NO_CHECKOUTS = ("hello", "", "null", "[1, 2]", '"text"', "7", '{"detail": "text"}', '{"detail": {"hello": "world"}}')
WANTED, OTHER, STORED, AGAIN, NO_CHECKOUT = "wanted", "not mended", "stored", "told again", "no checkout"
MISTAKES = {
    OTHER: "letters are among them whose reason was not mended: they would come back.",
    STORED: "an order is there already of some: there is nothing left to do for it.",
    AGAIN: "a checkout is told in two letters: the first of them is enough.",
    NO_CHECKOUT: "some are no checkouts at all: nobody knows what they are, and they would come back.",
}


def judged(worth_redriving: Callable[[pd.DataFrame, set[str], set[str]], Any]) -> Verdict:
    """Just the letters that a redrive helps are chosen."""
    rows, stored = _letters()
    frame = pd.DataFrame(rows, columns=["messageId", "body", "reason", "kind"])
    for shown in (frame[frame.kind != NO_CHECKOUT], frame, frame.iloc[::-1]):
        mended, there = set(MENDED), set(stored)
        try:
            answer = worth_redriving(shown.drop(columns="kind"), mended, there)
        except Exception as error:  # whatever a learner's own code may raise
            return NotRight("a list of ids", f"{type(error).__name__}: {error}", _why(error))
        if answer is None:
            return NotYet("Write the function; it returns nothing yet.")
        if (mended, there) != (MENDED, stored):
            return NotRight(
                "mended and stored as they were", "other sets",
                "whoever else looks at these sets is misled: take a copy, set(stored), and add to that.",
            )  # fmt: skip
        if verdict := _judge(answer, shown):
            return verdict
    return Right("The mended ones that are no orders yet, each once; and what is no checkout stays where it is.")


def _why(error: Exception) -> str:
    if isinstance(error, ValueError | KeyError | TypeError | AttributeError):
        return (
            "the function read a body that is no checkout. Look at the reason first; and be ready for anything, "
            "as a body may be no JSON, or other JSON, though its reason was mended."
        )
    return "the function raised an error of its own."


def _letters() -> tuple[list[tuple[str, str, str, str]], frozenset[str]]:
    """Dead letters, each with its kind; and the checkouts of which there are orders."""
    ids = [str(uuid.uuid4()) for _ in range(7)]
    rows = [
        ("hello", POISON, OTHER),
        (_body(ids[0]), COLOR, WANTED),
        (_body(ids[1]), COLOR, STORED),
        (_body(ids[2]), LATE, OTHER),
        (_body(ids[3]), WARE, WANTED),
        (_body(ids[0]), WARE, AGAIN),
        (_body(ids[4]), LATE, OTHER),
        (_body(ids[4]), COLOR, WANTED),  # the same checkout, for a reason that was mended
        (_body(ids[5]), WARE, STORED),
        (_body(ids[6]), COLOR, WANTED),
        (_body(ids[6]), COLOR, AGAIN),
        *((body, COLOR, NO_CHECKOUT) for body in NO_CHECKOUTS),
    ]
    return [(str(uuid.uuid4()), *row) for row in rows], frozenset({ids[1], ids[5], "another"})


def _body(checkout_id: str) -> str:
    return json.dumps({"detail": {"data": {"checkoutId": checkout_id, "userName": "ada"}}})


def _judge(answer: Any, letters: pd.DataFrame) -> Verdict | None:
    """What is wrong with an answer, if anything.

    Args:
        answer: what the function returned.
        letters: what it was given, and the kind of each letter.
    """
    if not isinstance(answer, list):
        return NotRight("a list of ids", type(answer).__name__, 'return a list, such as ["m-2", "m-7"].')
    kinds = dict(zip(letters.messageId, letters.kind, strict=True))
    wanted = _first_of_each(letters)
    expected, found = f"{len(wanted)} of {len(letters)} letters", f"{len(answer)} of them"
    if unknown := [one for one in answer if one not in kinds]:
        return NotRight("ids of the letters", repr(unknown[0]), "a letter is named by its messageId.")
    for kind in (OTHER, STORED, NO_CHECKOUT):
        if kind in map(kinds.get, answer):
            return NotRight(expected, found, MISTAKES[kind])
    if len(answer) > len(wanted) or (len(answer) == len(wanted) and set(answer) != set(wanted)):
        return NotRight(expected, found, MISTAKES[AGAIN])
    if len(answer) < len(wanted):
        return NotRight(expected, found, "some are missing that could become orders now.")
    if answer != wanted:
        mistake = "the letters are wanted in the order of the frame, whatever its index says."
        return NotRight(expected, "the same, in another order", mistake)
    return None


def _first_of_each(letters: pd.DataFrame) -> list[str]:
    """The ids of those that are wanted: of each checkout the first."""
    chosen, seen = [], set()
    for letter in letters.itertuples():
        if letter.kind in (WANTED, AGAIN) and letter.body not in seen:
            chosen.append(letter.messageId)
            seen.add(letter.body)
    return chosen
