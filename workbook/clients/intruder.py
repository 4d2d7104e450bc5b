"""`broken_in(function, attempts)`: how far somebody gets who runs code of theirs inside a function."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.clients.invoke import invoke
from workbook.cloud import target

INTRUDER = "chapter-12-intruder"
CODE = """
import boto3
from botocore.exceptions import ClientError


def handler(attempts, context):
    answers = []
    for service, call, how in attempts:
        try:
            getattr(boto3.client(service), call)(**how)
            answers.append("done")
        except ClientError as error:
            answers.append(error.response["Error"]["Message"])
    return answers
"""
TIMEOUT = 30  # seconds for all attempts


def broken_in(function: str, attempts: Mapping[str, tuple[str, str, dict[str, Any]]]) -> list[str]:
    """Try calls of AWS's services with a function's role and environment, from a function of their own.

    That function is gone afterwards, and one that an interrupted call has left is, too.

    Args:
        function: the name of the one that is broken into.
        attempts: for each, the name of a service, of a call in boto3, and the arguments.

    Returns:
        `done` for each attempt that was, and else the message of the error.

    Raises:
        WorkbookError: the intruder itself failed, before it could tell.
    """
    client = target.client("lambda")
    victim = client.get_function_configuration(FunctionName=function)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("app.py", CODE)
    _remove()
    client.create_function(
        FunctionName=INTRUDER,
        Handler="app.handler",
        Timeout=TIMEOUT,
        Code={"ZipFile": archive.getvalue()},
        **{name: victim[name] for name in ("Role", "Runtime", "Environment")},
    )
    try:
        client.get_waiter("function_active_v2").wait(FunctionName=INTRUDER)
        answer = invoke(INTRUDER, list(attempts.values()))
    finally:
        _remove()
    if answer.error:
        why = str(answer.error).rstrip(".")
        raise WorkbookError(
            f"The intruder failed before it could tell: {why}. If that is about a line of yours, mend it; then run the "
            "cell again."
        )
    return answer.result


def _remove() -> None:
    client = target.client("lambda")
    with suppress(client.exceptions.ResourceNotFoundException):
        client.delete_function(FunctionName=INTRUDER)
