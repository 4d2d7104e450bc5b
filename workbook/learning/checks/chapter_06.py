"""The checks of chapter 06."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pandas as pd

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, LAMBDA_SRC, read_code
from workbook.base.waiting import poll, soon
from workbook.clients.rest import Answer, Rest
from workbook.cloud import target
from workbook.cloud.stacks import outputs, status
from workbook.deployment.deploy import deploy
from workbook.deployment.diff import diff
from workbook.learning.checks.judging import following
from workbook.learning.checks.judging.asked import asked
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import table
from workbook.observe.ledger import ledger
from workbook.observe.traces import FATES, Trace

PATIENCE = 20  # seconds until the points of an order must be there
CUSTOMER = {
    "firstName": "Cleo", "lastName": "Example", "email": "cleo@example.com", "address": "1 Main Street",
    "paymentMethod": "invoice",
}  # fmt: skip


@checks(
    "06-knows",
    "get_template gives a stack's template as it is deployed: TemplateBody.",
    "A template is a dict of dicts. json.dumps makes one text of it.",
    "return name in json.dumps(template)",
)
def known(knows: Callable[[str, str], Any]) -> Verdict:
    """What a stack's template names is found."""
    return following.judged_knowledge(knows)


@checks(
    "06-id",
    "basket.send takes what `requests` takes: json is the body, and headers is a dict.",
    'basket.send("POST", "basket/checkout", json=shop_for(user), headers={…: request})',
)
def named(check_out: Callable[[str, str], Any]) -> Verdict:
    """A checkout goes out under the caller's own name for it."""
    request = f"a-check-{uuid.uuid4()}"
    return following.judged_request(asked(check_out, "the-check", request), request)


@checks("06-trace")
def traced(journey: Any = None) -> Verdict:
    """An order was followed to its end."""
    if not isinstance(journey, Trace):
        return NotYet("Give the check what trace(…) returned.")
    missing = journey.hops[journey.hops.milliseconds.isna()]
    if len(missing):
        ended, where = FATES.get(journey.fate, (False, ""))
        mistake = "the order was still on its way; run trace(…) again in a moment."
        if ended:
            mistake = where[0].lower() + where[1:]
        return NotRight("all seven hops", f"not yet: {', '.join(missing.what)}", mistake)
    return Right("Seven hops, and three of them while you waited.")


@checks("06-fifty")
def fifty_timed(times: Any = None) -> Verdict:
    """Fifty checkouts were answered and stored; of a few, the log may not tell yet."""
    if not isinstance(times, pd.DataFrame) or "stored" not in times:
        return NotYet("Give the check the frame that timings(…) returned.")
    if (known := int(times.stored.notna().sum())) < 45:
        return NotRight(
            "fifty stored orders", f"{known}", "not all of them have arrived; wait, and run timings(…) again."
        )
    return Right("Fifty orders, each with its own times.")


@checks(
    "06-percentiles",
    "A frame has a method quantile, which takes a list of numbers from 0 to 1: those are the keys of names.",
    'times[["answered", "stored"]].quantile(list(names)), then rename(index=names)',
)
def summed_up(percentiles: Callable[[pd.DataFrame], Any]) -> Verdict:
    """Many times are told by three of them."""
    return following.judged_percentiles(percentiles)


@checks("06-ledger")
def unbalanced(fifty: Any = None) -> Verdict:
    """An order was deleted, and the books say so."""
    if not fifty:
        return NotYet("Give the check the ids of your fifty checkouts.")
    books = ledger()
    gone = books.missing & set(fifty)
    if not gone:
        return NotYet("Delete an order of your fifty, behind the shop's back.")
    if len(gone) > 1:
        return NotRight(
            "one order missing", f"{len(gone)}", "more than one order was deleted; the event log can bring them back."
        )
    return Right("One order is missing, and the books know which.")


@checks(
    "06-again",
    "Chapter 04 publishes with put_events: each entry has EventBusName, Source, DetailType and Detail.",
    'The source is event.source, the detail-type "BasketCheckedOut", and Detail is text: json.dumps(event.detail).',
)
def told_again(tell_again: Callable[[Any], Any], checkout_id: str) -> Verdict:
    """The deleted order came back, once, by its event."""
    if verdict := following.judged_retelling(tell_again):
        return verdict
    if checkout_id not in ledger().accepted:
        return NotYet("Give the check the id of the checkout that you told again.")
    soon(lambda: checkout_id in ledger().stored | ledger().dead, PATIENCE)
    books = ledger()
    if checkout_id in books.missing:
        return NotYet("Publish the event once more, as the log has it: with this checkoutId, and all the rest.")
    if checkout_id in books.dead:
        mistake = "Ordering could not store what was told: publish the event as the log has it, and redrive the letter."
        found = "an order and a dead letter" if checkout_id in books.stored else "a dead letter"
        return NotRight("one order", found, mistake)
    if checkout_id in books.twice:
        mistake = "the event was told with another userName, and an order's key is userName and orderId."
        return NotRight("one order", "two of this id", mistake)
    if checkout_id not in books.stored:
        return NotYet("The event is on its way; run this again in a moment.")
    return Right("The order is back, and there is one of it.")


