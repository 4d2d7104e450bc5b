"""What is wrong with settings that decide whether an order survives: an alarm, a target, a right that is taken away.

And the closing questions of chapter 07, which ask queues and rules for such settings.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from workbook.cloud import target
from workbook.cloud.roles import as_list
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.asked import asked
from workbook.learning.checks.judging.own_queue import DAY, own_queue
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

BUS = "ShopEventBus"
DEPTH, MINUTE = "ApproximateNumberOfMessagesVisible", 60  # seconds
RINGS = {"GreaterThanThreshold": lambda depth, limit: depth > limit,
         "GreaterThanOrEqualToThreshold": lambda depth, limit: depth >= limit}  # fmt: skip
FROM_THE_FIRST = {"Maximum", "Average", "Sum"}  # statistics that are above 0 as soon as a message is there
RETRY = {"MaximumEventAgeInSeconds": 7200, "MaximumRetryAttempts": 10}


def judged_alarm(alarm: dict[str, Any], queue_name: str) -> Verdict:
    """Whether an alarm rings as soon as one message waits in a queue.

    Args:
        alarm: as CloudWatch describes it.
        queue_name: the name of the dead-letter queue.
    """
    if (metric := alarm.get("MetricName")) != DEPTH:
        mistake = "only the number of letters that wait tells. What SQS moves there by itself does not count as sent."
        return NotRight(DEPTH, str(metric), mistake)
    watched = [one["Value"] for one in alarm["Dimensions"]]
    if watched != [queue_name]:
        mistake = "it watches another queue, in which messages may well wait: dead_letters is meant."
        return NotRight(f"the queue {queue_name}", ", ".join(watched) or "none", mistake)
    if (statistic := alarm.get("Statistic")) not in FROM_THE_FIRST:
        mistake = "of all that is measured within a minute the largest number counts."
        return NotRight("the statistic Maximum", str(statistic), mistake)
    if alarm["Period"] != MINUTE:
        mistake = "a queue's depth is known for each minute, and there is no reason to wait for longer."
        return NotRight("a period of 60 s", f"{alarm['Period']} s", mistake)
    operator, limit = alarm["ComparisonOperator"], alarm["Threshold"]
    rings = RINGS.get(operator, lambda *_: False)
    if not rings(1, limit) or rings(0, limit):
        return NotRight("an alarm from the first letter on", f"{operator} {limit:g}", "one letter is one too many.")
    return Right("One letter is enough, and the alarm rings.")


def judged_outage(document: dict[str, Any], table_arn: str) -> Verdict:
    """Whether a policy forbids the worker to store orders, and nothing that its poller needs.

    Args:
        document: the policy.
        table_arn: that of the table of orders.
    """
    statements = as_list(document["Statement"])
    shown = ", ".join(
        f"{one.get('Effect')} {' and '.join(as_list(one.get('Action', 'all but some')))}" for one in statements
    )
    denied = [one for one in statements if one.get("Effect") == "Deny"]
    if not denied:
        return NotRight("the effect Deny", shown, "an Allow takes nothing away; only a Deny does.")
    if any("NotAction" in one or _covers(one.get("Action", []), "sqs:ReceiveMessage") for one in denied):
        mistake = "the poller receives in the worker's name: so much forbidden, no message would even be tried."
        return NotRight("only writing forbidden", shown, mistake)
    if not any(_covers(one.get("Action", []), "dynamodb:PutItem") for one in denied):
        return NotRight("dynamodb:PutItem", shown, "PutItem is the one action with which the worker stores an order.")
    if not any(_covers(one.get("Resource", []), table_arn) for one in denied):
        where = ", ".join(str(it) for one in denied for it in as_list(one.get("Resource", "none")))
        return NotRight("the table of orders", where, "it forbids this elsewhere: \"*\" is every resource.")
    return Right("The worker may no longer store an order, whatever else allows it.")


def _covers(patterns: Any, name: str) -> bool:
    return any(fnmatchcase(name.lower(), str(pattern).lower()) for pattern in as_list(patterns))


def judged_care(goals: list[dict[str, Any]], undelivered_arn: str) -> Verdict:
    """Whether a rule's target is tried for two hours, and what it does not take is kept.

    Args:
        goals: the targets of the rule.
        undelivered_arn: that of the queue Undelivered.
    """
    if len(goals) != 1:
        mistake = "another Id makes another target. Take it away with bus.remove_targets, and use the Id queue."
        return NotRight("one target", f"{len(goals)}: {', '.join(goal['Id'] for goal in goals)}", mistake)
    [goal] = goals
    kept, retry = goal.get("DeadLetterConfig", {}).get("Arn"), goal.get("RetryPolicy", {})
    if kept is None and not retry:
        return NotYet("The target is as it was: write careful, and put it.")
    if kept is None:
        mistake = "what is tried in vain is dropped, as long as no DeadLetterConfig says where it is kept."
        return NotRight("a DeadLetterConfig", "none", mistake)
    if kept != undelivered_arn:
        mistake = "undelivered events are kept apart: in the queue Undelivered, which its ARN names."
        return NotRight(undelivered_arn, kept, mistake)
    if {name: retry.get(name) for name in RETRY} != RETRY:
        mistake = "an event is tried for two hours, counted in seconds, and ten times at most."
        return NotRight(str(RETRY), str(retry), mistake)
    return Right("Tried for two hours, and then kept: nothing is dropped.")


def judged_days(days_left: Callable[[str, int], Any]) -> Verdict:
    """Whether the function knows how long a dead letter is still kept."""
    for kept, waited in ((10, 3), (6, 0), (14, 1)):
        with own_queue(MessageRetentionPeriod=str(kept * DAY)) as url:
            answer = asked(days_left, url, waited)
        expected = f"{kept - waited} days, of {kept} days after {waited} in the queue before"
        if verdict := _judged_number(answer, kept - waited, expected, {
            kept: "a dead letter's age counts from when it was first sent: the days before are days gone.",
            (kept - waited) * DAY: "the attribute is in seconds, and the answer is wanted in days.",
            kept * DAY - waited: "the attribute is in seconds, and the days before are days.",
        }):  # fmt: skip
            return verdict
    return Right("A letter's age counts from when it was first sent: so many days there are to judge it.")


def judged_tries(longest: Callable[[str], Any]) -> Verdict:
    """Whether the function knows when a message that always fails is a dead letter."""
    for hidden_for, tries in ((7, 3), (40, 5), (12, 1)):
        with (
            own_queue() as dead,
            own_queue(VisibilityTimeout=str(hidden_for), RedrivePolicy=_policy(dead, tries)) as url,
        ):
            answer = asked(longest, url)
        expected = f"{tries * hidden_for} s, of {tries} tries, each hidden for {hidden_for} s"
        if verdict := _judged_number(answer, tries * hidden_for, expected, {
            hidden_for: "that is the time of one try; how many there are stands in the RedrivePolicy.",
            tries: "that is the number of tries; for how long each hides the message is the VisibilityTimeout.",
            (tries - 1) * hidden_for: "the last try hides the message, too, before it is a dead letter: count all.",
            5 * hidden_for: "five is the number in the stack; of another queue, its RedrivePolicy says it.",
            30 * tries: "thirty is the number in the stack; of another queue, its VisibilityTimeout says it.",
        }):  # fmt: skip
            return verdict
    return Right("Tries × visibility timeout: so long the table may be down, and no order is a dead letter.")


def judged_droppers(droppers: Callable[[], Any]) -> Verdict:
    """Whether the function finds the rules that drop what their target does not take."""
    arn = _arn(outputs["OrderingQueue"])
    goals = {"check-drops": {"RetryPolicy": RETRY}, "check-keeps": {"DeadLetterConfig": {"Arn": arn}}}
    events, where = target.client("events"), {"EventBusName": BUS}
    try:
        for name, more in goals.items():
            events.put_rule(Name=name, EventPattern='{"source": ["nobody"]}', **where)
            events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn, **more}], **where)
        answer, wanted = asked(droppers), _droppers(events)
    finally:
        for name in goals:
            events.remove_targets(Rule=name, Ids=["queue"], **where)
            events.delete_rule(Name=name, **where)
    return judged_names(answer, wanted)


def judged_names(answer: Any, wanted: set[str]) -> Verdict:
    """What is to be said of the names of rules that drop events."""
    if isinstance(answer, NotRight):
        return answer
    if not isinstance(answer, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in answer):
        return NotRight("a list of names", repr(answer)[:200], 'return the names of rules: rule["Name"].')
    expected, found = ", ".join(sorted(wanted)), ", ".join(sorted(set(answer))) or "none"
    if set(answer) - wanted:
        mistake = "all is kept of what these rules' targets do not take: a DeadLetterConfig says where."
        return NotRight(expected, found, mistake)
    if wanted - set(answer):
        mistake = "some drop events, and are missing: a RetryPolicy keeps nothing, only a DeadLetterConfig does."
        return NotRight(expected, found, mistake)
    return Right("Found, among two that the check made for it: a target without a DeadLetterConfig drops events.")


def _droppers(events: Any) -> set[str]:
    return {
        rule["Name"]
        for rule in events.list_rules(EventBusName=BUS)["Rules"]
        for goal in events.list_targets_by_rule(Rule=rule["Name"], EventBusName=BUS)["Targets"]
        if "DeadLetterConfig" not in goal
    }


def _judged_number(answer: Any, right: float, expected: str, mistakes: dict[float, str]) -> Verdict | None:
    """What is wrong with a number, if anything.

    Args:
        answer: what the function returned.
        right: the number that is right.
        expected: the same in words.
        mistakes: what wrong numbers come from.
    """
    if isinstance(answer, NotRight):
        return answer
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return NotRight(expected, repr(answer), "return a number.")
    if abs(answer - right) < 0.01:
        return None
    return NotRight(expected, f"{answer:g}", mistakes.get(answer, "the queue's attributes say something else."))


def _policy(dead: str, tries: int) -> str:
    return json.dumps({"deadLetterTargetArn": _arn(dead), "maxReceiveCount": tries})


def _arn(url: str) -> str:
    answer = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]
