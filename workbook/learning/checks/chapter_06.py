"""The checks of chapter 06."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pandas as pd

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, LAMBDA_SRC, read_code
from workbook.base.waiting import poll
from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.stacks import outputs, status
from workbook.deployment.deploy import deploy
from workbook.deployment.diff import diff
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import table
from workbook.observe.ledger import ledger
from workbook.observe.traces import Trace

PATIENCE = 20  # seconds until the points of an order must be there
CUSTOMER = {
    "firstName": "Cleo", "lastName": "Example", "email": "cleo@example.com", "address": "1 Main Street",
    "paymentMethod": "invoice",
}  # fmt: skip
ITEMS = [
    {"productId": "chair-1", "productName": "Chair", "quantity": 2, "price": 49.9},
    {"productId": "lamp-1", "productName": "Lamp", "quantity": 3, "price": 12.5},
]
POINTS = 137  # 2 × 49.90 + 3 × 12.50 = 137.30


@checks("06-trace")
def traced(journey: Any = None) -> Verdict:
    """An order was followed to its end."""
    if not isinstance(journey, Trace):
        return NotYet("Give the check what trace(…) returned.")
    missing = journey.hops[journey.hops.milliseconds.isna()]
    if len(missing):
        return NotRight(
            "all seven hops",
            f"not yet: {', '.join(missing.what)}",
            "the order was still on its way; run trace(…) again in a moment.",
        )
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


@checks("06-again")
def told_again(checkout_id: str = "") -> Verdict:
    """The deleted order came back, once."""
    books = ledger()
    if checkout_id not in books.accepted:
        return NotYet("Give the check the id of the checkout that you told again.")
    if checkout_id in books.missing:
        return NotYet("Publish the event once more.")
    if checkout_id in books.twice:
        return NotRight(
            "one order", "two", "the event was stored under a new id; the order's id must be the checkout's."
        )
    return Right("The order is back, and there is one of it.")


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
    basket = Rest(outputs["BasketApiUrl"])
    basket.post("basket", {"userName": user, "items": ITEMS})
    accepted = basket.post("basket/checkout", {"userName": user, **CUSTOMER})
    if accepted.status != 202:
        return NotRight(
            "202 for a checkout",
            str(accepted.status),
            "Basket itself does not work; catch up with `python3 run.py catch-up 06`.",
        )
    checkout_id = accepted.body["checkoutId"]
    try:
        rows = poll(lambda: _rows_of(user), "the points", seconds=PATIENCE)
    except WorkbookError:
        return NotRight(
            f"a row for {checkout_id} in LoyaltyTable",
            f"none after {PATIENCE} s",
            "the event did not arrive, or the handler failed: "
            "compare the rule's pattern with Ordering's, then look at logs(…) of your function.",
        )
    if "points" not in rows or rows.points.iloc[0] != POINTS:
        found = rows.points.iloc[0] if "points" in rows else "no points"
        return NotRight(
            f"{POINTS} points for 137.30",
            f"{found}",
            "points are for the totalPrice of the event, which counts every item with its quantity.",
        )
    _tell_again(checkout_id)
    if len(_rows_of(user)) != 1:
        return NotRight(
            "one row",
            f"{len(_rows_of(user))}",
            "the event came twice, which happens; the key must be the checkoutId, "
            "so that the second time changes nothing.",
        )
    if status("Loyalty") and checkout_id in ledger().missing:
        return NotRight("an order, too", "none", "Ordering did not get its event any more.")
    return Right(f"{POINTS} points, given once. Basket and Ordering never heard of it.")


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