@checks(
    "06-q1",
    "A statement has an Action and a Resource, each a text or a list of texts; `in` works with both.",
    '"dynamodb:PutItem" in statement["Action"], and orders_arn in statement["Resource"]: any statement will do.',
)
def writers(may_store: Callable[[str], Any]) -> Verdict:
    """Who may write to the table of orders."""
    return following.judged_writers(may_store)


@checks(
    "06-q2",
    "The rules are in bus.list_rules(EventBusName=…)[\"Rules\"], each with a Name and an EventPattern.",
    'bus.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))["Result"] says if it fits.',
)
def wanted(wanted_by: Callable[[dict[str, Any]], Any]) -> Verdict:
    """Which rules an event fits."""
    return following.judged_wanted(wanted_by)


@checks(
    "06-q3",
    'journey.hops is a frame; its column "caller waits" is True for the hops that the caller waits for.',
    'hops[hops["caller waits"]].milliseconds has the moments of those hops. When does the last of them happen?',
)
def waiting(waited: Callable[[Any], Any]) -> Verdict:
    """How long the caller waited."""
    return following.judged_waiting(waited)


@checks(
    "06-1",
    "Start from a copy of event_log.py: a table, a function that may put items into it, a rule. "
    "The pattern is Ordering's.",
    'The order stands in event["detail"]["data"]: checkoutId, userName, totalPrice. '
    'With a queue in between, the event is the text of record["body"].',
    "Numbers in an event are floats, and DynamoDB refuses those: int(totalPrice) is what is wanted here anyway.",
    'In cdk_app/app.py: from shop.loyalty import Loyalty, and Loyalty(app, "Loyalty").add_stack_dependency(bus).',
)
def own_consumer() -> Verdict:
    """Loyalty deploys, gives the right points once, and leaves Basket and Ordering as they are."""
    if not (CDK_APP / "shop" / "loyalty.py").exists() or not any(LAMBDA_SRC.glob("loyalty/*.py")):
        return NotYet("Write cdk_app/shop/loyalty.py and lambda_src/loyalty/app.py.")
    if "Loyalty(app" not in read_code(CDK_APP / "app.py"):
        return NotYet("Put Loyalty into cdk_app/app.py.")
    touched = diff("Basket", "Ordering")
    if len(touched):
        names = ", ".join(sorted(set(touched["stack"])))
        return NotRight(
            "Basket and Ordering as they were",
            f"changes in {names}",
            "a consumer brings its own rule to the bus; nobody else has to know of it.",
        )
    try:
        deploy("Loyalty")
    except WorkbookError as error:
        return NotRight("a stack that deploys", error.message, "CloudFormation or CDK refuses it.")
    if "LoyaltyTable" not in outputs:
        return NotRight(
            "the output LoyaltyTable", "no such output", "the stack must say the name of its table: CfnOutput."
        )
    return _points_arrive()


def _points_arrive() -> Verdict:
    user = f"loyal-{uuid.uuid4().hex[:12]}"
    others = _publish_for_others(user)
    wanted: dict[str, int] = {}
    for again in (True, False):
        items, points = _basket()
        accepted = _check_out(user, items)
        if accepted.status != 202:
            return NotRight(
                "202 for a checkout",
                str(accepted.status),
                "Basket itself does not work; catch up with `python3 run.py catch-up 06`.",
            )
        wanted[accepted.body["checkoutId"]] = points
        with suppress(WorkbookError):  # what is not there by then is what is judged
            poll(lambda: wanted.keys() <= {*_rows_of(user).get("checkoutId", [])}, "the points", seconds=PATIENCE)
        if verdict := judged_rows(_rows_of(user).to_dict("records"), wanted, others):
            return verdict
        if again:  # so that it has come for the second time when the next order's points are there
            _tell_again(*wanted)
    if status("Loyalty") and wanted.keys() & ledger().missing:
        return NotRight("an order, too", "none", "Ordering did not get its event any more.")
    return Right("One point for each whole unit of money, given once. Basket and Ordering never heard of it.")


