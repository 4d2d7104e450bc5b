"""`alarms_become(state, …)`: wait for alarms; what CloudWatch does on AWS each minute by itself is done meanwhile.

The local cloud keeps alarms, their states and their actions. It does not measure queues, APIs or
polled functions, and does not tell one queue's metric from another's; so the measuring is done here.
"""

from __future__ import annotations

import operator
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.waiting import soon, wait_until
from workbook.cloud import local, target
from workbook.cloud.stacks import outputs
from workbook.observe.frames import logs
from workbook.observe.taking_effect import LONGEST

Samples = list[float]
COMPARE = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
STATISTICS: dict[str, Callable[[Samples], float]] = {
    "Average": lambda samples: sum(samples) / len(samples),
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
    "Sum": sum,
}

_looked = time.time()  # when the alarms were last evaluated
_verdicts: dict[str, deque[bool]] = {}  # the last periods of each alarm: whether they breached


def evaluate_alarms() -> None:
    """Let every alarm look at its metric, change its state if need be, and so set off its actions.

    A call ends a period: what is counted, such as errors, is counted since the call before. On AWS
    this does nothing, for there CloudWatch looks once a minute.
    """
    global _looked
    if not target.is_local():
        return
    local.ensure()
    client = target.client("cloudwatch")
    since, _looked = _looked, time.time()
    for alarm in client.describe_alarms()["MetricAlarms"]:
        measure = MEASURES.get((alarm.get("Namespace"), alarm.get("MetricName")))
        if measure is None or len(alarm["Dimensions"]) != 1:
            continue
        state, reason = _judge(alarm, measure(alarm["Dimensions"][0]["Value"], since))
        if state != alarm["StateValue"]:
            client.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue=state, StateReason=reason)


def alarm_states(*names: str) -> dict[str, str]:
    """In which state alarms are.

    Args:
        names: theirs.
    """
    found = target.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}


def alarms_become(state: str, *names: str) -> None:
    """Wait until alarms are in a state: up to ten minutes, as on AWS it may take. Here they are evaluated meanwhile.

    Args:
        state: `"OK"` or `"ALARM"`.
        names: of the alarms.
    """

    def look() -> bool:
        evaluate_alarms()
        return set(alarm_states(*names).values()) == {state}

    wait_until(look, f"{state} of {', '.join(names)}", seconds=600)


def goes_off(name: str) -> bool:
    """Whether an alarm goes off: on AWS within five minutes, as long as a canary is watched; here it looks once.

    Args:
        name: the alarm's.
    """
    evaluate_alarms()
    if target.is_local():
        return alarm_states(name)[name] == "ALARM"
    return bool(soon(lambda: alarm_states(name)[name] == "ALARM", LONGEST["alarm"]))


def _judge(alarm: dict[str, Any], samples: Samples) -> tuple[str, str]:
    """The state that an alarm is in after one more period, and why."""
    threshold, missing = alarm["Threshold"], alarm.get("TreatMissingData", "missing")
    if samples:
        value = STATISTICS[alarm["Statistic"]](samples)
        breaches = COMPARE[alarm["ComparisonOperator"]](value, threshold)
        was = "was" if breaches else "was not"
        reason = f"Threshold Crossed: 1 datapoint [{value:g}] {was} beyond the threshold ({threshold:g})."
    elif missing in ("missing", "ignore"):
        return ("INSUFFICIENT_DATA" if missing == "missing" else alarm["StateValue"]), "There is no datapoint."
    else:
        breaches = missing == "breaching"
        reason = f"There is no datapoint, which counts as {missing}."
    periods = alarm["EvaluationPeriods"]
    verdicts = _verdicts.setdefault(alarm["AlarmName"], deque(maxlen=periods))
    verdicts.append(breaches)
    return ("ALARM" if sum(verdicts) >= alarm.get("DatapointsToAlarm", periods) else "OK"), reason


def _queue_url(name: str) -> str | None:
    client = target.client("sqs")
    try:
        return client.get_queue_url(QueueName=name)["QueueUrl"]
    except client.exceptions.QueueDoesNotExist:
        return None


def _visible(queue: str, _since: float) -> Samples:
    """How many messages wait in a queue."""
    if (url := _queue_url(queue)) is None:
        return []
    name = "ApproximateNumberOfMessages"
    return [float(target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])]


def _age(queue: str, _since: float) -> Samples:
    """How many seconds ago the oldest message of a queue was sent."""
    if (url := _queue_url(queue)) is None:
        return []
    return [time.time() - min((m["SentTimestamp"] for m in local.queue_messages(url)), default=time.time())]


def _errors(function: str, since: float) -> Samples:
    """For each call of a function, 1 if it failed, else 0; from its log, which knows of polled calls, too."""
    messages = _since(function, since, platform=True).message
    calls, failed = messages.str.startswith("REPORT ").sum(), messages.str.startswith("[ERROR]").sum()
    return [1.0] * failed + [0.0] * max(0, calls - failed)


def _server_errors(api: str, since: float) -> Samples:
    """For each answer of a service's API, 1 if its status is 500 or more, else 0; from its function's log."""
    try:
        lines = _since(outputs[f"{api}Function"], since)
    except WorkbookError:
        return []
    if "status" not in lines:
        return []
    return [float(status >= 500) for status in lines[lines.message == "Answered"].status]


def _not_stored(_service: str, since: float) -> Samples:
    """How many tries to store an order failed, line for line; from the metrics that the worker writes into its log."""
    try:
        lines = _since(outputs["OrderingWorker"], since)
    except WorkbookError:
        return []
    return [] if "NotStored" not in lines else [float(sum(tries)) for tries in lines.NotStored.dropna()]


def _since(function: str, since: float, *, platform: bool = False) -> Any:
    return logs(function, minutes=(time.time() - since) / 60, platform=platform)


MEASURES: dict[tuple[str | None, str | None], Callable[[str, float], Samples]] = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): _visible,
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): _age,
    ("AWS/Lambda", "Errors"): _errors,
    ("AWS/ApiGateway", "5XXError"): _server_errors,
    ("Shop", "NotStored"): _not_stored,
}
