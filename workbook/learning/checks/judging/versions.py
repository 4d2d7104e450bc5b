"""A write that keeps the newest version, tried with events in every order, and with somebody who is faster."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from workbook.cloud import target
from workbook.learning.exercises import NotRight, Verdict

TABLE = "states-08"
TOLD_OF = {1: "placed", 2: "paid", 3: "shipped", 9: "returned", 10: "refunded"}
Write = Callable[[str, dict], Any]
# What arrives, what must stay, and what is wrong if something else does.
ARRIVALS = [
    ((1,), 1, "the first event of an order is not stored: there is nothing yet that could be older."),
    ((1, 2), 2, "a newer event does not replace an older one."),
    ((1, 2, 3), 3, "a newer event does not replace an older one."),
    ((3, 1), 3, "an older event replaced a newer one: the condition must compare the versions."),
    ((2, 3, 2), 3, "an older event replaced a newer one: the condition must compare the versions."),
    ((9, 10), 10, "versions are numbers: 10 is more than 9."),
    ((10, 9), 10, "versions are numbers: 9 is less than 10."),
]


def judged_newer(write: Write) -> Verdict | None:
    """What is wrong with a function that is to keep the newest event of each order, if anything.

    Args:
        write: the learner's function, which takes an order's id and an event.
    """
    client = target.client("dynamodb")
    try:
        for arrival, stays, mistake in ARRIVALS:
            found = _after(client, write, arrival)
            if found != stays:
                return NotRight(f"version {stays} after {_shown(arrival)}", _version(found), mistake)
        return _judged_race(client, write)
    except NotImplementedError:
        raise
    except Exception as error:  # whatever a learner's own code may raise
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        mistake = "the function raised an error of its own; what is found says which."
        if code == "ConditionalCheckFailedException":
            mistake = "that an event is too old is no error, there is just nothing to do: with suppress(TooOld)."
        return NotRight("no error", f"{type(error).__name__}: {error}", mistake)


def _judged_race(client: Any, write: Write) -> Verdict | None:
    """Let a newer event be stored by somebody else, just before the function writes."""
    order = f"check {uuid.uuid4()}"
    write(order, _event(1))
    with _somebody_first(lambda: client.put_item(TableName=TABLE, Item=_item(order, 3))):
        write(order, _event(2))
    found = _taken_away(client, order)
    if found == 3:
        return None
    mistake = "between looking and writing there is time for another: the condition must be part of the write itself."
    return NotRight("version 3, which came while version 2 was being written", _version(found), mistake)


@contextmanager
def _somebody_first(act: Callable[[], Any]) -> Iterator[None]:
    """Just before the first write that this process sends to DynamoDB, do something else."""
    real, waiting = BaseClient._make_api_call, [act]

    def call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if operation in ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem") and waiting:
            waiting.pop()()
        return real(client, operation, parameters)

    with mock.patch.object(BaseClient, "_make_api_call", call):
        yield


def _after(client: Any, write: Write, arrival: tuple[int, ...]) -> int | None:
    """The version that stays when an order's events arrive like this."""
    order = f"check {uuid.uuid4()}"
    for version in arrival:
        write(order, _event(version))
    return _taken_away(client, order)


def _taken_away(client: Any, order: str) -> int | None:
    """The version of an order's item, which is removed."""
    item = client.delete_item(TableName=TABLE, Key={"orderId": {"S": order}}, ReturnValues="ALL_OLD")
    version = item.get("Attributes", {}).get("version", {}).get("N")
    return version if version is None else int(version)


def _event(version: int) -> dict[str, Any]:
    return {"state": TOLD_OF[version], "version": version}


def _item(order: str, version: int) -> dict[str, Any]:
    return {"orderId": {"S": order}, "state": {"S": TOLD_OF[version]}, "version": {"N": str(version)}}


def _version(found: int | None) -> str:
    return "nothing" if found is None else f"version {found}"


def _shown(arrival: tuple[int, ...]) -> str:
    return "version " + ", then ".join(map(str, arrival))
