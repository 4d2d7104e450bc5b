"""The questions of chapter 09: the learner's functions ask the cloud, of functions that start in different ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.asked import asked
from workbook.learning.exercises import NotRight, Right, Verdict

POLLED = {
    "ProductPriceChanges": ["dynamodb"], "ReportNotes": ["sqs"], "OrderingWorker": ["sqs"], "ReportFunction": [],
}  # fmt: skip
ENDS = {"ReportFunction": "ReportFailures", "ProductImporter": "ProductImportFailures"}
CALLERS = {
    "ProductImporter": {"s3.amazonaws.com"},
    "ReportFunction": {"events.amazonaws.com"},
    "ProductFunction": {"apigateway.amazonaws.com"},
}


def judged_polled(asked_for: Callable[[str], Any]) -> Verdict:
    """Whether a function says what Lambda polls for the shop's functions.

    Args:
        asked_for: the learner's function, which takes the name of a function.
    """
    for name, services in POLLED.items():
        found = asked(asked_for, outputs[name])
        if isinstance(found, NotRight):
            return found
        if _as_list(found) != services:
            mistake = "each mapping of this very function has a source, and its ARN the name of the service."
            return NotRight(f"{services} for {name}", repr(found), mistake)
    return Right("Queues and streams are polled. A clock, a bucket and a bus call by themselves: there is no mapping.")


def judged_end(asked_for: Callable[[str], Any]) -> Verdict:
    """Whether a function says where failed asynchronous calls end.

    Args:
        asked_for: the learner's function, which takes the name of a function.
    """
    for name, queue in ENDS.items():
        found = asked(asked_for, outputs[name])
        if isinstance(found, NotRight):
            return found
        arn = target.client("sqs").get_queue_attributes(QueueUrl=outputs[queue], AttributeNames=["QueueArn"])
        if found != arn["Attributes"]["QueueArn"]:
            mistake = "it is the ARN of the destination for failures, OnFailure, in the settings of this very function."
            return NotRight(f"{arn['Attributes']['QueueArn']} for {name}", repr(found), mistake)
    return Right("Each has a queue of its own for that. What no setting names would be lost.")


def judged_callers(asked_for: Callable[[str], Any]) -> Verdict:
    """Whether a function says which services may call the shop's functions.

    Args:
        asked_for: the learner's function, which takes the name of a function.
    """
    for name, services in CALLERS.items():
        found = asked(asked_for, outputs[name])
        if isinstance(found, NotRight):
            return found
        if {*_as_list(found)} != services:
            mistake = "in each statement of this very function's policy, the Principal says which Service may call it."
            return NotRight(f"{', '.join(services)} for {name}", repr(found), mistake)
    return Right("A bucket, a rule and an API stand in the policy of the function that they call.")


def _as_list(found: Any) -> list[Any]:
    """What a function may return as a list, a tuple, a set or whatever else has several things in it."""
    return list(found) if isinstance(found, list | tuple | set | frozenset) else [found]
