"""The calls of AWS that a learner's function makes: noted and not sent, or sent and seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient

Calls = list[tuple[str, dict[str, Any]]]


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


@contextmanager
def seen_calls() -> Iterator[list[str]]:
    """The names of all operations that are called, in their order; each goes where it always goes."""
    real, seen = BaseClient._make_api_call, []

    def see(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        seen.append(operation)
        return real(client, operation, request)

    BaseClient._make_api_call = see
    try:
        yield seen
    finally:
        BaseClient._make_api_call = real
