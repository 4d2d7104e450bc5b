"""The checks of chapter 08."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd

from workbook.base.errors import WorkbookError
from workbook.base.paths import LAMBDA_SRC
from workbook.base.waiting import poll
from workbook.clients.invoke import invoke
from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.roles import granted
from workbook.cloud.stacks import outputs
from workbook.learning.checks import points
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import table

SOURCES = 4  # of duplicates
PATIENCE = 20  # seconds until an order must be there
CUSTOMER = {
    "firstName": "Lea", "lastName": "Test", "email": "lea@example.com", "address": "1 Main Street",
    "paymentMethod": "invoice",
}  # fmt: skip
LAMP = {"productId": "lamp", "productName": "Lamp", "quantity": 2, "price": 12.5}


@checks("08-doubled")
def doubled(counts: Any = None) -> Verdict:
    """Each source has doubled an order, and the worker that is deployed stores whatever comes."""
    if not isinstance(counts, pd.DataFrame) or "orders" not in counts:
        return NotYet("Give the check the frame with the number of orders.")
    if len(counts) < SOURCES:
        return NotRight("a row for each of the four", str(len(counts)), "the frame is to have all four customers.")
    few = counts[counts.orders < 2]
    if len(few):
        return NotRight(
            "two orders of each or more", f"of {', '.join(few.index)} {int(few.orders.min())}",
            "either the duplicate has not arrived yet, or the deployed worker is already the one that looks first.",
        )  # fmt: skip
    return Right("Four sources, and each has doubled an order.")


@checks("08-once")
def once(counts: Any = None) -> Verdict:
    """Nobody has two orders, and the deployed worker stores a checkout that it is told of twice once."""
    if not isinstance(counts, pd.DataFrame) or "orders" not in counts:
        return NotYet("Give the check the frame with the number of orders.")
    if len(counts) < SOURCES:
        return NotRight("a row for each of the four", str(len(counts)), "the frame is to have all four customers.")
    user, checkout_id = "lea", str(uuid.uuid4())
    event = {"Records": [_record(user, checkout_id), _record(user, checkout_id)]}
    answers = [invoke(outputs["OrderingWorker"], event) for _ in range(2)]
    if error := next((answer.error for answer in answers if answer.error), None):
        return NotRight("an answer of the worker", f"an error: {error}", "the worker fails: look at its log.")
    stored = table(outputs["OrderingTable"])
    mine = stored[(stored.userName == user) & (stored.orderDate == "2026-01-31T09:30:00.000Z")]
    if not len(mine):
        return NotRight("one order for a checkout that is told four times", "none", "the worker does not store it.")
    if len(mine) > 1:
        for order in mine.orderId:  # of an earlier worker
            target.client("dynamodb").delete_item(
                TableName=outputs["OrderingTable"], Key={"userName": {"S": user}, "orderId": {"S": order}}
            )
        return NotRight(
            "one order for a checkout that is told four times", str(len(mine)),
            "the order's id must be the checkoutId, and it must be stored only if it is not there: orders.store.",
        )  # fmt: skip
    target.client("dynamodb").delete_item(
        TableName=outputs["OrderingTable"], Key={"userName": {"S": user}, "orderId": {"S": checkout_id}}
    )
    if len(none := counts[counts.orders < 1]):
        mistake = "their checkout has not arrived yet, or was refused: wait, and count again."
        return NotRight("one order of each", f"none of {', '.join(none.index)}", mistake)
    many = counts[counts.orders != 1]
    if len(many):
        return NotRight(
            "one order of each", f"of {', '.join(many.index)} {int(many.orders.max())}",
            "a caller that tries again must send the same Idempotency-Key; "
            "for the others, the worker was not the new one yet.",
        )  # fmt: skip
    return Right("Told seven times, stored four times.")


@checks("08-memory")
def memory(made: Any = None) -> Verdict:
    """The vouchers were made as often as the step brings about."""
    if not made:
        return NotYet("Run the cells of this step.")
    times = {user: sum(user in one for one in made) for user in ("eve", "finn", "gus")}
    if times != {"eve": 1, "finn": 2, "gus": 2}:
        return NotRight(
            "one voucher for Eve, two for Finn and two for Gus", json.dumps(times),
            "some cells ran more than once: begin at the cell with made, at_work = [].",
        )  # fmt: skip
    return Right("Expired or killed: two cases in which a memory beside the work does not help.")


@checks("08-versions")
def versions(write: Callable[[str, dict], Any] | None = None, ends: Any = None) -> Verdict:
    """Whatever order events arrive in, the newest one stays."""
    if write is None or not isinstance(ends, pd.DataFrame):
        return NotYet("Give the check newest_wins and the frame.")
    if len(set(ends.index)) != 6 or not (ends["newest_wins"] == "shipped").all():
        wrong = sorted(set(ends["newest_wins"]) - {"shipped"})
        return NotRight(
            "shipped in all six", ", ".join(wrong) or f"{len(ends)} rows",
            "an older event replaced a newer one: the condition must compare the versions.",
        )  # fmt: skip
    if (ends["last_wins"] == "shipped").all():
        return NotRight(
            "last_wins to be wrong in some", "all right", "last_wins has a condition, too: it should have none."
        )
    return Right("Six orders of arrival, one end.")


@checks("08-dual")
def dual(first: Any = None, second: Any = None) -> Verdict:
    """One checkout was lost, another one doubled."""
    if not first or not second:
        return NotYet("Give the check what is left of Hana and Ivo.")
    if first["orders"] or first["baskets"]:
        return NotRight(
            "no basket and no order of Hana", json.dumps(first),
            "Basket did not die between the two writes: was the file deployed, with the deletion first?",
        )  # fmt: skip
    if second["orders"] != 2:
        return NotRight(
            "two orders of Ivo",
            json.dumps(second),
            "Basket did not die between the two writes, or Ivo did not try again.",
        )
    return Right("One lost, one doubled, by the same two lines.")


@checks("08-outbox")
def outbox() -> Verdict:
    """The outbox is deployed, roles are apart, and a checkout goes through it, once for a key."""
    if "BasketOutbox" not in outputs:
        return NotYet('Write the files and run deploy("Basket").')
    if (LAMBDA_SRC / "basket" / "claims.py").exists():
        return NotYet("Remove claims.py; nobody needs it any more.")
    if found := _publishing("BasketFunction"):
        return NotRight(
            "an API that cannot publish", f"{', '.join(found)} in its role",
            "as long as it may, somebody will: give the right to the publisher only.",
        )  # fmt: skip
    if not (found := _publishing("BasketPublisher")):
        return NotRight(
            "a publisher that may publish", "no grant", "publisher.allow(…) with events:PutEvents is missing."
        )
    if found != ["events:PutEvents"]:
        mistake = "a star allows more than anyone has thought about."
        return NotRight("events:PutEvents, and nothing wider", ", ".join(found), mistake)
    shop, user, key = Rest(outputs["BasketApiUrl"]), f"lea-{uuid.uuid4().hex[:8]}", str(uuid.uuid4())
    shop.post("basket", {"userName": user, "items": [LAMP]})
    body = {"userName": user, **CUSTOMER}
    answers = [shop.send("POST", "basket/checkout", json=body, headers={"Idempotency-Key": key}) for _ in range(2)]
    if [answer.status for answer in answers] != [202, 202] or answers[0].body != answers[1].body:
        found = " and ".join(str(answer.status) for answer in answers)
        return NotRight(
            "202 twice, with the same answer", found,
            "the answer must be written in the transaction, under the request's id, and be looked for first.",
        )  # fmt: skip
    try:
        poll(lambda: _orders(user), "the order", seconds=PATIENCE)
        poll(
            lambda: user not in " ".join(table(outputs["BasketOutbox"]).get("event", [])),
            "the outbox",
            seconds=PATIENCE,
        )
    except WorkbookError:
        return NotRight(
            "an order, and nothing left in the outbox", f"{_orders(user)} orders after {PATIENCE} s",
            "the publisher does not get the row, cannot publish it, or does not remove it: look at logs(PUBLISHER).",
        )  # fmt: skip
    if (many := _orders(user)) > 1:
        mistake = "two events of one checkout became two orders: the order's id must be the checkoutId of the event."
        return NotRight("one order", str(many), mistake)
    if shop.get(f"basket/{user}").status != 404:
        mistake = "the basket's deletion belongs to the transaction, too: what is left is checked out once more."
        return NotRight("no basket after the checkout", "the basket", mistake)
    return Right("One transaction, one row, one event, one order; and the row is gone.")


def _publishing(function: str) -> list[str]:
    """The actions of a function's role by which it may publish.

    Args:
        function: the output that names it.
    """
    return sorted(action for action in granted(outputs[function]) if fnmatchcase("events:PutEvents", action))


@checks("08-killed")
def killed(after_death: Any = None) -> Verdict:
    """After each death the books balanced, and in the end there is one order."""
    if not after_death:
        return NotYet("Give the check the states.")
    if len(after_death) < 8:
        return NotYet("Run the cell to its end: seven deaths, and one life.")
    bad = [point for point, state in after_death.items() if not state["balances"]]
    if bad:
        return NotRight(
            "books that balance after each death", f"not: {', '.join(bad)}", "something was lost or doubled there."
        )
    *_, end = after_death.values()
    if end["orders"] > 1:
        mistake = "it was stored more than once: the order's id must be the checkoutId, stored only if it is not there."
        return NotRight("one order", str(end["orders"]), mistake)
    if end["orders"] != 1 or end["outbox"] or end["in flight"]:
        return NotRight(
            "one order, and nothing on its way",
            json.dumps(end, default=str),
            "it had not arrived yet; wait until the queue is empty.",
        )
    return Right("Killed seven times, and one order.")


@checks(
    "08-1",
    "What belongs together is written together: client.transact_write_items(TransactItems=[…, …]).",
    "One item says that this event was done: a Put of {\"id\": …} with the condition attribute_not_exists(id).",
    "The other adds: Update with UpdateExpression=\"ADD points :points\".",
    "A repetition cancels the transaction: catch client.exceptions.TransactionCanceledException. "
    'Only if error.response["CancellationReasons"][0]["Code"] is "ConditionalCheckFailed" is the work done; '
    "after anything else it must be tried again, so let that out.",
    "Events and users share the table: the id of the event's item must not be one that a user can have. "
    "\"event \" + eventId, for example, is none.",
)
def points_once(give: Callable[[Any, str, dict], Any]) -> Verdict:
    """Points are added once for each event, under duplicates, at the same time, and when killed around any call."""
    return points.judged(give)


def _record(user: str, checkout_id: str) -> dict[str, Any]:
    """A checkout as the poller hands it to the worker."""
    metadata = {
        "eventId": str(uuid.uuid4()),
        "correlationId": "check-08",
        "schemaVersion": "1",
        "occurredAt": "2026-01-31T09:30:00.000Z",
    }
    data = {"checkoutId": checkout_id, "userName": user, **CUSTOMER, "items": [LAMP], "totalPrice": 25}
    times = {"SentTimestamp": "0", "ApproximateFirstReceiveTimestamp": "0"}
    return {
        "messageId": str(uuid.uuid4()),
        "body": json.dumps({"detail": {"metadata": metadata, "data": data}}),
        "attributes": times,
    }


def _orders(user: str) -> int:
    return int((table(outputs["OrderingTable"]).userName == user).sum())
