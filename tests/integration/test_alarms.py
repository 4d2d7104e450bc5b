"""From a cause to a message: an alarm is caused, goes off, is heard through SNS, and is over again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from calls import Api
from learner import Learner, until
from shopping import Customer, paused, without_right


@pytest.fixture
def look(shop: Learner) -> Callable[[str], str]:
    """Evaluates the alarms; the state of one of them."""
    python, client = shop.kernel(), shop.client("cloudwatch")

    def look(name: str) -> str:
        python("from workbook.observe.alarms import evaluate_alarms; evaluate_alarms()")
        [alarm] = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarm["StateValue"]

    return look


@pytest.fixture
def heard(shop: Learner) -> Callable[[str], list[str]]:
    """The states that an alarm told of, in their order; those of before are forgotten."""
    sqs, url = shop.client("sqs"), shop.outputs["OperationsNotifications"]
    sqs.purge_queue(QueueUrl=url)
    told: list[dict[str, Any]] = []

    def heard(name: str) -> list[str]:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                told.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [one["NewStateValue"] for one in told if one["AlarmName"] == name]

    return heard


def moved(shop: Learner, name: str, value: float) -> None:
    """Give an alarm another threshold."""
    client = shop.client("cloudwatch")
    [alarm] = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    fields = client.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    client.put_metric_alarm(**{field: alarm[field] for field in fields if field in alarm} | {"Threshold": value})


@pytest.mark.nightly  # chapter 11 makes a backlog, too
def test_a_backlog_is_heard_of_and_so_is_its_end(shop: Learner, look, heard) -> None:
    depth, age = "Ordering-Queue-Depth", "Ordering-Queue-Age"
    customer = Customer(shop)
    assert look(depth) == look(age) == "OK"
    moved(shop, depth, 0)
    moved(shop, age, 0.5)
    try:
        with paused(shop):
            customer.fill()
            accepted = customer.check_out()
            until(lambda: look(depth) == look(age) == "ALARM")
            assert look("EventLog-Queue-Age") == "OK"  # another queue's
        assert customer.has_just_these_orders(accepted)
        until(lambda: look(depth) == look(age) == "OK")
    finally:
        moved(shop, depth, 1000)
        moved(shop, age, 300)
    assert heard(depth)[-2:] == heard(age)[-2:] == ["ALARM", "OK"]


def test_a_dead_letter_is_heard_of(shop: Learner, look, heard) -> None:
    name, url = "Ordering-DeadLettersAlarm", shop.outputs["OrderingDeadLetters"]
    assert look(name) == "OK"
    shop.client("sqs").send_message(QueueUrl=url, MessageBody="no checkout")
    assert look(name) == "ALARM"
    shop.client("sqs").purge_queue(QueueUrl=url)
    assert look(name) == "OK"
    assert heard(name)[-2:] == ["ALARM", "OK"]


@pytest.mark.nightly
def test_orders_that_fail_are_heard_of_although_their_worker_has_not_failed(shop: Learner, look, heard) -> None:
    name, customer = "Ordering-NotStored", Customer(shop)
    assert look(name) == "OK"
    moved(shop, name, 0)  # one failed try is enough
    try:
        with without_right(shop, "OrderingWorker", "dynamodb:PutItem"):
            customer.fill()
            accepted = customer.check_out()
            until(lambda: look(name) == "ALARM")
            assert look("Ordering-Worker-Errors") == "OK"
        assert customer.has_just_these_orders(accepted)
        until(lambda: look(name) == "OK")
    finally:
        moved(shop, name, 5)
    assert heard(name)[-2:] == ["ALARM", "OK"]


def test_errors_that_a_service_answers_ring_its_apis_alarm_and_not_its_functions(shop: Learner, look, heard) -> None:
    product = Api(shop.outputs["ProductApiUrl"])
    product("GET", "/product")
    until(lambda: look("Product-Api-Errors") == "OK")
    with without_right(shop, "ProductFunction", "dynamodb:Scan"):
        assert product("GET", "/product").status == 500
        assert look("Product-Api-Errors") == "ALARM"
        assert look("Product-Function-Errors") == "OK"
    assert product("GET", "/product").status == 200
    assert look("Product-Api-Errors") == "OK"
    assert heard("Product-Api-Errors")[-2:] == ["ALARM", "OK"]


def test_a_function_that_fails_rings_its_own_alarm(shop: Learner, look, heard) -> None:
    assert look("Ordering-Function-Errors") == "OK"
    shop.client("lambda").invoke(FunctionName=shop.outputs["OrderingFunction"], Payload=b'{"no": "request"}')
    until(lambda: look("Ordering-Function-Errors") == "ALARM")
    assert heard("Ordering-Function-Errors")[-1] == "ALARM"
    assert "ALARM" not in heard("Basket-Function-Errors")
