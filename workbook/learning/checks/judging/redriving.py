"""A function of chapter 07 that moves one dead letter back: what it calls, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.learning.checks.judging.api_calls import Calls, noted_calls
from workbook.learning.checks.judging.asked import called
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

LETTER = {"MessageId": "a letter's id", "ReceiptHandle": "a letter's handle", "Body": "no JSON at all"}
DONE = {"Successful": [], "Failed": []}
ANSWERS = {
    "SendMessage": {"MessageId": "new"}, "SendMessageBatch": DONE, "DeleteMessage": {}, "DeleteMessageBatch": DONE,
}  # fmt: skip
SENT, DELETED = "sent", "deleted"


def judged(send_back: Callable[[dict[str, Any]], Any], queue: str, dead: str) -> Verdict:
    """Whether the letter is sent as it came, and deleted after that.

    Args:
        send_back: takes a message as SQS has handed it over.
        queue: the address of the queue that it came from.
        dead: that of the dead-letter queue.
    """
    with noted_calls(ANSWERS) as calls:
        answer = called(send_back, dict(LETTER))
    if isinstance(answer, NotRight):
        return answer
    return judged_steps(_steps(calls), queue, dead)


def judged_steps(steps: list[tuple[str, str, str]], queue: str, dead: str) -> Verdict:
    """What is to be said of what was done.

    Args:
        steps: whether it was sent or deleted, in which queue, and the body or the handle.
        queue: where it should be sent.
        dead: where it should be deleted.
    """
    if not steps:
        return NotYet("Write the function; it calls nothing yet.")
    kinds, shown = [kind for kind, *_ in steps], ", then ".join(kind for kind, *_ in steps)
    if SENT not in kinds:
        return NotRight("it sent to the queue", shown, "what is deleted and sent nowhere is lost.")
    if DELETED not in kinds:
        mistake = "it stays among the dead letters, and is sent again with each redrive."
        return NotRight("it deleted from the dead letters", shown, mistake)
    if len(steps) > 2:
        return NotRight("one sent, one deleted", shown, "each letter is moved once.")
    places, things = ({kind: step[at] for kind, *step in steps} for at in (0, 1))
    if places[SENT] != queue:
        return NotRight(queue, places[SENT], "QUEUE is where the worker's poller takes it from.")
    if places[DELETED] != dead:
        return NotRight(dead, places[DELETED], "the letter was received from DEAD, and is deleted there.")
    if things[SENT] != LETTER["Body"]:
        mistake = 'it goes back as it came, whatever it is: message["Body"].'
        return NotRight(repr(LETTER["Body"]), repr(things[SENT]), mistake)
    if things[DELETED] != LETTER["ReceiptHandle"]:
        mistake = 'who deletes shows the handle of this receiving: message["ReceiptHandle"].'
        return NotRight(repr(LETTER["ReceiptHandle"]), repr(things[DELETED]), mistake)
    if kinds[0] == DELETED:
        return NotRight("sent, then deleted", shown, "who is stopped between the two has lost the letter: send first.")
    return Right("Sent, then deleted: who is stopped in between has one message too many, never one too few.")


def _steps(calls: Calls) -> list[tuple[str, str, str]]:
    steps = []
    for operation, request in calls:
        kind, field = (SENT, "MessageBody") if operation.startswith("Send") else (DELETED, "ReceiptHandle")
        each = request["Entries"] if operation.endswith("Batch") else [request]
        steps += [(kind, request["QueueUrl"], one.get(field, "")) for one in each]
    return steps