def judged_rows(rows: list[dict[str, Any]], wanted: dict[str, int], others: set[str]) -> Verdict | None:
    """What is wrong with a user's rows in the table of points, if anything.

    Args:
        rows: the user's.
        wanted: the points of each checkout.
        others: the checkouts in events that are none of Basket's checkouts.
    """
    of = {row.get("checkoutId"): row for row in rows}
    if others & of.keys():
        return NotRight(
            f"{len(wanted)} rows", f"{len(rows)}, one of them for an event that is no checkout of Basket's",
            "the rule lets other events through: its pattern must name source and detail-type, as Ordering's does.",
        )  # fmt: skip
    if rows and None in of:
        return NotRight("the checkoutId in each row", "a row without", "the table's key is to be checkoutId.")
    if missing := wanted.keys() - of.keys():
        if len(rows) and len(wanted) > 1:
            return NotRight(
                f"{len(wanted)} rows for {len(wanted)} orders of a customer", f"{len(rows)}",
                "one order's points took the place of another's: the key must be the checkoutId.",
            )  # fmt: skip
        return NotRight(
            f"a row for {missing.pop()} in LoyaltyTable",
            f"none after {PATIENCE} s",
            "the event did not arrive, or the handler failed: "
            "compare the rule's pattern with Ordering's, then look at logs(…) of your function.",
        )
    if len(rows) > len(wanted):
        return NotRight(
            f"{len(wanted)} rows",
            f"{len(rows)}",
            "the event came twice, which happens; the key must be the checkoutId, "
            "so that the second time changes nothing.",
        )
    for checkout_id, points in wanted.items():
        if (found := of[checkout_id].get("points")) != points:
            return NotRight(f"{points} points", f"{found}", _points_mistake(points, found))
    return None


def _points_mistake(points: int, found: Any) -> str:
    if found == points + 1:
        return "a point is for a whole unit of money: 137.70 are 137 points, so cut off, and do not round."
    if found == 2 * points:
        return "the event came twice, and its points were added twice: the second time must change nothing."
    return "points are for the totalPrice of the event, which counts every item with its quantity."


def _basket() -> tuple[list[dict[str, Any]], int]:
    """A basket, and its points: rounded, or counted item by item, or without quantities, they would be others."""
    while True:
        items = [
            {"productId": f"p-{n}", "productName": "Thing", "quantity": random.randint(2, 5),
             "price": random.randint(1000, 6000) / 100}
            for n in (1, 2)
        ]  # fmt: skip
        total = sum(Decimal(str(item["price"])) * item["quantity"] for item in items)
        piecewise = sum(int(item["price"]) * item["quantity"] for item in items)
        if total % 1 > Decimal("0.5") and int(total) != piecewise:
            return items, int(total)


def _check_out(user: str, items: list[dict[str, Any]]) -> Answer:
    basket = Rest(outputs["BasketApiUrl"])
    basket.post("basket", {"userName": user, "items": items})
    return basket.post("basket/checkout", {"userName": user, **CUSTOMER})


def _publish_for_others(user: str) -> set[str]:
    """Publish events that look like a checkout and are none; the ids of their checkouts."""
    ids = set()
    for source, kind in (("shop.check", "BasketCheckedOut"), ("shop.basket", "BasketChecked")):
        ids.add(checkout_id := str(uuid.uuid4()))
        data = {"checkoutId": checkout_id, "userName": user, "items": [], "totalPrice": 12.75, **CUSTOMER}
        times = {"occurredAt": "2026-01-31T09:30:00Z", "schemaVersion": "1"}
        metadata = {"eventId": str(uuid.uuid4()), "correlationId": "check-06", **times}
        entry = {"Source": source, "DetailType": kind, "Detail": json.dumps({"metadata": metadata, "data": data})}
        target.client("events").put_events(Entries=[entry | {"EventBusName": outputs["EventBusName"]}])
    return ids


def _rows_of(user: str) -> pd.DataFrame:
    rows = table(outputs["LoyaltyTable"])
    return rows[rows.userName == user] if "userName" in rows else rows.iloc[:0]


def _tell_again(checkout_id: str) -> None:
    """Publish the event of a checkout once more, and wait until it was written down a second time."""

    def told() -> list[dict[str, Any]]:
        events = table(outputs["EventLogTable"])
        return [
            detail for detail in events.get("detail", []) if detail.get("data", {}).get("checkoutId") == checkout_id
        ]

    [detail, *_] = poll(told, "the event in the event log", seconds=PATIENCE)
    entry = {"Source": "shop.basket", "DetailType": "BasketCheckedOut", "Detail": json.dumps(detail)}
    target.client("events").put_events(Entries=[entry | {"EventBusName": outputs["EventBusName"]}])
    poll(lambda: len(told()) > 1, "the event, told again", seconds=PATIENCE)
