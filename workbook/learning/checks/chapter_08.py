"""The checks of chapter 08."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import jmespath
import pandas as pd

from workbook.base.errors import WorkbookError
from workbook.base.paths import LAMBDA_SRC
from workbook.base.waiting import poll
from workbook.clients.rest import Answer, Rest
from workbook.cloud.stacks import outputs
from workbook.learning.checks import points, questions_08
from workbook.learning.checks.duplicates import (
    CUSTOMER, LAMP, PATIENCE, judged_retried, judged_worker, new_user, orders_of,
)  # fmt: skip
from workbook.learning.checks.two_writes import judged_order, judged_publishing, judged_transaction
from workbook.learning.checks.versions import judged_newer
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import table

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
    "08-first",
    "The same three lines as in the first way: only their order is another one.",
    'publish("BasketCheckedOut", order, checkout["acceptedAt"]) is the first of them.',
    "Then checkouts.remember, and in the end baskets.delete.",
)
def first() -> Verdict:
    """The deployed Basket publishes before it removes the basket."""
    if verdict := judged_order():
        return verdict
    return Right("What cannot be published stays in the basket.")


@checks("08-dual")
def dual(first: Any = None, second: Any = None) -> Verdict:
    """One checkout was lost, another one doubled."""
    if not first or not second:
        return NotYet("Give the check what is left of Hana and Ivo.")
    if first["orders"] or first["baskets"]:
        return NotRight(
            "no basket and no order of Hana", json.dumps(first),
            "Basket did not die between the two writes: was the file deployed, with the deletion first?",
        )  # fmt: skip
    if second["orders"] != 2:
        return NotRight(
            "two orders of Ivo",
            json.dumps(second),
            "Basket did not die between the two writes, or Ivo did not try again.",
        )
    return Right("One lost, one doubled, by the same two lines.")


@checks(
    "08-outbox",
    'The list has three dicts, one for each row: {"Delete": {…}}, {"Put": {…}} and {"Put": {…}}.',
    'Each says its TableName; a Delete says the Key, a Put the Item. Two have a condition: **unchanged and **first.',
    'The basket: {"Delete": {"TableName": baskets.table.name, "Key": key, **unchanged}}. The tables of the others are '
    "checkouts.table.name and NAME.",
)
def outbox() -> Verdict:
    """The outbox is deployed, roles are apart, and a checkout goes through it, once for a key."""
    if "BasketOutbox" not in outputs:
        return NotYet('Write the files and run deploy("Basket").')
    if (LAMBDA_SRC / "basket" / "claims.py").exists():
        return NotYet("Remove claims.py; nobody needs it any more.")
    return judged_publishing() or judged_transaction() or _judged_checkout()


def _judged_checkout() -> Verdict:
    """Whether a checkout that is sent twice, with its key, becomes one order."""
    shop, user, key = Rest(outputs["BasketApiUrl"]), new_user(), str(uuid.uuid4())
    shop.post("basket", {"userName": user, "items": [LAMP]})
    body = {"userName": user, **CUSTOMER}
    answers = [shop.send("POST", "basket/checkout", json=body, headers={"Idempotency-Key": key}) for _ in range(2)]
    if answers[0].status >= 500:
        mistake = (
            "DynamoDB does not take this transaction, or the function fails: the last lines of "
            'logs(outputs["BasketFunction"]) say what it was.'
        )
        return NotRight("202 for a checkout", str(answers[0].status), mistake)
    if [answer.status for answer in answers] != [202, 202] or answers[0].body != answers[1].body:
        found = " and ".join(str(answer.status) for answer in answers)
        return NotRight(
            "202 twice, with the same answer", found,
            "the answer must be written in the transaction, under the request's id, and be looked for first.",
        )  # fmt: skip
    try:
        poll(lambda: orders_of(user), "the order", seconds=PATIENCE)
        poll(lambda: not _in_outbox(user), "the outbox", seconds=PATIENCE)
    except WorkbookError:
        mistake = "no row came into the outbox: the Put of the event belongs into the transaction, with the table NAME."
        if _in_outbox(user):
            mistake = (
                "the publisher does not get the row, cannot publish it, or does not remove it: "
                'look at logs(outputs["BasketPublisher"]).'
            )
        found = f"{len(orders_of(user))} orders after {PATIENCE} s"
        return NotRight("an order, and nothing left in the outbox", found, mistake)
    if (many := len(orders_of(user))) > 1:
        mistake = "two events of one checkout became two orders: the order's id must be the checkoutId of the event."
        return NotRight("one order", str(many), mistake)
    if shop.get(f"basket/{user}").status != 404:
        mistake = "the basket's deletion belongs to the transaction, too: what is left is checked out once more."
        return NotRight("no basket after the checkout", "the basket", mistake)
    return Right("One transaction, one row, one event, one order; and the row is gone.")


def _in_outbox(user: str) -> bool:
    return user in " ".join(table(outputs["BasketOutbox"]).get("event", []))


@checks("08-killed")
def killed(after_death: Any = None) -> Verdict:
    """After each death the books balanced, and in the end there is one order."""
    if not after_death:
        return NotYet("Give the check the states.")
    if len(after_death) < 8:
        return NotYet("Run the cell to its end: seven deaths, and one life.")
    bad = [point for point, state in after_death.items() if not state["balances"]]
    if bad:
        return NotRight(
            "books that balance after each death", f"not: {', '.join(bad)}", "something was lost or doubled there."
        )
    *_, end = after_death.values()
    if end["orders"] > 1:
        mistake = "it was stored more than once: the order's id must be the checkoutId, stored only if it is not there."
        return NotRight("one order", str(end["orders"]), mistake)
    if end["orders"] != 1 or end["outbox"] or end["in flight"]:
        return NotRight(
            "one order, and nothing on its way",
            json.dumps(end, default=str),
            "it had not arrived yet; wait until the queue is empty.",
        )
    return Right("Killed seven times, and one order.")


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
    "08-another",
    'customer("kim") is what was sent before. A dict with another value in it: customer("kim") | {"address": …}.',
    'shop.send("POST", "basket/checkout", json=…, headers=key) sends it with the key.',
)
def another(ask: Callable[[], Any]) -> Verdict:
    """Another request under an old key is refused, and that is noticed by its fingerprint."""
    answer = ask()
    if not isinstance(answer, Answer):
        return NotRight("an answer", type(answer).__name__, "return what shop.send gives.")
    mistakes = {
        202: "this is the same request, or it has another key and there was a basket: change what it asks for.",
        400: "this is no checkout at all, and refused before anybody looks at the key: change a value, and no name.",
        404: "Kim has no basket any more, and this key was not used before: send the header that key holds.",
        409: "Kim has no basket any more, and this key was not used before: send the header that key holds.",
    }
    if answer.status != 422:
        mistake = mistakes.get(answer.status, "this is not how a checkout is sent: POST basket/checkout.")
        return NotRight("422", f"{answer.status} {json.dumps(answer.body, default=str)}"[:200], mistake)
    return Right(f"422 {answer.body['error']['code']}: a key names one request, and no other.")


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
    'The role: lambda_.get_function_configuration(FunctionName=function)["Role"] is its ARN, and its name is behind '
    "the last /.",
    "iam.list_role_policies(RoleName=…) has PolicyNames; iam.get_role_policy(RoleName=…, PolicyName=…) has a "
    "PolicyDocument, and that a list, Statement.",
    'any(action in statement["Action"] for statement in statements)',
)
def may(allowed: Callable[[str, str], Any]) -> Verdict:
    """What a function may do is read from the policies of its role."""
    return questions_08.judged_may(allowed)


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
