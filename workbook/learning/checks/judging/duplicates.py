"""What tells a repetition from something new: a caller that tries again, and the worker that is told twice."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from workbook.base.waiting import soon
from workbook.clients.invoke import invoke
from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.requests_sent import Request, TooMany, sent_requests
from workbook.learning.exercises import NotRight, Verdict
from workbook.observe.frames import table

PATIENCE = 20  # seconds until an order must be there
TWICE = ["basket", "checkout"] * 2
CUSTOMER = {
    "firstName": "Lea", "lastName": "Test", "email": "lea@example.com", "address": "1 Main Street",
    "paymentMethod": "invoice",
}  # fmt: skip
LAMP = {"productId": "lamp", "productName": "Lamp", "quantity": 2, "price": 12.5}


def new_user() -> str:
    """A name that no customer has yet."""
    return f"lea-{uuid.uuid4().hex[:8]}"


def accepted() -> dict[str, str]:
    """The checkouts that Basket remembers: when each was accepted, by its id."""
    rows = table(outputs["BasketCheckouts"])
    return dict(zip(rows["checkoutId"], rows["acceptedAt"], strict=True)) if len(rows) else {}


def orders_of(user: str) -> list[str]:
    """The ids of a customer's orders."""
    orders = table(outputs["OrderingTable"])
    return list(orders.orderId[orders.userName == user]) if len(orders) else []


def clear(user: str) -> None:
    """Remove the basket and the orders of a user of the checks' own."""
    Rest(outputs["BasketApiUrl"]).delete(f"basket/{user}")
    for order in orders_of(user):
        target.client("dynamodb").delete_item(TableName=outputs["OrderingTable"], Key=_key(user, order))


def judged_retried(retried: Callable[..., Any], headers: dict[str, str]) -> Verdict | None:
    """What is wrong with a caller that does everything again, if anything.

    Args:
        retried: the learner's function.
        headers: what it is to send with each checkout.
    """
    user, before = new_user(), accepted()
    found, raised = None, ""
    with sent_requests(most=20) as sent:
        try:
            found = retried(user, **headers)
        except NotImplementedError:
            raise
        except (TooMany, Exception) as error:  # whatever a learner's own code may raise
            raised = f"{type(error).__name__}: {error}"
    posts = [one for one in sent if one.method == "POST"]
    new = {checkout: at for checkout, at in accepted().items() if checkout not in before}
    soon(lambda: len(orders_of(user)) >= len(new), PATIENCE)  # none may arrive later, in the way of the next steps
    clear(user)
    return _judged_steps(posts, raised) or _judged_headers(posts, headers) or _judged_answer(found, new)


def _judged_steps(posts: list[Request], raised: str) -> Verdict | None:
    steps = ["checkout" if one.path.endswith("/checkout") else "basket" for one in posts]
    if steps != TWICE:
        mistake = "the phone does both again: it fills a basket, and checks it out. After a checkout there is none."
        return NotRight(", ".join(TWICE), ", ".join(steps) or raised or "no request", mistake)
    if raised:
        return NotRight("the checkoutId of the second answer", raised, "the function raised an error.")
    return None


def _judged_headers(posts: list[Request], headers: dict[str, str]) -> Verdict | None:
    """Whether both checkouts were sent with the headers.

    Args:
        posts: what was sent.
        headers: what each checkout was to be sent with.
    """
    checkouts = [one for one in posts if one.path.endswith("/checkout")]
    wanted = {name.lower(): value for name, value in headers.items()}.items()
    with_them = sum(wanted <= {_text(name).lower(): _text(value) for name, value in one.headers.items()}.items()
                    for one in checkouts)  # fmt: skip
    if with_them == len(checkouts):
        return None
    mistake = "the headers belong to both checkouts: by the same key the shop can see that it is the same request."
    return NotRight(f"two checkouts with the headers {headers}", str(with_them), mistake)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _judged_answer(found: Any, new: dict[str, str]) -> Verdict | None:
    """What is wrong with what the learner's function returned, if anything.

    Args:
        found: that.
        new: when each checkout was accepted, by its id.
    """
    last = max(new, key=new.__getitem__, default=None)
    if found != last or last is None:
        mistake = "the phone hears the second answer only: return the checkoutId in its body."
        return NotRight(str(last), repr(found), mistake)
    return None


