"""The checks of chapter 07."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd

from workbook.base.waiting import soon
from workbook.clients.invoke import Invocation, invoke
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks import dead_letters, deliveries
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import queue
from workbook.observe.ledger import Ledger, ledger

BUS = "ShopEventBus"
BAD = "message-bad"
TIMES = {"SentTimestamp": "0", "ApproximateFirstReceiveTimestamp": "0"}
PATIENCE = 10  # seconds until what is on its way has arrived


@checks("07-swallowed")
def seen() -> Verdict:
    """The worker says so when it cannot do its work."""
    answer = _answer_to_a_bad_message()
    if not answer.loaded:
        return NotRight("a worker that runs", repr(answer), deliveries.NOT_LOADED)
    if answer.error is not None or _named(answer) == [BAD]:
        return Right("An error that is seen can be mended.")
    return NotRight(
        "a failed call for a message that is no checkout",
        repr(answer),
        "the worker still catches what goes wrong, and what returns is deleted: let the exception out.",
    )


@checks("07-poison")
def only_what_failed() -> Verdict:
    """The worker names just the message that failed, by its messageId, and the mapping reads it."""
    verdict = deliveries.judged_batch()
    if not isinstance(verdict, Right):
        return verdict
    if "ReportBatchItemFailures" not in ((deliveries.mapping() or {}).get("FunctionResponseTypes") or []):
        return NotRight(
            "a mapping that reads the answer",
            "one that does not",
            "report_batch_item_failures=True is missing in the stack.",
        )
    return Right("One bad message is named, and harms no other.")


@checks("07-letters")
def letters(opened: datetime | None = None) -> Verdict:
    """The good dead letters became orders, once each, and an alarm watches the dead-letter queue."""
    if opened is None:
        return NotYet("Give the check the time at which your books were opened.")
    alarms = target.client("cloudwatch").describe_alarms()["MetricAlarms"]
    name = outputs["OrderingDeadLetters"].split("/")[-1]
    if not any({"Name": "QueueName", "Value": name} in alarm.get("Dimensions", []) for alarm in alarms):
        return NotYet('Put the alarm into the stack and run deploy("Ordering").')
    books = ledger(since=opened)
    if books.dead - books.stored:
        return NotRight(
            "no checkout among the dead letters",
            f"{len(books.dead - books.stored)}",
            "a good order is still there: mend the code, deploy it, and redrive.",
        )
    if books.missing:
        return NotRight(
            "every checkout somewhere",
            f"{len(books.missing)} nowhere",
            "send before you delete, or what is stopped in between is lost.",
        )
    if books.twice:
        return NotRight(
            "each checkout in one place",
            f"{len(books.twice)} in two",
            "an order is there, and its letter still lies in the dead-letter queue: redrive it.",
        )
    if not [body for body in queue(outputs["OrderingDeadLetters"]).body if "checkoutId" not in body]:
        return NotRight(
            "the test tool's letter", "none", "it was redriven or thrown away before anybody has judged it."
        )
    return Right("The good ones are orders, once each. What is no order stays for a person to judge.")


@checks("07-visibility")
def visibility(opened: datetime | None = None) -> Verdict:
    """The visibility timeout is long enough again, and nothing is twice."""
    if opened is None:
        return NotYet("Give the check the time at which your books were opened.")
    timeout, hidden_for = _worker()["Timeout"], int(_attribute("VisibilityTimeout"))
    if hidden_for < 6 * timeout:
        return NotRight(
            f"a visibility timeout of {6 * timeout} s or more",
            f"{hidden_for} s",
            "a message comes back while the worker may still be busy with it: "
            "put it back with settings(hidden_for=30, tries=5).",
        )
    books = ledger(since=opened)
    if books.twice:
        return NotRight(
            "nothing twice",
            f"{len(books.twice)}",
            "the dead letter of an order that is there is still there: redrive it.",
        )
    return _balanced(books) or Right("Long enough for the work, and nothing is in two places.")


@checks("07-throttled")
def throttled() -> Verdict:
    """The limit is the mapping's, not the function's, and the backlog is gone."""
    concurrency = target.client("lambda").get_function_concurrency(FunctionName=outputs["OrderingWorker"])
    if "ReservedConcurrentExecutions" in concurrency:
        return NotRight(
            "no reserved concurrency",
            str(concurrency["ReservedConcurrentExecutions"]),
            "the function is still throttled: delete_function_concurrency.",
        )
    mapping = deliveries.mapping()
    if verdict := deliveries.judged_polling(mapping) or deliveries.judged_limit(mapping):
        return verdict
    if not soon(lambda: queue(outputs["OrderingQueue"]).empty, PATIENCE):
        return NotRight(
            "an empty queue",
            f"{len(queue(outputs['OrderingQueue']))} messages",
            "the backlog has not drained yet: wait for it.",
        )
    return Right("Grown, drained, and the limit is where it uses up no tries.")


@checks("07-outage")
def outage(opened: datetime | None = None) -> Verdict:
    """The worker may write again, and everything that was accepted is stored."""
    if opened is None:
        return NotYet("Give the check the time at which your books were opened.")
    role = _worker()["Role"].split("/")[-1]
    if "outage" in target.client("iam").list_role_policies(RoleName=role)["PolicyNames"]:
        return NotRight(
            "a worker that may write",
            "one that is denied to",
            "the policy `outage` is still there: delete_role_policy.",
        )
    if soon(lambda: ledger(since=opened).stored == ledger(since=opened).accepted, PATIENCE):
        return Right("Down, tried again, recovered: everything accepted is stored.")
    books = ledger(since=opened)
    return _balanced(books) or NotRight(
        "everything stored",
        f"{len(books.in_flight)} in flight, {len(books.dead)} dead letters",
        "some orders wait for their next try, or used up all of them: wait, or redrive.",
    )


@checks("07-target")
def target_is_safe() -> Verdict:
    """What cannot be delivered to Ordering's queue is tried again for a while, and then kept."""
    if "OrderingUndelivered" not in outputs:
        return NotYet('Put the queue Undelivered into the stack and run deploy("Ordering").')
    events, queue_arn = target.client("events"), _attribute("QueueArn")
    found = [
        goal
        for name in events.list_rule_names_by_target(TargetArn=queue_arn, EventBusName=BUS)["RuleNames"]
        for goal in events.list_targets_by_rule(Rule=name, EventBusName=BUS)["Targets"]
    ]
    kept = {goal.get("DeadLetterConfig", {}).get("Arn", "none").split(":")[-1] for goal in found}
    if kept != {outputs["OrderingUndelivered"].split("/")[-1]}:
        return NotRight(
            "the queue Undelivered as the target's dead-letter queue",
            ", ".join(sorted(kept)) or "no target",
            "targets.SqsQueue takes dead_letter_queue; without it, what cannot be delivered is dropped.",
        )
    if not all("MaximumEventAgeInSeconds" in goal.get("RetryPolicy", {}) for goal in found):
        return NotRight("a retry policy", "none", "targets.SqsQueue takes max_event_age.")
    leftover = [r["Name"] for r in events.list_rules(EventBusName=BUS)["Rules"] if r["Name"].startswith("chapter-07")]
    if leftover:
        return NotRight(
            "only the shop's rules",
            ", ".join(leftover),
            "remove its targets, then delete the rule: remove_targets, delete_rule.",
        )
    return Right("Tried again for a day, and then kept.")


