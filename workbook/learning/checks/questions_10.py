"""The questions of chapter 10: the learner's functions ask the cloud, of functions and tables that the check knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.asked import asked
from workbook.learning.exercises import NotRight, Right, Verdict

POLLED = {
    "ProductPriceChanges": ["dynamodb"], "ReportNotes": ["sqs"], "OrderingWorker": ["sqs"], "ReportFunction": [],
}  # fmt: skip
VIEWS = {"ProductTable": "NEW_AND_OLD_IMAGES", "BasketOutbox": "NEW_IMAGE"}
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
    mistake = "each mapping of this very function has a source, and its ARN the name of the service."
    if verdict := _first_wrong(asked_for, POLLED, mistake, read=_as_list):
        return verdict
    return Right("Queues and streams are polled. A clock, a bucket and a bus call by themselves: there is no mapping.")


def judged_view(asked_for: Callable[[str], Any]) -> Verdict:
    """Whether a function says what tables' streams show.

    Args:
        asked_for: the learner's function, which takes the name of a table.
    """
    mistake = "it is the StreamViewType in the StreamSpecification of this very table."
    if verdict := _first_wrong(asked_for, VIEWS, mistake):
        return verdict
    return Right("A row of the outbox is new, and has nothing before; of a price, before and after are wanted.")


def judged_callers(asked_for: Callable[[str], Any]) -> Verdict:
    """Whether a function says which services may call the shop's functions.

    Args:
        asked_for: the learner's function, which takes the name of a function.
    """
    mistake = "in each statement of this very function's policy, the Principal says which Service may call it."
    if verdict := _first_wrong(asked_for, CALLERS, mistake, read=lambda found: {*_as_list(found)}, shown=", ".join):
        return verdict
    return Right("A bucket, a rule and an API stand in the policy of the function that they call.")


def _first_wrong(
    asked_for: Callable[[str], Any],
    wanted: Mapping[str, Any],
    mistake: str,
    read: Callable[[Any], Any] = lambda found: found,
    shown: Callable[[Any], str] = str,
) -> NotRight | None:
    """The first answer of a learner's function that is not right, if any.

    Args:
        asked_for: the learner's function.
        wanted: what it is to answer, by the output whose value it is given.
        mistake: what an answer that is not right looks like.
        read: makes of an answer what is compared.
        shown: makes a text of what is wanted.
    """
    for name, right in wanted.items():
        found = asked(asked_for, outputs[name])
        if isinstance(found, NotRight):
            return found
        if read(found) != right:
            return NotRight(f"{shown(right)} for {name}", repr(found), mistake)
    return None


def _as_list(found: Any) -> list[Any]:
    """What a function may return as a list, a tuple, a set or whatever else has several things in it."""
    return list(found) if isinstance(found, list | tuple | set | frozenset) else [found]
