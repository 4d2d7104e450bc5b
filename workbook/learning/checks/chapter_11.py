"""The checks of chapter 11: watch it run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from workbook.cloud import target
from workbook.cloud.roles import rights
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging import deciding, slow, watching
from workbook.learning.checks.judging.asked import called
from workbook.learning.checks.judging.guests import one_more_may
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
LETTERS = 14  # days for which dead letters are kept
FUNCTIONS = (
    "BasketFunction",
    "BasketPublisher",
    "EventLogFunction",
    "OrderingFunction",
    "OrderingWorker",
    "ProductFunction",
)


@checks(
    "11-frame",
    "A frame with a condition in its brackets gives the rows for which it is true: lines[…].",
    "The condition: the column correlation_id is equal to the argument of the same name.",
)
def one_frame(lines: Any = None, story_of: Callable[[pd.DataFrame, str], Any] | None = None) -> Verdict:
    """The frame has the logs of several functions, and the lines of one request are found in it by its id."""
    if lines is None:
        return NotYet('Give the check your frame: check("11-frame", lines).')
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
    if story_of and (verdict := watching.judged_story(story_of)):
        return verdict
    return Right(f"{len(reach)} requests in one frame, and each can be followed through all of it.")


@checks(
    "11-count",
    'metrics.add_metric takes a name, a unit, and a value: metrics.add_metric("NotStored", MetricUnit.Count, 1).',
    "new is True or False, and int(new) is 1 or 0: so an order that was there already is not counted again.",
    'Revenue has no unit, MetricUnit.NoUnit, and its value is order["totalPrice"] if new else 0.',
)
def worker_counts() -> Verdict:
    """The deployed worker counts a new order, its money, and what it could not store; each once."""
    if "OrderingWorker" not in outputs:
        return NotYet('Write the worker, and run deploy("Ordering").')
    told = watching.told_by_worker()
    verdict = watching.judged_counts(told) if isinstance(told, dict) else told
    return verdict or Right("A new order, its money, and a message that is no order: each was counted once.")


@checks("11-metrics")
def metrics_are_true() -> Verdict:
    """The worker's metrics of the last hour say what the table of orders says."""
    lines = watching.without_ours(logs(outputs["OrderingWorker"]))
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


@checks(
    "11-errors",
    "statuses >= 500 is a column of True and False, and the mean of such a column is the share of True.",
    "Per cent are a hundred times the share: 100 * (…).mean()",
)
def error_rate(share_of_errors: Callable[[pd.Series], Any]) -> Verdict:
    """The learner's function says how many per cent of some statuses are errors of the server."""
    return watching.judged_error_rate(share_of_errors) or Right(
        "500 and more are the shop's own errors; what is refused with 400 or 404 is the caller's."
    )


@checks(
    "11-alarms",
    "The condition: a condition has an operator, StringEquals, and below it the key aws:SourceAccount with its value. "
    "self.account is the number of the account.",
    'conditions={"StringEquals": {"aws:SourceAccount": self.account}}, with a comma behind it.',
    "The queue: self.add takes the alarm's name, a metric, and a threshold; age(queue) and depth(queue), below, are "
    "the metrics.",
    'self.add(f"{path(queue)}-Age", age(queue), …), and one more line of this kind. The age is in seconds.',
)
def everything_has_an_alarm() -> Verdict:
    """Each function, API and queue of the services has an alarm, and each alarm tells the topic."""
    if "OperationsTopic" not in outputs:
        return NotYet("Write the construct and the stack Operations, put them into cdk_app/app.py, and run deploy().")
    found = target.client("cloudwatch").describe_alarms()["MetricAlarms"]
    topic = target.client("sns").get_topic_attributes(TopicArn=outputs["OperationsTopic"])["Attributes"]
    policy = json.loads(topic.get("Policy", "{}"))
    if verdict := (
        watching.judged_topic(policy, outputs["OperationsTopic"].split(":")[4])
        or watching.judged_polled(found, outputs["OrderingQueue"].split("/")[-1])
    ):
        return verdict
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


