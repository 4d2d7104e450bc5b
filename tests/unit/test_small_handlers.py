"""The handlers of the first chapters, which use nothing of AWS: the greeting, and the price of an order."""

from __future__ import annotations

import time

import pytest
from services import loaded, queue_event

LAMP, DESK = {"price": 12.5, "quantity": 3}, {"price": 80, "quantity": 1}
ORDER = '{"orderId": "o-1", "items": [{"price": 12.5, "quantity": 3}, {"price": 80, "quantity": 1}]}'


@pytest.fixture
def slept(monkeypatch):
    """The seconds that a handler would have slept for."""
    seconds = []
    monkeypatch.setattr(time, "sleep", seconds.append)
    return seconds


@pytest.fixture
def pricing(slept):
    """The handler of pricing, in an execution environment that has just started; its tax office answers at once."""
    with loaded("pricing") as app:
        yield app


def test_the_greeting_names_who_called(capsys):
    with loaded("hello") as app:
        assert app.handler({"name": "Ada"}, None) == {"message": "Good to see you, Ada"}
    assert capsys.readouterr().out == "Somebody called Ada is here\n"


def test_an_order_costs_price_times_quantity_of_all_its_items(pricing, capsys):
    assert pricing.handler({"orderId": "o-1", "items": [LAMP, DESK]}, None)["total"] == 117.5
    assert capsys.readouterr().out == "pricing o-1\no-1 costs 117.5 (called)\n"


def test_an_execution_environment_is_cold_once(pricing):
    order = {"orderId": "o-1", "items": []}
    assert [pricing.handler(order, None)["start"] for _ in range(3)] == ["cold", "warm", "warm"]


def test_each_order_of_a_batch_is_priced(pricing, capsys):
    assert pricing.handler(queue_event(ORDER, ORDER.replace("o-1", "o-2")), None) is None
    assert capsys.readouterr().out.splitlines() == [
        "a batch of 2",
        *("pricing o-1", "o-1 costs 117.5 (polled)"),
        *("pricing o-2", "o-2 costs 117.5 (polled)"),
    ]


def test_an_order_takes_a_tenth_of_a_second_of_the_tax_office(pricing, slept):
    pricing.handler({"orderId": "o-1", "items": []}, None)
    assert slept == [0.1]
