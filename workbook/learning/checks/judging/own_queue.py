"""A queue that a check makes for itself, and what learners write for any queue: it is tried there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from workbook.base.waiting import soon
from workbook.cloud import target
from workbook.learning.exercises import NotRight, Right, Verdict
from workbook.observe.glances import settle

IN_FLIGHT, WAITING = 3, 12  # more than receiving brings at once
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
PATIENCE = 90  # seconds: on AWS these numbers are of a minute ago
DAY = 24 * 60 * 60


@contextmanager
def own_queue(bodies: Sequence[str] = (), **attributes: str) -> Iterator[str]:
    """A queue with messages, which is gone afterwards; its URL.

    Args:
        bodies: of the messages.
        attributes: the queue's; a message stays hidden for two minutes by default.
    """
    sqs, wait = target.client("sqs"), "0" if target.is_local() else "1"
    given = {"VisibilityTimeout": "120", "ReceiveMessageWaitTimeSeconds": wait} | attributes
    url = sqs.create_queue(QueueName=f"checked-{uuid.uuid4()}", Attributes=given)["QueueUrl"]
    try:
        for start in range(0, len(bodies), 10):
            entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies[start : start + 10])]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        yield url
    finally:
        sqs.delete_queue(QueueUrl=url)


def counts(url: str) -> tuple[int, int]:
    """How many messages of a queue wait, and how many are in flight."""
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[*COUNTS])["Attributes"]
    return int(found[COUNTS[0]]), int(found[COUNTS[1]])


def left_in(url: str, expected: int) -> int:
    """How many messages are in a queue: as many as expected, if AWS's counts, which come late, ever say so."""
    if soon(lambda: sum(counts(url)) == expected, 0 if target.is_local() else PATIENCE):
        return expected
    return sum(counts(url))


def judged_deletion(done: Callable[[str, dict[str, Any]], Any]) -> Verdict:
    """A message that was received twice is deleted, and no other one.

    Args:
        done: is given a queue's URL and the message.
    """
    with own_queue(["the one", "the other"]) as url:
        first = {message["Body"]: message for message in _received(url)}
        for message in first.values():
            target.client("sqs").change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        again = {message["Body"]: message for message in _received(url)}
        try:
            done(url, again["the one"])
        except NotImplementedError:
            raise
        except Exception as error:  # whatever a learner's own code may raise
            mistake = "the call is refused. What is deleted is named by the ReceiptHandle of the message."
            return NotRight("a message that is deleted", f"{type(error).__name__}: {error}", mistake)
        if (left := left_in(url, 1)) > 1:
            return NotRight("one message less", "as many as before", "it is still there, and would come back.")
        if left != 1:
            return NotRight("one message less", "an empty queue", "the others go with it: delete this message alone.")
    return Right("That message is deleted, and no other one.")


def judged_count(how_many: Callable[[str], Any]) -> Verdict:
    """Messages that wait and those in flight are counted.

    Args:
        how_many: is given a queue's URL.
    """
    with own_queue([str(n) for n in range(IN_FLIGHT + WAITING)]) as url:
        target.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=IN_FLIGHT)
        there = soon(lambda: sum(both := counts(url)) == IN_FLIGHT + WAITING and all(both) and both, PATIENCE)
        given, (waiting, in_flight) = how_many(url), there or counts(url)
        if given != waiting + in_flight and not target.is_local():  # which may be as the counts were a moment ago
            given = settle(lambda: now if (now := how_many(url)) == waiting + in_flight else None) or given
    found, expected = repr(given), f"{waiting + in_flight}, of {waiting} that wait and {in_flight} in flight"
    if isinstance(given, str):
        return NotRight(expected, found, "that is text: int makes a number of each value before they are added.")
    if given == waiting:
        mistake = "those in flight are not done, either: ApproximateNumberOfMessagesNotVisible."
        return NotRight(expected, found, mistake)
    if given == in_flight:
        return NotRight(expected, found, "those that wait count, too: ApproximateNumberOfMessages.")
    if given != waiting + in_flight:
        return NotRight(expected, found, "return the sum of the two attributes, of this queue, as a number.")
    return Right("What waits and what is in flight: so much is still to be done.")


def judged_days(days_away: Callable[[str], Any], *urls: str) -> Verdict:
    """For how long a queue keeps messages, in days.

    Args:
        days_away: is given a queue's URL.
        urls: of queues; one of the check's own is tried, too.
    """
    with own_queue(MessageRetentionPeriod=str(3 * DAY)) as own:
        for url in (*urls, own):
            given, days = days_away(url), _attribute(url, "MessageRetentionPeriod") / DAY
            if given == days:
                continue
            if given == days * DAY:
                mistake = "these are seconds: a day has 24 * 60 * 60."
            elif given == _attribute(url, "VisibilityTimeout") / DAY:
                mistake = "for so long a message is hidden once it was received, not kept."
            else:
                mistake = "a queue keeps messages for its MessageRetentionPeriod, which is text, in seconds."
            return NotRight(f"{days:g} days for {url.split('/')[-1]}", repr(given), mistake)
    return Right(f"{_attribute(urls[0], 'MessageRetentionPeriod') / DAY:g} days, and after that its messages are gone.")


def _received(url: str) -> list[dict[str, Any]]:
    """Two messages, perhaps in two calls."""
    sqs, found = target.client("sqs"), []
    while len(found) < 2:
        found += sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2).get("Messages", [])
    return found


def _attribute(url: str, name: str) -> int:
    return int(target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])
