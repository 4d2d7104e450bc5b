"""The checks of the questions of chapter 03."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from workbook.base.waiting import soon
from workbook.cloud import target
from workbook.cloud.roles import rights
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.asked import judged_answers
from workbook.learning.checks.judging.requests_sent import sent_requests
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks

FUNCTIONS = ("OrderingFunction", "BasketFunction", "ProductFunction")
USER = "checked"  # whose order and basket come and go with the checks
PATIENCE = 15  # seconds, for an order that was handed over


@checks(
    "03-q1",
    "PolicySourceArn is the ARN of the role, which Lambda knows: get_function_configuration, under Role.",
    'ActionNames and ResourceArns are lists: ["dynamodb:PutItem"], and [ORDERS_ARN].',
    'return found["EvaluationResults"][0]["EvalDecision"] == "allowed"',
)
def who_may_store(may_store_orders: Callable[[str], bool]) -> Verdict:
    """The learner's function tells which functions may put items into the table of orders."""
    if missing := _missing():
        return missing
    table = target.client("dynamodb").describe_table(TableName=outputs["OrderingTable"])["Table"]["TableArn"]
    allowed = {("dynamodb:PutItem", table), ("dynamodb:*", table), ("dynamodb:PutItem", "*"), ("*", "*")}
    cases = [(name, outputs[name], bool(rights(outputs[name]) & allowed)) for name in FUNCTIONS]
    return judged_answers(may_store_orders, cases, _not_allowed) or Right(
        "Only Ordering's function may. Basket may call it, and nothing of Ordering's table is open to Basket."
    )


def _not_allowed(found: Any, right: bool) -> str:
    if isinstance(found, Exception):
        return ""
    if not isinstance(found, bool):
        return 'the answer is to be True or False: whether the EvalDecision is "allowed".'
    if right:
        return "it may: dynamodb:PutItem, which is written so, on the table of orders, which is named in ResourceArns."
    return "it may not: ask for the role of the function that is given, and for the table of orders."


@checks(
    "03-q2",
    "The call is lambda_.invoke, with FunctionName, InvocationType and Payload. ORDERING is the name of the function.",
    'Chapter 01 called asynchronously with "Event". The payload is text: json.dumps(order).',
    'answer = lambda_.invoke(FunctionName=ORDERING, InvocationType="Event", Payload=json.dumps(order)), and then: '
    'return answer["StatusCode"]',
)
def handed_over(hand_over: Callable[[dict[str, Any]], int]) -> Verdict:
    """The learner's function hands an order over, and Ordering stores it."""
    if missing := _missing():
        return missing
    order = {"orderId": str(uuid.uuid4()), "userName": USER, "items": [], "totalPrice": 1}
    key = {name: {"S": order[name]} for name in ("userName", "orderId")}
    where, client = {"TableName": outputs["OrderingTable"], "Key": key}, target.client("dynamodb")
    try:
        if verdict := judged_answers(hand_over, [("an order", order, 202)], _waited):
            return verdict
        if not soon(lambda: "Item" in client.get_item(**where, ConsistentRead=True), PATIENCE):
            mistake = "Lambda took it, and Ordering could not store it: the payload is the order, and nothing else."
            return NotRight("the order in the table of orders", f"no such order after {PATIENCE} s", mistake)
    finally:
        client.delete_item(**where)
    return Right("Taken with 202, and stored a moment later. If it could not be stored, nobody would tell the caller.")


def _waited(found: Any, _: int) -> str:
    if isinstance(found, Exception):
        return ""
    if found == 200:
        return "200 is the status of a call that was waited for, as each is whose InvocationType is not said."
    if found == 204:
        return "204 is the status of a DryRun, which only asks whether one may call: nothing was handed over."
    return "the StatusCode in Lambda's answer is asked for."


@checks(
    "03-q3",
    "put_item takes a ConditionExpression: attribute_not_exists(userName), as text.",
    "If the condition fails, put_item raises ConditionFailed. Catch it, as delete did in chapter 02.",
    "try: the put_item. except ConditionFailed: return False. And in the end: return True",
)
def first_of_its_user(put_first: Callable[[dict[str, Any]], bool]) -> Verdict:
    """The learner's function stores a basket only if its user has none, with one request."""
    if missing := _missing():
        return missing
    client, where = target.client("dynamodb"), {"TableName": outputs["BasketTable"], "Key": {"userName": {"S": USER}}}
    first, second = ({"userName": USER, "items": [], "checkoutId": str(uuid.uuid4())} for _ in range(2))

    def stored() -> str | None:
        found = client.get_item(**where, ConsistentRead=True).get("Item", {})
        return found.get("checkoutId", {}).get("S")

    def requests() -> int:
        """How many a first basket takes; one of them may be sent again if a connection broke."""
        counts = []
        for _ in range(2):
            client.delete_item(**where)
            with sent_requests(most=100) as sent:
                put_first(first)
            counts.append(len(sent))
        return min(counts)

    client.delete_item(**where)
    try:
        if verdict := judged_answers(put_first, [("a user without a basket", first, True)], _not_first):
            return verdict
        if stored() != first["checkoutId"]:
            return NotRight("the basket in the table", "none", "the whole basket is the Item that is put.")
        if verdict := judged_answers(put_first, [("a user who has one", second, False)], _not_second):
            return verdict
        if stored() != first["checkoutId"]:
            return NotRight("the basket of before", "the new one", "it says that it was not stored, and it was.")
        if (count := requests()) > 1:
            mistake = "between two requests somebody else may put one down: the condition goes with the put_item."
            return NotRight("one request", str(count), mistake)
    finally:
        client.delete_item(**where)
    return Right("One request, with a condition: of two that come at the same time, one is stored.")


def _not_first(found: Any, _: bool) -> str:
    if "ConditionalCheckFailed" in type(found).__name__ or found is False:
        return "this user has no basket yet, so it is to be stored: the condition is attribute_not_exists(userName)."
    return "" if isinstance(found, Exception) else "the answer is to be True or False: whether it was stored."


def _not_second(found: Any, _: bool) -> str:
    if "ConditionalCheckFailed" in type(found).__name__:
        return "the condition has failed, as it should, and nobody caught the error: except ConditionFailed."
    if found is True:
        return "this user has a basket, whose place was taken: put_item needs a condition, and its error an answer."
    return "" if isinstance(found, Exception) else "the answer is to be True or False: whether it was stored."


def _missing() -> NotYet | None:
    there = all(name in outputs for name in (*FUNCTIONS, "OrderingTable", "BasketTable"))
    return None if there else NotYet("Build the checkout of step 6 first.")