@checks(
    "07-1",
    "Go through the letters with letters.itertuples(): each has .messageId, .body and .reason.",
    "Look at the reason first. Only a body whose reason was mended is worth reading.",
    'json.loads(body)["detail"]["data"]["checkoutId"] is the checkout. Remember those that you have chosen, in a set.',
    "A body may be anything, also if its reason was mended: try, and go on with the next letter if it is no checkout.",
)
def chosen_letters(worth_redriving: Callable[[pd.DataFrame, set[str], set[str]], Any]) -> Verdict:
    """Just the letters that a redrive helps are chosen."""
    return dead_letters.judged(worth_redriving)


def _answer_to_a_bad_message() -> Invocation:
    """What the worker says to a message that is no checkout."""
    bad = {"messageId": BAD, "body": json.dumps({"hello": "check"}), "attributes": TIMES}
    return invoke(outputs["OrderingWorker"], {"Records": [bad]})


def _named(answer: Invocation) -> list[Any]:
    failures = (answer.result or {}).get("batchItemFailures", []) if isinstance(answer.result, dict | None) else []
    return [one.get("itemIdentifier") for one in failures if isinstance(one, dict)]


def _balanced(books: Ledger) -> Verdict | None:
    if books.balances:
        return None
    return NotRight(
        "books that balance", repr(books).splitlines()[0], "look at ledger(since=opened): it names the checkouts."
    )


def _attribute(name: str) -> str:
    answer = target.client("sqs").get_queue_attributes(QueueUrl=outputs["OrderingQueue"], AttributeNames=[name])
    return answer["Attributes"][name]


def _worker() -> dict[str, Any]:
    return target.client("lambda").get_function_configuration(FunctionName=outputs["OrderingWorker"])

