"""Looking at a queue on AWS uses up no try, hides nothing for longer than a glance, and knows what it does not know."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import pytest
from services import only_moto

from workbook.observe import frames, glances
from workbook.observe.frames import queue


@pytest.fixture
def sqs(monkeypatch):
    """moto's SQS in place of AWS's."""
    with only_moto():
        client = boto3.client("sqs")
        monkeypatch.setattr(glances.target, "client", lambda service: client)
        monkeypatch.setattr(frames.target, "is_local", lambda: False)
        monkeypatch.setattr(glances, "LONG", 0)
        for remembered in (glances._looks, glances._seen, glances._said):
            remembered.clear()
        yield client


@pytest.fixture
def made(sqs) -> Callable[..., str]:
    """Makes a queue with messages; its URL."""

    def make(*bodies: str, **attributes: str) -> str:
        url = sqs.create_queue(QueueName=f"queue-{len(bodies)}-{len(attributes)}", Attributes=attributes)["QueueUrl"]
        for body in bodies:
            sqs.send_message(QueueUrl=url, MessageBody=body)
        return url

    return make


@pytest.fixture
def limited(sqs, made) -> str:
    """A queue whose messages have two tries, with a message; its URL."""
    dead = made()
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return made("one", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2}))


def received(sqs, url: str) -> list[str]:
    """How often each message was received, this time among them."""
    messages = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )
    return [message["Attributes"]["ApproximateReceiveCount"] for message in messages.get("Messages", [])]


def test_a_message_with_few_tries_is_counted_and_never_received(sqs, limited, capsys):
    for _ in range(5):
        [row] = queue(limited).itertuples()
        assert row.state == "waiting"
    assert queue(limited)[["body", "receives", "sent", "messageId"]].isna().all(axis=None)
    assert str(queue(limited)[["body", "receives"]]) == "   body  receives\n0  None      <NA>"
    assert received(sqs, limited) == ["1"]
    assert capsys.readouterr().out == (
        "On AWS, looking at queue-1-1: its messages have a limited number of tries, and a look would use one up: "
        "they are counted only.\n"
    )


def test_what_is_in_flight_is_not_nothing(sqs, limited):
    received(sqs, limited)
    assert queue(limited).state.tolist() == ["in flight"]


def test_more_messages_than_one_call_brings_are_seen_and_given_back(sqs, made, capsys):
    url = made(*(str(n) for n in range(23)))
    found = queue(url)
    assert sorted(found.body, key=int) == [str(n) for n in range(23)]
    assert set(found.state) == {"waiting"} and set(found.receives) == {0}
    assert len(received(sqs, url)) == 10, "they are hidden"
    assert "were received, which is the only way to look at one, and given back." in capsys.readouterr().out


def test_looks_are_not_among_the_receives(sqs, made, monkeypatch):
    monkeypatch.setattr(glances, "REMEMBERED", 0)
    url = made("one")
    queue(url), queue(url)
    assert queue(url).receives.tolist() == [0]
    assert received(sqs, url) == ["4"]


def test_who_looks_again_and_again_receives_once(sqs, made):
    url = made("one", "two")
    for _ in range(5):
        assert sorted(queue(url).body) == ["one", "two"]
    assert received(sqs, url) == ["2", "2"]


def test_another_message_is_seen_at_once(sqs, made):
    url = made("one")
    queue(url)
    sqs.send_message(QueueUrl=url, MessageBody="two")
    assert sorted(queue(url).body) == ["one", "two"]


def test_a_message_that_was_held_meanwhile_is_looked_at_anew(sqs, made):
    url = made("one", VisibilityTimeout="0")
    queue(url)
    [message] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=30)["Messages"]
    assert queue(url).state.tolist() == ["in flight"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert queue(url).receives.tolist() == [1]


def test_what_somebody_else_holds_is_in_flight_beside_what_waits(sqs, made):
    url = made("one")
    received(sqs, url)
    sqs.send_message(QueueUrl=url, MessageBody="two")
    found = queue(url)
    assert found.state.tolist() == ["waiting", "in flight"]
    assert found.body.dropna().tolist() == ["two"]


@pytest.mark.parametrize("given", [{}, {"VisibilityTimeout": "0"}])
def test_without_bodies_nothing_is_received(sqs, made, monkeypatch, given):
    url = made("one", "two", **given)
    monkeypatch.setattr(sqs, "receive_message", None)
    assert queue(url, bodies=False).to_dict("list") == {"state": ["waiting", "waiting"]}


def test_counts_that_say_nothing_are_not_believed(sqs, made, monkeypatch):
    """They may be of a minute ago."""
    url, stale = made("one"), dict.fromkeys(glances.COUNTS, "0")
    monkeypatch.setattr(sqs, "get_queue_attributes", lambda **_: {"Attributes": stale})
    assert queue(url).body.tolist() == ["one"]


def test_a_look_that_is_broken_off_gives_back_what_it_has(sqs, made, monkeypatch):
    url, receive = made("one"), sqs.receive_message
    answers = iter([receive])

    def broken(**given):
        if (first := next(answers, None)) is None:
            raise KeyboardInterrupt
        return first(**given)

    monkeypatch.setattr(sqs, "receive_message", broken)
    with pytest.raises(KeyboardInterrupt):
        queue(url)
    monkeypatch.undo()
    assert received(sqs, url) == ["2"]
