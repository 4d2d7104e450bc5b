"""Five experiments with the shop as it is deployed, one for each mistake of chapter 09's last exercise.

Customers, ids, prices and messages are others each time, so that nothing but the mistake can be mended.
What they order is removed again, so that the books stay as they were.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, LAMBDA_SRC
from workbook.base.waiting import poll
from workbook.clients.invoke import Invocation, invoke
from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.stacks import outputs

CUSTOMER = {
    "firstName": "Cleo", "lastName": "Test", "email": "cleo@example.com", "address": "1 Main Street",
    "paymentMethod": "invoice",
}  # fmt: skip
ADVISED = 6  # times the function's timeout, says AWS
BUSY, HIDDEN, TRIES = 5, 5, 5  # of the broken shop: seconds, seconds, and how often a message may be received
TRY_OUT = Path(__file__).with_name("refusing_bus.py")
PATIENCE = 10  # seconds; a cold start on a busy machine takes a few


@dataclass(frozen=True)
class Finding:
    """What an experiment did, what it saw, and whether that is as it should be, or still as it was planted."""

    did: str
    saw: str
    mended: bool = False
    as_planted: bool = False

    def __str__(self) -> str:
        return f"  {'✓ mended' if self.mended else '✗ not yet'}. {self.did}: {self.saw}."


def bad_messages() -> Finding:
    """Messages that cannot become orders, among good ones."""
    did = "A batch of five messages, three of which can become no order"
    with _orders(2) as [(user, first), (_, second)]:
        good = [_message(user, first), _message(user, second)]
        unnamed = _message("", str(uuid.uuid4()))  # which no table takes
        bad = ["no JSON", json.dumps({"hello": str(uuid.uuid4())}), unnamed]
        bodies = random.sample([*good, *bad], 5)
        answer, ids = _deliver(*bodies)
        stored = bool(_stored(user, first) and _stored(user, second))
    wanted = {i for i, body in zip(ids, bodies, strict=True) if body in bad}
    if answer.error is not None:
        return Finding(did, "the worker failed, so all five come back, the good ones too")
    named = _named(answer)
    if not named & wanted:
        return Finding(did, "the worker says that all is well, so the queue forgets all five", as_planted=stored)
    if named != wanted:
        also = len(named - wanted)
        return Finding(did, f"{len(named & wanted)} of those three come back, and {also or 'none'} of the good ones")
    if not stored:
        return Finding(did, "those three come back, and the good ones are not all orders either")
    return Finding(did, "those three come back, the good ones are orders", mended=True)


def total() -> Finding:
    """Two baskets with quantities, checked out."""
    did, wrong, planted = "Two baskets with several of each item, checked out", [], 0
    for _ in range(2):
        items = [
            {"productId": f"p{n}", "productName": f"Thing {n}", "quantity": random.randint(2, 9),
             "price": random.randint(101, 9999) / 100}
            for n in range(random.randint(2, 4))
        ]  # fmt: skip
        wanted = sum(Decimal(str(item["price"])) * item["quantity"] for item in items)
        bill = _bill(items)
        if isinstance(bill, str):
            return Finding(did, bill)
        if bill != {wanted}:
            said = " and ".join(f"{one:.2f}" for one in sorted(bill))
            sum_of = " + ".join(f"{item['quantity']} × {item['price']:.2f}" for item in items)
            wrong.append(f"the bill for {sum_of} says {said}")
            planted += bill == {sum(Decimal(str(item["price"])) for item in items)}
    if wrong:
        return Finding(did, wrong[0], as_planted=planted == 2)
    return Finding(did, "both bills are right", mended=True)


def _bill(items: list[dict[str, Any]]) -> set[Decimal] | str:
    """The totals that answer and order say for a basket, or why there are none."""
    user, basket = _nobody(), Rest(outputs["BasketApiUrl"])
    basket.post("basket", {"userName": user, "items": items})
    answer = basket.post("basket/checkout", {"userName": user, **CUSTOMER})
    if answer.status != 202:
        basket.delete(f"basket/{user}")
        return f"the answer is {answer.status}"
    checkout_id = answer.body["checkoutId"]
    try:
        order = poll(lambda: _stored(user, checkout_id), "the order", PATIENCE)
    except WorkbookError:
        return f"accepted, and no order after {PATIENCE} s"
    _forget(user, checkout_id)
    target.client("dynamodb").delete_item(TableName=outputs["BasketCheckouts"], Key={"requestId": {"S": checkout_id}})
    return {Decimal(str(answer.body["totalPrice"])), Decimal(order["totalPrice"]["N"])}


def refused_event() -> Finding:
    """Basket's publisher, with a bus that takes all of thirteen events; with one that refuses some."""
    did = "Thirteen events, of which the bus refuses one or two"
    ids = [str(uuid.uuid4()) for _ in range(13)]  # more than fit into one call
    some = [[], [ids[0]], [ids[9]], [ids[12]], random.sample(ids[1:9], 2)]
    tried = _publisher(ids, some)
    if tried is None or tried[0]["raised"]:
        why = tried[0]["raised"] if tried else "it does not load"
        return Finding(did, f"the publisher fails even when the bus takes all: {why}")
    if tried[0]["left"]:
        return Finding(did, "events that the bus took stay in the outbox and are published each minute, for ever")
    lost = [set(refused) - set(one["left"]) for refused, one in zip(some, tried, strict=True)]
    silent = [not one["raised"] for one in tried[1:]]
    if any(lost):
        all_of_it = all(lost[1:]) and all(silent)
        return Finding(did, "the outbox has lost what was refused, so nobody has it any more", as_planted=all_of_it)
    if any(set(one["left"]) & set(one["taken"]) for one in tried):
        return Finding(
            did, "events that the bus took stay in the outbox beside those that it refused, and are published again"
        )
    if any(silent):
        return Finding(
            did,
            "what was refused stays in the outbox, but the publisher ends as if all were well: "
            "no metric shows it, and the stream does not try again",
        )
    return Finding(did, "what was refused stays in the outbox, and the publisher fails for all to see", mended=True)


