"""Where the local cloud is not like AWS, as far as the chapters touch it: what the tests of it share.

Each test in `test_differences_NN.py` asserts what AWS documents, and is expected to fail here. The day
that MiniStack mends it, `strict` makes it fail for passing: then its link in the notebooks' *On AWS*
goes, and the test loses its mark. notebooks/differences.md is made of these tests:

    python tests/unit/differences_page.py

A test's docstring says in a sentence what AWS does, and then where AWS says so. Its mark says what the
local cloud does instead. Its name is its row's: the notes of the chapters link to `differences.md#name-of-the-test`.
"""

from __future__ import annotations

import io
import json
import operator
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from learner import Learner, until

# Handlers: one that counts its calls and may fail, and one that logs how large its batches are.
FAILS = """
calls = 0


def handler(event, context):
    global calls
    calls += 1
    print('call', calls)
    if 'fail' in event:
        raise KeyError('items')
    return calls
"""
SIZES = "def handler(event, context):\n    print('size', len(event['Records']))\n"


def differs(what: str) -> pytest.MarkDecorator:
    """Marks a test that asserts what AWS does, and is expected to fail here.

    Args:
        what: the local cloud does instead; a plain sentence without its full stop.
    """
    return pytest.mark.xfail(strict=True, reason=f"MiniStack: {what}", raises=AssertionError)


def packed(code: str) -> bytes:
    """A function's code, as Lambda takes it: a zip with `app.py` in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("app.py", code)
    return file.getvalue()


def invoked(functions: Any, name: str, event: Any) -> Any:
    """What a function answers to an event, its error as well."""
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def logged(shop: Learner, function: str) -> list[str]:
    """The messages in a function's log."""
    client = shop.client("logs")
    try:
        return [e["message"] for e in client.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []  # the group comes with the first line


LONG = 60  # for what does come here: on a busy machine it comes late, and then the test would pass


def comes(look: Callable[[], Any], seconds: float = 5) -> Any:
    """What there is to see within some seconds, if there is anything."""
    try:
        return until(look, seconds=seconds, over=operator.ge)
    except TimeoutError:
        return None


def waits(shop: Learner, queue: str) -> int:
    """How many messages wait in a queue."""
    found = shop.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def received(shop: Learner, queue: str) -> list[str]:
    """The bodies of all messages that a queue has to give, as they come."""
    bodies = []
    while messages := shop.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in messages]
    return bodies
