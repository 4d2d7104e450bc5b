"""A batch that is handed to Ordering's worker as the poller would: a message that is no checkout, and one that is."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from workbook.base.waiting import soon
from workbook.clients.invoke import Invocation, invoke
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict
from workbook.observe.frames import logs

TIMES = {"SentTimestamp": "0", "ApproximateFirstReceiveTimestamp": "0", "ApproximateReceiveCount": "1"}
CUSTOMER = {
    "firstName": "Lea", "lastName": "Test", "email": "lea@example.com", "address": "1 Main Street",
    "paymentMethod": "invoice",
}  # fmt: skip
BAD, GOOD = "message-bad", "message-good"  # ids of messages
BATCH, IN_STACK, LEAST = 10, 5, 2  # messages; workers at once in the stack, and the least there may be
NO_CHECKOUT = json.dumps({"hello": "check"})
STORED, WAS_THERE = "Order stored", "Order was there"  # what the worker logs
PATIENCE = 30  # seconds, for a line to come into the log
NOT_LOADED = "the worker's code cannot be loaded: mend what the message names, write the file, and deploy again."


def mapping() -> dict[str, Any] | None:
    """The event source mapping of Ordering's worker."""
    client = target.client("lambda")
    found = client.list_event_source_mappings(FunctionName=outputs["OrderingWorker"])["EventSourceMappings"]
    return client.get_event_source_mapping(UUID=found[0]["UUID"]) if found else None


def judged_polling(found: dict[str, Any] | None) -> Verdict | None:
    """That nobody polls Ordering's queue for the worker, if so.

    Args:
        found: the worker's event source mapping, if there is one.
    """
    if found is None:
        return NotRight("a mapping from the queue to the worker", "none", "add_event_source is missing in the stack.")
    if found.get("State") in ("Disabled", "Disabling"):
        mistake = "it is paused: update_event_source_mapping with Enabled=True lets it go on."
        return NotRight("a mapping that polls", "one that is paused", mistake)
    return None


def judged_limit(found: dict[str, Any]) -> Verdict | None:
    """That the mapping hands over as much at once as there is, if so."""
    if (found.get("ScalingConfig") or {}).get("MaximumConcurrency"):
        return None
    return NotRight("a maximum concurrency of the mapping", "none", "SqsEventSource takes max_concurrency.")


def judged_least(found: dict[str, Any]) -> Verdict:
    """Whether the mapping hands over two batches at once, the least there is, and else is as in the stack."""
    if (size := found.get("BatchSize")) != BATCH:
        mistake = f"that is how many messages one worker gets at once; poller(BatchSize={BATCH}) puts it back."
        return NotRight(f"batches of {BATCH}, as in the stack", str(size), mistake)
    if verdict := judged_limit(found):
        return verdict
    if (most := found["ScalingConfig"]["MaximumConcurrency"]) == IN_STACK:
        return NotYet(f"The mapping hands over {IN_STACK} batches at once, as in the stack: write limit, and call it.")
    if most != LEAST:
        return NotRight(f"{LEAST} workers at once", str(most), "two is what is wanted here, and the least there is.")
    return Right("Two at once; what is too much is not received, and loses no try.")


def judged_batch() -> Verdict:
    """Whether the worker names just the message that failed, and stores the other one; it is removed again."""
    body, key = checkout()
    answer = handed_over({BAD: NO_CHECKOUT, GOOD: body})
    return judged_answer(answer.error, answer.result, BAD, stored=removed(key))


def handed_over(messages: dict[str, str]) -> Invocation:
    """What the worker answers to a batch.

    Args:
        messages: their bodies by their ids.
    """
    more = {"attributes": TIMES, "eventSource": "aws:sqs"}
    records = [{"messageId": name, "body": body, **more} for name, body in messages.items()]
    return invoke(outputs["OrderingWorker"], {"Records": records})


