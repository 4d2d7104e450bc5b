"""Reading what a caller sent: strict JSON, and one plain sentence for whatever is wrong with it."""

import base64
import json
import re
from collections.abc import Callable
from decimal import Decimal

from aws_lambda_powertools.event_handler.exceptions import BadRequestError

LARGEST = Decimal("9999999999999.99")  # 15 digits: a reader that makes floats of numbers loses nothing
# Control characters, halves of characters, and what stands where bytes were not UTF-8.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def json_object(event) -> dict:
    """The body of a request, which must be a JSON object; its numbers become Decimals."""
    try:
        body = event.body or ""
        if event.is_base64_encoded:
            body = base64.b64decode(body, validate=True).decode()
        found = json.loads(
            body, object_pairs_hook=_once, parse_float=Decimal, parse_int=Decimal, parse_constant=_not_json
        )
    except (ValueError, ArithmeticError, RecursionError):
        raise BadRequestError("The body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise BadRequestError("The body must be a JSON object.")
    return found


def checked(body: dict, fields: dict[str, Callable], required: set[str]) -> dict:
    """The body, if it has all required fields, none that is unknown, and every one passes its check."""
    if unknown := sorted(body.keys() - fields.keys()):
        names = ", ".join(_shown(name) for name in unknown[:5])
        raise BadRequestError(f"Unknown field: {names}. The fields are {', '.join(fields)}.")
    if missing := sorted(required - body.keys()):
        raise BadRequestError(f"Missing field: {', '.join(missing)}.")
    return {name: fields[name](name, value) for name, value in body.items()}


def text(shortest: int, longest: int) -> Callable:
    """A check for text of so many characters."""

    def check(name: str, value) -> str:
        if not isinstance(value, str) or not shortest <= len(value) <= longest:
            raise BadRequestError(f"{name} must be text of {shortest} to {longest} characters.")
        if UNFIT.search(value):
            raise BadRequestError(f"{name} must not contain control characters.")
        return value

    return check


def money(name: str, value) -> Decimal:
    """A check for an amount of money: not negative, at most two decimals, and never rounded."""
    if not isinstance(value, Decimal) or not 0 <= value <= LARGEST:
        raise BadRequestError(f"{name} must be a number from 0 to {LARGEST}.")
    if value != round(value, 2):
        raise BadRequestError(f"{name} must have at most two decimals.")
    return abs(round(value, 2))  # abs, because JSON has a -0


def _once(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadRequestError("The body has a field twice.")
    return found


def _not_json(word: str):
    raise ValueError(f"JSON has no {word}")


def _shown(name: str) -> str:
    """A caller's own word, short and printable."""
    return "".join(c if c.isprintable() else "?" for c in name[:40])
