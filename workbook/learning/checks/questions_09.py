"""The questions of chapter 09: the learner's functions ask the cloud, of things that the check knows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from workbook.cloud import target
from workbook.cloud.roles import granted
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.asked import asked, called
from workbook.learning.exercises import NotRight, Right, Verdict


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


def judged_published(was_published: Callable[[str], Any]) -> Verdict:
    """Whether a function says which checkouts EventLog was told of; the rows that are tried are removed again.

    Args:
        was_published: the learner's function, which takes a checkoutId.
    """
    client, there, refunded = target.client("dynamodb"), str(uuid.uuid4()), str(uuid.uuid4())
    rows = [_row("shop.basket", "BasketCheckedOut", there), _row("shop.backoffice", "RefundApproved", refunded)]
    tried = {
        "a checkout of which EventLog has the event": (there, True),
        "a checkout that only another event tells of": (refunded, False),
        "a checkout of which it has none": (str(uuid.uuid4()), False),
    }
    try:
        for row in rows:
            client.put_item(TableName=outputs["EventLogTable"], Item=row)
        for what, (checkout_id, expected) in tried.items():
            found = asked(was_published, checkout_id)
            if isinstance(found, NotRight):
                return found
            if found is not expected:
                mistake = "the event is one that says BasketCheckedOut, with this very checkoutId in the detail's data."
                return NotRight(f"{expected} for {what}", repr(found)[:100], mistake)
    finally:
        for row in rows:
            client.delete_item(TableName=outputs["EventLogTable"], Key={"id": row["id"]})
    return Right("Published, and still in the outbox: it is published again, and the worker knows it by its name.")


def _row(source: str, kind: str, checkout_id: str) -> dict[str, Any]:
    """An event as EventLog writes it down."""
    data = {"M": {"data": {"M": {"checkoutId": {"S": checkout_id}}}}}
    texts = {"id": str(uuid.uuid4()), "time": "2026-01-31T09:30:00Z", "source": source, "detail-type": kind}
    return {name: {"S": text} for name, text in texts.items()} | {"detail": data}


def judged_given_up(given_up_to: Callable[[str], Any]) -> Verdict:
    """Whether a function says where the mappings of the shop's functions put what Lambda gives up.

    Args:
        given_up_to: the learner's function, which takes the name of a function.
    """
    client = target.client("lambda")
    for function in (outputs[name] for name in ("BasketPublisher", "OrderingWorker", "EventLogFunction")):
        [mapping] = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
        expected = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        found = called(given_up_to, function)
        if isinstance(found, NotRight):
            return found
        if found != expected:
            mistake = "the mapping of this very function knows: DestinationConfig, OnFailure, and there Destination."
            if expected is None:
                mistake = "Lambda gives this function's messages back to their queue, so there is nothing to return."
            return NotRight(f"{expected} for {function}", repr(found)[:100], mistake)
    return Right("What the publisher's mapping gives up is noted in Failures. A queue keeps its messages itself.")
