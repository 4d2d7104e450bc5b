"""The checks of chapter 10: watch it run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks import slow
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs, table

TOPIC = ":ShopAlarms"
RANG = (
    "Ordering-DeadLettersAlarm",
    "Ordering-NotStored",
    "Ordering-Queue-Age",
    "Ordering-Queue-Depth",
    "Product-Api-Errors",
)
THRESHOLDS = {"Ordering-NotStored": 5, "Ordering-Queue-Age": 300, "Ordering-Queue-Depth": 1000}
FUNCTIONS = (
    "BasketFunction",
    "BasketPublisher",
    "EventLogFunction",
    "OrderingFunction",
    "OrderingWorker",
    "ProductFunction",
)


@checks("10-frame")
def one_frame(lines: Any = None) -> Verdict:
    """The frame has the logs of several functions, joined by a correlation id."""
    if lines is None:
        return NotYet('Give the check your frame: check("10-frame", lines).')
    if not isinstance(lines, pd.DataFrame):
        return NotRight(
            "a frame", type(lines).__name__, "the logs are still apart: pd.concat puts them into one frame."
        )
    if lacking := {"function", "message", "correlation_id"} - set(lines.columns):
        return NotRight(
            "columns function, message, correlation_id",
            f"no {', '.join(sorted(lacking))}",
            "a column was lost on the way: .assign(function=name).",
        )
    reach = lines.groupby("correlation_id").function.nunique()
    if reach.empty or reach.max() < 3:
        found = "no correlation id" if reach.empty else f"one in {reach.max()} at most"
        return NotRight(
            "a correlation id that is in three functions",
            found,
            "the frame lacks a function: Basket, its publisher and Ordering's worker have the same id.",
        )
    return Right(f"{len(reach)} requests in one frame, and each can be followed through all of it.")


@checks("10-metrics")
def metrics_are_true() -> Verdict:
    """The worker's metrics of the last hour say what the table of orders says."""
    lines = logs(outputs["OrderingWorker"])
    lines = lines[lines.message == "Metrics"]
    if lines.empty or "OrdersStored" not in lines:
        return NotYet('Write the worker with its metrics, run deploy("Ordering"), and let somebody buy something.')
    namespaces = {metric["Namespace"] for told in lines._aws for metric in told["CloudWatchMetrics"]}
    dimensions = {
        name
        for told in lines._aws
        for metric in told["CloudWatchMetrics"]
        for names in metric["Dimensions"]
        for name in names
    }
    if namespaces != {"Shop"}:
        return NotRight(
            "the namespace Shop",
            ", ".join(sorted(namespaces)),
            'the dashboard looks for the metrics in Shop: Metrics(namespace="Shop", …).',
        )
    if dimensions - {"service"}:
        return NotRight(
            "the dimension service",
            ", ".join(sorted(dimensions)),
            "each value of a dimension is a metric that costs: take out what has many values.",
        )
    said = lines.OrdersStored.dropna().map(sum).sum()
    orders = table(outputs["OrderingTable"])
    since = lines.time.min() - pd.Timedelta(minutes=1)
    there = (pd.to_datetime(orders.orderDate) >= since).sum() if len(orders) else 0
    if said > there:
        return NotRight(
            f"{there} orders at most", f"{said:g}", "an order that was there already was counted again: count int(new)."
        )
    if there and not said:
        return NotRight(f"{there} orders", "0", "an order that is new was not counted: count int(new).")
    return Right("The log counts as the table does, and knows no customer.")


