"""Reading what a caller sent: strict JSON, and one plain sentence for whatever is wrong with it."""

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.exceptions import BadRequestError

# 15 digits: a reader that makes floats of numbers loses nothing
LARGEST = Decimal("9999999999999.99")
IN_NAMES = "._-@+"  # beside letters with their marks, and digits
# Letters and marks that nobody sees, such as the Hangul filler and the variation selectors.
FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
# Control characters, halves of characters, and what stands where bytes were not UTF-8.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def json_object(event) -> dict:
    """The body of a request, which must be a JSON object; its numbers become Decimals."""
    try:
        body = event.body or ""
        if event.is_base64_encoded:
            body = base64.b64decode(body, validate=True).decode()
        found = json.loads(
            body, object_pairs_hook=_once,
            parse_float=Decimal, parse_int=Decimal, parse_constant=_not_json,
        )
    except (ValueError, ArithmeticError, RecursionError):
        raise BadRequestError("The body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise BadRequestError("The body must be a JSON object.")
    return found


def checked(body: dict, fields: dict[str, Callable], required: Iterable[str], at: str = "") -> dict:
    """The body, if it has all required fields, none that is unknown, and each passes its check.

    Args:
        body: what was sent.
        fields: a check for each field: it takes the field's name and value, and returns the value.
        required: the fields that must be there.
        at: where the body stands in what was sent, such as `items[0].`, if it is only a part of it.
    """
    if unknown := sorted(body.keys() - fields.keys()):
        names = ", ".join(at + _shown(name) for name in unknown[:5])
        raise BadRequestError(f"Unknown field: {names}. The fields are {', '.join(fields)}.")
    if missing := sorted(set(required) - body.keys()):
        raise BadRequestError(f"Missing field: {', '.join(at + name for name in missing)}.")
    return {name: fields[name](at + name, value) for name, value in body.items()}


def text(shortest: int, longest: int) -> Callable:
    """A check for text of so many characters."""

    def check(name: str, value) -> str:
        if not isinstance(value, str) or len(value) > longest or length(value) < shortest:
            raise BadRequestError(f"{name} must be text of {shortest} to {longest} characters.")
        if UNFIT.search(value):
            raise BadRequestError(f"{name} must not contain control characters.")
        return value

    return check


def length(value: str) -> int:
    """How many characters a text has; none, if nobody would see one of them."""
    return len(value) if any(map(_is_seen, value)) else 0


def one_of(*words: str) -> Callable:
    """A check for one of a few words."""

    def check(name: str, value) -> str:
        if not isinstance(value, str) or value not in words:
            raise BadRequestError(f"{name} must be {' or '.join(words)}.")
        return value

    return check


def matching(pattern: str, what: str) -> Callable:
    """A check for text of a certain form, which an error calls `what`."""

    def check(name: str, value) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise BadRequestError(f"{name} must be {what}.")
        return value

    return check


def whole(lowest: int, highest: int) -> Callable:
    """A check for a whole number."""

    def check(name: str, value) -> int:
        if not isinstance(value, Decimal) or not lowest <= value <= highest or value != int(value):
            raise BadRequestError(f"{name} must be a whole number from {lowest} to {highest}.")
        return int(value)

    return check


def several(
    fewest: int, most: int, fields: dict[str, Callable], required: Iterable[str]
) -> Callable:
    """A check for a list of so many objects, each with these fields."""

    def check(name: str, value) -> list[dict]:
        if not isinstance(value, list) or not fewest <= len(value) <= most:
            raise BadRequestError(f"{name} must be a list of {fewest} to {most}.")
        for number, one in enumerate(value):
            if not isinstance(one, dict):
                raise BadRequestError(f"{name}[{number}] must be a JSON object.")
        return [
            checked(one, fields, required, f"{name}[{number}].") for number, one in enumerate(value)
        ]

    return check


def user_name(name: str, value) -> str:
    """A check for the name of a user, which can stand in a path and in a log.

    A letter with a mark may be written as one character or as two; as `normalize` writes it, the
    same name is the same text.
    """
    sent = value if isinstance(value, str) and len(value) <= 400 else ""  # 4 may become one
    found = unicodedata.normalize("NFC", sent)
    # not . or .., which a path would take for a place
    if not 1 <= length(found) <= 100 or not all(map(_is_in_names, found)) or not found.strip("."):
        raise BadRequestError(f"{name} must be 1 to 100 letters, digits, or any of . _ - @ +")
    return found


def user_name_in_path(value: str) -> str:
    """A user's name as a path has it, which may write some characters as % and two digits."""
    return user_name("userName", unquote(value))


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


def _is_seen(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind[0] != "Z" and kind not in ("Cc", "Cf") and not FILLERS.match(character)


def _is_in_names(character: str) -> bool:
    is_mark = unicodedata.category(character)[0] == "M"
    return character.isalnum() or is_mark or character in IN_NAMES


def _shown(name: str) -> str:
    """A caller's own word, short and printable."""
    return "".join(c if c.isprintable() else "?" for c in name[:40])
