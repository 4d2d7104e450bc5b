"""What is in a queue on AWS, where a message can be seen only by whoever receives it. Looking is not touching.

Receiving uses up one of a message's tries, if the queue moves it away after so many, and hides it from everybody else.
So messages with a limited number of tries are counted and not received; others are received once, and given back.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from tenacity import Retrying, retry_if_not_result, stop_after_delay, wait_fixed

from workbook.cloud import target

COUNTS = tuple(f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed"))
SETTLED = 60.0  # seconds: AWS's counts are of the last minute (API_GetQueueAttributes), and its logs come in one
HIDDEN = 20  # seconds after which a message is back, should this process end while it looks
LONG = 1  # seconds that a look waits for another message; one that does not wait may miss some
REMEMBERED = 5  # seconds for which a look is not repeated if the counts are the same: one may look in a loop

T = TypeVar("T")
Message = dict[str, Any]
Counts = tuple[int, int, int]  # of messages that wait, are in flight, are delayed
_looks: Counter[str] = Counter()  # how often each message was received here, by its id
_seen: dict[str, tuple[float, Counts, list[Message]]] = {}  # by queue: when, what was counted, what was found
_said: set[str] = set()


def settle(look: Callable[[], T | None]) -> T | None:
    """Look until there is something to see, for the minute in which AWS's counts and logs come; else None.

    It is AWS's minute, on a busy machine too.
    """
    give_up = stop_after_delay(SETTLED)
    return Retrying(
        retry=retry_if_not_result(bool),
        wait=wait_fixed(SETTLED / 30),
        stop=give_up,
        retry_error_callback=lambda _: None,
    )(look)


def messages(url: str, bodies: bool = True) -> list[Message]:
    """The messages of a queue on AWS: Body, IsVisible, ReceiveCount, SentTimestamp, MessageId; None is not known.

    How often one was received does not count the looks from here.

    Args:
        url: the queue's address.
        bodies: else nothing is received, and all are only counted.
    """
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[*COUNTS, "RedrivePolicy"])
    waiting, in_flight, delayed = (int(found["Attributes"][name]) for name in COUNTS)
    limited = "RedrivePolicy" in found["Attributes"]
    if limited or not bodies:
        if waiting and bodies:
            _say(url, "its messages have a limited number of tries, and a look would use one up: they are counted only")
        return [_unread(True)] * (waiting + delayed) + [_unread(False)] * in_flight
    # The counts may be of a minute ago, so they do not say that there is nothing; a receive that waits does.
    known = _looked_at(url, (waiting, in_flight, delayed))
    others = waiting + in_flight + delayed - len(known)
    return known + [_unread(False)] * min(in_flight, max(0, others))


def _looked_at(url: str, counted: Counts) -> list[Message]:
    """The messages of a queue that wait, received and given back."""
    when, before, known = _seen.get(url, (0.0, (0, 0, 0), []))
    if before == counted and time.monotonic() < when + REMEMBERED:
        return known
    client, received, until = target.client("sqs"), {}, time.monotonic() + HIDDEN / 2
    try:
        while time.monotonic() < until and (new := client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN, WaitTimeSeconds=LONG,
            MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
        ).get("Messages")):  # fmt: skip
            received |= {message["MessageId"]: message for message in new}
            _looks.update(message["MessageId"] for message in new)
    finally:
        for message in received.values():
            client.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    if received:
        _say(url, "its messages were received, which is the only way to look at one, and given back")
    known = [_read(message) for message in received.values()]
    _seen[url] = time.monotonic(), counted, known
    return known


def _read(message: dict[str, Any]) -> Message:
    return {
        "Body": message["Body"],
        "IsVisible": True,
        "ReceiveCount": int(message["Attributes"]["ApproximateReceiveCount"]) - _looks[message["MessageId"]],
        "SentTimestamp": int(message["Attributes"]["SentTimestamp"]) / 1000,
        "MessageId": message["MessageId"],
    }


def _unread(visible: bool) -> Message:
    return {"Body": None, "IsVisible": visible, "ReceiveCount": None, "SentTimestamp": None, "MessageId": None}


def _say(url: str, what: str) -> None:
    """Say once in a process how a queue is looked at."""
    if url not in _said:
        _said.add(url)
        print(f"On AWS, looking at {url.rpartition('/')[2]}: {what}.")
