"""Events that fit into no item of DynamoDB.

They are too big or too deep, or have a number of more than 38 digits, or half a character.
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

PART = 90_000  # characters of up to 4 bytes, so that each part fits into an item
UNFIT = (ArithmeticError, RecursionError, TypeError, ValueError)
REFUSED = ("ValidationException", "SerializationException")


def is_unfit(error: Exception) -> bool:
    """Whether it will fail again: it is the event's fault, not the moment's."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] in REFUSED
    return isinstance(error, UNFIT)


def as_text(event: dict, text: str) -> Iterator[dict]:
    """Items that keep an event as it came: what it says of itself, and its text in parts.

    Args:
        event: its fields.
        text: the event as it came.
    """
    about = {name: _readable(event[name])[:1000] for name in ("time", "source", "detail-type")}
    for start in range(0, len(text), PART):
        part = {"text": _readable(text[start : start + PART]), "detail": {}}
        yield {"id": f"{event['id']}#{start}" if start else event["id"], **about, **part}


def _readable(value) -> str:
    return str(value).encode(errors="backslashreplace").decode()
