"""What a learner's function returns, and which calls of AWS it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient

from workbook.learning.exercises import NotRight

Calls = list[tuple[str, dict[str, Any]]]


def called(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a learner's function returns; if it raises an error, what is to be said of that.

    Raises:
        NotImplementedError: nothing was written in the function yet.
    """
    try:
        return function(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight("an answer", f"{type(error).__name__}: {error}", "the function raised an error of its own.")


@contextmanager
def noted_calls(answers: Mapping[str, Any]) -> Iterator[Calls]:
    """Note the calls of some operations in their order: they are answered here, and never sent.

    Args:
        answers: by the operation's name, such as `SendMessage`; every other call goes where it always goes.
    """
    real, noted = BaseClient._make_api_call, []

    def note(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        if operation not in answers:
            return real(client, operation, request)
        noted.append((operation, request))
        return answers[operation]

    BaseClient._make_api_call = note
    try:
        yield noted
    finally:
        BaseClient._make_api_call = real
