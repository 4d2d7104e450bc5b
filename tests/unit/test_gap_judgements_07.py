"""What the checks of chapter 07's gaps make of an alarm, a policy, a target, calls and numbers, without a cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from deployed import BUS, CHECKOUTS, Ordering, checks_on_moto, client, rule

from workbook.clients.invoke import Invocation
from workbook.learning.checks import chapter_07
from workbook.learning.checks.judging import deliveries, redriving, settings
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders"
QUEUE, DEAD, BODY, HANDLE = "queue", "dead", redriving.LETTER["Body"], redriving.LETTER["ReceiptHandle"]
SENT, DELETED = ("sent", QUEUE, BODY), ("deleted", DEAD, HANDLE)


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([DELETED, SENT], "send first"),
        ([SENT], "with each redrive"),
        ([DELETED], "sent nowhere is lost"),
        ([SENT, SENT, DELETED], "moved once"),
        ([("sent", DEAD, BODY), DELETED], "where the worker's poller"),
        ([SENT, ("deleted", QUEUE, HANDLE)], "is deleted there"),
        ([("sent", QUEUE, "{}"), DELETED], "as it came"),
        ([SENT, ("deleted", DEAD, "an id")], "the handle of this receiving"),
    ],
)
def test_a_letter_that_is_lost_doubled_or_changed(steps, words):
    assert words in told(redriving.judged_steps(steps, QUEUE, DEAD))


def test_a_letter_that_is_sent_and_then_deleted():
    assert isinstance(redriving.judged_steps([SENT, DELETED], QUEUE, DEAD), Right)


def test_a_function_that_calls_nothing_or_raises():
    assert isinstance(redriving.judged(lambda _: None, QUEUE, DEAD), NotYet)
    assert "ended with an error" in told(redriving.judged(lambda message: message["body"], QUEUE, DEAD))


ALARM = {
    "MetricName": settings.DEPTH, "Dimensions": [{"Name": "QueueName", "Value": "Dead"}], "Statistic": "Maximum",
    "Period": 60, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 0.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"MetricName": "NumberOfMessagesSent"}, "does not count as sent"),
        ({"MetricName": None}, "does not count as sent"),
        ({"Dimensions": [{"Name": "QueueName", "Value": "Queue"}]}, "another queue"),
        ({"Dimensions": []}, "none"),
        ({"Statistic": "Minimum"}, "the largest number counts"),
        ({"Statistic": "SampleCount"}, "the largest number counts"),
        ({"Period": 300}, "300 s"),
        ({"Threshold": 1.0}, "one letter is one too many"),
        ({"ComparisonOperator": "GreaterThanOrEqualToThreshold"}, "one letter is one too many"),
        ({"ComparisonOperator": "LessThanThreshold", "Threshold": 1}, "one letter is one too many"),
    ],
)
def test_an_alarm_that_rings_for_something_else(changed, words):
    assert words in told(settings.judged_alarm(ALARM | changed, "Dead"))


@pytest.mark.parametrize(
    "changed",
    [{}, {"Statistic": "Sum"}, {"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1}],
)
def test_an_alarm_that_rings_from_the_first_letter_on(changed):
    assert isinstance(settings.judged_alarm(ALARM | changed, "Dead"), Right)


def policy(**changed: Any) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"} | changed
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Effect": "Allow"}, "only a Deny does"),
        ({"Action": "dynamodb:GetItem"}, "stores an order"),
        ({"Action": ["*"]}, "the poller receives"),
        ({"Action": ["dynamodb:PutItem", "sqs:*"]}, "the poller receives"),
        ({"NotAction": "dynamodb:GetItem"}, "the poller receives"),
        ({"Resource": f"{TABLE}/index/by-date"}, "forbids this elsewhere"),
    ],
)
def test_an_outage_that_is_none_or_one_of_everything(changed, words):
    assert words in told(settings.judged_outage(policy(**changed), TABLE))


@pytest.mark.parametrize(
    "changed", [{}, {"Action": ["dynamodb:*"]}, {"Action": "DynamoDB:putitem"}, {"Resource": [TABLE]}]
)
def test_an_outage_of_writing(changed):
    assert isinstance(settings.judged_outage(policy(**changed), TABLE), Right)


GOAL = {"Id": "queue", "Arn": "arn", "RetryPolicy": settings.RETRY, "DeadLetterConfig": {"Arn": "kept"}}


@pytest.mark.parametrize(
    ("goals", "words"),
    [
        ([GOAL, GOAL | {"Id": "another"}], "another Id makes another target"),
        ([GOAL | {"DeadLetterConfig": {}}], "is dropped"),
        ([GOAL | {"DeadLetterConfig": {"Arn": "dead"}}], "kept apart"),
        ([GOAL | {"RetryPolicy": {"MaximumEventAgeInSeconds": 7200}}], "counted in seconds"),
        ([GOAL | {"RetryPolicy": settings.RETRY | {"MaximumEventAgeInSeconds": 120}}], "counted in seconds"),
    ],
)
def test_a_target_that_drops_or_gives_up_at_another_time(goals, words):
    assert words in told(settings.judged_care(goals, "kept"))


def test_a_target_that_is_tried_and_kept_and_one_as_it_was():
    assert isinstance(settings.judged_care([GOAL], "kept"), Right)
    assert isinstance(settings.judged_care([{"Id": "queue", "Arn": "arn"}], "kept"), NotYet)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"BatchSize": 2}, "how many messages one worker gets"),
        ({"ScalingConfig": {}}, "takes max_concurrency"),
        ({"ScalingConfig": {"MaximumConcurrency": 3}}, "two is what is wanted"),
    ],
)
def test_a_mapping_with_another_limit(found, words):
    assert words in told(deliveries.judged_least({"BatchSize": 10} | found))


def test_a_mapping_with_the_least_limit_and_one_as_in_the_stack():
    of = {"BatchSize": 10}
    assert isinstance(deliveries.judged_least(of | {"ScalingConfig": {"MaximumConcurrency": 2}}), Right)
    assert isinstance(deliveries.judged_least(of | {"ScalingConfig": {"MaximumConcurrency": 5}}), NotYet)


@pytest.mark.parametrize(
    ("answer", "messages", "words"),
    [
        (Invocation(200, None, None, 1), 1, "still catches"),
        (Invocation(200, {"batchItemFailures": []}, None, 1), 1, "still catches"),
        (Invocation(200, None, None, 1), 2, "process each record"),
        (Invocation(200, None, "Unable to import module", 1), 1, "cannot be loaded"),
    ],
)
def test_a_worker_that_says_done_and_is_not(answer, messages, words):
    assert words in told(deliveries.judged_sight(answer, messages))


@pytest.mark.parametrize(
    "answer",
    [Invocation(200, None, "'detail'", 1), Invocation(200, {"batchItemFailures": [{"itemIdentifier": "message-bad"}]},
                                                      None, 1)],
)  # fmt: skip
def test_a_worker_that_says_what_went_wrong(answer):
    assert deliveries.judged_sight(answer, 2) is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (["drops", "keeps"], "all is kept"),
        ([], "are missing"),
        ("drops", "return the names"),
        ([{"Name": "drops"}], "return the names"),
    ],
)
def test_rules_that_are_too_many_too_few_or_no_names(answer, words):
    assert words in told(settings.judged_names(answer, {"drops"}))


@pytest.mark.parametrize("answer", [["drops"], {"drops"}, ("drops", "drops")])
def test_the_rules_that_drop(answer):
    assert isinstance(settings.judged_names(answer, {"drops"}), Right)


# On moto: that the checks find what they judge, and the questions


@pytest.fixture
def ordering(monkeypatch) -> Iterator[Ordering]:
    with checks_on_moto(monkeypatch, settings):
        there = Ordering()
        for module in (settings, deliveries, chapter_07):
            monkeypatch.setattr(module, "outputs", there.outputs)
        yield there


def test_the_limit_is_the_mappings(ordering):
    assert isinstance(chapter_07.limited(), Right)
    client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=2)
    assert "uses up a try" in told(chapter_07.limited())


def test_the_outage_is_a_policy_of_the_workers_role(ordering):
    assert isinstance(chapter_07.forbidden(), NotYet)
    document = json.dumps(policy(Resource=ordering.arn))
    client("iam").put_role_policy(RoleName="worker", PolicyName="outage", PolicyDocument=document)
    assert "forbids this elsewhere" in told(chapter_07.forbidden())
    client("iam").put_role_policy(RoleName="worker", PolicyName="outage", PolicyDocument=json.dumps(policy()))
    assert isinstance(chapter_07.forbidden(), Right)


def test_the_target_is_that_of_the_steps_own_rule(ordering):
    assert isinstance(chapter_07.careful_target(), NotYet)
    rule(chapter_07.GONE, CHECKOUTS, {"Arn": ordering.arn})
    assert isinstance(chapter_07.careful_target(), NotYet)
    kept_elsewhere = {"RetryPolicy": settings.RETRY, "DeadLetterConfig": {"Arn": ordering.dead_arn}}
    rule(chapter_07.GONE, CHECKOUTS, {"Arn": ordering.arn, **kept_elsewhere})
    assert "kept apart" in told(chapter_07.careful_target())
    rule(chapter_07.GONE, CHECKOUTS, ordering.goal | {"RetryPolicy": settings.RETRY})
    assert isinstance(chapter_07.careful_target(), Right)


def test_the_alarm_is_the_stacks(ordering):
    assert isinstance(chapter_07.alarm_rings(), NotYet)
    how = ALARM | {"AlarmName": "Ordering-DeadLettersAlarm1", "Namespace": "AWS/SQS", "EvaluationPeriods": 1}
    client("cloudwatch").put_metric_alarm(**how | {"Dimensions": [{"Name": "QueueName", "Value": "Queue"}]})
    assert "another queue" in told(chapter_07.alarm_rings())
    client("cloudwatch").put_metric_alarm(**how | {"Dimensions": [{"Name": "QueueName", "Value": "DeadLetters"}]})
    assert isinstance(chapter_07.alarm_rings(), Right)


def attribute(url: str, name: str) -> str:
    return client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]


def kept(url: str) -> float:
    return int(attribute(url, "MessageRetentionPeriod")) / 86400


def hidden(url: str) -> int:
    return int(attribute(url, "VisibilityTimeout"))


def tries(url: str) -> int:
    return json.loads(attribute(url, "RedrivePolicy"))["maxReceiveCount"]


@pytest.mark.parametrize(
    ("days_left", "words"),
    [
        (lambda url, waited: kept(url), "first sent"),
        (lambda url, waited: (kept(url) - waited) * 86400, "is wanted in days"),
        (lambda url, waited: kept(url) * 86400 - waited, "the days before are days"),
        (lambda url, waited: 14 - waited, "something else"),
        (lambda url, waited: attribute(url, "MessageRetentionPeriod"), "return a number"),
        (lambda url, waited: attribute(url, "Retention"), "ended with an error"),
    ],
)
def test_days_that_a_letter_has_not(ordering, days_left, words):
    assert words in told(settings.judged_days(days_left))


def test_days_that_a_letter_has(ordering):
    assert isinstance(settings.judged_days(lambda url, waited: kept(url) - waited), Right)
    assert "returns nothing" in told(settings.judged_days(lambda *_: None))


@pytest.mark.parametrize(
    ("longest_outage", "words"),
    [
        (hidden, "the time of one try"),
        (tries, "the number of tries"),
        (lambda url: 5 * hidden(url), "five is the number in the stack"),
        (lambda url: tries(url) * 30, "thirty is the number in the stack"),
        (lambda url: 150, "something else"),
        (lambda url: (tries(url) - 1) * hidden(url), "the last try hides the message, too"),
    ],
)
def test_seconds_after_which_there_is_no_letter_yet(ordering, longest_outage, words):
    assert words in told(settings.judged_tries(longest_outage))


def test_seconds_after_which_there_is_a_letter(ordering):
    assert isinstance(settings.judged_tries(lambda url: tries(url) * hidden(url)), Right)
    assert "returns nothing" in told(settings.judged_tries(lambda _: None))


def without(name: str) -> list[str]:
    events = client("events")
    return [
        found["Name"]
        for found in events.list_rules(EventBusName=BUS)["Rules"]
        for goal in events.list_targets_by_rule(Rule=found["Name"], EventBusName=BUS)["Targets"]
        if name not in goal
    ]


@pytest.mark.parametrize(
    ("droppers", "words"),
    [
        (lambda: without("nothing"), "all is kept"),
        (lambda: without("RetryPolicy"), "all is kept"),
        (list, "are missing"),
        (lambda: without("DeadLetterConfig")[:1], "are missing"),
    ],
)
def test_rules_that_do_not_drop(ordering, droppers, words):
    rule("mine", CHECKOUTS, {"Arn": ordering.arn})
    assert words in told(settings.judged_droppers(droppers))
    assert {found["Name"] for found in client("events").list_rules(EventBusName=BUS)["Rules"]} == {
        "Ordering-Rule", "mine",
    }  # fmt: skip


def test_rules_that_do(ordering):
    assert isinstance(settings.judged_droppers(lambda: without("DeadLetterConfig")), Right)
