"""Pages of a list: how long one is, and the token that says where the next one starts."""

import base64
import json
import re
from collections.abc import Callable, Iterable

from aws_lambda_powertools.event_handler.exceptions import BadRequestError

LONGEST_KEY = 1024  # bytes: what DynamoDB allows a sort key


def parameter(event, name: str) -> str | None:
    """What the query string says for `name`, if it says anything."""
    values = event.multi_value_query_string_parameters.get(name) or [None]
    if len(values) > 1:
        raise BadRequestError(f"{name} must be given once.")
    return values[0]


def limit(event) -> int:
    """How many items the caller wants at most."""
    wanted = parameter(event, "limit")
    if wanted is None:
        return 50
    if not re.fullmatch("[1-9][0-9]?|100", wanted):
        raise BadRequestError("limit must be a whole number from 1 to 100.")
    return int(wanted)


def page(
    read: Callable, key: Iterable[str], limit: int, start: dict | None
) -> tuple[list[dict], dict | None]:
    """One page of a table or an index, and the key to go on from if there are more.

    Args:
        read: `table.scan`, or `table.query` with its condition.
        key: the attributes that make up a place in the list.
        limit: how many items at most.
        start: the key after which to start; None means at the beginning.
    """
    request = {"Limit": limit + 1}  # one more than asked for tells whether there is a next page
    if start:
        request["ExclusiveStartKey"] = start
    found = read(**request)
    items = found["Items"][:limit]
    more = len(found["Items"]) > limit
    # there is a LastEvaluatedKey if 1 MB was not enough
    last = items[-1] if more else found.get("LastEvaluatedKey")
    return items, last and {name: last[name] for name in key}


def token(key: dict | None) -> str | None:
    """A key of DynamoDB's as an opaque word that fits into a URL."""
    text = json.dumps(key, ensure_ascii=False)
    return key and base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def start(event, shape: dict) -> dict | None:
    """The key in the caller's token, None if there is no token.

    Args:
        event: the request.
        shape: the key's attributes, in order, each with a test that its value must pass.
    """
    sent = parameter(event, "next")
    if sent is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4)))
        genuine = isinstance(key, dict) and token(key) == sent and _fits(key, shape)
    except (ValueError, RecursionError):
        genuine = False
    if not genuine:
        raise BadRequestError("next must be the token of the page before, in the same list.")
    return key


def _fits(key: dict, shape: dict) -> bool:
    return list(key) == list(shape) and all(
        isinstance(value, str) and len(value.encode()) <= LONGEST_KEY and shape[name](value)
        for name, value in key.items()
    )
