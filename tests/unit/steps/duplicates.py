"""Steps of chapters 06 and 08 that look for each order once: books, a worker that is told twice, an outbox."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd
from deployed import Patch, show
from ledgers import books

from workbook.base.errors import WorkbookError
from workbook.clients.invoke import Invocation
from workbook.clients.rest import Answer
from workbook.learning import exercises
from workbook.learning.checks import chapter_06, chapter_08
from workbook.learning.exercises import Verdict

Case = tuple[dict[str, Any], tuple]  # what there is to see, and what the check is given
OUTPUTS = dict.fromkeys(("BasketApiUrl", "OrderingTable", "OrderingWorker", "BasketOutbox"), "here") | {
    name: name for name in ("BasketFunction", "BasketPublisher")
}
FIFTY = [f"checkout-{n}" for n in range(50)]
SEVEN = FIFTY[7]
REST = {*FIFTY} - {SEVEN}


def deleted(*ids: str, given: Any = FIFTY) -> Case:
    """The books after these orders were deleted."""
    found = books(accepted={*FIFTY, "older"}, stored={*FIFTY} - {*ids}, missing={*ids})
    return {"ledger": lambda: found}, (given,)


def again(checkout_id: str = SEVEN, **found: set[str]) -> Case:
    """The books after the event of a checkout was told once more."""
    return {"ledger": lambda: books(accepted={*FIFTY}, **found)}, (checkout_id,)


class Orders:
    """The table of orders, with those that a worker stored."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def store(self, data: dict[str, Any], order_id: str, date: str) -> None:
        """Store an order; in place of one that has the same id, if there is one."""
        self.rows = [row for row in self.rows if row["orderId"] != order_id]
        self.rows.append({"userName": data["userName"], "orderId": order_id, "orderDate": date})

    def frame(self, _: str = "") -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=["userName", "orderId", "orderDate"])


def counts(*orders: int) -> pd.DataFrame:
    return pd.DataFrame({"orders": orders}, index=["ada", "ben", "cleo", "dan"][: len(orders)])


def worker(
    id_of: Callable[[dict, dict], str] | None = lambda data, _: data["checkoutId"],
    *,
    error: str | None = None,
    given: Any = ...,
    date: str = "2026-01-31T09:30:00.000Z",
) -> Case:
    """A worker that stores an order under an id that it takes from an event and its record; with none, it stores none.

    Args:
        date: of the orders that it stores.
    """
    orders = Orders()

    def invoke(_: str, event: dict[str, Any]) -> Invocation:
        for record in event["Records"] if id_of else []:
            data = json.loads(record["body"])["detail"]["data"]
            orders.store(data, id_of(data, record), date)
        return Invocation(200, None if error else {}, error, 1)

    kept = SimpleNamespace(client=lambda _: SimpleNamespace(delete_item=lambda **_: None))
    return {"invoke": invoke, "table": orders.frame, "target": kept}, (counts(1, 1, 1, 1) if given is ... else given,)


API, PUBLISHER = {"dynamodb:TransactWriteItems", "dynamodb:GetItem"}, {"events:PutEvents", "dynamodb:DeleteItem"}
ONE = Answer(202, {"checkoutId": "a"}, {}, 1)


def outbox(
    *answers: Answer, api: set[str] = API, publisher: set[str] = PUBLISHER, orders: int = 1, rows: int = 0,
    basket: int = 404, claims: bool = False,
) -> Case:  # fmt: skip
    """Basket with its outbox: how a checkout and its repetition are answered, and what is left of it.

    Args:
        api: what the API's function may do.
        publisher: what the publisher may do.
        orders: how many orders there are in the end.
        rows: how many rows of this checkout are left in the outbox.
        basket: the status of a request for the basket afterwards.
        claims: whether the file of before is still there.
    """
    users, given = [], iter(answers or (ONE, ONE))
    shop = SimpleNamespace(
        post=lambda _, body: users.append(body["userName"]),
        send=lambda *_, **__: next(given),
        get=lambda _: Answer(basket, {}, {}, 1),
    )
    ordered, left = Orders(), "the outbox"

    def poll(look: Callable[[], Any], *_: Any, **__: Any) -> Any:
        for n in range(orders - len(ordered.rows)):
            ordered.store({"userName": users[0]}, f"order {n}", "today")
        if not look():
            raise WorkbookError("it is not so")

    def table(name: str) -> pd.DataFrame:
        events = pd.DataFrame({"event": [f'{{"userName": "{user}"}}' for user in users] * rows}, dtype=object)
        return events if name == left else ordered.frame()

    seen = {
        "Rest": lambda _: shop, "poll": poll, "table": table, "outputs": OUTPUTS | {"BasketOutbox": left},
        "granted": {"BasketFunction": api, "BasketPublisher": publisher}.__getitem__,
        "LAMBDA_SRC": Files(there=claims),
    }  # fmt: skip
    return seen, ()


class Files:
    """A folder in which whatever is asked for is there, or is not."""

    def __init__(self, *, there: bool) -> None:
        self.there = there

    def __truediv__(self, _: str) -> Files:
        return self

    def exists(self) -> bool:
        return self.there


def new_id(*_: dict) -> str:
    return str(uuid.uuid4())