def judged_sight(answer: Invocation, messages: int) -> Verdict | None:
    """What is wrong with a worker's answer to a message that is no checkout, if anything.

    Args:
        answer: the worker's.
        messages: how many there were; the bad one came last.
    """
    if not answer.loaded:
        return NotRight("a worker that runs", repr(answer), NOT_LOADED)
    if answer.error is not None or _named(answer) == [BAD]:
        return None
    expected = "a failed call for a message that is no checkout"
    if messages > 1:
        mistake = "this was the second of two messages, and nobody tried it: process each record of the batch."
        return NotRight(expected, repr(answer), mistake)
    mistake = "the worker still catches what goes wrong, and what returns is deleted: let the exception out."
    return NotRight(expected, repr(answer), mistake)


def removed(key: dict[str, Any]) -> bool:
    """Remove the order of a check's own checkout; whether there was one."""
    answer = target.client("dynamodb").delete_item(TableName=outputs["OrderingTable"], Key=key, ReturnValues="ALL_OLD")
    return "Attributes" in answer


def judged_delivery(delivered: Callable[[str], Any]) -> Verdict:
    """Whether a learner's function hands a message to the worker and gives its answer; the order is removed again.

    Args:
        delivered: is given the body of a message.
    """
    good, key = checkout()
    try:
        given = [delivered(body) for body in (good, good, NO_CHECKOUT)]
    finally:
        stored = removed(key)
    return judged_answers(given, stored=stored)


def judged_answers(given: list[Any], *, stored: bool) -> Verdict:
    """What is to be said of what came of a checkout, of the same one again, and of what is none.

    Args:
        given: what a learner's function returned for each.
        stored: whether there was an order.
    """
    if strange := [one for one in given if not isinstance(one, Invocation)]:
        mistake = "return what invoke gives: the call of the worker, with its answer."
        return NotRight("what comes of the call", type(strange[0]).__name__, mistake)
    if failed := [one.error for one in given if one.error is not None]:
        mistake = "the worker got something else than a batch of one message: batch(body) makes one."
        return NotRight("an answer of the worker", f"an error: {failed[0]}", mistake)
    named = [len((one.result or {}).get("batchItemFailures", ())) if one.status == 200 else None for one in given]
    if None in named:
        return NotRight("an answer of the worker", "202, accepted", "nobody waits for this call, so nobody is told.")
    if named != [0, 0, 1] or not stored:
        found = f"{named[0]}, {named[1]} and {named[2]} failures, {'one order' if stored else 'no order'}"
        mistake = "the body that is given must be the body of the one message of the batch, as it is."
        return NotRight("no failure for a checkout, none for it again, one for what is none", found, mistake)
    return Right("A repetition is done, and only what can become no order is a failure: a failure comes back.")


def judged_twice() -> Verdict | None:
    """What is wrong with how the worker stores a checkout, and meets it again; the order is removed again."""
    first, key = checkout()
    again, _ = checkout(30, key)
    client, orders, checkout_id = target.client("dynamodb"), outputs["OrderingTable"], key["orderId"]["S"]
    told, totals = [], []
    try:
        for body in (first, again):
            told.append(handed_over({GOOD: body}))
            found = client.get_item(TableName=orders, Key=key, ConsistentRead=True).get("Item", {})
            totals.append(found.get("totalPrice", {}).get("N"))
    finally:
        removed(key)
    errors = [one.error for one in told]
    if errors == [None, None]:  # else no second line comes
        soon(lambda: len(_lines(checkout_id)) == 2, PATIENCE)
    return judged_storing(errors, totals, _lines(checkout_id))


