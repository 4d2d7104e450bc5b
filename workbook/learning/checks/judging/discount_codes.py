"""The rule for discount codes that a learner writes in chapter 03: what it must let through, and what refuse."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from aws_lambda_powertools.event_handler.exceptions import BadRequestError

from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

GOOD = [f"SAVE{n}" for n in range(100)] + [f"SAVE{n:02}" for n in range(10)]
OTHER_DIGITS = ["SAVE٣", "SAVE१०", "SAVE５", "SAVE²", "SAVE1٣"]
BAD = [
    "SAVE", "SAVE100", "save5", "Save5", "SAVE10 and more", "XSAVE5", "", "5", "SAVE 5", " SAVE5", "SAVE5 ", "SAVE-5",
    "SAVE1.", "SAVEX", "SAVE5X", "SAVE10\n", "\nSAVE10", "SAVE5\nSAVE5", *OTHER_DIGITS,
]  # fmt: skip
NOT_TEXT = [Decimal(5), None, True, ["SAVE5"], {"SAVE5": "SAVE5"}]


def judged_codes(discount_code: Callable[[str, Any], Any]) -> Verdict:
    """What is to be said of such a rule.

    Args:
        discount_code: takes the field's name and the value; returns the value or raises a BadRequestError.
    """
    tried = {repr(value): _tried(discount_code, "discountCode", value) for value in (*GOOD, *BAD, *NOT_TEXT)}
    if all(came == ("returned", None) for came in tried.values()):
        return NotYet("Write the function; it has no code yet.")
    for value in GOOD:
        how, what = tried[repr(value)]
        if how != "returned":
            return NotRight(f"{value!r} let through", f"{how}: {what}", "a code that is as it should be is refused.")
        if what != value or isinstance(what, bool):
            return NotRight(f"{value!r} returned", repr(what), "a check returns the value: what it returns is stored.")
    for value in (*NOT_TEXT, *BAD):
        if mistake := _let_through(value, *tried[repr(value)]):
            return mistake
    how, what = _tried(discount_code, "coupon", "none")
    if how != "refused" or not str(what).startswith("coupon"):
        return NotRight(
            "a sentence that starts with coupon", repr(what), "the rule may be used under another name: put {name} in."
        )
    return Right(f"{len(GOOD)} codes let through, {len(BAD) + len(NOT_TEXT)} other things refused in a sentence.")


def _let_through(value: Any, how: str, what: Any) -> Verdict | None:
    """What is wrong if a value that is no code was not refused as it should be."""
    if how == "returned" and what is None and value is not None:
        return NotRight(f"{value!r} refused", "None", "to refuse is to raise a BadRequestError; None would be stored.")
    if how == "returned":
        return NotRight(f"{value!r} refused", "let through" if what == value else f"returned: {what!r}", _why(value))
    if how in ("TypeError", "AttributeError") and not isinstance(value, str):
        return NotRight(
            f"a BadRequestError for {value!r}", f"{how}: {what}",
            "a caller may send what is not text; a check that fails itself is a 500, and the caller learns nothing.",
        )  # fmt: skip
    if how != "refused":
        return NotRight(f"a BadRequestError for {value!r}", f"{how}: {what}", "only a BadRequestError becomes a 400.")
    if not str(what).startswith("discountCode") or len(str(what).split()) < 3:
        mistake = "the sentence must name the field and say what it must be."
        return NotRight("a sentence that starts with discountCode", repr(what), mistake)
    return None


def _why(value: Any) -> str:
    """Why a value that was let through is no code."""
    if not isinstance(value, str):
        return "what was sent may be anything that JSON has: only text can be a code."
    if value in OTHER_DIGITS:
        return r"\d, isdigit and isdecimal take the digits of other alphabets, too; [0-9] takes the ten meant."
    if value == "SAVE10\n":
        return "$ also fits before a newline at the end; re.fullmatch does not."
    return "the whole text must fit, from its start to its end."


def _tried(rule: Callable[[str, Any], Any], name: str, value: Any) -> tuple[str, Any]:
    """What became of a value: returned, refused, or the name of an error; and what came."""
    try:
        return "returned", rule(name, value)
    except BadRequestError as refused:
        return "refused", refused.msg
    except Exception as error:  # whatever a learner's own code may raise
        return type(error).__name__, error
