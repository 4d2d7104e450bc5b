"""Alarms of all that a service has, whom they tell, and the dashboard."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from templates import App
from test_templates import comparable, construct, plain

pytestmark = pytest.mark.slow

ALARM, QUEUE = "AWS::CloudWatch::Alarm", "AWS::SQS::Queue"
SERVICES = pytest.mark.parametrize("stack", ["Product", "Basket", "Ordering", "EventLog", "Report"])
UNWATCHED = pytest.mark.parametrize("stack", ["Hello", "Pricing", "EventBus"])
DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
TOPIC = "arn:aws:sns:{AWS::Region}:{AWS::AccountId}:ShopAlarms"


def alarms(app: App, stack: str) -> list[dict[str, Any]]:
    return [a["Properties"] for a in app.resources(stack, ALARM).values()]


def watched(alarm: dict[str, Any]) -> tuple[str, str]:
    """The metric, and the resource it is of: its logical id, or the name that it has."""
    [dimension] = alarm["Dimensions"]
    value = dimension["Value"]
    if isinstance(value, str):
        return alarm["MetricName"], value
    return alarm["MetricName"], value.get("Ref") or value["Fn::GetAtt"][0]


def polled(app: App, stack: str) -> set[str]:
    sources = [
        m["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        for m in app.resources(stack, "AWS::Lambda::EventSourceMapping").values()
    ]
    return set(sources) & set(app.resources(stack, QUEUE))


@SERVICES
def test_each_function_api_and_queue_has_just_its_alarms(app: App, stack: str) -> None:
    wanted = Counter(("Errors", name) for name in app.resources(stack, "AWS::Lambda::Function"))
    wanted += Counter(("5XXError", stack) for _ in app.resources(stack, "AWS::ApiGateway::RestApi"))
    wanted += Counter((DEPTH, name) for name in app.resources(stack, QUEUE))
    wanted += Counter((AGE, name) for name in polled(app, stack))
    assert wanted and Counter(watched(alarm) for alarm in alarms(app, stack)) == wanted


@UNWATCHED
def test_nothing_else_has_alarms(app: App, stack: str) -> None:
    assert alarms(app, stack) == []


def test_orders_that_fail_ring_and_one_bad_message_alone_does_not(app: App) -> None:
    """The age of the oldest message cannot: SQS leaves out what was received three times.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    [alarm] = alarms(app, "Operations")
    assert (alarm["Namespace"], *watched(alarm), alarm["Statistic"]) == ("Shop", "NotStored", "ordering", "Sum")
    queues = app.resources("Ordering", QUEUE)
    [queue] = (queues[name]["Properties"] for name in polled(app, "Ordering"))
    tries, apart = queue["RedrivePolicy"]["maxReceiveCount"], queue["VisibilityTimeout"]
    assert tries * apart <= alarm["Period"] and alarm["Threshold"] == tries
    [topic] = app.resources("Operations", "AWS::SNS::Topic")
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]


@SERVICES
def test_each_alarm_tells_the_topic_when_it_goes_off_and_when_it_is_over(app: App, stack: str) -> None:
    for alarm in alarms(app, stack):
        assert [plain(arn) for arn in alarm["AlarmActions"]] == [TOPIC]
        assert [plain(arn) for arn in alarm["OKActions"]] == [TOPIC]
        assert alarm["TreatMissingData"] == "notBreaching" and alarm["ComparisonOperator"] == "GreaterThanThreshold"


@SERVICES
def test_an_alarms_name_says_whose_it_is(app: App, stack: str) -> None:
    names = [alarm["AlarmName"] for alarm in alarms(app, stack)]
    assert len(set(names)) == len(names) and all(re.fullmatch(rf"{stack}(-\w+)+", name) for name in names)


def test_what_nobody_polls_rings_at_the_first_message_and_what_is_polled_does_not(app: App) -> None:
    for stack in ("Product", "Ordering", "EventLog", "Report"):
        found = {watched(alarm): alarm["Threshold"] for alarm in alarms(app, stack)}
        for name in app.resources(stack, QUEUE):
            assert found[DEPTH, name] == (1000 if name in polled(app, stack) else 0), (stack, name)


def test_an_api_has_the_name_by_which_its_metrics_are_found(app: App) -> None:
    for stack in ("Product", "Basket", "Ordering", "Backoffice"):
        [api] = app.resources(stack, "AWS::ApiGateway::RestApi").values()
        assert api["Properties"]["Name"] == stack