def judged_storing(errors: list[str | None], totals: list[str | None], lines: list[str]) -> Verdict | None:
    """What is wrong with how a checkout of 25 was stored, and what came of the same one of 30, if anything.

    Args:
        errors: those with which the two calls of the worker ended, if they did.
        totals: that of the order after each call; None if there was none.
        lines: what the worker wrote into its log.
    """
    first, second = errors
    if first is not None:
        loaded = Invocation(200, None, first, 0).loaded
        failed = 'the worker fails: the last lines of logs(outputs["OrderingWorker"]) say where.'
        return NotRight("an order", f"an error: {first}", failed if loaded else NOT_LOADED)
    if totals[0] is None:
        return NotRight("an order", "none, and no error", "the worker runs, and nothing is written to the table.")
    if second is not None:
        mistake = "a checkout that is told again is no error: catch ConditionFailed, for the work is done."
        return NotRight("no error when the checkout comes again", f"an error: {second}", mistake)
    if totals[1] != totals[0]:
        mistake = "the second took the place of the first: put_item needs the condition that there is none of this id."
        return NotRight("the first order, whatever comes later", "the second", mistake)
    if lines != [STORED, WAS_THERE]:
        mistake = "store returns True for a new order, and False for one that was there; the worker logs which."
        return NotRight(f"the lines {STORED}, {WAS_THERE}", ", ".join(lines) or "none", mistake)
    return None


def _lines(checkout_id: str) -> list[str]:
    """What the worker wrote into its log about a checkout."""
    found = logs(outputs["OrderingWorker"])
    return list(found[found.checkout_id == checkout_id].message) if "checkout_id" in found else []


def judged_answer(error: str | None, result: Any, bad: str, *, stored: bool) -> Verdict:
    """What is wrong with the worker's answer to a bad message and a good one, if anything.

    Args:
        error: the error it ended with, if it did.
        result: what it returned.
        bad: the id of the message that can become no order.
        stored: whether the other one became one.
    """
    expected = f'{{"batchItemFailures": [{{"itemIdentifier": "{bad}"}}]}}'
    if error is not None and not Invocation(200, None, error, 0).loaded:
        return NotRight("an answer that names the bad message", f"an error: {error}", NOT_LOADED)
    if error is not None:
        return NotRight(
            "an answer that names the bad message",
            f"an error: {error}",
            "an error brings the whole batch back: let process_partial_response call process for each record.",
        )
    failures = result.get("batchItemFailures") if isinstance(result, dict) else None
    named = [one.get("itemIdentifier") for one in failures or [] if isinstance(one, dict)]
    if bad not in named:
        return NotRight(
            expected,
            json.dumps(result),
            "what is not among the failures, by its messageId under itemIdentifier, gets deleted: process must not "
            "swallow the exception, and the handler must return what process_partial_response returns.",
        )
    if len(named) > 1:
        return NotRight(expected, json.dumps(result), "a good message is named, too, and would come again and again.")
    if not stored:
        return NotRight("the good message stored", "no order", "what came beside the bad message got lost.")
    return Right("")


def checkout(total: int = 25, key: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """The body of a good message, and the key of the order that it becomes.

    Args:
        total: what it costs.
        key: that of an order which it is to become again; a new one by default.
    """
    key = key or {"userName": {"S": f"the-check.{uuid.uuid4().hex[:8]}"}, "orderId": {"S": str(uuid.uuid4())}}
    user, checkout_id = key["userName"]["S"], key["orderId"]["S"]
    times = {"schemaVersion": "1", "occurredAt": "2026-01-31T09:30:00.000Z"}
    metadata = {"eventId": str(uuid.uuid4()), "correlationId": "a-check", **times}
    items = [{"productId": "lamp", "productName": "Lamp", "quantity": 2, "price": 12.5, "color": "white"}]
    data = {"checkoutId": checkout_id, "userName": user, **CUSTOMER, "items": items, "totalPrice": total}
    body = json.dumps({"detail": {"metadata": metadata, "data": data}})
    return body, key


def _named(answer: Invocation) -> list[Any]:
    failures = (answer.result or {}).get("batchItemFailures", []) if isinstance(answer.result, dict | None) else []
    return [one.get("itemIdentifier") for one in failures if isinstance(one, dict)]
