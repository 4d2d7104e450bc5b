"""The HTTP requests that a learner's function sends, with whatever library."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TooMany(BaseException):
    """The function asks and asks; no `except Exception` of its own may stop this."""


@contextmanager
def sent_requests(most: int) -> Iterator[list[tuple[str, str]]]:
    """Note method and path of each request that this process sends meanwhile: all libraries send them this way.

    Args:
        most: how many may be sent.

    Raises:
        TooMany: the function sends one more.
    """
    sent: list[tuple[str, str]] = []
    real = http.client.HTTPConnection.putrequest

    def noting(connection: Any, method: str, url: str, *more: Any, **how: Any) -> None:
        sent.append((method, url))
        if len(sent) > most:
            raise TooMany(f"{most} requests")
        real(connection, method, url, *more, **how)

    http.client.HTTPConnection.putrequest = noting
    try:
        yield sent
    finally:
        http.client.HTTPConnection.putrequest = real
