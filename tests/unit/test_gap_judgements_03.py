"""What the questions of chapter 03 make of a right, an order handed over, and a condition: wrong ones are told why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from deployed import checks_on_moto, client

from workbook.learning import exercises
from workbook.learning.checks import questions_03
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

OUTPUTS = {
    "OrderingFunction": "Ordering", "BasketFunction": "Basket", "ProductFunction": "Product",
    "OrderingTable": "orders", "BasketTable": "baskets",
}  # fmt: skip
ABSENT = "attribute_not_exists(userName)"


@pytest.fixture
def asked(monkeypatch):
    """What a question says to a learner's function."""
    rights = {"Ordering": {("dynamodb:PutItem", ORDERS_ARN)}, "Product": {("dynamodb:PutItem", "other")}}
    with checks_on_moto(
        monkeypatch, questions_03, outputs=OUTPUTS, rights=lambda name: rights.get(name, set()), PATIENCE=0.1,
        sent_requests=asked_of_moto,
    ):
        for name, keys in (("orders", ("userName", "orderId")), ("baskets", ("userName",))):
            client("dynamodb").create_table(
                TableName=name, BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                KeySchema=[{"AttributeName": k, "KeyType": t} for k, t in zip(keys, ("HASH", "RANGE"), strict=False)],
            )  # fmt: skip
        yield lambda name, function: exercises._looked_at(name, (function,))
        for name in ("orders", "baskets"):
            assert boto3.resource("dynamodb").Table(name).scan()["Items"] == []


ORDERS_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"


@contextmanager
def asked_of_moto(most: int) -> Iterator[list[str]]:
    """What is asked of moto meanwhile, to which no request is sent."""
    real, noted = BaseClient._make_api_call, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", lambda *given: noted.append(given[1]) or real(*given))
        yield noted


def baskets() -> Any:
    return boto3.resource("dynamodb").Table("baskets")


def storing(status: Any) -> Callable[[Any], Any]:
    def hand_over(order: dict[str, Any]) -> Any:
        boto3.resource("dynamodb").Table("orders").put_item(Item=order | {"totalPrice": Decimal(order["totalPrice"])})
        return status

    return hand_over


def with_condition(condition: str | None, stored: Any = True, refused: Any = False) -> Callable[[Any], Any]:
    """Stores a basket with this condition; what it returns if it was stored, and if not."""

    def put_first(basket: dict[str, Any]) -> Any:
        there = baskets()
        try:
            there.put_item(Item=basket, **({"ConditionExpression": condition} if condition else {}))
        except there.meta.client.exceptions.ConditionalCheckFailedException:
            if refused is ...:
                raise
            return refused
        return stored

    return put_first


def looked_first(basket: dict[str, Any]) -> bool:
    if "Item" in baskets().get_item(Key={"userName": basket["userName"]}):
        return False
    baskets().put_item(Item=basket)
    return True


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("03-q1", lambda _: False, "it may: "),
        ("03-q1", lambda _: True, "it may not"),
        ("03-q1", lambda _: "allowed", "True or False"),
        ("03-q1", lambda _: 1 / 0, "ends with an error"),
        ("03-q2", lambda _: 200, "was waited for"),
        ("03-q2", lambda _: 204, "a DryRun"),
        ("03-q2", lambda _: None, "returns nothing"),
        ("03-q2", lambda _: {"StatusCode": 202}, "the StatusCode in Lambda's answer"),
        ("03-q2", lambda _: 202, "the payload is the order"),
        ("03-q2", storing(200), "was waited for"),
        ("03-q2", lambda _: 1 / 0, "ends with an error"),
        ("03-q3", with_condition(None), "whose place was taken"),
        ("03-q3", with_condition("attribute_exists(userName)"), "no basket yet"),
        ("03-q3", with_condition("attribute_exists(userName)", refused=...), "no basket yet"),
        ("03-q3", with_condition(ABSENT, refused=...), "nobody caught the error"),
        ("03-q3", with_condition(ABSENT, stored="yes"), "True or False"),
        ("03-q3", with_condition(ABSENT, refused="no"), "True or False"),
        ("03-q3", with_condition(ABSENT, stored=None), "returns nothing"),
        ("03-q3", with_condition("attribute_not_exists("), "ends with an error"),
        ("03-q3", lambda _: True, "the whole basket is the Item"),
        ("03-q3", looked_first, "between two requests"),
    ],
)
def test_an_answer_that_is_wrong(asked, name, function, words):
    verdict = asked(name, function)
    assert isinstance(verdict, NotRight), verdict
    assert words in verdict.mistake


def test_a_basket_that_is_stored_although_it_is_said_not_to_be(asked):
    seen: list[Any] = []

    def put_first(basket: dict[str, Any]) -> bool:
        baskets().put_item(Item=basket)
        seen.append(basket)
        return len(seen) == 1

    assert "says that it was not stored" in asked("03-q3", put_first).mistake


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("03-q1", lambda function: function == "Ordering"),
        ("03-q2", storing(202)),
        ("03-q3", with_condition(ABSENT)),
    ],
)
def test_an_answer_that_is_right(asked, name, function):
    assert isinstance(asked(name, function), Right)


@pytest.mark.parametrize("name", ["03-q1", "03-q2", "03-q3"])
def test_before_the_checkout_is_built_nothing_is_judged(asked, monkeypatch, name):
    monkeypatch.setattr(questions_03, "outputs", {})
    assert isinstance(asked(name, print), NotYet)
