"""The gaps of chapter 11: a story out of many lines, what a worker counts, errors, alarms, where time went."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.base.errors import WorkbookError
from workbook.base.waiting import poll
from workbook.clients.invoke import invoke
from workbook.cloud import target
from workbook.cloud.roles import as_list
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.checkouts import USER
from workbook.learning.checks.judging.guests import ASK
from workbook.learning.exercises import NotRight, Right, Verdict
from workbook.observe.frames import logs

OURS = "check-10"  # how the correlation ids of the check's own messages begin
TOTAL = 25  # of the checkout that the worker is told of, twice
TOLD = [  # lines of several requests: the function, the correlation id
    ("A", "visit-1"), ("A", "visit-11"), ("B", "visit-1"), ("B", None), ("visit-1", "visit-7"), ("C", "visit-11"),
    ("A", "visit-1"),
]  # fmt: skip
PATIENCE = 10  # seconds until a line is in the log
AGE, DEPTH = "Ordering-Queue-Age", "Ordering-Queue-Depth"
OLD, MANY = 300, 1000  # seconds; messages
ON_THE_WAY = {  # a segment: the numbers of the hops at which it begins and ends
    "EventLog": (3, 7), "Ordering's worker": (5, 6), "SQS": (4, 5), "Basket's publisher": (1, 3), "Basket": (0, 2),
}  # fmt: skip


def judged_story(story_of: Callable[[pd.DataFrame, str], Any]) -> Verdict | None:
    """What is wrong with a function that picks the lines of one request, if anything.

    Args:
        story_of: the learner's.
    """
    lines = pd.DataFrame(TOLD, columns=["function", "correlation_id"]).convert_dtypes()
    lines = lines.assign(message="Answered", path=None)
    lines["time"] = pd.Timestamp("2026-01-31", tz="UTC") + pd.to_timedelta(range(len(lines)), unit="s")
    for wanted in ("visit-1", "visit-11"):
        found = story_of(lines.copy(), wanted)
        if not isinstance(found, pd.DataFrame) or not {"function", "correlation_id", "time"} <= set(found.columns):
            mistake = "what comes back must be the lines with all their columns: lines[…], with a condition in it."
            return NotRight("a frame", type(found).__name__, mistake)
        right = lines[lines.correlation_id == wanted]
        if sorted(found.time) != sorted(right.time):
            mistake = (
                f"a line belongs to {wanted} if just that is its correlation_id: not what begins so, and no line else."
            )
            ids = ", ".join(sorted(set(found.correlation_id.dropna()))) or "none"
            return NotRight(f"the {len(right)} lines of {wanted}", f"{len(found)} lines, of: {ids}", mistake)
    return None


def told_by_worker() -> dict[str, Any] | Verdict:
    """What the deployed worker counts of a checkout, of the same once more, and of a message that is none.

    Returns:
        Its line in the embedded metric format; empty if it writes none. Or what is to be said of it.
    """
    mine = f"{OURS}-{uuid.uuid4()}"
    checkout_id = str(uuid.uuid4())
    bodies = [{"hello": "check"}, *[_checkout(mine, checkout_id)] * 2]
    answer = invoke(outputs["OrderingWorker"], {"Records": [_record(body) for body in bodies]})
    key = {"userName": {"S": USER}, "orderId": {"S": checkout_id}}
    target.client("dynamodb").delete_item(TableName=outputs["OrderingTable"], Key=key)
    if answer.error:
        return NotRight("an answer of the worker", f"an error: {answer.error}", "the worker fails: look at its log.")

    def written() -> list[dict[str, Any]]:
        lines = logs(outputs["OrderingWorker"], minutes=5)
        ids = lines.get("correlation_id", pd.Series(index=lines.index, dtype=object))
        return lines[(lines.message == "Metrics") & (ids.shift() == mine)].to_dict("records")

    try:
        [line] = poll(written, "the metrics", PATIENCE)
    except WorkbookError:
        return {}
    return {name: value for name, value in line.items() if isinstance(value, list)}


def without_ours(lines: pd.DataFrame) -> pd.DataFrame:
    """The worker's lines without the metrics that it wrote of a check's messages: each stands after a line of theirs.

    Args:
        lines: its log, oldest line first.
    """
    before = lines.get("correlation_id", pd.Series(index=lines.index, dtype=object)).shift().astype(str)
    return lines[~((lines.message == "Metrics") & before.str.startswith(OURS))]


def _checkout(correlation_id: str, checkout_id: str) -> dict[str, Any]:
    """The event of a checkout."""
    metadata = {
        "eventId": str(uuid.uuid4()), "correlationId": correlation_id, "schemaVersion": "1",
        "occurredAt": "2026-01-31T09:30:00.000Z",
    }  # fmt: skip
    data = {
        "checkoutId": checkout_id, "userName": USER, "firstName": "Ada", "lastName": "Example",
        "email": "ada@example.com", "address": "1 Main Street", "paymentMethod": "invoice", "totalPrice": TOTAL,
        "items": [{"productId": "1", "productName": "Lamp", "quantity": 2, "price": TOTAL / 2}],
    }  # fmt: skip
    return {"detail": {"metadata": metadata, "data": data}}


def _record(body: dict[str, Any]) -> dict[str, Any]:
    """A message as the poller hands it to the worker."""
    times = {"SentTimestamp": "0", "ApproximateFirstReceiveTimestamp": "0"}
    return {"messageId": str(uuid.uuid4()), "body": json.dumps(body), "attributes": times}


def judged_counts(line: dict[str, Any]) -> Verdict | None:
    """What is wrong with what the worker counts, if anything.

    Args:
        line: the values of each metric, as `told_by_worker` finds them.
    """
    if not line:
        mistake = "nothing was counted: metrics.add_metric(name, MetricUnit.…, value) does it."
        return NotRight("a line with NotStored, OrdersStored and Revenue", "none", mistake)
    sums = {name: sum(values) for name, values in line.items()}
    shown = ", ".join(f"{name} {value:g}" for name, value in sorted(sums.items()))
    wanted = f"NotStored 1, OrdersStored 1, Revenue {TOTAL}"
    mistakes = {
        "NotStored": {0: "one message of three could not be stored, and nobody counted it."},
        "OrdersStored": {
            2: "an order that was there already was counted again: count int(new).",
            0: "an order that is new was not counted: count int(new). If your line failed, the message did with it.",
        },
        "Revenue": {
            2 * TOTAL: "an order that was there already brings no money again: 0, unless it is new.",
            0: 'an order that is new brings money: order["totalPrice"].',
        },
    }
    for name, right in (("NotStored", 1), ("OrdersStored", 1), ("Revenue", TOTAL)):
        if (found := sums.get(name, 0)) != right:
            mistake = mistakes[name].get(found, "Revenue is the totalPrice of each new order, once.")
            return NotRight(wanted, shown, mistake)
    return None


def judged_error_rate(error_rate: Callable[[pd.Series], Any]) -> Verdict | None:
    """What is wrong with a function that says how many per cent of some statuses are errors, if anything.

    Args:
        error_rate: the learner's.
    """
    cases = [
        ([200, 201, 503, 200], 25, "one of four is an error of the server."),
        ([200, 404, 400, 202], 0, "400 and 404 are the caller's mistakes, not the shop's: only 500 and more count."),
        ([500, 500], 100, "500 is an error itself: 500 or more."),
        ([500, 502, 200, 200, 504], 60, "502 and 504 are errors, too: 500 or more."),
    ]
    try:
        error_rate(pd.Series([], dtype="int64"))
    except ArithmeticError as error:
        mistake = "in a quarter of a second without an answer there is nothing to divide by: a mean makes nan of that."
        return NotRight("no error for a column without a status", f"{type(error).__name__}: {error}", mistake)
    for statuses, wanted, mistake in cases:
        found = error_rate(pd.Series(statuses))
        if not isinstance(found, int | float) and not hasattr(found, "item"):
            return NotRight("a number", type(found).__name__, "return one number: the mean of 100 times what is true.")
        if abs(float(found) - wanted) > 1e-9:
            if wanted and abs(float(found) * 100 - wanted) < 1e-9:
                mistake = "this is a share from 0 to 1: per cent are a hundred times as many."
            return NotRight(f"{wanted} for {statuses}", f"{float(found):g}", mistake)
    return None


def judged_topic(policy: dict[str, Any], account: str) -> Verdict | None:
    """What is wrong with who may publish to the topic of alarms, if anything.

    Args:
        policy: the topic's.
        account: the number of this one.
    """
    for statement in as_list(policy.get("Statement", [])):
        service = statement.get("Principal", {})
        service = service.get("Service") if isinstance(service, dict) else service
        if statement.get("Effect") != "Allow" or "cloudwatch.amazonaws.com" not in as_list(service):
            continue
        conditions = statement.get("Condition", {})
        if not conditions:
            mistake = "CloudWatch works for all accounts: without a condition, anybody's alarms may ring here."
            return NotRight("a condition on aws:SourceAccount", "none", mistake)
        if not any(_names(operator, keys, account) for operator, keys in conditions.items()):
            mistake = 'the alarms of this account are to be let in, and no others: "aws:SourceAccount", self.account.'
            return NotRight(f"StringEquals, aws:SourceAccount: {account}", json.dumps(conditions), mistake)
    return None


def _names(operator: str, keys: dict[str, Any], account: str) -> bool:
    """Whether a condition lets in what comes from this account, and from no other."""
    if operator not in ("StringEquals", "StringLike", "ArnLike", "ArnEquals"):
        return False
    for key, value in keys.items():
        values = [str(it) for it in as_list(value)]
        if key.lower() == "aws:sourceaccount" and operator.startswith("String"):
            return values == [account]
        if key.lower() == "aws:sourcearn" and operator != "StringEquals":
            return all(it.startswith("arn:") and it.split(":")[4:5] == [account] for it in values)
    return False


def judged_polled(alarms: list[dict[str, Any]], queue: str) -> Verdict | None:
    """What is wrong with the alarms of a queue that a function polls, if anything.

    Args:
        alarms: all there are, as CloudWatch describes them.
        queue: its name.
    """
    of_it = [it for it in alarms if {"Name": "QueueName", "Value": queue} in it["Dimensions"]]
    shown = ", ".join(f"{it['AlarmName']}: {it['MetricName']} > {it['Threshold']:g}" for it in of_it) or "none"
    wanted = {
        AGE: ("ApproximateAgeOfOldestMessage", OLD, "five minutes are 300: the age of a message is in seconds."),
        DEPTH: ("ApproximateNumberOfMessagesVisible", MANY, "more than 1,000 messages are too many."),
    }
    for name, (metric, threshold, mistake) in wanted.items():
        expected = f"{name}: {metric} > {threshold}"
        [alarm] = [it for it in of_it if it["AlarmName"] == name] or [None]
        if alarm is None:
            mistake = f"the queue has no alarm of that name: it ends in {name.rpartition('-')[2]}, as in the sentence."
            return NotRight(expected, shown, mistake)
        if alarm["MetricName"] != metric:
            return NotRight(expected, shown, "this alarm looks at another metric than its name says.")
        if alarm["Threshold"] != threshold:
            return NotRight(expected, shown, mistake)
    return None


def judged_segments(segments: Callable[..., Any]) -> Verdict | None:
    """What is wrong with where time went, if anything.

    Args:
        segments: the learner's: of eight moments, the first and the last of each part of the way.
    """
    moments = [0, 28, 29, 54, 53, 2243, 2290, 80]
    names = ("arrived", "accepted", "answered", "published", "queued", "received", "saved", "written_down")
    found = segments(*moments)
    if not isinstance(found, dict) or set(found) != set(ON_THE_WAY):
        shown = ", ".join(map(str, found)) if isinstance(found, dict) else type(found).__name__
        mistake = "each of the five needs its entry, of that name."
        return NotRight(f"a dict with {', '.join(ON_THE_WAY)}", shown, mistake)
    for name, (first, last) in ON_THE_WAY.items():
        pair = found[name]
        if not isinstance(pair, list | tuple) or list(pair) != [moments[first], moments[last]]:
            mistake = f"{name} is at work from {names[first]} to {names[last]}: it begins with what was handed to it."
            return NotRight(f"({names[first]}, {names[last]}) for {name}", str(pair), mistake)
    return None


def judged_writers(named: Any, may: dict[str, set[tuple[str, str]]], table_arn: str) -> Verdict:
    """What is to be said of the functions that were named as those which may put items into the table of orders.

    Args:
        named: the learner's answer.
        may: the rights of each function, by its name among the outputs: each action with its resource.
        table_arn: the table's.
    """
    if isinstance(named, NotRight):
        return named
    if not isinstance(named, list | tuple | set) or not all(isinstance(name, str) for name in named):
        return NotRight("a list of names", type(named).__name__, "return the names, in a list.")
    right = {name for name, found in may.items() if ("dynamodb:PutItem", table_arn) in found}
    expected, found = ", ".join(sorted(right)), ", ".join(sorted(set(named))) or "none"
    for name in sorted(set(named) - right):
        if name not in may:
            mistake = "these are not the names that functions has, such as OrderingWorker."
        elif any(resource.startswith(table_arn) for _, resource in may[name]):
            mistake = f"{name} may do something with this table, but not put an item into it: look at Action, too."
        elif any(action == "dynamodb:PutItem" for action, _ in may[name]):
            mistake = f"{name} puts items into another table: look at Resource, too."
        else:
            mistake = f"{name} has no such right: look at Action and at Resource."
        return NotRight(expected, found, mistake)
    if right - set(named):
        return NotRight(expected, found, "somebody stores the orders: a statement with that action and that table.")
    return Right(f"{expected}, and nobody else. If an order is wrong, one log is to be read.")


def judged_guest(named: Any, guest: str) -> Verdict | None:
    """What is wrong with an answer that must have a name in it which it had not a moment before, if anything.

    Args:
        named: the learner's answer, names.
        guest: that name.
    """
    if isinstance(named, NotRight):
        return named
    return None if guest in named else NotRight(f"{guest}, too", ", ".join(sorted(named)) or "none", ASK)


def judged_seconds(found: Any, right: float, others: dict[float, str]) -> Verdict:
    """What is to be said of the time that is left after an alarm.

    Args:
        found: the learner's answer, in seconds.
        right: that of queue and alarm.
        others: what other numbers are, each with a sentence.
    """
    if isinstance(found, bool) or not isinstance(found, int | float):
        mistake = "return one number. What SQS says of a queue is text, and int(…) makes a number of it."
        return NotRight(f"{right:g}", repr(found), mistake)
    if found != right:
        mistake = others.get(found, "take away the alarm's threshold from the time for which SQS keeps a message.")
        return NotRight(f"{right:.0f} seconds", f"{found:g}", mistake)
    return Right(f"{right:.0f} seconds: so long whoever is called has time to bring the worker back.")


def judged_wait(found: Any, lines: pd.DataFrame, ids: list[str]) -> Verdict:
    """What is to be said of the order that is said to have waited longest.

    Args:
        found: the learner's answer, an order's id.
        lines: the worker's, each of an order that it stored.
        ids: the orders that count.
    """
    waited = lines[lines.checkout_id.isin(ids)].set_index("checkout_id")
    waited = (waited.received_at - waited.sent_at).astype(int)
    if found not in set(waited.index):
        what = f"{type(found).__name__}, {found}"
        return NotRight("the id of one of the eight", what, "return the id of an order, its checkout_id.")
    if waited[found] != waited.max():
        mistake = "another one waited longer: from sent_at to received_at is the time in the queue."
        return NotRight(f"one that waited {waited.max()} ms", f"one that waited {waited[found]} ms", mistake)
    return Right("It was sent while the worker was away. The age of the oldest message was its age.")
