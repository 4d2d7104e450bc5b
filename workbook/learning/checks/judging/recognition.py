"""Exercise 10-1: any event, told by its shape, and read by what its source's data class knows."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from workbook.clients import raw_events
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

WORDS = {"sqs", "sns", "eventbridge", "s3", "dynamodb", "kinesis", "api", "logs", "unknown"}
_MARKS = {
    "sqs": "body",
    "sns": "the message",
    "eventbridge": "the detail-type",
    "s3": "the key, as the uploader wrote it",
    "dynamodb": "the event name",
    "kinesis": "the data, decoded",
    "api": "method and path, such as GET /product",
    "logs": "the message of the first line, unpacked",
}


def judged(recognise: Callable[[dict[str, Any]], Any]) -> Verdict:
    """Every event is told by its shape, and read by what its source's data class knows.

    Args:
        recognise: the learner's function.
    """
    word = uuid.uuid4().hex[:8]
    tests = [
        ("sqs", word, raw_events.sqs(word)),
        ("sns", word, raw_events.sns(word)),
        ("eventbridge", f"Told{word}", raw_events.eventbridge("shop.product", f"Told{word}", {})),
        ("s3", f"products/new & {word}.csv", raw_events.s3("ObjectCreated:Put", f"products/new & {word}.csv")),
        ("dynamodb", "REMOVE", raw_events.dynamodb("REMOVE", word)),
        ("dynamodb", "INSERT", raw_events.dynamodb("INSERT", word)),
        ("kinesis", word, raw_events.kinesis(word)),
        ("api", f"DELETE /product/{word}", raw_events.api("DELETE", f"/product/{word}")),
        ("logs", word, raw_events.logs(word)),
    ]
    inside = json.dumps(raw_events.s3("ObjectCreated:Put", word))
    disguised = [  # an event within an event
        ("sqs", inside, raw_events.sqs(inside)),
        ("sns", inside, raw_events.sns(inside)),
        ("api", "POST /hook", raw_events.api("POST", "/hook", inside)),
        (
            "eventbridge",
            "Object Created",
            raw_events.eventbridge("aws.s3", "Object Created", json.loads(inside)["Records"][0]),
        ),
    ]
    for number, (source, what, event) in enumerate([*tests, *disguised]):
        try:
            answer = recognise(json.loads(json.dumps(event)))
        except Exception as error:  # whatever a learner's own code may raise
            return NotRight(
                f"{source!r} for an event of {source}",
                f"{type(error).__name__}: {error}",
                "the function looked for something that this event does not have.",
            )
        if answer is None and number == 0:
            return NotYet("Write the function; it returns nothing yet.")
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            return NotRight('two things, such as ("sqs", "hello")', repr(answer), "return the source and what it says.")
        found, said = answer
        if found not in WORDS:
            return NotRight(
                f"one of {', '.join(sorted(WORDS))}", repr(found), "the source is to be one of these words."
            )
        if found != source and number >= len(tests):
            return NotRight(
                source,
                found,
                f"an event of {found} lies within this one of {source}: only the outside says who called the function.",
            )
        if found != source:
            taken = "was not recognised" if found == "unknown" else f"was taken for one of {found}"
            return NotRight(source, found, f"an event of {source} {taken}.")
        if getattr(said, "name", said) != what:  # an event name may be an enum
            return NotRight(what, repr(said), f"for {source}, say {_MARKS[source]}: its data class has it.")
    for name, event in _others(word).items():
        try:
            answer = recognise(json.loads(json.dumps(event)))
        except Exception as error:  # whatever a learner's own code may raise
            return NotRight(
                f"'unknown' for {name}", f"{type(error).__name__}: {error}", "what is none of the eight is no error."
            )
        found = answer[0] if isinstance(answer, tuple | list) and answer else answer
        if found != "unknown" and (name, found) != ("packed logs in a stream", "kinesis"):
            mistake = "it looks like one of the eight, and is none of them."
            return NotRight(f"'unknown' for {name}", repr(found), mistake)
    return Right("Eight sources, told by their shape, four in disguise, and what is none of them is unknown.")


def _others(word: str) -> dict[str, dict[str, Any]]:
    """What else calls functions."""
    return {
        "a request through a load balancer": raw_events.load_balancer(f"/{word}"),
        "a request through an HTTP API": raw_events.http_api(f"/{word}"),
        "a request to a function's own address": raw_events.function_url(f"/{word}"),
        "an authorizer that gets a token": raw_events.authorizer("TOKEN", f"/{word}"),
        "an authorizer that gets the request": raw_events.authorizer("REQUEST", f"/{word}"),
        "a mail": raw_events.ses(word),
        "a push to a repository": raw_events.codecommit(word),
        "packed logs in a stream": raw_events.packed_logs(word),
        "an order, handed over directly": {"orderId": word},
    }
