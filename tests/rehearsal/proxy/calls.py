"""One call of AWS's API as the proxy sees it: service, operation, parameters; and answers as a service gives them."""

from __future__ import annotations

import asyncio
import functools
import http.client
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from mitmproxy import http as mitm

SERVICES = {"monitoring": "cloudwatch", "streams.dynamodb": "dynamodbstreams"}  # hosts that are named otherwise
FUNCTION = "/2015-03-31/functions"
MAPPING = "/2015-03-31/event-source-mappings"
PATHS = (  # of the services whose operations are named by method and path
    ("lambda", "POST", FUNCTION, "CreateFunction"),
    ("lambda", "GET", f"{FUNCTION}/(?P<FunctionName>[^/]+)", "GetFunction"),
    ("lambda", "GET", f"{FUNCTION}/(?P<FunctionName>[^/]+)/configuration", "GetFunctionConfiguration"),
    ("lambda", "PUT", f"{FUNCTION}/(?P<FunctionName>[^/]+)/configuration", "UpdateFunctionConfiguration"),
    ("lambda", "PUT", f"{FUNCTION}/(?P<FunctionName>[^/]+)/code", "UpdateFunctionCode"),
    ("lambda", "POST", f"{FUNCTION}/(?P<FunctionName>[^/]+)/invocations", "Invoke"),
    ("lambda", "PUT", "/2017-10-31/functions/(?P<FunctionName>[^/]+)/concurrency", "PutFunctionConcurrency"),
    ("lambda", "GET", "/2016-08-19/account-settings/?", "GetAccountSettings"),
    ("lambda", "POST", f"{MAPPING}/?", "CreateEventSourceMapping"),
    ("lambda", "GET", f"{MAPPING}/?", "ListEventSourceMappings"),
    ("lambda", "GET", f"{MAPPING}/(?P<UUID>[^/]+)", "GetEventSourceMapping"),
    ("lambda", "PUT", f"{MAPPING}/(?P<UUID>[^/]+)", "UpdateEventSourceMapping"),
    ("lambda", "DELETE", f"{MAPPING}/(?P<UUID>[^/]+)", "DeleteEventSourceMapping"),
)  # fmt: skip


@dataclass
class Call:
    """A call on its way to the cloud, or its answer on the way back.

    Attributes:
        service: as boto3 names it, such as `"sqs"`.
        operation: such as `"ReceiveMessage"`; for what no rule asks about, the method and the path.
        parameters: what it is called with, as far as JSON, a form or a path say it.
        host: the host that was asked.
        flow: mitmproxy's own view of it.
        cloud: the port on which the cloud listens that plays AWS.
    """

    service: str
    operation: str
    parameters: dict[str, Any]
    host: str
    flow: mitm.HTTPFlow
    cloud: int

    @property
    def answer(self) -> dict[str, Any]:
        """The answer's JSON."""
        return json.loads(self.flow.response.content or b"{}")

    @answer.setter
    def answer(self, content: dict[str, Any]) -> None:
        self.flow.response.content = json.dumps(content).encode()

    @property
    def worked(self) -> bool:
        """Whether the answer is no error."""
        return self.flow.response.status_code < 400

    def change(self, **parameters: Any) -> None:
        """Change parameters of a call whose parameters are JSON, before it is sent on."""
        self.parameters |= parameters
        self.flow.request.content = json.dumps(self.parameters).encode()

    async def ask(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The cloud's answer to another operation of the same service, one that speaks JSON 1.0 or 1.1."""
        prefix = self.flow.request.headers["X-Amz-Target"].rpartition(".")[0]
        headers = {"X-Amz-Target": f"{prefix}.{operation}"}
        return json.loads((await self.send("POST", "/", json.dumps(parameters).encode(), headers))[1] or b"{}")

    async def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send something to the cloud in the name of whoever made this call; status and body of the answer."""
        return await asyncio.to_thread(self._send, method, path, body, headers)

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud, timeout=60)
        mine = {k: v for k, v in self.flow.request.headers.items() if k.lower() not in ("content-length", "connection")}
        try:
            connection.request(method, path, body, mine | headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    async def send_on(self) -> tuple[int, bytes]:
        """Send the call itself on; status and body of the answer."""
        request = self.flow.request
        return await self.send(request.method, request.path, request.content or b"", {})

    def refusal(self, code: str, message: str, status: int = 400) -> mitm.Response:
        """An error, in the form in which this service gives it."""
        headers = {"x-amzn-RequestId": str(uuid.uuid4())}
        if self.service in ("iam", "sts", "sns", "cloudformation"):
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            headers["Content-Type"] = "text/xml"
            return mitm.Response.make(status, f"<ErrorResponse>{error}</ErrorResponse>", headers)
        if self.service == "s3":
            headers["Content-Type"] = "application/xml"
            error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            return mitm.Response.make(status, error, headers)
        if self.service == "sqs":
            headers["x-amzn-query-error"] = f"AWS.SimpleQueueService.{code};Sender"
        headers |= {"x-amzn-ErrorType": code, "Content-Type": "application/x-amz-json-1.0"}
        return mitm.Response.make(status, json.dumps({"__type": code, "message": message}), headers)

    def done(self, content: dict[str, Any] | None = None, status: int = 200) -> mitm.Response:
        """The answer of a call that worked, as far as the caller is told."""
        headers = {"x-amzn-RequestId": str(uuid.uuid4())}
        if self.service == "iam":
            name = f"{self.operation}Response"
            known = f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
            space = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"'
            headers["Content-Type"] = "text/xml"
            return mitm.Response.make(status, f"<{name} {space}>{known}</{name}>", headers)
        headers["Content-Type"] = "application/x-amz-json-1.0"
        return mitm.Response.make(status, json.dumps(content or {}), headers)


def read(flow: mitm.HTTPFlow, region: str, cloud: int) -> Call:
    """The call that a request makes; its service is "" if it is for a host that AWS does not have.

    Args:
        flow: as mitmproxy has it, before it is sent on.
        region: the region that is played.
        cloud: the port of the cloud that plays AWS.
    """
    request, service = flow.request, service_of(flow.request.pretty_host, region)
    path = request.path.partition("?")[0]
    operation, parameters = f"{request.method} {path}", dict(request.query)
    if target := request.headers.get("X-Amz-Target"):
        operation, parameters = target.rpartition(".")[2], json.loads(request.content or b"{}")
    elif request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        parameters = {k: v[0] for k, v in parse_qs(request.get_text() or "", keep_blank_values=True).items()}
        operation = parameters.get("Action", operation)
    elif "/operation/" in path:  # in CBOR, which no rule reads
        operation = path.rpartition("/")[2]
    for of, method, pattern, name in PATHS:
        if (of, method) == (service, request.method) and (found := _compiled(pattern).fullmatch(path)):
            body = json.loads(request.content) if request.content and name != "Invoke" else {}
            named = {key: unquote(value) for key, value in found.groupdict().items()}
            operation, parameters = name, parameters | body | named
    return Call(service, operation, parameters, request.pretty_host, flow, cloud)


def service_of(host: str, region: str) -> str:
    """The service that a host belongs to: "" for one that AWS does not have, "execute-api" for an API of one's own."""
    found = re.fullmatch(rf"(?P<name>[a-z0-9.-]+?)(\.{re.escape(region)})?\.amazonaws\.com", host)
    if found is None:
        return ""
    name = found["name"]
    if name == "s3" or name.endswith(".s3"):
        return "s3"
    if name.endswith(".execute-api"):
        return "execute-api"
    return SERVICES.get(name, name)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
