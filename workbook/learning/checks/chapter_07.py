"""The checks of chapter 07."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd

from workbook.base.waiting import soon
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging import dead_letters, deliveries, redriving, settings
from workbook.learning.checks.judging.deliveries import BAD
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import queue
from workbook.observe.ledger import Ledger, ledger

BUS = "ShopEventBus"
OUTAGE, GONE = "outage", "chapter-07-target-gone"  # a policy and a rule of this chapter
TUNED = 1  # second for which step 4 hides a message
TRIES = 5  # that AWS advises
PATIENCE = 10  # seconds until what is on its way has arrived


@checks(
    "07-swallowed",
    "The batch is event[\"Records\"], and each record is for process. A for loop does it.",
    "A handler that returns has said: done. One that raises has said: not done. What does process raise?",
    "for record in event[\"Records\"]: process(record). Nothing is caught.",
)
def seen() -> Verdict:
    """The worker says so when it cannot do its work, wherever in the batch that is."""
    body, key = deliveries.checkout()
    bad = {BAD: deliveries.NO_CHECKOUT}
    try:
        for messages in (bad, {BAD: "no JSON"}, {deliveries.GOOD: body} | bad):
            answer = deliveries.handed_over(messages)
            if verdict := deliveries.judged_sight(answer, len(messages)):
                return verdict
    finally:
        deliveries.removed(key)
    return Right("An error that is seen can be mended.")


@checks(
    "07-poison",
    "process_partial_response calls process for each record, catches what it raises, and makes the answer.",
    "It takes event, record_handler, processor and context. Its answer is also the handler's.",
    "return process_partial_response(event=event, record_handler=process, processor=processor, context=context)",
)
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


@checks(
    "07-redrive",
    "Two calls: sqs.send_message to QUEUE, and sqs.delete_message from DEAD. Who is stopped between them?",
    'What is sent is message["Body"]; what is deleted is named by message["ReceiptHandle"].',
    'sqs.send_message(QueueUrl=QUEUE, MessageBody=message["Body"]), then sqs.delete_message(QueueUrl=DEAD, '
    'ReceiptHandle=message["ReceiptHandle"])',
)
def sent_back(send_back: Callable[[dict[str, Any]], Any]) -> Verdict:
    """A dead letter is sent to where it came from, and then deleted."""
    return redriving.judged(send_back, outputs["OrderingQueue"], outputs["OrderingDeadLetters"])


@checks(
    "07-alarm",
    "A queue in CDK has a method for each of its metrics. Their names begin with metric_.",
    "Of the dead-letter queue: metric_approximate_number_of_messages_visible, with period and statistic.",
    'period=Duration.minutes(1), statistic="Maximum"',
)
def alarm_rings() -> Verdict:
    """The alarm rings from the first dead letter on."""
    found = target.client("cloudwatch").describe_alarms(AlarmNamePrefix="Ordering-DeadLettersAlarm")["MetricAlarms"]
    if not found:
        return NotYet('Put the alarm into the stack and run deploy("Ordering").')
    return settings.judged_alarm(found[0], outputs["OrderingDeadLetters"].split("/")[-1])


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
    if not [body for body in queue(outputs["OrderingDeadLetters"]).body.dropna() if "checkoutId" not in body]:
        return NotRight(
            "the test tool's letter", "none", "it was redriven or thrown away before anybody has judged it."
        )
    return Right("The good ones are orders, once each. What is no order stays for a person to judge.")


@checks(
    "07-visibility",
    "settings, of the test bench, changes both numbers: hidden_for is in seconds.",
    "The worker may run for 5 seconds. AWS advises six times as long, and at least five tries.",
)
def visibility(opened: datetime | None = None) -> Verdict:
    """The visibility timeout is long enough again, and nothing is twice."""
    if opened is None:
        return NotYet("Give the check the time at which your books were opened.")
    timeout, hidden_for = _worker()["Timeout"], int(_attribute("VisibilityTimeout"))
    if hidden_for == TUNED:
        return NotYet(f"A message is hidden for {TUNED} s, as somebody has set it: write enough, and call it.")
    if hidden_for < 6 * timeout:
        return NotRight(
            f"a visibility timeout of {6 * timeout} s or more",
            f"{hidden_for} s",
            "a message comes back while the worker may still be busy with it: "
            "put it back with settings(hidden_for=30, tries=5).",
        )
    if (tries := json.loads(_attribute("RedrivePolicy"))["maxReceiveCount"]) < TRIES:
        mistake = "with fewer tries a short outage makes dead letters of good messages: AWS advises five at least."
        return NotRight(f"{TRIES} tries or more", str(tries), mistake)
    books = ledger(since=opened)
    if books.twice:
        return NotRight(
            "nothing twice",
            f"{len(books.twice)}",
            "the dead letter of an order that is there is still there: redrive it.",
        )
    return _balanced(books) or Right("Long enough for the work, and nothing is in two places.")


@checks(
    "07-limit",
    "The limit belongs to the mapping, not to the function. poller, of the test bench, changes the mapping.",
    "AWS calls it ScalingConfig, with a MaximumConcurrency in it.",
    'poller(ScalingConfig={"MaximumConcurrency": …})',
)
def limited() -> Verdict:
    """No more than two workers at once, by the mapping's own limit."""
    if verdict := _not_reserved():
        return verdict
    mapping = deliveries.mapping()
    return deliveries.judged_polling(mapping) or deliveries.judged_least(mapping)


