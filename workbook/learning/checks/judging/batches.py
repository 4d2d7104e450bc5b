"""The exercises of chapter 05: a function that answers for a batch, and one that drains a queue."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

from botocore.client import BaseClient

from workbook.learning.checks.judging.own_queue import left_in, own_queue
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict


def partial_answer(answer_for: Callable[[dict, Callable], Any]) -> Verdict:
    """The function tries every record and names exactly those that failed."""
    for bad in ((1, 3), (), (0, 1, 2, 3, 4), (4,), (0,)):
        verdict = _judge_answer(answer_for, bad)
        if not isinstance(verdict, Right):
            return verdict
    return Right("Five tried, two named: only those come back.")


def _judge_answer(answer_for: Callable[[dict, Callable], Any], bad: tuple[int, ...]) -> Verdict:
    """What the function makes of five records, of which some fail, each with another error."""
    ids, tried = [str(uuid.uuid4()) for _ in range(5)], []
    errors = (ValueError("no"), KeyError("color"), RuntimeError("no"), TypeError("no"), Exception("no"))

    def process(record: dict) -> None:
        tried.append(record["messageId"])
        if (place := ids.index(record["messageId"])) in bad:
            raise errors[place]

    event = {"Records": [{"messageId": i, "body": "the same in each", "receiptHandle": f"handle {i}"} for i in ids]}
    try:
        answer = answer_for(event, process)
    except Exception as error:  # whatever a learner's own code may raise
        return _raised(error, errors)
    if answer is None and not tried:
        return NotYet("Write the function; it has no code yet.")
    if tried != ids:
        return NotRight(
            "each of the five records tried once",
            f"{len(tried)} tries, of {len(set(tried))} records",
            "each is to be tried, once: after a bad record the others, too.",
        )
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not isinstance(failures, list | tuple):
        return NotRight(
            'a dict with a list, "batchItemFailures"',
            repr(answer),
            "without it the mapping takes all for done, and deletes it; the list is empty if all went well.",
        )
    if any(not isinstance(one, dict) or set(one) != {"itemIdentifier"} for one in failures):
        return NotRight(
            'dicts with one key, "itemIdentifier"', repr(failures), "each failure is a dict, not just an id."
        )
    return _judge_names([one["itemIdentifier"] for one in failures], [ids[place] for place in bad], ids)


def _raised(error: Exception, errors: tuple[Exception, ...]) -> Verdict:
    """What is wrong with a function that raised an error: one of `process`'s, or one of its own."""
    found = f"{type(error).__name__}: {error}"
    if error not in errors:
        return NotRight("an answer", found, "the function raised an error of its own.")
    return NotRight(
        "an answer",
        f"the exception of one bad record, {found}",
        "one bad record ends it all, and the whole batch comes back: "
        "catch what process raises, record by record; except Exception catches whatever it is.",
    )


def _judge_names(named: list[Any], wanted: list[str], ids: list[str]) -> Verdict:
    """Whether those are named that failed."""
    if sorted(map(str, named)) == sorted(wanted):
        return Right("")
    expected, found = f"{len(wanted)} ids, of those that failed", f"{len(named)} ids: {', '.join(map(str, named))}"
    if set(named) <= set(ids) and len(named) == len(set(named)):
        return NotRight(expected, found, "some are missing, or some of these are the ones that succeeded.")
    return NotRight(expected, found, "a failure is named by the record's messageId, once.")


def drained(drain: Callable[[str, Callable[[str], Any]], Any]) -> Verdict:
    """All that works is done once and deleted, what fails is done once and stays."""
    bodies = [f"body {n:02}" for n in range(1, 26)]
    with own_queue(bodies) as url:
        return _judge(drain, url, bodies)


def _judge(drain: Callable[[str, Callable[[str], Any]], Any], url: str, bodies: list[str]) -> Verdict:
    bad, done = {bodies[6]: ValueError("no"), bodies[20]: RuntimeError("no"), bodies[24]: KeyError("color")}, []

    def work(body: str) -> None:
        if len(done) > 4 * len(bodies):
            raise _Endless
        done.append(body)
        if body in bad:
            raise bad[body]

    try:
        with _few_at_a_time():
            result = drain(url, work)
    except _Endless:
        return NotRight(
            "an end", f"{len(done)} messages worked on", "the same messages come again and again: delete them."
        )
    except Exception as error:  # whatever a learner's own code may raise
        found = f"{type(error).__name__}: {error}"
        if error in bad.values():
            mistake = "one bad message ends it all: catch what work raises, whatever it is."
            return NotRight("the others worked on", f"the exception of work, {found}", mistake)
        return NotRight("a drained queue", found, "the function raised an error of its own.")
    if result is None and not done:
        return NotYet("Write the function; it has no code yet.")
    return _judge_work(Counter(done), bodies) or _judge_rest(left_in(url, len(bad)), len(bad), len(bodies))


def _judge_work(done: Counter[str], bodies: list[str]) -> Verdict | None:
    if others := [body for body in done if body not in bodies]:
        return NotRight("work called with the body", repr(others[0]), 'it is in message["Body"], and is text.')
    if missing := [body for body in bodies if body not in done]:
        return NotRight(
            f"{len(bodies)} messages worked on",
            f"{len(bodies) - len(missing)}",
            "the function stops too early: one receiving brings at most ten, often fewer, so go on until none comes.",
        )
    if again := [body for body, times in done.items() if times > 1]:
        return NotRight("each message once", f"{len(again)} of them twice", "call work once for each message.")
    return None


def _judge_rest(left: int, bad: int, number: int) -> Verdict:
    if left < bad:
        return NotRight(
            f"the {bad} messages whose work failed still in the queue", f"{left}",
            "it was deleted although its work was not done.",
        )  # fmt: skip
    if left > bad:
        return NotRight(f"{bad} messages left", f"{left}", "what is done must be deleted, or it comes back.")
    return Right(f"{number - bad} done and deleted; those that failed are still in the queue.")


@contextmanager
def _few_at_a_time() -> Iterator[None]:
    """Meanwhile receiving may bring fewer messages than there are and than were asked for, as it does on AWS."""
    real, turns = BaseClient._make_api_call, cycle((10, 4, 10, 1))

    def fewer(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        if operation == "ReceiveMessage":
            request = request | {"MaxNumberOfMessages": min(request.get("MaxNumberOfMessages", 1), next(turns))}
        return real(client, operation, request)

    BaseClient._make_api_call = fewer
    try:
        yield
    finally:
        BaseClient._make_api_call = real


class _Endless(BaseException):
    """The function works and works; no `except Exception` may stop this."""
