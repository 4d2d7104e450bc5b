"""Cleaning up: all that was deployed from here is gone, every service says so, and nobody else's things are touched."""

from __future__ import annotations

import json

import psutil
import pytest
from learner import until

ROWS = "from workbook import clean_up, deploy, leftovers, outputs; import boto3"
NOT_OURS = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "somebody-elses"}}}}


@pytest.fixture
def python(learner):
    run = learner.kernel()
    run(ROWS)
    return run


def kinds(python) -> set[str]:
    return set(python("sorted(set(leftovers().what))"))


def workers(learner) -> list[psutil.Process]:
    """The processes of functions that the local cloud has started: each in the folder of its code."""
    below = psutil.Process(learner.cloud["pid"]).children(recursive=True)
    return [p for p in below if p.status() != psutil.STATUS_ZOMBIE and "/ministack-lambda-" in p.cwd()]


def test_everything_is_listed_and_then_gone(learner, python):
    python("deploy('Hello', 'EventBus', 'EventLog', 'Ordering', 'Operations')")
    python("""
events, lambda_ = boto3.client("events"), boto3.client("lambda")
events.create_archive(ArchiveName="by-hand", EventSourceArn=events.describe_event_bus(Name="ShopEventBus")["Arn"])
events.put_rule(Name="by-hand", EventBusName="ShopEventBus", EventPattern='{"source": ["x"]}')
lambda_.invoke(FunctionName=outputs["HelloFunction"], Payload=b'{"name": "Ada"}')
""")
    for group in ("/aws/lambda/chapter-12-intruder", "/aws/lambda/chapter-and-verse"):
        learner.client("logs").create_log_group(logGroupName=group)  # a function's that a chapter made; somebody else's
    learner.client("sqs").create_queue(QueueName="chapter-07-a-target")
    there = {
        "Alarm", "Archive", "Dashboard", "EventBus", "EventSourceMapping", "Function", "LayerVersion", "LogGroup",
        "Queue", "RestApi",
        "Role", "Stack", "Subscription", "Table", "Topic",
    }  # fmt: skip
    assert kinds(python) == there
    assert workers(learner)

    python("clean_up()")
    assert kinds(python) == set()
    until(lambda: not workers(learner))
    lambda_, logs, iam = learner.client("lambda"), learner.client("logs"), learner.client("iam")
    assert not lambda_.list_functions()["Functions"] and not lambda_.list_layers()["Layers"]
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == [
        "/aws/lambda/chapter-and-verse"
    ]
    logs.delete_log_group(logGroupName="/aws/lambda/chapter-and-verse")
    assert not learner.client("sqs").list_queues().get("QueueUrls")
    assert not iam.list_roles()["Roles"]
    assert not learner.client("events").list_archives()["Archives"]
    assert (
        not learner.client("sns").list_topics()["Topics"]
        and not learner.client("sns").list_subscriptions()["Subscriptions"]
    )
    cloudwatch = learner.client("cloudwatch")
    assert not cloudwatch.describe_alarms()["MetricAlarms"] and not cloudwatch.list_dashboards()["DashboardEntries"]
    assert not learner.client("apigateway").get_rest_apis()["items"]


def test_cleaning_up_twice_is_as_good_as_once(python):
    python("clean_up()")
    assert "is gone" in python.said


def test_what_is_deployed_again_is_new(python):
    """The local cloud knows the template of a stack that is gone."""
    python("_ = deploy('Hello'); clean_up()")
    assert python("sorted(set(deploy('Hello').changes.change))") == ["created"]
    python("clean_up()")


@pytest.mark.nightly
def test_a_function_that_still_ran_while_its_stack_went_leaves_no_log(learner, python):
    function = python("deploy('Hello'); outputs['HelloFunction']")
    python("from workbook.deployment.teardown import destroy; destroy('Hello')")
    learner.client("logs").create_log_group(logGroupName=f"/aws/lambda/{function}")  # as Lambda does for its last lines
    assert kinds(python) == {"LogGroup"}
    python("clean_up()")
    assert kinds(python) == set()


def test_the_rows_of_tables_are_kept(learner, python):
    python("deploy('EventBus', 'EventLog')")
    python("boto3.client('dynamodb').put_item(TableName=outputs['EventLogTable'], Item={'id': {'S': 'precious'}})")
    python("clean_up()")
    [line] = [line for line in python.said.splitlines() if "kept in" in line]
    folder = line.split("kept in ")[1].rstrip(".")
    [file] = (learner.root / folder).glob("**/*.json")
    assert json.loads(file.read_text()) == [{"id": {"S": "precious"}}]


def test_a_stack_of_somebody_elses_is_left_alone(learner, python):
    client = learner.client("cloudformation")
    client.create_stack(StackName="Product", TemplateBody=json.dumps(NOT_OURS))
    client.get_waiter("stack_create_complete").wait(StackName="Product", WaiterConfig={"Delay": 0.1})
    python("deploy('Hello')")
    python("clean_up()")
    assert "There is a stack Product that was not deployed from here. It is left alone." in python.said
    assert client.describe_stacks(StackName="Product")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    assert kinds(python) == set()


def test_the_bootstrap_is_named_and_deleted_only_when_asked_for(learner, python):
    bucket = "cdk-hnb659fds-assets-000000000000-us-east-1"
    python("clean_up()")
    assert f"Left on purpose: the bucket {bucket}." in python.said
    assert [b["Name"] for b in learner.client("s3").list_buckets()["Buckets"]] == [bucket]
    python("clean_up(bootstrap=True)")
    assert f"Deleted: the bucket {bucket}." in python.said
    assert not learner.client("s3").list_buckets()["Buckets"]


@pytest.mark.nightly
def test_after_cleaning_up_one_can_begin_again(python):
    python("deploy('Hello')")
    assert python("list(outputs)") == ["HelloFunction"]
