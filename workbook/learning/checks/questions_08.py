"""The questions of chapter 08: the learner's functions ask the cloud, of things that the check knows."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.asked import asked
from workbook.learning.checks.judging.duplicates import new_user
from workbook.learning.checks.judging.patterns import checkout, takes
from workbook.learning.exercises import NotRight, Right, Verdict

REPLAYED = {"replay-name": "again"}


def judged_received(count: Callable[[str], Any]) -> Verdict:
    """Whether a function says how often the one message in a queue was received.

    Args:
        count: the learner's function, which takes the queue's URL.
    """
    sqs = target.client("sqs")
    for before in (0, 2):
        name, settings = f"checked-{uuid.uuid4()}", {"VisibilityTimeout": "0"}
        url = sqs.create_queue(QueueName=name, Attributes=settings)["QueueUrl"]
        try:
            sqs.send_message(QueueUrl=url, MessageBody="a message")
            for _ in range(before):
                sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)
            found = asked(count, url)
        finally:
            sqs.delete_queue(QueueUrl=url)
        if isinstance(found, NotRight):
            return found
        if found != before + 1 or isinstance(found, bool):
            times = f"{before + 1}, as a number"
            mistake = (
                "a message itself says how often it was received: ApproximateReceiveCount, this time included. Its "
                "attributes are text, so int(…) makes it a number."
            )
            return NotRight(times, repr(found), mistake)
    return Right("Above 1 says: somebody had it before. Whether the work was done, only a business key can say.")


def judged_stored(was_stored: Callable[[str], Any]) -> Verdict:
    """Whether a function says if the order of a dead letter is there; the orders that are tried are removed again.

    Args:
        was_stored: the learner's function, which takes a dead letter, as text.
    """
    user, another, here, elsewhere = new_user(), new_user(), str(uuid.uuid4()), str(uuid.uuid4())
    client, orders = target.client("dynamodb"), ((user, here), (another, elsewhere))
    tried = {
        "a checkout whose order is there": (user, here, True),
        "a checkout of that user whose order is not": (user, str(uuid.uuid4()), False),
        "a checkout of a user who has no order": (new_user(), str(uuid.uuid4()), False),
        "a checkout whose id only an order of somebody else has": (user, elsewhere, False),
    }
    try:
        for name, order in orders:
            client.put_item(TableName=outputs["OrderingTable"], Item=_key(name, order) | {"totalPrice": {"N": "25"}})
        for what, (name, order, expected) in tried.items():
            data = {"checkoutId": order, "userName": name, "items": [], "totalPrice": 25}
            found = asked(was_stored, json.dumps(checkout() | {"detail": {"metadata": {}, "data": data}}))
            if isinstance(found, NotRight):
                return found
            if found is not expected:
                mistake = "an order is stored if get_item finds one under both parts of its key: userName and orderId."
                return NotRight(f"{expected} for {what}", repr(found)[:100], mistake)
    finally:
        for name, order in orders:
            client.delete_item(TableName=outputs["OrderingTable"], Key=_key(name, order))
    return Right(
        "A letter whose order is there may be redriven, too: by its name the worker knows it for a repetition."
    )


def _key(user: str, order: str) -> dict[str, Any]:
    return {"userName": {"S": user}, "orderId": {"S": order}}


def judged_takes(wanted: Callable[[str, dict], Any]) -> Verdict:
    """Whether a function says which events a rule takes.

    Args:
        wanted: the learner's function, which takes the name of a rule and an event.
    """
    bus = outputs["EventBusName"]
    rules = [rule for rule in target.client("events").list_rules(EventBusName=bus)["Rules"] if takes(rule)]
    [rule] = [one["Name"] for one in rules if one["Name"].startswith("Ordering-")]
    tried = {
        "a checkout": (checkout(), True),
        "a checkout of a replay": (checkout() | REPLAYED, True),
        "an event of another source": (checkout(source="shop.product"), False),
        "a checkout of schemaVersion 2": (checkout(version="2"), False),
    }
    for what, (event, expected) in tried.items():
        found = asked(wanted, rule, event)
        if isinstance(found, NotRight):
            return found
        if found is not expected:
            mistake = "the pattern is the rule's own, and the event the whole one: EventBridge says whether they fit."
            return NotRight(f"{expected} for {what}", repr(found), mistake)
    return Right("A pattern asks for what it names; one field more is none of its business. So replays arrive.")
