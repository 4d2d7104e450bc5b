"""The checks of chapter 08."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import jmespath
import pandas as pd

from workbook.base.paths import LAMBDA_SRC
from workbook.cloud.stacks import outputs
from workbook.learning.checks import questions_08
from workbook.learning.checks.judging import points
from workbook.learning.checks.judging.checkouts import (
    at_once,
    logged_checkout,
    ordered,
    other_requests,
    remembered,
    sweep,
)  # fmt: skip
from workbook.learning.checks.judging.duplicates import judged_retried, judged_worker
from workbook.learning.checks.judging.infrastructure import judged_checkouts
from workbook.learning.checks.judging.versions import judged_newer
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks

SOURCES = 4  # of duplicates


@checks(
    "08-retried",
    "fill(user), then check_out with the user and the headers: two lines, and the same two lines again.",
    "What check_out returns is an answer, and its body has the checkoutId.",
    'return check_out(user, **headers).body["checkoutId"]',
)
def retried(again: Callable[..., Any]) -> Verdict:
    """A caller that hears nothing fills a basket and checks it out again, with the headers that it has."""
    for headers in ({}, {"Idempotency-Key": str(uuid.uuid4())}):
        if verdict := judged_retried(again, headers):
            return verdict
    return Right("Two baskets and two checkouts; only the caller could say that they are one.")


@checks("08-doubled")
def doubled(counts: Any = None) -> Verdict:
    """Each source has doubled an order, and the worker that is deployed stores whatever comes."""
    if not isinstance(counts, pd.DataFrame) or "orders" not in counts:
        return NotYet("Give the check the frame with the number of orders.")
    if len(counts) < SOURCES:
        return NotRight("a row for each of the four", str(len(counts)), "the frame is to have all four customers.")
    few = counts[counts.orders < 2]
    if len(few):
        return NotRight(
            "two orders of each or more", f"of {', '.join(few.index)} {int(few.orders.min())}",
            "either the duplicate has not arrived yet, or the deployed worker is already the one that looks first.",
        )  # fmt: skip
    return Right("Four sources, and each has doubled an order.")


@checks(
    "08-name",
    "orders.py, beside the worker, has a function that stores an order under its orderId, with the condition.",
    "orders.from_event has made the checkoutId the order's orderId: leave it as it is.",
    "new = orders.store(order)",
)
def name() -> Verdict:
    """The deployed worker stores a checkout once, however often it is told of it, and in whatever message."""
    return judged_worker() or Right("Whatever message tells of it, and however often: one checkout is one order.")


@checks(
    "08-key",
    "str(uuid.uuid5(NAMESPACE, text)), and the text has both in it: the user's name and the key.",
    'basket.function.allow(checkouts.table_arn, …) takes the names of actions, one after the other: "dynamodb:…".',
)
def key() -> Verdict:
    """The same key gives one answer and one event, however concurrently; without a key, a basket is sold once."""
    if not (LAMBDA_SRC / "basket" / "claims.py").exists():
        return NotYet('Write the five files of this step, and run deploy("Basket").')
    if verdict := judged_checkouts(outputs["BasketFunction"], outputs["BasketCheckouts"], "GetItem", "PutItem"):
        return verdict
    header = {"Idempotency-Key": str(uuid.uuid4())}
    twins = at_once(3, **header)
    if any(twin.status != 202 for twin in twins):
        return NotRight(
            "202 three times for the same Idempotency-Key",
            ", ".join(str(twin.status) for twin in twins),
            "a twin must wait for the first one's answer, and give it again: the same key is the same request.",
        )
    ids = {twin.body["checkoutId"] for twin in twins}
    if len(ids) > 1:
        return NotRight("one checkoutId", f"{len(ids)}", "the second request made a checkout of its own.")
    others = other_requests(header["Idempotency-Key"])
    singles = at_once(3)
    sold = [single for single in singles if single.status == 202]
    for one in (twins[0], *others, *sold):
        ordered(one)
        logged_checkout(one)
        remembered(one)
    sweep()
    if ids & {other.body.get("checkoutId") for other in others}:
        mistake = "another user with the same key, or another key of the same user, is another request."
        return NotRight("a checkout of its own for each", "the answer to another one", mistake)
    if len(sold) != 1:
        return NotRight(
            "one 202 without a key",
            f"{len(sold)}",
            "two requests had the basket at once: the claim's condition is missing.",
        )
    return Right("With a key, one answer for all; without, one is served and the others are told.")


@checks("08-once")
def once(counts: Any = None) -> Verdict:
    """Nobody has two orders, and the deployed worker stores a checkout that it is told of twice once."""
    if not isinstance(counts, pd.DataFrame) or "orders" not in counts:
        return NotYet("Give the check the frame with the number of orders.")
    if len(counts) < SOURCES:
        return NotRight("a row for each of the four", str(len(counts)), "the frame is to have all four customers.")
    if verdict := judged_worker():
        return verdict
    if len(none := counts[counts.orders < 1]):
        mistake = "their checkout has not arrived yet, or was refused: wait, and count again."
        return NotRight("one order of each", f"none of {', '.join(none.index)}", mistake)
    many = counts[counts.orders != 1]
    if len(many):
        return NotRight(
            "one order of each", f"of {', '.join(many.index)} {int(many.orders.max())}",
            "a caller that tries again must send the same Idempotency-Key; "
            "for the others, the worker was not the new one yet.",
        )  # fmt: skip
    return Right("Told seven times, stored four times.")


@checks(
    "08-same",
    "It is a keyword argument like the one above it: a text, with a comma behind it.",
    "A voucher is for somebody, and of an amount: a list of two fields, in brackets.",
    'payload_validation_jmespath="[userName, …]",',
)
def same(config: Any) -> Verdict:
    """The same key with another amount or for another user is refused."""
    expression = config.payload_validation_jmespath
    if not expression:
        return NotYet("Still to be written: payload_validation_jmespath, in the call of IdempotencyConfig.")
    try:
        told = jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        return NotRight("JMESPath", str(error).split("\n")[0], "this is no JMESPath: [one, another] picks two fields.")
    request = {"key": "k", "userName": "eve", "amount": 20}
    for field, value in (("amount", 500), ("userName", "finn")):
        if told.search(request) == told.search(request | {field: value}):
            mistake = f"the same key with another {field} would be taken for the same request, and get its answer."
            return NotRight(f"{field} among what must be the same", expression, mistake)
    return Right("Another user or another amount under an old key is another request.")


@checks("08-memory")
def memory(made: Any = None) -> Verdict:
    """The vouchers were made as often as the step brings about."""
    if not made:
        return NotYet("Run the cells of this step.")
    times = {user: sum(user in one for one in made) for user in ("eve", "finn", "gus")}
    if times != {"eve": 1, "finn": 2, "gus": 2}:
        return NotRight(
            "one voucher for Eve, two for Finn and two for Gus", json.dumps(times),
            "some cells ran more than once: begin at the cell with made, at_work = [].",
        )  # fmt: skip
    return Right("Expired or killed: two cases in which a memory beside the work does not help.")


@checks(
    "08-newer",
    "put_item takes a ConditionExpression, a text, and ExpressionAttributeValues, a dict: what :version stands for.",
    'The condition: "attribute_not_exists(orderId) OR version < :version".',
    "with suppress(TooOld): what fails by its condition within this is no error.",
)
def newer(write: Callable[[str, dict], Any]) -> Verdict:
    """The newest event of an order stays, also if two are written at the same time."""
    return judged_newer(write) or Right("Whatever comes late finds something newer, and changes nothing.")


@checks("08-versions")
def versions(write: Callable[[str, dict], Any] | None = None, ends: Any = None) -> Verdict:
    """Whatever order events arrive in, the newest one stays."""
    if write is None or not isinstance(ends, pd.DataFrame):
        return NotYet("Give the check newest_wins and the frame.")
    if len(set(ends.index)) != 6 or not (ends["newest_wins"] == "shipped").all():
        wrong = sorted(set(ends["newest_wins"]) - {"shipped"})
        return NotRight(
            "shipped in all six", ", ".join(wrong) or f"{len(ends)} rows",
            "an older event replaced a newer one: the condition must compare the versions.",
        )  # fmt: skip
    if (ends["last_wins"] == "shipped").all():
        return NotRight(
            "last_wins to be wrong in some", "all right", "last_wins has a condition, too: it should have none."
        )
    return Right("Six orders of arrival, one end.")


@checks(
    "08-1",
    "What belongs together is written together: client.transact_write_items(TransactItems=[…, …]).",
    "One item says that this event was done: a Put of {\"id\": …} with the condition attribute_not_exists(id).",
    "The other adds: Update with UpdateExpression=\"ADD points :points\".",
    "A repetition cancels the transaction: catch client.exceptions.TransactionCanceledException. "
    'Only if error.response["CancellationReasons"][0]["Code"] is "ConditionalCheckFailed" is the work done; '
    "after anything else it must be tried again, so let that out.",
    "Events and users share the table: the id of the event's item must not be one that a user can have. "
    "\"event \" + eventId, for example, is none.",
)
def points_once(give: Callable[[Any, str, dict], Any]) -> Verdict:
    """Points are added once for each event, under duplicates, at the same time, and when killed around any call."""
    return points.judged(give)


@checks(
    "08-q1",
    "sqs.receive_message takes the QueueUrl, and MessageSystemAttributeNames, a list. WaitTimeSeconds lets it wait.",
    "The attribute is ApproximateReceiveCount. Attributes are text.",
    'int(answer["Messages"][0]["Attributes"][…])',
)
def received(count: Callable[[str], Any]) -> Verdict:
    """How often a message was received is read from the message."""
    return questions_08.judged_received(count)


@checks(
    "08-q2",
    'json.loads makes a dict of the letter: ["detail"]["data"] has userName and checkoutId.',
    'The key is {"userName": …, "orderId": …}, and the orderId is the checkoutId. '
    'boto3.resource("dynamodb").Table(outputs["OrderingTable"]) is the table.',
    'get_item answers with an "Item" if there is one: return "Item" in …',
)
def stored(was_stored: Callable[[str], Any]) -> Verdict:
    """Whether the work of a dead letter was done is looked up by the order's key."""
    return questions_08.judged_stored(was_stored)


@checks(
    "08-q3",
    'events.describe_rule takes the Name of a rule and the EventBusName, outputs["EventBusName"]; without that it '
    "looks on another bus.",
    "events.test_event_pattern takes an EventPattern and an Event, both as text: json.dumps(event).",
    'return answer["Result"]',
)
def takes(wanted: Callable[[str, dict], Any]) -> Verdict:
    """Whether a rule takes an event is asked of EventBridge."""
    return questions_08.judged_takes(wanted)
