"""The checks of the questions of chapter 01."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from workbook.clients.invoke import invoke
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.asked import judged_answers
from workbook.learning.exercises import NotYet, Right, Verdict, checks

NEEDED = ("HelloFunction", "PricingFunction", "PricingOrders", "PricingFailures")


@checks(
    "01-q1",
    "Call Hello as you called Pricing: lambda_.invoke, with its FunctionName and a Payload of JSON text.",
    'Whether it failed is said by "FunctionError" in answer. The payload is a dictionary as JSON, with errorMessage.',
    'return json.loads(answer["Payload"].read())["errorMessage"] if "FunctionError" in answer else None',
)
def error_of_hello(error_of: Callable[[dict[str, Any]], str | None]) -> Verdict:
    """The learner's function finds out what Hello's error says."""
    if missing := _missing():
        return missing
    events = {"an event without a name": {}, "an event that names Ada": {"name": "Ada"}}
    cases = [(words, event, invoke(outputs["HelloFunction"], event).error) for words, event in events.items()]
    return judged_answers(error_of, cases, _no_error) or Right(
        "Hello fails as Pricing did: its caller hears of it, and nobody else does."
    )


def _no_error(found: Any, right: str | None) -> str:
    if isinstance(found, KeyError):
        return "an answer that is no error has neither FunctionError nor an errorMessage: None is returned for it."
    if isinstance(found, Exception):
        return ""
    if right is None:
        return "Hello can handle this event: there is no error, and None is returned."
    if found == "Unhandled":
        return "FunctionError says that there was an error. Which one, the payload says, under errorMessage."
    return "what is asked for is the text of the error: in the payload, under errorMessage."


@checks(
    "01-q2",
    "list_function_event_invoke_configs takes a FunctionName. Under FunctionEventInvokeConfigs there is a list.",
    "The list is empty where nobody configured anything. Else its item has a DestinationConfig, and in it OnFailure.",
    'return configs[0]["DestinationConfig"]["OnFailure"]["Destination"] if configs else None',
)
def where_failures_go(failures_go_to: Callable[[str], str | None]) -> Verdict:
    """The learner's function finds the on-failure destination of each function."""
    if missing := _missing():
        return missing
    client, cases = target.client("lambda"), []
    for name in ("PricingFunction", "HelloFunction"):
        found = client.list_function_event_invoke_configs(FunctionName=outputs[name])["FunctionEventInvokeConfigs"]
        goal = found[0]["DestinationConfig"]["OnFailure"]["Destination"] if found else None
        cases.append((name, outputs[name], goal))
    return judged_answers(failures_go_to, cases, _no_destination) or Right(
        "Pricing's failures are kept. An event of Hello's that fails three times is gone."
    )


def _no_destination(found: Any, right: str | None) -> str:
    if isinstance(found, Exception) and right is None:
        return "a function that nobody configured has no destination: the list is empty, and None is returned."
    if isinstance(found, Exception):
        return ""
    if right is None:
        return "this function has no destination, and None is returned: ask for those of the function that is given."
    return "the ARN of the queue is asked for: under DestinationConfig, OnFailure, Destination."


@checks(
    "01-q3",
    'sqs.get_queue_attributes takes a QueueUrl and AttributeNames, a list: ["RedrivePolicy"].',
    "A RedrivePolicy is JSON text, with maxReceiveCount in it. A queue without a dead-letter queue has none.",
    'policy = found.get("Attributes", {}).get("RedrivePolicy"), and: '
    'return json.loads(policy)["maxReceiveCount"] if policy else None',
)
def how_many_receives(most_receives: Callable[[str], int | None]) -> Verdict:
    """The learner's function finds out how often a queue's messages may be received."""
    if missing := _missing():
        return missing
    client, cases = target.client("sqs"), []
    for name in ("PricingOrders", "PricingFailures"):
        found = client.get_queue_attributes(QueueUrl=outputs[name], AttributeNames=["All"])["Attributes"]
        most = json.loads(found["RedrivePolicy"])["maxReceiveCount"] if "RedrivePolicy" in found else None
        cases.append((name, outputs[name], most))
    return judged_answers(most_receives, cases, _not_so_often) or Right(
        "Only Orders has a dead-letter queue. What is in Failures stays there until somebody takes it."
    )


def _not_so_often(found: Any, right: int | None) -> str:
    if right is None:
        return "a queue without a dead-letter queue has no RedrivePolicy, and None is returned."
    if isinstance(found, Exception):
        return ""
    if isinstance(found, str | dict):
        return "the RedrivePolicy is JSON text: one number in it is asked for, maxReceiveCount."
    return "it is the maxReceiveCount in the RedrivePolicy of the queue that is given."


def _missing() -> NotYet | None:
    return None if all(name in outputs for name in NEEDED) else NotYet("Deploy the two queues of step 4 first.")
