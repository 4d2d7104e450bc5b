"""Calling the shop as any client may, and what holds for every answer that it gives."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit


INTERNAL = re.compile(r"Traceback|Exception|boto|dynamodb|arn:aws|\.py\b|/var/|TABLE_NAME", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """An answer, as it came over the wire.

    Attributes:
        address: the address of the request, to which `Location` may be relative.
        headers: by lower-case name, the values of each.
        body: the parsed JSON, with Decimals; None if it is empty.
    """

    address: str
    status: int
    headers: Mapping[str, list[str]]
    text: str
    body: Any

    def header(self, name: str) -> str:
        [value] = self.headers[name.lower()]
        return value


class Api:
    """A REST API of the shop. What is sent is sent as it is: nothing mends it on the way.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Answer:
        """Send a request; the answer, which keeps the contract's first paragraph.

        Args:
            method: such as `"GET"`.
            path: below the API's address, with its query if `query` is not given.
            body: bytes as they are; anything else as JSON.
        """
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        parts = urlsplit(self.url)
        target = parts.path + path + ("?" + urlencode(query, quote_via=quote) if query else "")
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=300)
        connection._validate_path = lambda _: None  # so that odd ones can be sent, too
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in {"content-length": str(len(body or b"")), **(headers or {})}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        found: dict[str, list[str]] = {}
        for name, value in response.getheaders():
            found.setdefault(name.lower(), []).append(value)
        parsed = json.loads(text, parse_float=Decimal) if text else None
        answer = Answer(f"{parts.scheme}://{parts.netloc}{target}", response.status, found, text, parsed)
        keeps_the_contract(method, answer)
        return answer


def keeps_the_contract(method: str, answer: Answer) -> None:
    """What holds for every answer, whatever was asked."""
    assert answer.header("content-type") == "application/json"
    assert re.fullmatch(r"[ -~]{1,128}", answer.header("x-correlation-id"))
    if answer.status >= 400 and method != "HEAD":
        assert answer.body.keys() == {"error"}
        assert answer.body["error"].keys() == {"code", "message"}
        assert re.fullmatch("[A-Za-z]+", answer.body["error"]["code"])
        assert 5 < len(answer.body["error"]["message"]) < 500
        assert not INTERNAL.search(answer.text)
    if answer.status == 204:
        assert answer.text == ""


def refused(answer: Answer, status: int = 400, *about: str) -> bool:
    """Whether an answer is an error of the caller's, with a message that names what is wrong."""
    code = HTTPStatus(status).phrase.replace(" ", "")
    message = answer.body["error"]["message"]
    return (answer.status, answer.body["error"]["code"]) == (status, code) and all(word in message for word in about)