def judged_worker() -> Verdict | None:
    """What is wrong with the deployed worker, told of two checkouts of a customer, of one of them again and again."""
    user, twice, another = new_user(), str(uuid.uuid4()), str(uuid.uuid4())
    try:
        for told in ([twice, twice], [twice], [another]):
            if verdict := _judged_run([_record(user, checkout) for checkout in told]):
                return verdict
        if verdict := _judged_orders(orders_of(user), twice, another):
            return verdict
        return _judged_change(user, twice)
    finally:
        clear(user)


def _judged_run(records: list[dict[str, Any]]) -> Verdict | None:
    """What is wrong with what the worker answers to some records."""
    answer = invoke(outputs["OrderingWorker"], {"Records": records})
    if answer.error is not None:
        mistake = "the worker fails: the last lines of logs(WORKER) say where."
        return NotRight("an answer of the worker", f"an error: {answer.error}", mistake)
    if isinstance(answer.result, dict) and answer.result.get("batchItemFailures"):
        mistake = (
            "the worker cannot do that: logs(WORKER) says what it failed at. It may put orders, and nothing else; "
            "and it need not look first, for the condition of the put does that."
        )
        return NotRight("a record that is done", "one that would come again", mistake)
    return None


def _judged_orders(found: list[str], twice: str, another: str) -> Verdict | None:
    """What is wrong with the orders of a customer who was told of with these two checkouts, if anything."""
    if not found:
        return NotRight("two orders of two checkouts", "none", "the worker does not store them.")
    if len(found) > 2:
        mistake = (
            "what was told of again became an order of its own. The id of a message is another one in a replay or "
            "a redrive: the order's name must be the checkoutId, and it must be stored only if it is not there."
        )
        return NotRight("two orders of two checkouts", str(len(found)), mistake)
    if len(found) < 2:
        mistake = "another checkout of the same customer is another order: the checkoutId tells them apart."
        return NotRight("two orders of two checkouts", str(len(found)), mistake)
    if {*found} != {twice, another}:
        mistake = "callers ask for their order by the checkoutId that they were given: it is the order's id."
        return NotRight(f"{twice} and {another}", " and ".join(found), mistake)
    return None


def _judged_change(user: str, order: str) -> Verdict | None:
    """Whether an order that was changed since stays so when its checkout is told of again."""
    client, where = target.client("dynamodb"), {"TableName": outputs["OrderingTable"], "Key": _key(user, order)}
    client.update_item(
        **where, UpdateExpression="SET address = :new", ExpressionAttributeValues={":new": {"S": "7 New Lane"}}
    )
    if verdict := _judged_run([_record(user, order)]):
        return verdict
    address = client.get_item(**where, ConsistentRead=True)["Item"]["address"]["S"]
    if address == "7 New Lane":
        return None
    mistake = (
        "what is there is written over, and what was changed since is lost: put it on the condition that it is not "
        "there yet."
    )
    return NotRight("7 New Lane, to which the order's address was changed", address, mistake)


def _key(user: str, order: str) -> dict[str, Any]:
    return {"userName": {"S": user}, "orderId": {"S": order}}


def _record(user: str, checkout_id: str) -> dict[str, Any]:
    """A checkout as the poller hands it to the worker, each time in a message of its own."""
    metadata = {
        "eventId": str(uuid.uuid4()),
        "correlationId": "check-08",
        "schemaVersion": "1",
        "occurredAt": "2026-01-31T09:30:00.000Z",
    }
    data = {"checkoutId": checkout_id, "userName": user, **CUSTOMER, "items": [LAMP], "totalPrice": 25}
    return {
        "messageId": str(uuid.uuid4()),
        "body": json.dumps({"detail": {"metadata": metadata, "data": data}}),
        "attributes": {"SentTimestamp": "0", "ApproximateFirstReceiveTimestamp": "0"},
    }
