"""A client for the shop's REST APIs whose answers show what came back."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pandas as pd
import requests
from urllib3.exceptions import NewConnectionError

from workbook.base.display import GREEN, RED, frame_markup
from workbook.base.errors import WorkbookError

PATIENCE_SECONDS = 120  # on AWS, API Gateway itself gives up after 29; here, a crowd of cold starts may take longer


@dataclass(frozen=True)
class Answer:
    """What a REST API answered.

    Attributes:
        status: the HTTP status, such as 200.
        body: the parsed JSON, or the text if it is not JSON, or None if it is empty.
        headers: the answer's headers; their names are case-insensitive.
        milliseconds: from sending the request to having the answer.
    """

    status: int
    body: Any
    headers: Mapping[str, str]
    milliseconds: float

    @property
    def frame(self) -> pd.DataFrame:
        """The items of a list, or the one item, as a frame."""
        items = self.body.get("items", [self.body]) if isinstance(self.body, dict) else self.body
        return pd.DataFrame(items or []).convert_dtypes()

    def _heading(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    def _is_list(self) -> bool:
        return isinstance(self.body, dict) and isinstance(self.body.get("items"), list)

    def __repr__(self) -> str:
        if self.body is None:
            return self._heading()
        if self._is_list():
            rest = {k: v for k, v in self.body.items() if k != "items" and v is not None}
            return "\n".join([self._heading(), str(self.frame), *(f"{k}: {v}" for k, v in rest.items())])
        return f"{self._heading()}\n{self._text()}"

    def _text(self) -> str:
        if isinstance(self.body, str):
            return self.body
        return json.dumps(self.body, indent=2, ensure_ascii=False)

    def _repr_html_(self) -> str:
        colour = GREEN if self.status < 400 else RED
        heading = (
            f'<p><b style="color:{colour}">{html.escape(self._heading())}</b> '
            f"in {self.milliseconds:.0f} ms</p>"
        )
        if self.body is None:
            return heading
        if self._is_list():
            rest = {k: v for k, v in self.body.items() if k != "items" and v is not None}
            after = "".join(f"<p>{html.escape(k)}: <code>{html.escape(str(v))}</code></p>" for k, v in rest.items())
            return heading + frame_markup(self.frame) + after
        return f"{heading}<pre>{html.escape(self._text())}</pre>"


class Rest:
    """A REST API: `Rest(outputs["ProductApiUrl"]).get("product")`.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()

    def get(self, path: str, **query: Any) -> Answer:
        """GET `path`, with `query` as its query string."""
        return self.send("GET", path, params=query)

    def post(self, path: str, body: Any) -> Answer:
        """POST `body` as JSON to `path`."""
        return self.send("POST", path, json=body)

    def put(self, path: str, body: Any) -> Answer:
        """PUT `body` as JSON to `path`."""
        return self.send("PUT", path, json=body)

    def delete(self, path: str) -> Answer:
        """DELETE `path`."""
        return self.send("DELETE", path)

    def send(self, method: str, path: str, **how: Any) -> Answer:
        """Send any request.

        Args:
            method: such as `"PATCH"`.
            path: below the address of the API.
            how: what `requests` takes: `json`, `data`, `params`, `headers`.

        Raises:
            WorkbookError: nothing answers at that address, or not in time.
        """
        address = f"{self.url}/{path.lstrip('/')}"
        try:
            answer = self._session.request(method, address, timeout=PATIENCE_SECONDS, **how)
        except requests.RequestException as error:
            raise WorkbookError(_why_no_answer(address, error)) from None
        return Answer(answer.status_code, _parsed(answer), answer.headers, answer.elapsed.total_seconds() * 1000)


def _why_no_answer(address: str, error: requests.RequestException) -> str:
    """A sentence that says whether nobody is there, or whoever is there is busy, or the line broke."""
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(cause, NewConnectionError):
        return (
            f"Nothing answers at {address}. "
            "Run the chapter's set-up cell again, and look the address up again in outputs."
        )
    if isinstance(error, requests.Timeout):
        return (
            f"{address} has not answered within {PATIENCE_SECONDS} s: it is busy. "
            "It may do what it was asked all the same; wait a little, and look, before you ask again."
        )
    if isinstance(error, requests.ConnectionError):
        return (
            f"The connection to {address} broke before the answer was there. "
            "What was asked may have been done all the same: look, before you ask again."
        )
    return f"This is no request that can be sent to {address}: {error}."


def _parsed(answer: requests.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        return answer.text