TWICE = Answer(202, {"checkoutId": "b"}, {}, 1)
WRONG: list[tuple[str, str, Case]] = [
    *[("06-ledger", "more than one order was deleted", deleted(*FIFTY[:n])) for n in (2, 3, 10, 50)],
    ("06-ledger", "another form", deleted(SEVEN, given=[{"checkoutId": SEVEN}])),
    ("06-ledger", "another form", deleted(SEVEN, given=pd.DataFrame({"checkoutId": FIFTY}))),
    ("06-again", "redrive the letter", again(stored=REST, dead={SEVEN})),
    ("06-again", "redrive the letter", again(stored={*FIFTY}, dead={SEVEN}, twice={SEVEN})),
    ("06-again", "redrive the letter", again(stored=REST, dead={SEVEN}, unasked={"a new one"})),
    ("06-again", "with another userName", again(stored={*FIFTY}, twice={SEVEN})),
    ("06-again", "with another userName", again(stored={*FIFTY}, twice={SEVEN, FIFTY[8]})),
    ("06-again", "another form", again([SEVEN], stored={*FIFTY})),
    ("08-once", "the worker fails", worker(error="KeyError: 'detail'")),
    ("08-once", "the worker fails", worker(error="Unable to import module 'worker'")),
    ("08-once", "does not store it", worker(None)),
    ("08-once", "does not store it", worker(date="2026-02-01T09:30:00.000Z")),
    ("08-once", "must be the checkoutId", worker(new_id)),
    ("08-once", "must be the checkoutId", worker(lambda _, record: record["messageId"])),
    ("08-once", "the same Idempotency-Key", worker(given=counts(1, 1, 1, 2))),
    ("08-once", "the worker was not the new one yet", worker(given=counts(2, 2, 2, 2))),
    ("08-once", "has not arrived yet", worker(given=counts(1, 0, 1, 1))),
    ("08-once", "has not arrived yet", worker(given=counts(0, 0, 0, 2))),
    ("08-outbox", "as long as it may", outbox(api=API | {"events:PutEvents"})),
    ("08-outbox", "as long as it may", outbox(api=API | {"events:*"})),
    ("08-outbox", "as long as it may", outbox(api={"*"})),
    ("08-outbox", "is missing", outbox(publisher={"dynamodb:DeleteItem"})),
    ("08-outbox", "is missing", outbox(publisher={"events:DescribeEventBus"})),
    ("08-outbox", "a star allows more", outbox(publisher={"events:*"})),
    ("08-outbox", "a star allows more", outbox(publisher=PUBLISHER | {"events:Put*"})),
    ("08-outbox", "under the request's id", outbox(ONE, TWICE)),
    ("08-outbox", "under the request's id", outbox(ONE, Answer(409, {}, {}, 1))),
    ("08-outbox", "under the request's id", outbox(Answer(503, {}, {}, 1), ONE)),
    ("08-outbox", "under the request's id", outbox(Answer(500, {}, {}, 1), Answer(500, {}, {}, 1))),
    ("08-outbox", "does not remove it", outbox(rows=1)),
    ("08-outbox", "the publisher does not get the row", outbox(orders=0, rows=1)),
    ("08-outbox", "cannot publish it", outbox(orders=0)),
    ("08-outbox", "became two orders", outbox(orders=2)),
    ("08-outbox", "belongs to the transaction", outbox(basket=200)),
]  # fmt: skip
NOT_YET: list[tuple[str, Case]] = [
    ("06-ledger", deleted()), ("06-ledger", deleted("older")), ("06-ledger", deleted(SEVEN, given=None)),
    ("06-ledger", deleted(SEVEN, given=[])), ("06-again", again("")), ("06-again", again("older", stored={*FIFTY})),
    ("06-again", again(stored=REST, missing={SEVEN})),
    ("06-again", again(stored=REST, missing={SEVEN}, unasked={"a new one"})),
    ("06-again", again(stored=REST, in_flight={SEVEN})), ("08-once", worker(given=None)),
    ("08-outbox", outbox(claims=True)), ("08-outbox", ({"outputs": {}}, ())),
]  # fmt: skip
RIGHT: list[tuple[str, Case]] = [
    ("06-ledger", deleted(SEVEN)), ("06-ledger", deleted(FIFTY[0], given={*FIFTY})),
    ("06-ledger", deleted(SEVEN, "older", given=tuple(FIFTY))),
    ("06-again", again(stored={*FIFTY})), ("06-again", again(FIFTY[0], stored={*FIFTY}, unasked={"of chapter 03"})),
    ("06-again", again(stored={*FIFTY}, twice={"another"}, dead={"another"})),
    ("08-once", worker()), ("08-once", worker(lambda data, _: str(uuid.UUID(data["checkoutId"])))),
    ("08-once", worker(given=counts(1, 1, 1, 1).astype(float))),
    ("08-outbox", outbox()), ("08-outbox", outbox(publisher={"events:PutEvents", "sqs:SendMessage"})),
    ("08-outbox", outbox(Answer(202, {"more": 1}, {}, 1), Answer(202, {"more": 1}, {"x": "y"}, 2))),
]  # fmt: skip


def judge(patch: Patch, check: str, case: Case) -> Verdict:
    """What a check says of what it is given, when there is this to see."""
    to_see, given = case
    for module in (chapter_06, chapter_08):
        show(patch, module, **{"outputs": OUTPUTS} | to_see)
    return exercises._looked_at(check, given)
