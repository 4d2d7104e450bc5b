"""What chapters 04 and 08 check with: checkouts of its own, and what the bus, the log and Ordering make of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.waiting import poll
from workbook.clients.rest import Answer, Rest
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.observe.frames import logs, table

USER = "the-check"
ANOTHER = "the-check-too"
TOTAL = 5  # of the basket that is checked out
PATIENCE = 20  # seconds; a cold start on a busy machine takes a few


def rules() -> list[dict[str, Any]]:
    """The rules on the shop's bus."""
    if "EventBusName" not in outputs:
        return []
    return target.client("events").list_rules(EventBusName=outputs["EventBusName"])["Rules"]


def put(source: str, kind: str, metadata: dict[str, Any], data: dict[str, Any]) -> None:
    """Publish an event on the shop's bus."""
    metadata = {"occurredAt": datetime.now(UTC).isoformat(), **metadata}
    entry = {
        "EventBusName": outputs["EventBusName"],
        "Source": source,
        "DetailType": kind,
        "Detail": json.dumps({"metadata": metadata, "data": data}),
    }
    target.client("events").put_events(Entries=[entry])


def logged(wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
    """The event that the log has of a kind, taken out of it again; None if it does not come."""

    def look() -> list[dict[str, Any]]:
        rows = table(outputs["EventLogTable"]).to_dict("records")
        return [row for row in rows if isinstance(row.get("detail"), dict) and wanted(row["detail"])]

    try:
        found = poll(look, "the event", PATIENCE)
    except WorkbookError:
        return None
    for row in found:
        target.client("dynamodb").delete_item(TableName=outputs["EventLogTable"], Key={"id": {"S": row["id"]}})
    return found[0]


def logged_checkout(answer: Answer) -> dict[str, Any] | None:
    """The event of a checkout, taken out of the log again."""
    return logged(lambda detail: part(detail, "data").get("checkoutId") == answer.body["checkoutId"])


def part(detail: Any, name: str) -> dict[str, Any]:
    """A part of an event's detail, such as `data`; empty if this event, of whoever, has none of that form."""
    found = detail.get(name) if isinstance(detail, dict) else None
    return found if isinstance(found, dict) else {}


def remembered(answer: Answer) -> dict[str, Any] | None:
    """What Basket has written down of a checkout, which is taken out again; None if there is nothing."""
    rows = table(outputs["BasketCheckouts"]).to_dict("records")
    found = [row for row in rows if row.get("checkoutId") == answer.body["checkoutId"]]
    for row in found:
        key = {"requestId": {"S": row["requestId"]}}
        target.client("dynamodb").delete_item(TableName=outputs["BasketCheckouts"], Key=key)
    return found[0] if found else None


def ordered(answer: Answer) -> dict[str, Any] | None:
    """Ordering's order of a checkout, which is taken out again; None if there is none."""

    def look() -> list[dict[str, Any]]:
        rows = table(outputs["OrderingTable"]).to_dict("records")
        return [row for row in rows if row["orderId"] == answer.body["checkoutId"]]

    try:
        [order] = poll(look, "the order", PATIENCE)
    except WorkbookError:
        return None
    key = {name: {"S": order[name]} for name in ("userName", "orderId")}
    target.client("dynamodb").delete_item(TableName=outputs["OrderingTable"], Key=key)
    return order


def sweep() -> None:
    """Take out what a replay brought back of the checks' own checkouts."""
    client = target.client("dynamodb")
    for row in table(outputs["OrderingTable"]).to_dict("records"):
        if row["userName"] in (USER, ANOTHER):
            key = {name: {"S": row[name]} for name in ("userName", "orderId")}
            client.delete_item(TableName=outputs["OrderingTable"], Key=key)
    for row in table(outputs["EventLogTable"]).to_dict("records"):
        if part(row.get("detail"), "data").get("userName") in (USER, ANOTHER):
            client.delete_item(TableName=outputs["EventLogTable"], Key={"id": {"S": row["id"]}})


def put_basket(user: str = USER) -> None:
    """Put a basket down."""
    item = {"productId": "1", "productName": "Lamp", "quantity": 2, "price": TOTAL / 2}
    Rest(outputs["BasketApiUrl"]).post("basket", {"userName": user, "items": [item]})


def send(user: str = USER, **headers: str) -> Answer:
    """Check the basket out."""
    customer = {
        "userName": user, "firstName": "Ada", "lastName": "Example", "email": "ada@example.com",
        "address": "1 Main Street", "paymentMethod": "invoice",
    }  # fmt: skip
    return Rest(outputs["BasketApiUrl"]).send("POST", "basket/checkout", json=customer, headers=headers)


def check_out() -> Answer:
    """Put a basket down and check it out."""
    put_basket()
    return send()


def other_requests(key: str) -> list[Answer]:
    """Check a basket of another user out with this Idempotency-Key, and one of the same user with another key."""
    found = []
    for user, of_this in ((ANOTHER, key), (USER, str(uuid.uuid4()))):
        put_basket(user)
        found.append(send(user, **{"Idempotency-Key": of_this}))
    return found


def at_once(number: int, **headers: str) -> list[Answer]:
    """Check one basket out several times at once."""
    put_basket()
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(lambda _: send(**headers), range(number)))


def says(function: str, word: str) -> bool:
    """Whether a function's log has a word."""
    found = logs(function, minutes=5)
    return bool(found.message.str.contains(word, regex=False).any()) if len(found) else False
