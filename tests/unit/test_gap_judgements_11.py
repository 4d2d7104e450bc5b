"""What the checks of chapter 11's gaps and questions make of functions, counts and alarms: wrong ones are told why.

Without a cloud; with one, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from workbook.learning.checks.judging import watching
from workbook.learning.checks.judging.watching import AGE, DEPTH, TOTAL
from workbook.learning.exercises import NotRight, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

ACCOUNT, OTHER = "123456789012", "210987654321"


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


@pytest.mark.parametrize(
    ("story_of", "words"),
    [
        (lambda lines, wanted: lines, "7 lines, of: visit-1, visit-11, visit-7"),
        (lambda lines, wanted: lines[lines.correlation_id == "visit-1"], "the 2 lines of visit-11"),
        (lambda lines, wanted: lines[lines.correlation_id.str.contains(wanted, na=True)], "not what begins so"),
        (lambda lines, wanted: lines[lines.function == wanted], "the 3 lines of visit-1"),
        (lambda lines, wanted: lines[lines.correlation_id == wanted][:1], "1 lines, of: visit-1"),
        (lambda lines, wanted: lines[lines.correlation_id == wanted][["function"]], "all their columns"),
        (lambda lines, wanted: lines.correlation_id == wanted, "a frame\nSeries"),
        (lambda lines, wanted: None, "a frame\nNoneType"),
    ],
)
def test_lines_of_somebody_else_or_no_lines(story_of, words):
    assert words in told(watching.judged_story(story_of))


def test_the_lines_of_one_request_in_whatever_order():
    assert watching.judged_story(lambda lines, wanted: lines.query("correlation_id == @wanted")[::-1]) is None


COUNTED = {"NotStored": [1.0], "OrdersStored": [1.0, 0.0], "Revenue": [25.0, 0.0]}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({}, "nothing was counted"),
        (COUNTED | {"NotStored": [0.0]}, "nobody counted it"),
        ({name: COUNTED[name] for name in ("OrdersStored", "Revenue")}, "nobody counted it"),
        (COUNTED | {"NotStored": [1.0, 1.0]}, "NotStored 2, OrdersStored 1"),
        (COUNTED | {"OrdersStored": [1.0, 1.0]}, "was counted again"),
        (COUNTED | {"OrdersStored": [0.0, 0.0]}, "an order that is new was not counted"),
        ({"NotStored": [1.0], "Orders": [1.0]}, "Orders 1"),
        (COUNTED | {"Revenue": [25.0, 25.0]}, "brings no money again"),
        (COUNTED | {"Revenue": [0.0, 0.0]}, "brings money"),
        (COUNTED | {"Revenue": [2.0, 0.0]}, "is the totalPrice of each new order"),
    ],
)
def test_what_is_not_counted_or_twice(line, words):
    assert words in told(watching.judged_counts(line))


@pytest.mark.parametrize(
    "line", [COUNTED, COUNTED | {"OrdersStored": [1.0], "Revenue": [TOTAL]}, COUNTED | {"More": [7.0]}]
)
def test_what_is_counted_once(line):
    assert watching.judged_counts(line) is None


def written(*lines: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["message", "correlation_id"])


def test_what_a_worker_counts_for_a_check_does_not_count():
    ours = f"{watching.OURS}-1"
    lines = written(
        ("Metrics", None), ("Order stored", ours), ("Order was there", ours), ("Metrics", None),
        ("Order stored", "visit-1"), ("Metrics", None),
    )  # fmt: skip
    assert list(watching.without_ours(lines).index) == [0, 1, 2, 4, 5]
    assert len(watching.without_ours(lines[["message"]])) == 6


@pytest.fixture
def worker(monkeypatch):
    """What the worker says to the check's messages, and what it writes; by the keys `error` and `lines`."""
    found: dict[str, Any] = {"error": None, "lines": lambda mine: written()}

    def invoke(_function, event):
        found["event"] = event
        return type("Invocation", (), {"error": found["error"]})

    def logs(_function, minutes):
        body = json.loads(found["event"]["Records"][-1]["body"])
        return found["lines"](body["detail"]["metadata"]["correlationId"])

    client = type("Client", (), {"delete_item": lambda self, **which: found.update(deleted=which)})()
    monkeypatch.setattr(watching, "invoke", invoke)
    monkeypatch.setattr(watching, "logs", logs)
    monkeypatch.setattr(watching, "target", type("Target", (), {"client": lambda _: client}))
    monkeypatch.setattr(watching, "outputs", {"OrderingWorker": "worker", "OrderingTable": "orders"})
    monkeypatch.setattr(watching, "PATIENCE", 0.05)
    return found