def second_delivery() -> Finding:
    """The same checkout, delivered for the second time, with another address to tell the two apart."""
    did = "The same checkout delivered twice, the second time with another address, and beside a new one"
    with _orders(2) as [(user, old), (_, new)]:
        first, _ = _deliver(_message(user, old))
        if first.error is not None or _named(first) or not _stored(user, old):
            return Finding(did, "there is no order after the first time")
        address = f"{random.randint(2, 999)} New Lane"
        second, _ = _deliver(_message(user, old, address=address), _message(user, new, address=address))
        found, beside = _stored(user, old) or {}, _stored(user, new)
    if found.get("address", {}).get("S") != CUSTOMER["address"]:
        fine = second.error is None and not _named(second) and bool(beside)
        return Finding(did, "the order has the second address: what was there is gone", as_planted=fine)
    if second.error is not None or _named(second):
        return Finding(
            did,
            "the order has stayed as it was, but the second delivery counts as failed, "
            "so it comes back until it is a dead letter",
        )
    if not beside:
        return Finding(did, "the order has stayed as it was, but another one of the same customer was not stored")
    return Finding(did, "the order has stayed as it was, and the second delivery is done", mended=True)


def hidden() -> Finding:
    """For how long a message is hidden, how often it is tried, and for how long the worker may have it."""
    answer = target.client("sqs").get_queue_attributes(
        QueueUrl=outputs["OrderingQueue"], AttributeNames=["VisibilityTimeout", "RedrivePolicy"]
    )["Attributes"]
    busy = target.client("lambda").get_function_configuration(FunctionName=outputs["OrderingWorker"])["Timeout"]
    redrive = json.loads(answer.get("RedrivePolicy", "{}"))
    return judged_hiding(int(answer["VisibilityTimeout"]), busy, redrive.get("maxReceiveCount"))


def judged_hiding(seconds: int, busy: int, tries: int | str | None) -> Finding:
    """Whether the settings of queue and worker fit.

    Args:
        seconds: the queue's visibility timeout.
        busy: the worker's timeout, in seconds.
        tries: how often a message may be received before it is a dead letter; None if for ever.
    """
    did = f"A message that waits for a free worker, which then takes all of its {busy} s"
    if busy < BUSY:
        return Finding(did, f"the worker had {BUSY} s, and on a busy day it needs them: now it is cut off in its work")
    if tries is None or int(tries) < TRIES:
        return Finding(did, f"it had {TRIES} tries, and now it has {tries or 'no end of them'}")
    if seconds < ADVISED * busy:
        return Finding(
            did, f"it is hidden for {seconds} s in all, and back in the queue before the work is done",
            as_planted=(seconds, busy, int(tries)) == (HIDDEN, BUSY, TRIES),
        )  # fmt: skip
    return Finding(did, f"it is hidden for {seconds} s, time enough to try again", mended=True)