@checks("10-alarms")
def everything_has_an_alarm() -> Verdict:
    """Each function, API and queue of the services has an alarm, and each alarm tells the topic."""
    if "OperationsTopic" not in outputs:
        return NotYet("Write the construct and the stack Operations, put them into cdk_app/app.py, and run deploy().")
    found = target.client("cloudwatch").describe_alarms()["MetricAlarms"]
    watched = {(alarm["MetricName"], dimension["Value"]) for alarm in found for dimension in alarm["Dimensions"]}
    wanted = [("Errors", outputs[name], name) for name in FUNCTIONS]
    wanted += [("5XXError", name, f"the API of {name}") for name in ("Product", "Basket", "Ordering")]
    visible = "ApproximateNumberOfMessagesVisible"
    wanted += [
        (visible, outputs[name].split("/")[-1], name)
        for name in ("OrderingQueue", "OrderingDeadLetters", "OrderingUndelivered")
    ]
    wanted += [("ApproximateAgeOfOldestMessage", outputs["OrderingQueue"].split("/")[-1], "OrderingQueue")]
    wanted += [("NotStored", "ordering", "orders that fail")]
    without = [f"{what} ({metric})" for metric, value, what in wanted if (metric, value) not in watched]
    if without:
        return NotRight(
            f"alarms for {len(wanted)} things",
            f"none for {', '.join(without)}",
            "a stack has no ServiceAlarms in cdk_app/app.py, or was not deployed: deploy().",
        )
    mute = [
        alarm["AlarmName"]
        for alarm in found
        if not alarm["ActionsEnabled"] or not any(action.endswith(TOPIC) for action in alarm["AlarmActions"])
    ]
    mute = [name for name in mute if name.split("-")[0] in ("Product", "Basket", "Ordering", "EventLog")]
    if mute:
        return NotRight(
            "alarms that tell ShopAlarms",
            f"mute: {', '.join(mute)}",
            "an alarm without an action changes its colour, and nobody hears of it: add_alarm_action.",
        )
    return Right("Nothing in the services is unwatched, and no alarm is mute.")


@checks("10-rang")
def rang(since: datetime | None = None) -> Verdict:
    """Each of the five alarms went off and is quiet again, and all is as before."""
    if since is None:
        return NotYet('Give the check the time at which the rehearsal began: check("10-rang", rehearsal).')
    client = target.client("cloudwatch")
    found = {alarm["AlarmName"]: alarm for alarm in client.describe_alarms(AlarmNames=list(RANG))["MetricAlarms"]}
    if len(found) < len(RANG):
        return NotYet("Deploy the alarms first: deploy().")
    silent = [name for name in RANG if not _went_off(client, name, since)]
    if silent:
        return NotRight(
            "five alarms that went off",
            f"not one of {', '.join(silent)}",
            'it has not seen its cause yet: bring the cause about, and wait with becomes("ALARM", …).',
        )
    loud = [name for name, alarm in found.items() if alarm["StateValue"] == "ALARM"]
    if loud:
        return NotRight(
            "no alarm", ", ".join(sorted(loud)), 'its cause is still there: mend it, and wait with becomes("OK", …).'
        )
    moved = {name: found[name]["Threshold"] for name, value in THRESHOLDS.items() if found[name]["Threshold"] != value}
    if moved:
        return NotRight(
            f"the thresholds of the stack, {THRESHOLDS}",
            str(moved),
            "a threshold is still the rehearsal's: put it back with threshold(…).",
        )
    return Right("Five alarms, each caused, heard, and quiet again.")


@checks("10-retention")
def logs_go() -> Verdict:
    """The logs of the shop's functions expire."""
    pages = target.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/")
    days = {group["logGroupName"]: group.get("retentionInDays") for page in pages for group in page["logGroups"]}
    names = {name: f"/aws/lambda/{outputs[name]}" for name in FUNCTIONS if name in outputs}
    for_ever = [name for name, group in names.items() if group in days and days[group] is None]
    if for_ever:
        return NotRight(
            "logs that expire", f"for ever: {', '.join(for_ever)}", "put_retention_policy was not called for it."
        )
    return Right("What nobody reads any more goes by itself.")


@checks(
    "10-1",
    'Leave only the answers first: lines[lines.message == "Answered"].',
    'On these, .groupby("function").milliseconds.quantile(0.95) is a Series: a number for each function.',
    "Then .sort_values(ascending=False), and of them those above the limit; list(….index) is the list of their names.",
)
def slow_ones(function: Callable[[pd.DataFrame, float], Any]) -> Verdict:
    """The functions whose 95th percentile is above the limit, the slowest first."""
    return slow.judged(function)


