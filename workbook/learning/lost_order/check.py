"""The check of chapter 08's last exercise: five experiments with the shop as it is deployed.

What they order is removed again, so that the books stay as they were.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, LAMBDA_SRC
from workbook.base.waiting import poll
from workbook.clients.invoke import Invocation, invoke
from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.deployment.deploy import deploy
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.learning.lost_order import shop

USER = "the-check"
CUSTOMER = {
    "userName": USER, "firstName": "Cleo", "lastName": "Test", "email": "cleo@example.com", "address": "1 Main Street",
    "paymentMethod": "invoice",
}  # fmt: skip
ITEMS = [
    {"productId": "lamp-1", "productName": "Lamp", "quantity": 3, "price": 12.5},
    {"productId": "chair-1", "productName": "Chair", "quantity": 2, "price": 49.9},
]
TOTAL = 137.3  # 3 × 12.50 + 2 × 49.90
ADVISED = 6  # times the function's timeout, says AWS
TRY_OUT = Path(__file__).with_name("refusing_bus.py")
PATIENCE = 10  # seconds; a cold start on a busy machine takes a few


@dataclass(frozen=True)
class Finding:
    """What an experiment did, what it saw, and whether that is as it should be."""

    did: str
    saw: str
    mended: bool = False

    def __str__(self) -> str:
        return f"  {'✓ mended' if self.mended else '✗ still there'}. {self.did}: {self.saw}."


@checks(
    "08-2",
    "Mia: trace(…) says how far her order came. "
    "Look at what the function behind the last hop logged at that time, at any level.",
    "Noah: which of the shop's functions says what a basket costs? Nobody asks the client.",
    "Olga: trace(…) again. The log says that her event was published; is it in the EventLog? "
    "What does PutEvents answer, with status 200, when the bus has not taken one of the entries?",
    "Paul: logs(…) has two lines with his checkout_id. "
    "At least once means sometimes twice: who makes sure that the second time changes nothing?",
    "Quinn: no line of the worker's log has this order, and it is dead all the same: "
    "it was received five times while the worker had no hand free. "
    "For how long is a message hidden, and for how long may the worker be busy? Chapter 05, step 7.",
    "The five files: worker.py and orders.py in lambda_src/ordering, rules.py and publisher.py in lambda_src/basket, "
    "and the queue in cdk_app/shop/ordering.py.",
)
def lost_order() -> Verdict:
    """Each of the five mistakes is looked for in what the deployed shop does."""
    if not shop.is_broken():
        return NotYet("Call break_shop() first.")
    try:
        deploy(*shop.STACKS)
    except WorkbookError as error:
        return NotRight("a shop that deploys", error.message, "your code, CDK or CloudFormation refuses it.")
    with ThreadPoolExecutor() as pool:
        findings = [future.result() for future in [pool.submit(experiment) for experiment in EXPERIMENTS]]
    lines = "\n".join(map(str, findings))
    mended = sum(finding.mended for finding in findings)
    if mended == len(findings):
        return Right(f"Five experiments, and the shop stands them all.\n{lines}")
    if mended == 0:
        return NotYet(f"Five experiments, and this is what they saw:\n{lines}\n ")
    what = "one mistake is" if len(findings) - mended == 1 else f"{len(findings) - mended} mistakes are"
    return NotRight(f"{len(findings)} mended", f"{mended} mended", f"{what} still there.\n{lines}")


def bad_messages() -> Finding:
    """Two messages that cannot become orders, with a good one between them."""
    did = "A batch of three messages, two of which can become no order"
    nobody = _message(str(uuid.uuid4()), userName="")  # which no table takes
    with _order() as order:
        answer = _deliver(json.dumps({"hello": "check"}), _message(order), nobody)
        stored = _stored(order)
    if answer.error is not None:
        return Finding(did, "the worker failed, so all three come back, the good one too")
    named = _named(answer)
    if not {"m0", "m2"} & named:
        return Finding(did, "the worker says that all is well, so the queue forgets all three")
    if named != {"m0", "m2"}:
        return Finding(did, f"{len(named)} come back, and it should be those two")
    if not stored:
        return Finding(did, "those two come back, and the good one is no order either")
    return Finding(did, "those two come back, the good one is an order", mended=True)


def total() -> Finding:
    """A basket with quantities, checked out."""
    did = "Three lamps at 12.50 and two chairs at 49.90, checked out"
    basket = Rest(outputs["BasketApiUrl"])
    basket.post("basket", {"userName": USER, "items": ITEMS})
    answer = basket.post("basket/checkout", CUSTOMER)
    if answer.status != 202:
        return Finding(did, f"the answer is {answer.status}")
    checkout_id = answer.body["checkoutId"]
    try:
        order = poll(lambda: _stored(checkout_id), "the order", PATIENCE)
    except WorkbookError:
        return Finding(did, f"accepted, and no order after {PATIENCE} s")
    _forget(checkout_id)
    target.client("dynamodb").delete_item(TableName=outputs["BasketCheckouts"], Key={"requestId": {"S": checkout_id}})
    totals = {answer.body["totalPrice"], float(order["totalPrice"]["N"])}
    if totals != {TOTAL}:
        return Finding(did, f"the bill says {' and '.join(f'{one:.2f}' for one in sorted(totals))}")
    return Finding(did, f"the bill says {TOTAL:.2f}", mended=True)


def refused_event() -> Finding:
    """Basket's publisher, with a bus that refuses one of three events; then with one that takes all."""
    did = "Three events, of which the bus takes two"
    refused, taken = _publisher("refused"), _publisher()
    if refused is None or taken is None or taken["raised"]:
        return Finding(
            did,
            "the publisher fails even when the bus takes all: " + ((taken or {}).get("raised") or "it does not load"),
        )
    if taken["left"]:
        return Finding(did, "events that the bus took stay in the outbox and are published each minute, for ever")
    if "refused" not in refused["left"]:
        return Finding(did, "the outbox is empty afterwards, so nobody has the third one any more")
    if not refused["raised"]:
        return Finding(
            did,
            "the third stays in the outbox, but the publisher ends as if all were well: "
            "no metric shows it, and the stream does not try again",
        )
    return Finding(did, "the third stays in the outbox, and the publisher fails for all to see", mended=True)


