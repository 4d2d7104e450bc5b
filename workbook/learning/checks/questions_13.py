"""The checks of the questions at the end of chapter 13."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.asked import asked
from workbook.learning.exercises import NotRight, Right, Verdict, checks
from workbook.observe.ledger import ledger

ALARM = "EventLog-Queue-Depth"
DAY = 86_400  # seconds
COME, TOO_MANY = 278, 99  # a second: all, and those that EventLog cannot take
CLOSE = 0.01  # by which part of it an answer may be rounded


@checks(
    "13-q1",
    "SQS's get_queue_attributes gives a dict; in its Attributes, MessageRetentionPeriod is text, in seconds.",
    "int(…) makes a number of it; a day has 86,400 seconds.",
)
def days(days_kept: Callable[[], Any]) -> Verdict:
    """How long Ordering's queue keeps a message, as SQS says."""
    found = target.client("sqs").get_queue_attributes(QueueUrl=outputs["OrderingQueue"], AttributeNames=["All"])
    kept, hidden = (int(found["Attributes"][name]) for name in ("MessageRetentionPeriod", "VisibilityTimeout"))
    others = {
        float(kept): "that is in seconds: a day has 86,400.",
        kept / 3600: "that is in hours.",
        hidden / DAY: "the visibility timeout is how long others do not see a message; it drops nothing.",
        float(hidden): "the visibility timeout is how long others do not see a message; it drops nothing.",
    }
    return _judged(asked(days_kept), kept / DAY, "days", others) or Right(
        f"{kept / DAY:g} days, and then what waits is gone: somebody has to hear of it before."
    )


@checks(
    "13-q2",
    f"CloudWatch's describe_alarms gives a dict; with AlarmNames=[\"{ALARM}\"], its MetricAlarms have one alarm, and "
    "that has a Threshold.",
    f"So many must wait, and {TOO_MANY} more do so after each second.",
)
def seconds(seconds_until_it_rings: Callable[[], Any]) -> Verdict:
    """When as many wait as the alarm of EventLog's depth allows, by its threshold."""
    [alarm] = target.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    threshold = alarm["Threshold"]
    others = {
        float(threshold): f"that many must wait; {TOO_MANY} more come each second.",
        threshold / COME: f"{COME} come each second, but EventLog takes most of them: {TOO_MANY} are too many.",
        threshold * TOO_MANY: "it is the other way round: divide.",
        TOO_MANY / threshold: "it is the other way round: so many messages, divided by those of a second.",
    }
    return _judged(asked(seconds_until_it_rings), threshold / TOO_MANY, "seconds", others) or Right(
        f"After {threshold / TOO_MANY:.0f} seconds; CloudWatch looks once a minute."
    )


@checks(
    "13-q3",
    "ledger(opened) has the books of all that was accepted since then.",
    "Its missing has the ids of orders that are nowhere; len(…) says how many.",
)
def orders(nowhere: Callable[[], Any], opened: datetime) -> Verdict:
    """How many orders of the load are missing, as the books say."""
    books = ledger(opened)
    missing = len(books.missing)
    others = {float(len(books.accepted)): "so many were accepted; the question is how many of them are missing."}
    return _judged(asked(nowhere), missing, "orders", others) or Right(
        "None: whatever the crowd did, each accepted order is somewhere."
        if not missing
        else f"{missing} of {len(books.accepted)}. That must not be: look for them as in chapter 09."
    )


def _judged(found: Any, right: float, unit: str, others: Mapping[float, str]) -> NotRight | None:
    """What is wrong with a number, if anything.

    Args:
        found: the learner's.
        right: what it should be.
        unit: of what it is a number.
        others: what is wrong with other numbers that a person might find.
    """
    if isinstance(found, NotRight):
        return found
    if isinstance(found, bool) or not isinstance(found, int | float):
        mistake = "int(…) or float(…) makes a number of text; len(…) counts."
        return NotRight(f"a number of {unit}", repr(found), mistake)
    if abs(found - right) <= CLOSE * abs(right):
        return None
    likely = next((why for number, why in others.items() if abs(found - number) < 1e-6), "")
    mistake = likely or "ask the cloud once more: the question says what, and in which unit."
    return NotRight(f"{right:.4g} {unit}", f"{found:.6g}", mistake)
