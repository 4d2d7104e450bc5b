"""The frames show all there is: any number that a table may hold, and every line of a log, however many."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from services import only_moto

from workbook.base.errors import WorkbookError
from workbook.observe import frames
from workbook.observe.frames import logs, plain, queue, table

FUNCTION = "a-function"
NUMBERS = ["1" * 38, "1" * 39, "0." + "1" * 60, "1E+125", "-1E+125", "1E-130", "1E+400", "12.50", "-0", "0"]


@pytest.fixture
def cloud(monkeypatch):
    """moto in place of the cloud."""
    with only_moto():
        monkeypatch.setattr(frames, "_reach", lambda: None)
        monkeypatch.setattr(frames.target, "client", boto3.client)
        yield


@given(number=st.decimals(allow_nan=True, allow_infinity=True) | st.integers().map(Decimal))
def test_any_number_becomes_plain_or_stays(number):
    found = plain(number)
    if isinstance(found, Decimal):
        assert not number.is_finite() or number.adjusted() > 125
    else:
        assert found == number if isinstance(found, int) else found == float(number)
        assert isinstance(found, int) == (number == number.to_integral_value())


def test_a_number_with_a_huge_exponent_is_not_written_out():
    assert plain(Decimal("1E+999999")) == Decimal("1E+999999")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_table_with_any_number_is_shown(cloud, monkeypatch, number):
    """The local cloud keeps more digits than the 38 that AWS allows, and boto3 would give up on them."""
    one = {"id": {"S": "a"}, "n": {"N": number}, "m": {"N": number}}
    answer = {"Items": [one, {"id": {"S": "b"}, "n": {"N": "1"}, "m": {"L": [{"N": "1"}]}}]}

    class Client:
        exceptions = boto3.client("dynamodb").exceptions

        def describe_table(self, TableName):
            return {"Table": {"KeySchema": [{"AttributeName": "id"}]}}

        def get_paginator(self, name):
            return self

        def paginate(self, TableName, ConsistentRead):
            return [answer]

    monkeypatch.setattr(frames.target, "client", lambda service: Client())
    found = table("any")
    assert list(found.id) == ["a", "b"] and found.m[1] == [1]
    assert float(found.n[0]) == float(Decimal(number)) == float(found.m[0])
    assert found.to_html() and found.sort_values("n").to_string()


class Log:
    """A log that gives the oldest 10,000 events of what is asked for, and no token, as the local cloud does."""

    exceptions = boto3.client("logs", region_name="us-east-1").exceptions

    def __init__(self, times):
        self.events, self.asked = [{"timestamp": t, "message": f"line {n}"} for n, t in enumerate(times)], 0

    def get_paginator(self, name):
        return self

    def paginate(self, logGroupName, startTime):
        self.asked += 1
        return [{"events": [e for e in self.events if e["timestamp"] >= startTime][:10_000]}]


@pytest.mark.parametrize("apart", [0.2, 1, 7])
@pytest.mark.parametrize("many", [9_999, 10_000, 10_001, 30_000])
def test_no_line_of_a_log_is_lost(monkeypatch, many, apart):
    """Also if several were written in the same millisecond."""
    log = Log([2_000_000_000_000 + int(n * apart) for n in range(many)])
    monkeypatch.setattr(frames, "_reach", lambda: None)
    monkeypatch.setattr(frames.target, "client", lambda service: log)
    found = logs(FUNCTION)
    assert list(found.message) == [f"line {n}" for n in range(many)]
    assert log.asked <= many / 9_000 + 1


def test_a_log_with_all_its_lines_in_one_millisecond_ends(monkeypatch):
    log = Log([2_000_000_000_000] * 12_000)
    monkeypatch.setattr(frames, "_reach", lambda: None)
    monkeypatch.setattr(frames.target, "client", lambda service: log)
    assert len(logs(FUNCTION)) == 10_000


def test_a_log_may_be_read_from_a_moment_on(monkeypatch):
    log = Log([2_000_000_000_000 + n for n in range(10)])
    monkeypatch.setattr(frames, "_reach", lambda: None)
    monkeypatch.setattr(frames.target, "client", lambda service: log)
    moment = datetime.fromtimestamp(2_000_000_000.004, UTC)
    assert list(logs(FUNCTION, since=moment).message) == [f"line {n}" for n in range(4, 10)]


def test_a_queue_that_is_gone_is_not_an_empty_one(cloud, monkeypatch):
    """The local cloud shows no messages of either; who waits for some would wait in vain."""
    monkeypatch.setattr(frames.target, "is_local", lambda: True)
    monkeypatch.setattr(frames.local, "queue_messages", lambda url: [])
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="audit")["QueueUrl"]
    assert queue(url).empty
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(WorkbookError, match="no queue 'audit'"):
        queue(url)