def test_the_line_after_the_checks_own_messages_is_the_one(worker):
    worker["lines"] = lambda mine: written(("Order stored", "visit-1"), ("Metrics", None), ("Order was there", mine),
                                           ("Metrics", None)).assign(Revenue=[None, [9.0], None, [25.0]])  # fmt: skip
    assert watching.told_by_worker() == {"Revenue": [25.0]}
    first, second, third = worker["event"]["Records"]
    assert second["body"] == third["body"] != first["body"] and len({it["messageId"] for it in (second, third)}) == 2
    assert worker["deleted"]["Key"]["orderId"]["S"] in second["body"]


def test_a_worker_that_writes_nothing_or_fails(worker):
    assert watching.told_by_worker() == {}
    worker["error"] = "no module named orders"
    assert "the worker fails" in told(watching.told_by_worker())


@pytest.mark.parametrize(
    ("error_rate", "words"),
    [
        (lambda statuses: (statuses >= 500).mean(), "from 0 to 1"),
        (lambda statuses: (statuses >= 500).sum(), "one of four"),
        (lambda statuses: 100 * (statuses >= 400).mean(), "are the caller's mistakes"),
        (lambda statuses: 100 * (statuses > 500).mean(), "500 is an error itself"),
        (lambda statuses: 100 * (statuses == 500).mean(), "25 for [200, 201, 503, 200]"),
        (lambda statuses: 100 * sum(statuses >= 500) / len(statuses), "nothing to divide by"),
        (lambda statuses: None, "a number\nNoneType"),
        (lambda statuses: "25", "a number\nstr"),
    ],
)
def test_a_rate_of_something_else(error_rate, words):
    assert words in told(watching.judged_error_rate(error_rate))