@checks("11-rang")
def rang(since: datetime | None = None) -> Verdict:
    """Each of the five alarms went off and is quiet again, and all is as before."""
    if since is None:
        return NotYet('Give the check the time at which the rehearsal began: check("11-rang", rehearsal).')
    client = target.client("cloudwatch")
    found = {alarm["AlarmName"]: alarm for alarm in client.describe_alarms(AlarmNames=list(RANG))["MetricAlarms"]}
    if len(found) < len(RANG):
        return NotYet("Deploy the alarms first: deploy().")
    silent = [name for name in RANG if not _went_off(client, name, since)]
    if silent:
        return NotRight(
            "five alarms that went off",
            f"not one of {', '.join(silent)}",
            'it has not seen its cause yet: bring the cause about, and wait: alarms_become("ALARM", …).',
        )
    loud = [name for name, alarm in found.items() if alarm["StateValue"] == "ALARM"]
    if loud:
        return NotRight(
            "no alarm", ", ".join(sorted(loud)), 'its cause is still there: mend it, and wait: alarms_become("OK", …).'
        )
    moved = {name: found[name]["Threshold"] for name, value in THRESHOLDS.items() if found[name]["Threshold"] != value}
    if moved:
        return NotRight(
            f"the thresholds of the stack, {THRESHOLDS}",
            str(moved),
            "a threshold is still the rehearsal's: put it back with threshold(…).",
        )
    return Right("Five alarms, each caused, heard, and quiet again.")


@checks(
    "11-segments",
    "Each entry of the dict is a pair, such as (queued, received): when this part began, and when it ended.",
    "A part begins with what was handed to it. Basket begins when the request arrives; the publisher when the "
    "checkout is accepted, that is, in the outbox; EventLog when the event is on the bus.",
    '{"EventLog": (published, written_down), "Ordering\'s worker": (received, saved), …}',
)
def where_time_went(segments: Callable[..., Any]) -> Verdict:
    """The learner's function says from when to when each part was at work."""
    return watching.judged_segments(segments) or Right("Five bars: each begins where something was handed over.")


@checks(
    "11-retention",
    "client.put_retention_policy takes two things: logGroupName, and retentionInDays.",
    'The group of a function is called f"/aws/lambda/{function}".',
)
def logs_go(expire: Callable[[str], Any] | None = None) -> Verdict:
    """The logs of the shop's functions expire."""
    if expire:
        try:
            expire(outputs["OrderingWorker"])
        except target.client("logs").exceptions.ResourceNotFoundException:
            mistake = "there is no log group of that name: /aws/lambda/ stands before the function's."
            return NotRight("a group that there is", "none", mistake)
    pages = target.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/")
    days = {group["logGroupName"]: group.get("retentionInDays") for page in pages for group in page["logGroups"]}
    names = {name: f"/aws/lambda/{outputs[name]}" for name in FUNCTIONS if name in outputs}
    for_ever = [name for name, group in names.items() if group in days and days[group] is None]
    if for_ever:
        return NotRight(
            "logs that expire", f"for ever: {', '.join(for_ever)}", "put_retention_policy was not called for it."
        )
    if soon := [f"{name}: {days[group]}" for name, group in names.items() if 0 < days.get(group, 0) < LETTERS]:
        mistake = "a dead letter is kept for 14 days, and whoever looks at it then wants the log beside it."
        return NotRight(f"{LETTERS} days or more", ", ".join(soon), mistake)
    return Right("What nobody reads any more goes by itself.")


@checks(
    "11-1",
    'Leave only the answers first: lines[lines.message == "Answered"].',
    'On these, .groupby("function").milliseconds.quantile(0.95) is a Series: a number for each function.',
    "Then .sort_values(ascending=False), and of them those above the limit; list(….index) is the list of their names.",
)
def slow_ones(function: Callable[[pd.DataFrame, float], Any]) -> Verdict:
    """The functions whose 95th percentile is above the limit, the slowest first."""
    return slow.judged(function)


