"""What may be done is read from policies as they are; an intruder has a function's role, and leaves nothing behind."""

from __future__ import annotations

import json

import boto3
import pytest
from deployed import checks_on_moto, client, function

from workbook.base.errors import WorkbookError
from workbook.clients import intruder
from workbook.clients.intruder import INTRUDER, broken_in
from workbook.clients.invoke import Invocation
from workbook.observe import rights as frames
from workbook.observe.rights import rights

ATTEMPTS = {"list": ("s3", "list_buckets", {}), "read": ("dynamodb", "scan", {"TableName": "t"})}


def may(role: str, *statements: dict) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **it} for it in statements]}
    client("iam").put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=json.dumps(document))


def test_each_statement_and_resource_is_a_row_that_can_be_read(monkeypatch):
    with checks_on_moto(monkeypatch, frames, outputs={"A": "a", "B": "b"}):
        function("a", "dynamodb:Query"), function("b", "dynamodb:Scan", "dynamodb:GetItem")
        stream = "arn:aws:dynamodb:us-east-1:123456789012:table/Basket-Outbox01234567-ABC/stream/2026-01-31T09:30:00"
        queue = "arn:aws:sqs:us-east-1:123456789012:Basket-Failures"
        may("a", {"Action": "sqs:SendMessage", "Resource": [stream, queue]}, {"Action": "*", "Resource": "*"},
            {"Action": [f"dynamodb:VeryLongAction{n}" for n in range(9)], "Resource": queue})  # fmt: skip
        found = rights("B", "A")
    assert list(found.columns) == ["function", "on", "may"]
    rows = [tuple(row) for row in found.itertuples(index=False)]
    assert rows == sorted(rows) and {row[0] for row in rows} == {"A", "B"}
    assert {("A", "table/Basket-Outbox/stream", "SendMessage"), ("A", "Basket-Failures", "SendMessage"),
            ("A", "*", "*")} <= {*rows}  # fmt: skip
    assert [row[2] for row in rows if row[0] == "B"] == ["GetItem, Scan"]
    assert all(len(row[2]) <= 45 for row in rows) and any(row[2].endswith(" …") for row in rows)


@pytest.fixture
def victim(monkeypatch):
    """A function to break into."""
    with checks_on_moto(monkeypatch, intruder):
        function("basket")
        client("lambda").update_function_configuration(
            FunctionName="basket", Environment={"Variables": {"TABLE_NAME": "baskets"}}
        )
        yield client("lambda").get_function_configuration(FunctionName="basket")


def names() -> list[str]:
    return [found["FunctionName"] for found in boto3.client("lambda").list_functions()["Functions"]]


def test_an_intruder_has_role_and_environment_tries_everything_and_is_gone(victim, monkeypatch):
    def invoked(name: str, event: list) -> Invocation:
        there = client("lambda").get_function_configuration(FunctionName=name)
        assert [there[it] for it in ("Role", "Environment")] == [victim[it] for it in ("Role", "Environment")]
        assert event == list(ATTEMPTS.values())
        return Invocation(200, ["done", "not authorized"], None, 1)

    monkeypatch.setattr(intruder, "invoke", invoked)
    assert broken_in("basket", ATTEMPTS) == ["done", "not authorized"]
    assert names() == ["basket"]


def test_an_intruder_that_was_left_is_replaced_and_one_that_fails_is_said_and_gone(victim, monkeypatch):
    function(INTRUDER)
    monkeypatch.setattr(intruder, "invoke", lambda *_: Invocation(200, None, "Task timed out", 1))
    with pytest.raises(WorkbookError, match=r"Task timed out. If that is about a line of yours, mend it"):
        broken_in("basket", ATTEMPTS)
    assert names() == ["basket"]


def test_what_the_intruder_runs_tells_of_each_attempt(monkeypatch):
    with checks_on_moto(monkeypatch, intruder):
        names: dict = {}
        exec(intruder.CODE, names)
        first, second = names["handler"](list(ATTEMPTS.values()), None)
    assert first == "done" and "not found" in second.lower()