EXPERIMENTS = (bad_messages, total, refused_event, second_delivery, hidden)


def _nobody() -> str:
    """A user name that nobody has had before."""
    return f"{random.choice(('ann', 'bo', 'cleo', 'dan'))}.{uuid.uuid4().hex[:12]}"


def _message(user: str, checkout_id: str, **other: str) -> str:
    """A checkout as Ordering's queue has it, long ago."""
    metadata = {
        "eventId": str(uuid.uuid4()),
        "correlationId": str(uuid.uuid4()),
        "schemaVersion": "1",
        "occurredAt": "2026-01-31T09:30:00.000Z",
    }
    items = [{"productId": "lamp-1", "productName": "Lamp", "quantity": 2, "price": 12.5}]
    data = {"userName": user, **CUSTOMER, "items": items, "totalPrice": 25, "checkoutId": checkout_id, **other}
    return json.dumps({"detail": {"metadata": metadata, "data": data}})


def _deliver(*bodies: str) -> tuple[Invocation, list[str]]:
    """Call the worker with a batch, as the queue's mapping does; its answer, and the ids of the messages."""
    times = {"SentTimestamp": "0", "ApproximateFirstReceiveTimestamp": "0", "ApproximateReceiveCount": "1"}
    ids = [str(uuid.uuid4()) for _ in bodies]
    records = [
        {"messageId": i, "body": body, "attributes": times, "eventSource": "aws:sqs"}
        for i, body in zip(ids, bodies, strict=True)
    ]
    return invoke(outputs["OrderingWorker"], {"Records": records}), ids


def _named(answer: Invocation) -> set[str]:
    """The messages that the worker's answer brings back."""
    result = answer.result if isinstance(answer.result, dict) else {}
    return {one.get("itemIdentifier") for one in result.get("batchItemFailures") or []}


@contextmanager
def _orders(number: int) -> Iterator[list[tuple[str, str]]]:
    """A customer and the ids of some checkouts, whose orders are removed afterwards."""
    user = _nobody()
    keys = [(user, str(uuid.uuid4())) for _ in range(number)]
    try:
        yield keys
    finally:
        for key in keys:
            _forget(*key)


def _key(user: str, checkout_id: str) -> dict[str, Any]:
    return {"TableName": outputs["OrderingTable"], "Key": {"userName": {"S": user}, "orderId": {"S": checkout_id}}}


def _stored(user: str, checkout_id: str) -> dict[str, Any] | None:
    return target.client("dynamodb").get_item(**_key(user, checkout_id), ConsistentRead=True).get("Item")


def _forget(user: str, checkout_id: str) -> None:
    target.client("dynamodb").delete_item(**_key(user, checkout_id))


def _publisher(ids: list[str], refused: list[list[str]]) -> list[dict[str, Any]] | None:
    """What Basket's publisher makes of a bus that refuses some events, for each of several tries.

    Args:
        ids: the checkouts whose events there are.
        refused: for each try, those that the bus refuses.

    Returns:
        For each try, what it raised, and what is left in the outbox; None if it does not even load.
    """
    environment = target.without_aws(os.environ) | {
        "PYTHONPATH": os.pathsep.join([str(LAMBDA_SRC / "basket"), str(CDK_APP / "layer")]),
        "PYTHONDONTWRITEBYTECODE": "1",  # the folders are what gets deployed
        "AWS_DEFAULT_REGION": target.LOCAL_REGION, "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "OUTBOX_NAME": "outbox", "BUS_NAME": "bus", "TABLE_NAME": "baskets", "CHECKOUTS_NAME": "checkouts",
    }  # fmt: skip
    command = [sys.executable, "-P", str(TRY_OUT), json.dumps([ids, refused])]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=6 * PATIENCE)
        return json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, IndexError, ValueError):
        return None