@checks(
    "11-2",
    "Take the values that are there: [value for value in datapoints if value is not None], "
    "and the last `periods` of them.",
    "How many lack? periods - len(values). Only if some do, `missing` matters.",
    "all(value > threshold for value in values) says whether those that are there breach. "
    "Of no values, all() is True: look at that case by itself.",
)
def decided(alarm_state: Callable[[list[float | None], float, int, str], Any]) -> Verdict:
    """The state is the one that CloudWatch would choose."""
    return deciding.judged(alarm_state)


@checks(
    "11-q1",
    "Go through the names in functions. policies(name)[1].values() are a function's policies, as IAM has them.",
    'A statement is a dict with Effect, Action and Resource. "dynamodb:PutItem" in statement["Action"] is true of a '
    "list that has it, and table_arn in statement[\"Resource\"] as well.",
    "One list comprehension does it: the name, for each name in functions, for each of its policies, for each of the "
    "statements in it, if …",
)
def who_may_write(writers: Callable[[str], Any]) -> Verdict:
    """Just those functions are named whose roles may put items into the table of orders, and one that may for once."""
    table_arn = target.client("dynamodb").describe_table(TableName=outputs["OrderingTable"])["Table"]["TableArn"]
    may = {name: rights(outputs[name]) for name in outputs if name.endswith(("Function", "Publisher", "Worker"))}
    verdict = watching.judged_writers(called(writers, table_arn), may, table_arn)
    if not isinstance(verdict, Right):
        return verdict
    with one_more_may("dynamodb:PutItem", table_arn) as guest:
        return watching.judged_guest(called(writers, table_arn), guest) or verdict


@checks(
    "11-q2",
    "A queue's attribute MessageRetentionPeriod says after how many seconds SQS deletes a message. It is text.",
    "cloudwatch.describe_alarms(AlarmNames=[AGE])[\"MetricAlarms\"] has one alarm, and that has a Threshold.",
    "The difference of the two, both of them in seconds.",
)
def time_that_is_left(seconds_left: Callable[[], Any]) -> Verdict:
    """From the alarm on the age until SQS deletes the message: what queue and alarm say."""
    [alarm] = target.client("cloudwatch").describe_alarms(AlarmNames=[watching.AGE])["MetricAlarms"]
    kept = _of_queue("OrderingQueue", "MessageRetentionPeriod")
    others = {
        kept: "so long SQS keeps it from the start on; the alarm goes off some minutes later.",
        alarm["Threshold"]: "so long it takes until the alarm goes off; how long does SQS keep the message then?",
        _of_queue("OrderingQueue", "VisibilityTimeout") - alarm["Threshold"]:
            "the visibility timeout is how long others do not see a message that was received; it deletes nothing.",
        _of_queue("OrderingDeadLetters", "MessageRetentionPeriod") - alarm["Threshold"]:
            "the dead letters' queue is another one: the message waits in Ordering's.",
    }  # fmt: skip
    return watching.judged_seconds(seconds_left(), kept - alarm["Threshold"], others)


@checks(
    "11-q3",
    'logs(WORKER) has the columns message, checkout_id, sent_at and received_at; eight are the ids that count.',
    "received_at - sent_at is how long each of them waited. idxmax of such a column says in which row the most is.",
    "told = logs(WORKER); then told = told[told.checkout_id.isin(eight)]; then told.checkout_id[(…).idxmax()].",
)
def who_waited(waited_longest: Callable[[], Any], eight: list[str]) -> Verdict:
    """The order of the rehearsal is found that waited longest in the queue."""
    lines = logs(outputs["OrderingWorker"])
    return watching.judged_wait(waited_longest(), lines[lines.message == "Order stored"], eight)


def _of_queue(name: str, attribute: str) -> int:
    """What one of the shop's queues is set to."""
    answer = target.client("sqs").get_queue_attributes(QueueUrl=outputs[name], AttributeNames=[attribute])
    return int(answer["Attributes"][attribute])


def _went_off(client: Any, name: str, since: datetime) -> bool:
    """Whether an alarm's state has become ALARM since then."""
    began = since.astimezone(UTC).replace(microsecond=0)
    answer = client.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate", StartDate=began)
    items = answer["AlarmHistoryItems"]
    return any(item["HistorySummary"].endswith("to ALARM") for item in items)
