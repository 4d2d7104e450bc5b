"""The questions of chapter 08: the learner's functions ask the cloud, of things that the check knows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from workbook.cloud import target
from workbook.cloud.roles import granted
from workbook.cloud.stacks import outputs
from workbook.learning.checks.asked import asked
from workbook.learning.checks.patterns import checkout, takes
from workbook.learning.exercises import NotRight, Right, Verdict

REPLAYED = {"replay-name": "again"}


def judged_received(count: Callable[[str], Any]) -> Verdict:
    """Whether a function says how often the one message in a queue was received.

    Args:
        count: the learner's function, which takes the queue's URL.
    """
    sqs = target.client("sqs")
    for before in (0, 2):
        name, settings = f"check-{uuid.uuid4()}", {"VisibilityTimeout": "0"}
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


def judged_may(allowed: Callable[[str, str], Any]) -> Verdict:
    """Whether a function says what the shop's functions may do.

    Args:
        allowed: the learner's function, which takes the name of a function and an action.
    """
    functions = [outputs[name] for name in ("BasketFunction", "BasketPublisher", "OrderingWorker")]
    actions = ("events:PutEvents", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Scan")
    for function in functions:
        may = granted(function)
        for action in actions:
            found = asked(allowed, function, action)
            if isinstance(found, NotRight):
                return found
            if found is not (action in may):
                mistake = "look at the policies of this very function's role, in each statement for this very action."
                return NotRight(f"{action in may} for {function} and {action}", repr(found), mistake)
    return Right("The publisher publishes and deletes no basket; the API deletes baskets and does not publish.")


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
