"""The checks of chapter 09."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import LAMBDA_SRC
from workbook.base.waiting import poll
from workbook.clients.rest import Answer, Rest
from workbook.cloud.stacks import outputs
from workbook.learning.checks import questions_09
from workbook.learning.checks.judging.duplicates import CUSTOMER, LAMP, PATIENCE, new_user, orders_of
from workbook.learning.checks.judging.two_writes import judged_order, judged_publishing, judged_transaction
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import table


@checks(
    "09-first",
    "The same three lines as in the first way: only their order is another one.",
    'publish("BasketCheckedOut", order, checkout["acceptedAt"]) is the first of them.',
    "Then checkouts.remember, and in the end baskets.delete.",
)
def first() -> Verdict:
    """The deployed Basket publishes before it removes the basket."""
    if verdict := judged_order():
        return verdict
    return Right("What cannot be published stays in the basket.")


@checks("09-dual")
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
    "09-outbox",
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


@checks("09-killed")
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
    "09-another",
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
    "09-q1",
    'The role: lambda_.get_function_configuration(FunctionName=function)["Role"] is its ARN, and its name is behind '
    "the last /.",
    "iam.list_role_policies(RoleName=…) has PolicyNames; iam.get_role_policy(RoleName=…, PolicyName=…) has a "
    "PolicyDocument, and that a list, Statement.",
    'any(action in statement["Action"] for statement in statements)',
)
def may(allowed: Callable[[str, str], Any]) -> Verdict:
    """What a function may do is read from the policies of its role."""
    return questions_09.judged_may(allowed)


@checks(
    "09-q2",
    'table(outputs["EventLogTable"]) is a frame; its columns are those of the envelope: source, detail-type, detail.',
    'told[told["detail-type"] == "BasketCheckedOut"] are those of checkouts. Their detail is a dict, with data in it.',
    'return any(detail["data"]["checkoutId"] == checkout_id for detail in told.detail)',
)
def published(was_published: Callable[[str], Any]) -> Verdict:
    """Whether a checkout was published is looked up in EventLog."""
    return questions_09.judged_published(was_published)


@checks(
    "09-q3",
    "lambda_.list_event_source_mappings takes FunctionName; its EventSourceMappings is a list, here of one.",
    "A mapping's DestinationConfig has OnFailure, and that has a Destination. A mapping that gives nothing away may "
    "have none of them: dict.get(…, {}) bears that.",
)
def given_up(given_up_to: Callable[[str], Any]) -> Verdict:
    """Where a mapping puts what Lambda gives up is asked of Lambda."""
    return questions_09.judged_given_up(given_up_to)
