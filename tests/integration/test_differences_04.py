"""Where the local cloud is not like AWS, as far as chapter 04 touches it: events. `differences.py` says more."""

from __future__ import annotations

import json
import time
import uuid

import pytest
from differences import LONG, comes, differs, logged, received, waits
from learner import Learner, until
from shopping import without_right


@pytest.fixture
def bus(shop: Learner):
    """A bus of its own, with rules whose targets are queues of their own: `bus.queue()` is one; gone in the end."""
    made = Bus(shop)
    yield made
    made.remove()


class Bus:
    """A bus with rules that take everything.

    Args:
        shop: whose cloud it is in.
    """

    def __init__(self, shop: Learner) -> None:
        self.events, self.sqs, self.name = shop.client("events"), shop.client("sqs"), f"test-{uuid.uuid4()}"
        self.arn = self.events.create_event_bus(Name=self.name)["EventBusArn"]
        self.rules: list[str] = []
        self.queues: list[str] = []

    def rule(self, target: str) -> str:
        """A new rule with this target; its ARN."""
        self.rules.append(f"test-{uuid.uuid4()}")
        answer = self.events.put_rule(Name=self.rules[-1], EventBusName=self.name, EventPattern='{"source": ["test"]}')
        arn = answer["RuleArn"]
        self.events.put_targets(Rule=self.rules[-1], EventBusName=self.name, Targets=[{"Id": "target", "Arn": target}])
        return arn

    def queue(self, *, policy: bool = True) -> tuple[str, str]:
        """A new queue, the target of a new rule, with or without a policy that lets it be: its URL, the rule's ARN."""
        self.queues.append(self.sqs.create_queue(QueueName=f"test-{uuid.uuid4()}")["QueueUrl"])
        answer = self.sqs.get_queue_attributes(QueueUrl=self.queues[-1], AttributeNames=["QueueArn"])["Attributes"]
        arn = answer["QueueArn"]
        rule = self.rule(arn)
        if policy:
            statement = {
                "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
            }  # fmt: skip
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self.sqs.set_queue_attributes(QueueUrl=self.queues[-1], Attributes={"Policy": document})
        return self.queues[-1], rule

    def put(self, **changes: str) -> dict:
        """Put one event onto the bus; the whole answer."""
        entry = {"EventBusName": self.name, "Source": "test", "DetailType": "Test", "Detail": "{}"} | changes
        return self.events.put_events(Entries=[entry])

    def remove(self) -> None:
        for rule in self.rules:
            self.events.remove_targets(Rule=rule, EventBusName=self.name, Ids=["target"])
            self.events.delete_rule(Name=rule, EventBusName=self.name)
        self.events.delete_event_bus(Name=self.name)
        for queue in self.queues:
            self.sqs.delete_queue(QueueUrl=queue)


def test_events_get_from_a_bus_to_a_queue(shop, bus):
    """As on AWS; else what follows would prove nothing."""
    queue, _ = bus.queue()
    assert bus.put()["FailedEntryCount"] == 0
    assert comes(lambda: waits(shop, queue) == 1)


@differs("every entry is accepted")
@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"Detail": "no JSON"}, "MalformedDetail"),
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
    ],
)
def test_an_entry_that_is_none_is_refused(bus, entry, code):
    """`PutEvents` refuses an entry whose detail is not JSON, or that has no source or no type, and takes the others.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
    """
    answer = bus.put(**entry)
    assert (answer["FailedEntryCount"], answer["Entries"][0].get("ErrorCode")) == (1, code)


@differs("entries of any size are accepted")
def test_an_entry_that_is_too_large_is_refused(bus):
    """`PutEvents` refuses an entry that is too large: of 256 KB, and since January 2026 of 1 MB.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
    """
    try:
        refused = bus.put(Detail=json.dumps({"text": "x" * 2_000_000}))["FailedEntryCount"] == 1
    except bus.events.exceptions.ClientError:
        refused = True
    assert refused


@differs("it is called once")
def test_a_function_that_fails_is_called_again(shop, functions, make, bus):
    """A rule calls a function asynchronously, so Lambda calls one that fails twice more.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    name = make("def handler(event, context):\n    print('call')\n    raise KeyError('items')\n")
    rule = bus.rule(functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"])
    functions.add_permission(
        FunctionName=name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    bus.put()

    def calls() -> int:
        return logged(shop, name).count("call")

    until(lambda: calls() >= 1)
    assert comes(lambda: calls() >= 2, seconds=3)


@differs("it is lost")
def test_an_event_whose_target_is_gone_is_kept(shop, bus):
    """An event that cannot be delivered goes to the dead-letter queue of the rule's target.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """
    sqs = shop.client("sqs")
    gone, kept = (sqs.create_queue(QueueName=f"test-{uuid.uuid4()}")["QueueUrl"] for _ in range(2))
    arns = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for url in (gone, kept)
    ]
    rule = bus.rule(arns[0])
    statement = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": arns[1], "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }  # fmt: skip
    sqs.set_queue_attributes(
        QueueUrl=kept, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    )
    target = {"Id": "target", "Arn": arns[0], "DeadLetterConfig": {"Arn": arns[1]}}
    bus.events.put_targets(Rule=bus.rules[-1], EventBusName=bus.name, Targets=[target])
    sqs.delete_queue(QueueUrl=gone)
    try:
        bus.put()
        assert comes(lambda: waits(shop, kept), seconds=3)
    finally:
        sqs.delete_queue(QueueUrl=kept)


