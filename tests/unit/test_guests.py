"""What a check puts into the cloud for a moment is there meanwhile, and gone afterwards, whatever happens."""

from __future__ import annotations

import deployed
import pytest

from workbook.cloud import roles, target
from workbook.learning.checks.judging import guests

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"


@pytest.fixture
def cloud(monkeypatch):
    """A role, of a function that only has its name."""
    with deployed.checks_on_moto(monkeypatch, guests):
        deployed.role("Basket-Role", "dynamodb:GetItem")
        monkeypatch.setattr(guests, "outputs", dict.fromkeys(guests.STRANGERS, "a-function"))
        for module in (guests, roles):
            monkeypatch.setattr(module, "role_of", lambda function: "Basket-Role")
        yield


def test_somebody_may_do_more_for_a_moment(cloud):
    right, before = ("dynamodb:PutItem", TABLE), roles.rights("a-function")
    assert right not in before
    with guests.one_more_may(*right) as guest:
        assert guest in guests.STRANGERS and roles.rights("a-function") == before | {right}
    assert roles.rights("a-function") == before


def test_the_right_is_taken_away_if_the_question_fails(cloud):
    before = roles.rights("a-function")
    with pytest.raises(ZeroDivisionError), guests.one_more_may("dynamodb:PutItem", TABLE):
        1 / 0
    assert roles.rights("a-function") == before


def test_one_more_alarm_looks_at_a_queue_for_a_moment(cloud):
    alarms = lambda: target.client("cloudwatch").describe_alarms()["MetricAlarms"]
    with guests.one_more_rings("the-queue", "EventLog") as name:
        [alarm] = alarms()
        assert alarm["AlarmName"] == name and name.startswith("EventLog-") and not alarm["ActionsEnabled"]
        assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": "the-queue"}]
    assert alarms() == []
