"""Where the local cloud is not like AWS, as far as chapter 11 touches it: each row as AWS documents it."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from calls import Api
from differences import differs
from learner import Learner, until
from shopping import Customer

A_MINUTE = timedelta(minutes=1)


def reported(shop: Learner, namespace: str, metric: str, **dimensions: str) -> float:
    """The sum of a metric in the last minutes."""
    now = datetime.now(UTC)
    points = shop.client("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=metric, Dimensions=[{"Name": n, "Value": v} for n, v in dimensions.items()],
        StartTime=now - 5 * A_MINUTE, EndTime=now + A_MINUTE, Period=60, Statistics=["Sum", "SampleCount"],
    )["Datapoints"]  # fmt: skip
    return sum(point["SampleCount"] for point in points)


@pytest.fixture(scope="module")
def ordered(shop: Learner) -> None:
    """Somebody has bought something."""
    customer = Customer(shop)
    customer.fill()
    assert customer.has_just_these_orders(customer.check_out())


@differs("queues report nothing to CloudWatch")
def test_queues_report_their_depth_and_age(shop: Learner, ordered) -> None:
    """A queue reports its depth, and the age of its oldest message, to CloudWatch.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    name = shop.outputs["OrderingQueue"].split("/")[-1]
    assert reported(shop, "AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=name)
    assert reported(shop, "AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName=name)


@differs("APIs report nothing to CloudWatch")
def test_an_api_reports_its_errors(shop: Learner, ordered) -> None:
    """An API reports its answers of 500 and more to CloudWatch.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
    Api(shop.outputs["ProductApiUrl"])("GET", "/product")
    assert reported(shop, "AWS/ApiGateway", "5XXError", ApiName="Product")


@differs("only calls with the Invoke API are counted")
def test_a_polled_function_reports_its_errors(shop: Learner, ordered) -> None:
    """A function that a mapping calls reports its calls and errors to CloudWatch.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    assert reported(shop, "AWS/Lambda", "Errors", FunctionName=shop.outputs["OrderingWorker"])


@differs("an alarm takes any metric of that name for its own")
def test_an_alarm_looks_at_its_own_dimensions_only(shop: Learner) -> None:
    """An alarm looks only at the metric that has its own dimensions.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
    """
    client, name = shop.client("cloudwatch"), f"test-{uuid.uuid4()}"
    client.put_metric_alarm(
        AlarmName=name, Namespace=name, MetricName="Depth", Dimensions=[{"Name": "QueueName", "Value": "mine"}],
        Statistic="Maximum", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )  # fmt: skip
    try:
        datum = {"MetricName": "Depth", "Dimensions": [{"Name": "QueueName", "Value": "another"}], "Value": 100}
        client.put_metric_data(Namespace=name, MetricData=[datum])
        assert client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] != "ALARM"
    finally:
        client.delete_alarms(AlarmNames=[name])


@differs("metrics stay in the log")
def test_embedded_metrics_become_metrics(shop: Learner, ordered) -> None:
    """A log line in the embedded metric format becomes metrics.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
    """
    group = f"/aws/lambda/{shop.outputs['OrderingWorker']}"
    until(
        lambda: any(
            "CloudWatchMetrics" in e["message"]
            for e in shop.client("logs").filter_log_events(logGroupName=group)["events"]
        )
    )
    assert reported(shop, "Shop", "OrdersStored", service="ordering")


@differs("Logs Insights does not group")
def test_logs_insights_counts_by_a_field(shop: Learner, ordered) -> None:
    """Logs Insights groups and counts lines by a field of theirs.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
    """
    client, now = shop.client("logs"), int(time.time())
    query = client.start_query(
        logGroupName=f"/aws/lambda/{shop.outputs['BasketFunction']}", startTime=now - 3600, endTime=now + 60,
        queryString='filter message = "Answered" | stats count(*) as answers by status',
    )["queryId"]  # fmt: skip
    until(lambda: client.get_query_results(queryId=query)["status"] == "Complete")
    rows = [
        {cell["field"]: cell["value"] for cell in row} for row in client.get_query_results(queryId=query)["results"]
    ]
    assert rows and all(row.keys() >= {"status", "answers"} for row in rows)


@differs("there is no X-Ray")
def test_x_ray_keeps_traces(shop: Learner) -> None:
    """With tracing on, X-Ray keeps traces of the calls of a function.

    https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html
    """
    client, now = shop.client("xray"), time.time()
    trace = f"1-{int(now):08x}-{uuid.uuid4().hex[:24]}"
    segment = {"name": "test", "id": uuid.uuid4().hex[:16], "trace_id": trace, "start_time": now, "end_time": now}
    try:
        answer = client.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])
    except (ClientError, BotoCoreError) as error:
        raise AssertionError(error) from None
    assert answer["UnprocessedTraceSegments"] == []