def second_delivery() -> Finding:
    """The same checkout, delivered for the second time, with another address to tell the two apart."""
    did = "The same checkout delivered twice, the second time with another address"
    with _order() as order:
        first = _deliver(_message(order))
        if first.error is not None or _named(first) or not _stored(order):
            return Finding(did, "there is no order after the first time")
        second = _deliver(_message(order, address="7 New Lane"))
        found = _stored(order) or {}
    if found.get("address", {}).get("S") != CUSTOMER["address"]:
        return Finding(did, "the order has the second address: what was there is gone")
    if second.error is not None or _named(second):
        return Finding(
            did,
            "the order has stayed as it was, but the second delivery counts as failed, "
            "so it comes back until it is a dead letter",
        )
    return Finding(did, "the order has stayed as it was, and the second delivery is done", mended=True)


def hidden() -> Finding:
    """For how long a message is hidden, and for how long the worker may have it."""
    answer = target.client("sqs").get_queue_attributes(
        QueueUrl=outputs["OrderingQueue"], AttributeNames=["VisibilityTimeout"]
    )
    seconds = int(answer["Attributes"]["VisibilityTimeout"])
    busy = target.client("lambda").get_function_configuration(FunctionName=outputs["OrderingWorker"])["Timeout"]
    did = f"A message that waits for a free worker, which then takes all of its {busy} s"
    if seconds < ADVISED * busy:
        return Finding(did, f"it is hidden for {seconds} s in all, and back in the queue before the work is done")
    return Finding(did, f"it is hidden for {seconds} s, time enough to try again", mended=True)



EXPERIMENTS = (bad_messages, total, refused_event, second_delivery, hidden)


def _message(checkout_id: str, **other: str) -> str:
    """A checkout as Ordering's queue has it, long ago."""
    metadata = {
        "eventId": str(uuid.uuid4()),
        "correlationId": USER,
        "schemaVersion": "1",
        "occurredAt": "2026-01-31T09:30:00.000Z",
    }
    data = {**CUSTOMER, "items": ITEMS, "totalPrice": TOTAL, "checkoutId": checkout_id, **other}
    return json.dumps({"detail": {"metadata": metadata, "data": data}})


def _deliver(*bodies: str) -> Invocation:
    """Call the worker with a batch, as the queue's mapping does."""
    times = {"SentTimestamp": "0", "ApproximateFirstReceiveTimestamp": "0", "ApproximateReceiveCount": "1"}
    records = [
        {"messageId": f"m{n}", "body": body, "attributes": times, "eventSource": "aws:sqs"}
        for n, body in enumerate(bodies)
    ]
    return invoke(outputs["OrderingWorker"], {"Records": records})


def _named(answer: Invocation) -> set[str]:
    """The messages that the worker's answer brings back."""
    result = answer.result if isinstance(answer.result, dict) else {}
    return {one.get("itemIdentifier") for one in result.get("batchItemFailures") or []}


@contextmanager
def _order() -> Iterator[str]:
    """The id of a checkout whose order is removed afterwards."""
    checkout_id = str(uuid.uuid4())
    try:
        yield checkout_id
    finally:
        _forget(checkout_id)


def _key(checkout_id: str) -> dict[str, Any]:
    return {"TableName": outputs["OrderingTable"], "Key": {"userName": {"S": USER}, "orderId": {"S": checkout_id}}}


def _stored(checkout_id: str) -> dict[str, Any] | None:
    return target.client("dynamodb").get_item(**_key(checkout_id), ConsistentRead=True).get("Item")


def _forget(checkout_id: str) -> None:
    target.client("dynamodb").delete_item(**_key(checkout_id))


def _publisher(*refused: str) -> dict[str, Any] | None:
    """What Basket's publisher makes of a bus that refuses some events: what it raised, and what is left."""
    environment = target.without_aws(os.environ) | {
        "PYTHONPATH": os.pathsep.join([str(LAMBDA_SRC / "basket"), str(CDK_APP / "layer")]),
        "PYTHONDONTWRITEBYTECODE": "1",  # the folders are what gets deployed
        "AWS_DEFAULT_REGION": target.LOCAL_REGION, "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "OUTBOX_NAME": "outbox", "BUS_NAME": "bus", "TABLE_NAME": "baskets", "CHECKOUTS_NAME": "checkouts",
    }  # fmt: skip
    command = [sys.executable, "-P", str(TRY_OUT), *refused]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        return json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, IndexError, ValueError):
        return None