CASES = [  # datapoints, periods, missing, state; the threshold is 5
    ([1, 2, 9], 1, "missing", "ALARM", "the latest value breaches."),
    ([9, 9, 1], 1, "missing", "OK", "only the latest period counts, and it is good."),
    ([9, 5], 1, "missing", "OK", "a value equal to the threshold does not breach: it must be above."),
    ([9, 1, 9], 3, "missing", "OK", "all of the latest three must breach."),
    ([9, 9, 1], 3, "missing", "OK", "all of the latest three must breach, the last one, too."),
    ([1, 9, 9], 3, "missing", "OK", "all of the latest three must breach, the first of them, too."),
    ([1, 1, 9, 9], 2, "notBreaching", "ALARM", "only the latest two count, and both breach."),
    ([0, 9, 9], 3, "breaching", "OK", "0 is a value, not a missing one: compare with None."),
    ([-1, 0], 2, "notBreaching", "OK", "values below 0 are values, and these are good."),
    (
        [9, None, 9, None, 9],
        3,
        "notBreaching",
        "ALARM",
        "there are three values, so nothing has to take the place of a missing one.",
    ),
    ([9, 9, None], 2, "notBreaching", "ALARM", "there are two values, further back, and both breach."),
    ([1, None, 9, 9], 2, "breaching", "ALARM", "the latest two that are there breach."),
    ([9, 1, None], 2, "breaching", "OK", "there are two values, so nothing is missing; one of them is good."),
    ([9, None, None], 2, "breaching", "ALARM", "what is missing counts as breaching."),
    ([1, None, None], 2, "breaching", "OK", "one value is there, and it is good."),
    ([9, None, None], 2, "notBreaching", "OK", "what is missing counts as good."),
    ([1, None], 2, "notBreaching", "OK", "one value is there, and it is good; what is missing counts as good, too."),
    ([None, 9, None], 2, "missing", "ALARM", 'with "missing", those that are there decide.'),
    ([None, 1, None], 2, "missing", "OK", 'with "missing", those that are there decide.'),
    ([9, None, 1], 3, "missing", "OK", 'with "missing", those that are there decide, all of them.'),
    ([None, None], 2, "missing", "INSUFFICIENT_DATA", "there is no value at all."),
    ([None, None], 2, "breaching", "ALARM", "there is no value at all, and that counts as breaching."),
    ([None, None], 2, "notBreaching", "OK", "there is no value at all, and that counts as good."),
    ([], 1, "missing", "INSUFFICIENT_DATA", "there is no value at all."),
    ([], 1, "breaching", "ALARM", "there is no value at all, and that counts as breaching."),
]


@checks(
    "10-2",
    "Take the values that are there: [value for value in datapoints if value is not None], "
    "and the last `periods` of them.",
    "How many lack? periods - len(values). Only if some do, `missing` matters.",
    "all(value > threshold for value in values) says whether those that are there breach. "
    "Of no values, all() is True: look at that case by itself.",
)
def decided(alarm_state: Callable[[list[float | None], float, int, str], Any]) -> Verdict:
    """The state is the one that CloudWatch would choose."""
    for (datapoints, periods, missing, wanted, why), threshold in [
        *((case, 5) for case in CASES),
        *((([None if v is None else v + 2.5 for v in case[0]], *case[1:]), 7.5) for case in CASES),
    ]:
        call, given = f"alarm_state({datapoints}, {threshold}, {periods}, {missing!r})", list(datapoints)
        try:
            answer = alarm_state(given, threshold, periods, missing)
        except Exception as error:  # whatever a learner's own code may raise
            return NotRight(
                f"{call} is {wanted!r}", f"{type(error).__name__}: {error}", "the function raised an error of its own."
            )
        if answer is None and (datapoints, threshold) == (CASES[0][0], 5):
            return NotYet("Write the function; it returns nothing yet.")
        if given != datapoints:
            return NotRight(f"datapoints as they were: {datapoints}", str(given), "the list is the caller's: copy it.")
        if answer != wanted:
            return NotRight(f"{call} is {wanted!r}", repr(answer), why)
    return Right("As CloudWatch does it, gaps included.")


def _went_off(client: Any, name: str, since: datetime) -> bool:
    """Whether an alarm's state has become ALARM since then."""
    began = since.astimezone(UTC).replace(microsecond=0)
    answer = client.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate", StartDate=began)
    items = answer["AlarmHistoryItems"]
    return any(item["HistorySummary"].endswith("to ALARM") for item in items)
