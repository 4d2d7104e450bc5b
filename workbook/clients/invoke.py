"""`invoke(...)`: call a Lambda function, and see what came of it."""

from __future__ import annotations

import html
import json
import re
import time
from dataclasses import dataclass
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.cloud import local, target


@dataclass(frozen=True)
class Invocation:
    """What came of a call of a Lambda function.

    Attributes:
        status: Lambda's HTTP status: 200 for a call that was waited for, 202 for one that was
            only accepted.
        result: what the handler returned; None if it was not waited for.
        error: the error's message, if the handler raised one.
        milliseconds: how long the caller waited.
    """

    status: int
    result: Any
    error: str | None
    milliseconds: float

    @property
    def loaded(self) -> bool:
        """Whether the code could be loaded at all; locally and on AWS, a failure to says so in its own way."""
        return not re.search("init failed|Unable to import|Syntax error|Handler '.*' missing", self.error or "")

    def __repr__(self) -> str:
        if self.error is not None:
            return f"{self.status}, the function failed: {self.error}"
        if self.status == 202:
            return "202, accepted; there is no result to wait for"
        return f"{self.status} {json.dumps(self.result, ensure_ascii=False)}"

    def _repr_html_(self) -> str:
        return f"<p><code>{html.escape(repr(self))}</code> after {self.milliseconds:.0f} ms</p>"


def invoke(function: str, event: Any = None, *, wait: bool = True) -> Invocation:
    """Call a Lambda function.

    Args:
        function: its name, such as `outputs["PricingFunction"]`.
        event: what the handler gets, as JSON.
        wait: True for a synchronous call (`RequestResponse`), False for an asynchronous one (`Event`).

    Raises:
        WorkbookError: there is no such function.
    """
    if target.is_local():
        local.ensure()
    client = target.client("lambda")
    started = time.perf_counter()
    try:
        answer = client.invoke(
            FunctionName=function,
            InvocationType="RequestResponse" if wait else "Event",
            Payload=json.dumps(event if event is not None else {}),
        )
    except client.exceptions.ResourceNotFoundException:
        raise WorkbookError(f"There is no function {function!r}; deploy the stack that makes it.") from None
    payload = answer["Payload"].read()
    milliseconds = (time.perf_counter() - started) * 1000
    result = json.loads(payload) if payload else None
    failed = "FunctionError" in answer
    error = result.get("errorMessage", "") if failed else None
    return Invocation(answer["StatusCode"], None if failed else result, error, milliseconds)
