"""What chapters deploy, on moto, and what else checks of steps look at: each mistake is one change of it.

Patterns of events are tried by the local cloud's own matcher, since moto has none.
"""

from __future__ import annotations

import functools
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from ministack.services.eventbridge import _event_from_test_payload, _matches_pattern
from services import only_moto

from workbook.clients.rest import Answer
from workbook.cloud import target

BUS = "ShopEventBus"
VERSION_1 = {"metadata": {"schemaVersion": ["1"]}}
CHECKOUTS = {"source": ["shop.basket"], "detail-type": ["BasketCheckedOut"], "detail": VERSION_1}
Patch = pytest.MonkeyPatch


@contextmanager
def checks_on_moto(patch: Patch, *modules: Any, **evidence: Any):
    """Let checks look at moto, and at this evidence in place of what they would look up or call.

    Args:
        modules: those that hold the checks, and what they look with.
        evidence: by the name that it has in them.
    """
    with only_moto():
        patch.setattr(target, "client", client)
        for module in modules:
            show(patch, module, **evidence)
        yield


def show(patch: Patch, module: Any, **evidence: Any) -> None:
    """Put evidence in place of what a module would look up."""
    for name, found in evidence.items():
        if hasattr(module, name):
            patch.setattr(module, name, found)


@functools.cache  # moto answers it in each test, as it stands there
def client(service: str) -> Any:
    """A client on moto."""
    found = boto3.client(service)
    if service == "events":
        found.test_event_pattern = lambda EventPattern, Event: {  # noqa: N803
            "Result": _matches_pattern(EventPattern, _event_from_test_payload(json.loads(Event)))
        }
    return found


def role(name: str, *actions: str) -> str:
    """A role with a policy of its own; its ARN."""
    iam = client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    if actions:
        allow(name, *actions)
    return arn


def allow(name: str, *actions: str) -> None:
    """Give a role just these rights."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "arn:aws:dynamodb:us-east-1:1:table/T"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)


def function(name: str, *actions: str, timeout: int = 5) -> str:
    """A function with a role of its own name; its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "")
    return client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Role=role(name, *actions), Handler="app.handler", Timeout=timeout,
        Code={"ZipFile": packed.getvalue()},
    )["FunctionArn"]  # fmt: skip


def queue(name: str, **attributes: str) -> tuple[str, str]:
    """A queue; its URL and its ARN."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def rule(name: str, pattern: dict[str, Any], *targets: dict[str, Any]) -> None:
    """A rule of the shop's bus; in place of an older one of that name."""
    events = client("events")
    events.put_rule(Name=name, EventBusName=BUS, EventPattern=json.dumps(pattern))
    if targets:
        goals = [{"Id": f"t{n}", **goal} for n, goal in enumerate(targets)]
        events.put_targets(Rule=name, EventBusName=BUS, Targets=goals)


def without_targets(name: str) -> None:
    events, where = client("events"), {"Rule": name, "EventBusName": BUS}
    if ids := [goal["Id"] for goal in events.list_targets_by_rule(**where)["Targets"]]:
        events.remove_targets(**where, Ids=ids)


class Files:
    """A folder in which whatever is asked for is there, or is not."""

    def __init__(self, *, there: bool) -> None:
        self.there = there

    def __truediv__(self, _: str) -> Files:
        return self

    def exists(self) -> bool:
        return self.there


class Ordering:
    """Ordering as chapters 05 to 12 have it: two functions, three queues, a rule and a mapping.

    Attributes:
        outputs: the stack's.
    """

    def __init__(self) -> None:
        client("events").create_event_bus(Name=BUS)
        self.worker = function("worker", "dynamodb:PutItem", "dynamodb:GetItem")
        self.api = function("api", "dynamodb:GetItem", "dynamodb:Query")
        self.dead, self.dead_arn = queue("DeadLetters")
        self.undelivered, self.undelivered_arn = queue("Undelivered")
        redrive = json.dumps({"deadLetterTargetArn": self.dead_arn, "maxReceiveCount": 5})
        self.queue, self.arn = queue("Queue", VisibilityTimeout="30", RedrivePolicy=redrive)
        client("dynamodb").create_table(
            TableName="orders", BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("userName", "orderId")],
            KeySchema=[
                {"AttributeName": "userName", "KeyType": "HASH"}, {"AttributeName": "orderId", "KeyType": "RANGE"},
            ],
        )  # fmt: skip
        self.goal = {
            "Arn": self.arn, "DeadLetterConfig": {"Arn": self.undelivered_arn},
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
        }  # fmt: skip
        rule("Ordering-Rule", CHECKOUTS, self.goal)
        self.mapping = self.map(self.arn)
        self.outputs = {
            "OrderingFunction": "api", "OrderingWorker": "worker", "OrderingQueue": self.queue,
            "OrderingDeadLetters": self.dead, "OrderingUndelivered": self.undelivered, "OrderingTable": "orders",
            "OrderingApiUrl": "here", "EventBusName": BUS,
        }  # fmt: skip

    def map(self, arn: str) -> str:
        """Let the worker poll a queue."""
        return client("lambda").create_event_source_mapping(
            FunctionName="worker", EventSourceArn=arn, FunctionResponseTypes=["ReportBatchItemFailures"],
            ScalingConfig={"MaximumConcurrency": 2},
        )["UUID"]  # fmt: skip

    def map_anew(self, arn: str | None = None, **how: Any) -> None:
        """Change the mapping, or let the worker poll another queue; with nothing given, it has none."""
        if how:
            client("lambda").update_event_source_mapping(UUID=self.mapping, **how)
            return
        client("lambda").delete_event_source_mapping(UUID=self.mapping)
        if arn:
            self.mapping = self.map(arn)

    def retarget(self, *goals: dict[str, Any], pattern: dict[str, Any] | None = None) -> None:
        """Let the rule have other targets, or another pattern."""
        if goals or pattern is None:
            without_targets("Ordering-Rule")
        rule("Ordering-Rule", pattern or CHECKOUTS, *goals)

    def settings(self, **attributes: str) -> None:
        client("sqs").set_queue_attributes(QueueUrl=self.queue, Attributes=attributes)


class Api:
    """An API whose answers are given: `Api({("GET", "order/gus"): (200, {…})})`; 404 for what is not among them.

    Args:
        answers: status and body, or a function of the request's query or body that gives them.
    """

    def __init__(self, answers: dict[tuple[str, str], Any]) -> None:
        self.answers = answers

    def send(self, method: str, path: str, json: Any = None, headers: Any = None) -> Answer:
        return self._answer(method, path, json)

    def get(self, path: str, **query: Any) -> Answer:
        return self._answer("GET", path, query)

    def post(self, path: str, body: Any) -> Answer:
        return self._answer("POST", path, body)

    def delete(self, path: str) -> Answer:
        return self._answer("DELETE", path, None)

    def _answer(self, method: str, path: str, given: Any) -> Answer:
        found = self.answers.get((method, path), (404, {"error": {"code": "NotFound", "message": "nothing"}}))
        status, body = found(given) if isinstance(found, Callable) else found
        return Answer(status, body, {}, 1)