@pytest.mark.nightly
def test_for_their_alarms_the_services_change_in_nothing_but_names(chapter_10: App, chapter_11: App) -> None:
    for stack in ("Product", "Basket", "Ordering", "EventLog", "Report"):
        before, now = (_without_the_deployment(a, stack) for a in (chapter_10, chapter_11))
        for resource in (r for t in (before, now) for r in t.values() if r["Type"] == "AWS::ApiGateway::RestApi"):
            del resource["Properties"]["Name"]
        changed = {construct(i) for i in before if before[i] != now.get(i)}
        assert changed <= {"DeadLettersAlarm", "Worker", "Function"}, stack  # Ordering's code writes metrics now
        assert {now[i]["Type"] for i in now.keys() - before.keys()} == {ALARM}


def _without_the_deployment(app: App, stack: str) -> dict[str, Any]:
    if not app.resources(stack, "AWS::ApiGateway::Deployment"):
        found = json.loads(app.text(stack))["Resources"]
        for resource in found.values():
            resource.pop("Metadata", None)
        return found
    return comparable(app, stack)["Resources"]


# Whom they tell


def test_only_cloudwatch_and_only_of_this_account_may_publish_to_the_topic(app: App) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html"""
    [topic] = app.resources("Operations", "AWS::SNS::Topic").values()
    assert topic["Properties"]["TopicName"] == "ShopAlarms"
    [policy] = app.resources("Operations", "AWS::SNS::TopicPolicy").values()
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sns:Publish")
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert construct(statement["Resource"]["Ref"]) == "Topic"


def test_only_the_topic_may_send_to_the_queue_that_keeps_what_was_told(app: App) -> None:
    [(name, queue)] = app.resources("Operations", QUEUE).items()
    assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600
    [policy] = app.resources("Operations", "AWS::SQS::QueuePolicy").values()
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Principal"], statement["Action"]) == ({"Service": "sns.amazonaws.com"}, "sqs:SendMessage")
    [topic] = app.resources("Operations", "AWS::SNS::Topic")
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": topic}}}
    [subscription] = app.resources("Operations", "AWS::SNS::Subscription").values()
    assert subscription["Properties"]["Endpoint"] == {"Fn::GetAtt": [name, "Arn"]}
    assert subscription["Properties"]["Protocol"] == "sqs"


# The dashboard


@pytest.fixture
def widgets(app: App) -> list[dict[str, Any]]:
    [dashboard] = app.resources("Operations", "AWS::CloudWatch::Dashboard").values()
    body = (
        plain(dashboard["Properties"]["DashboardBody"])
        .replace("{AWS::Region}", "us-east-1")
        .replace("{AWS::AccountId}", "0" * 12)
    )
    return json.loads(body)["widgets"]


def test_the_dashboard_shows_the_state_of_every_alarm(app: App, widgets: list[dict[str, Any]]) -> None:
    [shown] = [w["properties"]["alarms"] for w in widgets if w["type"] == "alarm"]
    there = [alarm["AlarmName"] for stack in app.stacks for alarm in alarms(app, stack)]
    assert sorted(shown) == sorted(f"arn:aws:cloudwatch:us-east-1:{'0' * 12}:alarm:{name}" for name in there)


def test_the_dashboard_names_only_what_there_is(app: App, widgets: list[dict[str, Any]]) -> None:
    apis = {r["Properties"]["Name"] for s in app.stacks for r in app.resources(s, "AWS::ApiGateway::RestApi").values()}
    worker = (app.root / "lambda_src/ordering/worker.py").read_text(encoding="utf-8")
    metrics = [m for w in widgets if w["type"] == "metric" for m in w["properties"]["metrics"]]
    assert len(metrics) == 3 + 3 * len(apis - {"Backoffice"}) + 2  # which has no customers; its alarms are shown
    for metric in metrics:
        match metric:
            case ["AWS/ApiGateway", "Count" | "5XXError" | "Latency", "ApiName", api, _]:
                assert api in apis
            case ["Shop", name, "service", "ordering", _]:
                assert f'metrics.add_metric("{name}"' in worker and 'namespace="Shop", service="ordering"' in worker
            case [{"expression": expression}]:
                assert set(re.search(r"QueueName=\(([^)]*)\)", expression)[1].split(" OR ")) <= set(app.stacks)
            case _:
                raise AssertionError(f"{metric} is not understood here")
