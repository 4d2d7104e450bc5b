"""What Ordering's worker writes for CloudWatch: valid, true, and nothing personal."""

from __future__ import annotations

import json

import pytest
from services import queue_event
from test_ordering import ADA, checkout

pytestmark = pytest.mark.usefixtures("order_table")


@pytest.fixture
def measured(ordering_worker, capsys):
    """Hands messages to the worker: the lines in the embedded metric format that it writes."""

    def measured(*messages):
        capsys.readouterr()
        ordering_worker(queue_event(*(m if isinstance(m, str) else json.dumps(m) for m in messages)))
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        return [line for line in lines if "_aws" in line]

    return measured


def test_the_line_is_valid(measured):
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""
    [line] = measured(checkout(), checkout())
    assert isinstance(line["_aws"]["Timestamp"], int)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Shop", [["service"]])
    assert directive["Metrics"] == [{"Name": "OrdersStored", "Unit": "Count"}, {"Name": "Revenue", "Unit": "None"}]
    assert all(isinstance(value, float) for metric in directive["Metrics"] for value in line[metric["Name"]])
    assert line["service"] == "ordering"


def test_the_numbers_are_those_of_the_orders(measured):
    [line] = measured(checkout(totalPrice=59.97), checkout(totalPrice=0.1))
    assert (line["OrdersStored"], line["Revenue"]) == ([1, 1], [59.97, 0.1])


def test_an_order_that_was_there_is_not_counted_again(measured):
    message = checkout()
    assert [measured(message)[0]["Revenue"], measured(message)[0]["Revenue"]] == [[59.97], [0]]
    assert measured(message)[0]["OrdersStored"] == [0]
    [line] = measured(other := checkout(totalPrice=5), other, message)  # nor in the same batch
    assert (line["OrdersStored"], line["Revenue"]) == ([1, 0, 0], [5, 0, 0])


def test_what_is_not_stored_is_counted_beside_what_is(measured):
    [line] = measured("no checkout", checkout(), "no checkout")
    assert (line["NotStored"], line["OrdersStored"]) == ([1, 1], [1])


def test_a_batch_knows_nothing_of_the_one_before(measured):
    measured(checkout(), "no checkout")
    [line] = measured(checkout())
    assert "NotStored" not in line and line["OrdersStored"] == [1]


def test_nothing_personal_is_in_it(measured):
    [line] = measured(checkout(), "no checkout")
    assert line.keys() == {"_aws", "service", "OrdersStored", "Revenue", "NotStored"}
    assert not [value for value in ADA.values() if str(value) in json.dumps(line)]