@pytest.mark.parametrize(
    "share", [lambda s: 100 * (s // 100 == 5).mean(), lambda s: 100 * sum(s >= 500) / max(len(s), 1)]
)
def test_a_rate_of_errors(share):
    assert watching.judged_error_rate(share) is None


def policy(**condition: dict[str, Any]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}
    return {"Statement": statement | ({"Condition": condition} if condition else {})}


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": OTHER}},
        {"StringEquals": {"aws:SourceAccount": [ACCOUNT, OTHER]}},
        {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringLike": {"aws:SourceAccount": "*"}},
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
        {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudwatch:*:{ACCOUNT}:alarm:*"}},
        {"ArnLike": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:*:alarm:*"}},
        {"ArnLike": {"aws:SourceArn": "*"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ],
)
def test_a_condition_that_lets_others_in(condition):
    assert "and no others" in told(watching.judged_topic(policy(**condition), ACCOUNT))


def test_no_condition():
    assert "anybody's alarms" in told(watching.judged_topic(policy(), ACCOUNT))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringLike": {"AWS:SourceAccount": [ACCOUNT]}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:*:{ACCOUNT}:alarm:*"}},
        {"ArnEquals": {"aws:SourceArn": [f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:a"]}},
        {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceAccount": ACCOUNT}},
    ],
)
def test_a_condition_that_lets_this_account_in(condition):
    assert watching.judged_topic(policy(**condition), ACCOUNT) is None


def test_whom_else_a_topic_lets_in_is_not_judged():
    others = [{"Effect": "Allow", "Principal": "*"}, {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}},
              {"Effect": "Deny", "Principal": {"Service": "cloudwatch.amazonaws.com"}}]  # fmt: skip
    assert watching.judged_topic({"Statement": others}, ACCOUNT) is None
    assert watching.judged_topic({}, ACCOUNT) is None


def alarm(name: str, metric: str, threshold: float, queue: str = "Queue") -> dict[str, Any]:
    dimensions = [{"Name": "QueueName", "Value": queue}]
    return {"AlarmName": name, "MetricName": metric, "Threshold": threshold, "Dimensions": dimensions}


OLDEST, VISIBLE = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"
TWO = alarm(AGE, OLDEST, 300.0), alarm(DEPTH, VISIBLE, 1000.0)


@pytest.mark.parametrize(
    ("alarms", "words"),
    [
        ([], "it ends in Age"),
        (TWO[:1], "it ends in Depth"),
        (TWO[1:], "it ends in Age"),
        ([alarm("Queue-Age", OLDEST, 300), TWO[1]], "Queue-Age: ApproximateAgeOfOldestMessage > 300"),
        ([alarm(AGE, OLDEST, 5), TWO[1]], "is in seconds"),
        ([TWO[0], alarm(DEPTH, VISIBLE, 0)], "1,000 messages"),
        ([alarm(AGE, VISIBLE, 300), TWO[1]], "another metric"),
        ([TWO[0], alarm(DEPTH, OLDEST, 1000)], "another metric"),
        ([TWO[0], alarm(DEPTH, VISIBLE, 1000, "Dead")], "it ends in Depth"),
    ],
)
def test_a_polled_queue_with_too_few_alarms_or_others(alarms, words):
    assert words in told(watching.judged_polled([*alarms], "Queue"))


def test_a_polled_queue_with_its_alarms_among_others():
    assert watching.judged_polled([alarm("a", VISIBLE, 0, "Dead"), *TWO[::-1]], "Queue") is None


def parts(**changed: Any) -> Any:
    """A function that gives the five parts of the way, some of them changed."""

    def segments(arrived, accepted, answered, published, queued, received, saved, written_down):
        return {
            "EventLog": (published, written_down), "Ordering's worker": (received, saved), "SQS": (queued, received),
            "Basket's publisher": (accepted, published), "Basket": (arrived, answered),
        } | changed  # fmt: skip

    return segments


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        (parts(SQS=(0, 1)), "SQS is at work from queued to received"),
        (parts(Basket=28), "(arrived, answered) for Basket\n28"),
        (parts(More=(0, 1)), "each of the five"),
        (lambda *moments: {}, "each of the five"),
        (lambda *moments: [moments], "list"),
    ],
)
def test_time_that_went_elsewhere(segments, words):
    assert words in told(watching.judged_segments(segments))


@pytest.mark.parametrize("segments", [parts(), parts(SQS=[53, 2243])])
def test_where_time_went(segments):
    assert watching.judged_segments(segments) is None


ORDERS, BASKETS = (f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{name}" for name in ("Orders", "Baskets"))
PUT, GET = "dynamodb:PutItem", "dynamodb:GetItem"
MAY = {"Worker": {(PUT, ORDERS)}, "Reader": {(GET, ORDERS)}, "Basket": {(PUT, BASKETS)}, "Log": {("sqs:Send", "*")}}


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (["Worker", "Reader"], "Reader may do something"),
        (["Worker", "Basket"], "Basket puts items into another table"),
        (["Log"], "Log has no such right"),
        (["ordering-worker-1A2B"], "not the names that functions has"),
        ([], "somebody stores the orders"),
        ("Worker", "a list of names\nstr"),
        (None, "a list of names\nNoneType"),
        ([1], "a list of names"),
    ],
)
def test_others_than_those_who_may_write(named, words):
    assert words in told(watching.judged_writers(named, MAY, ORDERS))


@pytest.mark.parametrize("named", [["Worker"], {"Worker"}, ("Worker", "Worker")])
def test_who_may_write(named):
    assert isinstance(watching.judged_writers(named, MAY, ORDERS), Right)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (1000, "from the start on"),
        (7, "take away the alarm's threshold"),
        (900.5, "900 seconds\n900.5"),
        ("900", "makes a number of it"),
        (None, "return one number"),
        (True, "return one number"),
    ],
)
def test_another_time_than_is_left(found, words):
    assert words in told(watching.judged_seconds(found, 900.0, {1000: "from the start on."}))


@pytest.mark.parametrize("found", [900, 900.0])
def test_the_time_that_is_left(found):
    assert isinstance(watching.judged_seconds(found, 900.0, {1000: "from the start on."}), Right)


STORED = pd.DataFrame(
    [("a", "10", "2000"), ("b", "20", "2010"), ("c", "500", "2000"), ("other", "0", "9000")],
    columns=["checkout_id", "sent_at", "received_at"],
).astype({"sent_at": int, "received_at": int})


@pytest.mark.parametrize(
    ("found", "words"),
    [("c", "one that waited 1990 ms\none that waited 1500 ms"), ("other", "str, other"), (1990, "int, 1990"),
     (None, "NoneType, None")],
)  # fmt: skip
def test_an_order_that_did_not_wait_longest(found, words):
    assert words in told(watching.judged_wait(found, STORED, ["a", "b", "c"]))


@pytest.mark.parametrize("found", ["a", "b"])
def test_an_order_that_waited_longest_or_as_long(found):
    assert isinstance(watching.judged_wait(found, STORED, ["a", "b", "c"]), Right)