@checks("07-throttled")
def throttled() -> Verdict:
    """The limit is the mapping's, not the function's, and the backlog is gone."""
    if verdict := _not_reserved():
        return verdict
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


def _not_reserved() -> Verdict | None:
    """That the function itself is limited, if so."""
    concurrency = target.client("lambda").get_function_concurrency(FunctionName=outputs["OrderingWorker"])
    if "ReservedConcurrentExecutions" not in concurrency:
        return None
    reserved = str(concurrency["ReservedConcurrentExecutions"])
    mistake = "the function is still throttled, and who is refused uses up a try: delete_function_concurrency."
    return NotRight("no reserved concurrency", reserved, mistake)


@checks(
    "07-forbid",
    "A statement has an Effect, an Action and a Resource. It is the Effect that forbids.",
    "The worker stores an order with dynamodb:PutItem.",
    'return {"Effect": "Deny", "Action": …, "Resource": "*"}',
)
def forbidden() -> Verdict:
    """The worker is forbidden to write, and nothing else."""
    iam, role = target.client("iam"), _worker()["Role"].split("/")[-1]
    if OUTAGE not in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        return NotYet("Write outage, and put the policy.")
    document = iam.get_role_policy(RoleName=role, PolicyName=OUTAGE)["PolicyDocument"]
    table = target.client("dynamodb").describe_table(TableName=outputs["OrderingTable"])["Table"]
    return settings.judged_outage(document, table["TableArn"])


@checks("07-outage")
def outage(opened: datetime | None = None) -> Verdict:
    """The worker may write again, and everything that was accepted is stored."""
    if opened is None:
        return NotYet("Give the check the time at which your books were opened.")
    role = _worker()["Role"].split("/")[-1]
    if OUTAGE in target.client("iam").list_role_policies(RoleName=role)["PolicyNames"]:
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


@checks(
    "07-careful",
    "Beside Id and Arn a target may have a RetryPolicy and a DeadLetterConfig.",
    "The RetryPolicy has MaximumEventAgeInSeconds and MaximumRetryAttempts; the DeadLetterConfig the Arn of a queue.",
    '"RetryPolicy": {"MaximumEventAgeInSeconds": 7200, "MaximumRetryAttempts": 10}, and "DeadLetterConfig": '
    '{"Arn": arn_of_undelivered}',
)
def careful_target() -> Verdict:
    """What the target of this step's rule does not take is tried again, and then kept."""
    events = target.client("events")
    if not events.list_rules(NamePrefix=GONE, EventBusName=BUS)["Rules"]:
        return NotYet("Make the rule of this step first.")
    goals = events.list_targets_by_rule(Rule=GONE, EventBusName=BUS)["Targets"]
    undelivered = target.client("sqs").get_queue_attributes(
        QueueUrl=outputs["OrderingUndelivered"], AttributeNames=["QueueArn"]
    )
    return settings.judged_care(goals, undelivered["Attributes"]["QueueArn"])


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
    "07-q1",
    "How long a queue keeps messages is its attribute MessageRetentionPeriod, in seconds. A day has 86400.",
    "A dead letter's age counts from when it was first sent: chapter 05 says it, in its step 7.",
)
def days(days_left: Callable[[str, int], Any]) -> Verdict:
    """How long a dead letter is still kept."""
    return settings.judged_days(days_left)


@checks(
    "07-q2",
    "Two attributes: VisibilityTimeout, and RedrivePolicy, which is JSON and holds the maxReceiveCount.",
    'json.loads(attribute(url, "RedrivePolicy"))["maxReceiveCount"] is the number of tries. Attributes are text.',
)
def tries(longest_outage: Callable[[str], Any]) -> Verdict:
    """When a message that always fails is a dead letter."""
    return settings.judged_tries(longest_outage)


@checks(
    "07-q3",
    'bus.list_rules(**WHERE)["Rules"] are the rules, and bus.list_targets_by_rule(Rule=…, **WHERE)["Targets"] the '
    "targets of one.",
    "A target that keeps what it does not take has a DeadLetterConfig.",
)
def droppers_found(droppers: Callable[[], Any]) -> Verdict:
    """Which rules drop what their target does not take."""
    return settings.judged_droppers(droppers)


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

