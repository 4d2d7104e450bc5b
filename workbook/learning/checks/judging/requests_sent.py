"""The HTTP requests that a learner's function sends, with whatever library."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class TooMany(BaseException):
    """The function asks and asks; no `except Exception` of its own may stop this."""


class Request(NamedTuple):
    """A request that was sent.

    Attributes:
        headers: those that it was sent with.
    """

    method: str
    path: str
    headers: dict[str, Any]


@contextmanager
def sent_requests(most: int) -> Iterator[list[Request]]:
    """Note each request that this process sends meanwhile: all libraries send them this way.

    Args:
        most: how many may be sent.

    Raises:
        TooMany: the function sends one more.
    """
    sent: list[Request] = []
    connections = http.client.HTTPConnection
    begin, add = connections.putrequest, connections.putheader

    def noting(connection: Any, method: str, url: str, *more: Any, **how: Any) -> None:
        connection.headers_of_this_request = {}
        sent.append(Request(method, url, connection.headers_of_this_request))
        if len(sent) > most:
            raise TooMany(f"{most} requests")
        begin(connection, method, url, *more, **how)

    def noting_headers(connection: Any, header: Any, *values: Any) -> None:
        getattr(connection, "headers_of_this_request", {})[header] = values[0]
        add(connection, header, *values)

    connections.putrequest, connections.putheader = noting, noting_headers
    try:
        yield sent
    finally:
        connections.putrequest, connections.putheader = begin, add
