"""Steps of chapters 06, 08 and 09 that look for each order once: books, a worker that is told twice, an outbox."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import boto3
import pandas as pd
from deployed import Files, Patch, checks_on_moto
from ledgers import books
from services import make_table

from workbook.base.errors import WorkbookError
from workbook.clients.invoke import Invocation
from workbook.clients.rest import Answer
from workbook.learning import exercises
from workbook.learning.checks import chapter_06, chapter_08, chapter_09
from workbook.learning.checks.judging import duplicates, following, two_writes
from workbook.learning.exercises import Verdict

Case = tuple[dict[str, Any], tuple]  # what there is to see, and what the check is given
ORDERS = "orders"
OUTPUTS = dict.fromkeys(("BasketApiUrl", "OrderingWorker", "BasketOutbox"), "here") | {
    "OrderingTable": ORDERS, "BasketFunction": "BasketFunction", "BasketPublisher": "BasketPublisher",
}  # fmt: skip
FIFTY = [f"checkout-{n}" for n in range(50)]
SEVEN = FIFTY[7]
REST = {*FIFTY} - {SEVEN}


def deleted(*ids: str, given: Any = FIFTY) -> Case:
    """The books after these orders were deleted."""
    found = books(accepted={*FIFTY, "older"}, stored={*FIFTY} - {*ids}, missing={*ids})
    return {"ledger": lambda: found}, (given,)


def again(checkout_id: str = SEVEN, **found: set[str]) -> Case:
    """The books after the event of a checkout was told once more."""
    return {"ledger": lambda: books(accepted={*FIFTY}, **found)}, (print, checkout_id)


def counts(*orders: int) -> pd.DataFrame:
    return pd.DataFrame({"orders": orders}, index=["ada", "ben", "cleo", "dan"][: len(orders)])


def worker(
    id_of: Callable[[dict, dict], str] | None = lambda data, _: data["checkoutId"],
    *,
    error: str | None = None,
    given: Any = ...,
    over: bool = False,
) -> Case:
    """A worker that stores an order under an id that it takes from an event and its record; with none, it stores none.

    Args:
        over: whether it writes over what is there.
    """

    def invoke(_: str, event: dict[str, Any]) -> Invocation:
        orders = boto3.resource("dynamodb").Table(ORDERS)
        for record in event["Records"] if id_of else []:
            data = json.loads(record["body"])["detail"]["data"]
            key = {"userName": data["userName"], "orderId": id_of(data, record)}
            if over or "Item" not in orders.get_item(Key=key):
                orders.put_item(Item=key | {"address": data["address"]})
        return Invocation(200, None if error else {}, error, 1)

    def table(_: str) -> pd.DataFrame:
        rows = boto3.resource("dynamodb").Table(ORDERS).scan()["Items"]
        return pd.DataFrame(rows, columns=["userName", "orderId", "address"])

    return {"invoke": invoke, "table": table}, (counts(1, 1, 1, 1) if given is ... else given,)


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
    left = "the outbox"

    def poll(look: Callable[[], Any], *_: Any, **__: Any) -> Any:
        if not look():
            raise WorkbookError("it is not so")

    def table(name: str) -> pd.DataFrame:
        if name == left:
            return pd.DataFrame({"event": [f'{{"userName": "{user}"}}' for user in users] * rows}, dtype=object)
        stored = [(user, f"order {n}") for user in users for n in range(orders)]
        return pd.DataFrame(stored, columns=["userName", "orderId"])

    seen = {
        "Rest": lambda _: shop, "poll": poll, "table": table, "outputs": OUTPUTS | {"BasketOutbox": left},
        "granted": {"BasketFunction": api, "BasketPublisher": publisher}.__getitem__,
        "LAMBDA_SRC": Files(there=claims),
    }  # fmt: skip
    return seen, ()


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
    ("08-once", "does not store them", worker(None)),
    ("08-once", "tells them apart", worker(lambda data, _: data["userName"])),
    ("08-once", "it is the order's id", worker(lambda data, _: data["checkoutId"][::-1])),
    ("08-once", "is written over", worker(over=True)),
    ("08-once", "must be the checkoutId", worker(new_id)),
    ("08-once", "must be the checkoutId", worker(lambda _, record: record["messageId"])),
    ("08-once", "the same Idempotency-Key", worker(given=counts(1, 1, 1, 2))),
    ("08-once", "the worker was not the new one yet", worker(given=counts(2, 2, 2, 2))),
    ("08-once", "has not arrived yet", worker(given=counts(1, 0, 1, 1))),
    ("08-once", "has not arrived yet", worker(given=counts(0, 0, 0, 2))),
    ("09-outbox", "as long as it may", outbox(api=API | {"events:PutEvents"})),
    ("09-outbox", "as long as it may", outbox(api=API | {"events:*"})),
    ("09-outbox", "as long as it may", outbox(api={"*"})),
    ("09-outbox", "is missing", outbox(publisher={"dynamodb:DeleteItem"})),
    ("09-outbox", "is missing", outbox(publisher={"events:DescribeEventBus"})),
    ("09-outbox", "a star allows more", outbox(publisher={"events:*"})),
    ("09-outbox", "a star allows more", outbox(publisher=PUBLISHER | {"events:Put*"})),
    ("09-outbox", "under the request's id", outbox(ONE, TWICE)),
    ("09-outbox", "under the request's id", outbox(ONE, Answer(409, {}, {}, 1))),
    ("09-outbox", "under the request's id", outbox(ONE, Answer(503, {}, {}, 1))),
    ("09-outbox", "does not take this transaction", outbox(Answer(500, {}, {}, 1), Answer(500, {}, {}, 1))),
    ("09-outbox", "does not remove it", outbox(rows=1)),
    ("09-outbox", "the publisher does not get the row", outbox(orders=0, rows=1)),
    ("09-outbox", "no row came into the outbox", outbox(orders=0)),
    ("09-outbox", "became two orders", outbox(orders=2)),
    ("09-outbox", "belongs to the transaction", outbox(basket=200)),
]  # fmt: skip
NOT_YET: list[tuple[str, Case]] = [
    ("06-ledger", deleted()), ("06-ledger", deleted("older")), ("06-ledger", deleted(SEVEN, given=None)),
    ("06-ledger", deleted(SEVEN, given=[])), ("06-again", again("")), ("06-again", again("older", stored={*FIFTY})),
    ("06-again", again(stored=REST, missing={SEVEN})),
    ("06-again", again(stored=REST, missing={SEVEN}, unasked={"a new one"})),
    ("06-again", again(stored=REST, in_flight={SEVEN})), ("08-once", worker(given=None)),
    ("09-outbox", outbox(claims=True)), ("09-outbox", ({"outputs": {}}, ())),
]  # fmt: skip
RIGHT: list[tuple[str, Case]] = [
    ("06-ledger", deleted(SEVEN)), ("06-ledger", deleted(FIFTY[0], given={*FIFTY})),
    ("06-ledger", deleted(SEVEN, "older", given=tuple(FIFTY))),
    ("06-again", again(stored={*FIFTY})), ("06-again", again(FIFTY[0], stored={*FIFTY}, unasked={"of chapter 03"})),
    ("06-again", again(stored={*FIFTY}, twice={"another"}, dead={"another"})),
    ("08-once", worker()), ("08-once", worker(lambda data, _: str(uuid.UUID(data["checkoutId"])))),
    ("08-once", worker(given=counts(1, 1, 1, 1).astype(float))),
    ("09-outbox", outbox()), ("09-outbox", outbox(publisher={"events:PutEvents", "sqs:SendMessage"})),
    ("09-outbox", outbox(Answer(202, {"more": 1}, {}, 1), Answer(202, {"more": 1}, {"x": "y"}, 2))),
]  # fmt: skip


def judge(patch: Patch, check: str, case: Case) -> Verdict:
    """What a check says of what it is given, when there is this to see.

    How the event is told again and what the transaction does is judged in `test_gap_judgements_06.py` and `_09.py`.
    """
    to_see, given = case
    patch.setattr(following, "judged_retelling", lambda _: None)
    patch.setattr(chapter_09, "judged_transaction", lambda: None)
    nobody = SimpleNamespace(delete=lambda _: None)
    seen = {"outputs": OUTPUTS, "soon": lambda look, _: look(), "Rest": lambda _: nobody} | to_see
    with checks_on_moto(patch, chapter_06, chapter_08, chapter_09, duplicates, two_writes, **seen):
        if check == "08-once":
            make_table(ORDERS, "userName", "orderId")
        return exercises._looked_at(check, given)