@differs("that policy is not looked at")
def test_a_queue_without_a_policy_gets_no_events(shop, bus):
    """A queue gets events from a rule only if the queue's policy allows it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    queue, _ = bus.queue(policy=False)
    bus.put()
    assert not comes(lambda: waits(shop, queue), LONG)


@differs("that policy is not looked at")
def test_a_rule_that_was_not_allowed_to_call_a_function_cannot(shop, functions, make, bus):
    """A rule may call a function only if the function's policy allows it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    name = make("def handler(event, context):\n    print('call')\n")
    bus.rule(functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"])
    bus.put()
    assert not comes(lambda: "call" in logged(shop, name), LONG)


@differs("there is no such type of resource")
def test_cloudformation_makes_an_archive(shop, bus):
    """CloudFormation, and so CDK, makes archives.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html
    """
    client, name = shop.client("cloudformation"), f"test-{uuid.uuid4()}"
    archive = {
        "Type": "AWS::Events::Archive",
        "Properties": {"ArchiveName": name, "SourceArn": bus.arn, "RetentionDays": 1},
    }
    try:
        client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Archive": archive}}))
        until(lambda: not client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"].endswith("IN_PROGRESS"))
    except client.exceptions.ClientError:
        pass  # it says that there is no such type
    try:
        assert name in [found["ArchiveName"] for found in bus.events.list_archives()["Archives"]]
    finally:
        client.delete_stack(StackName=name)


@differs("it goes to all rules of the bus")
def test_a_replay_goes_to_the_rules_that_it_names(shop, bus):
    """A replay goes only to the rules that it names.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
    """
    (first, rule), (second, _) = bus.queue(), bus.queue()
    name, events = f"test-{uuid.uuid4()}", bus.events
    archive = events.create_archive(ArchiveName=name, EventSourceArn=bus.arn)["ArchiveArn"]
    try:
        bus.put()
        until(lambda: events.describe_archive(ArchiveName=name)["EventCount"] == 1 and waits(shop, second) == 1)
        events.start_replay(
            ReplayName=name, EventSourceArn=archive, EventStartTime=time.time() - 600, EventEndTime=time.time() + 600,
            Destination={"Arn": bus.arn, "FilterArns": [rule]},
        )  # fmt: skip
        until(lambda: events.describe_replay(ReplayName=name)["State"] == "COMPLETED" and waits(shop, first) == 2)
        assert waits(shop, second) == 1
    finally:
        events.delete_archive(ArchiveName=name)


@differs("it is there at once")
def test_an_event_gets_into_an_archive_later_than_onto_its_bus(shop, bus):
    """An event gets into an archive some time after it was on the bus, up to ten minutes.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
    """
    name = f"test-{uuid.uuid4()}"
    bus.events.create_archive(ArchiveName=name, EventSourceArn=bus.arn)
    try:
        bus.put()
        assert not comes(lambda: bus.events.describe_archive(ArchiveName=name)["EventCount"], LONG)
    finally:
        bus.events.delete_archive(ArchiveName=name)


@differs("each comes once, in the order in which they were put")
def test_events_may_come_twice_and_in_another_order(shop, bus):
    """Events may get to a target in another order than they were put, and in rare cases more than once.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
    """
    queue, _ = bus.queue()
    for n in range(30):
        bus.put(Detail=json.dumps({"n": n}))
    until(lambda: waits(shop, queue) >= 30)
    came = [json.loads(body)["detail"]["n"] for body in received(shop, queue)]
    assert came != [*range(30)]


@differs("it takes effect at once")
def test_a_change_of_rights_takes_effect_after_a_moment(shop, product):
    """A change of a role's rights takes effect a moment later, usually after some seconds.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html
    """

    def status() -> int:
        return product("GET", f"/product/{uuid.uuid4()}").status

    until(lambda: status() == 404)
    with without_right(shop, "ProductFunction", "dynamodb:GetItem"):
        assert status() == 404
    until(lambda: status() == 404)
