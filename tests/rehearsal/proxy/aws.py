"""What stands between a learner and the cloud that plays AWS: AWS's names, nothing that AWS does not have, its weather.

`mitmdump -s aws.py`, with the settings in the environment: REHEARSAL_CLOUD, REHEARSAL_REGION, REHEARSAL_WEATHER.
"""

from __future__ import annotations

import json
import os

import calls
import imitations
import weather
from mitmproxy import http

CLOUD, REGION = int(os.environ["REHEARSAL_CLOUD"]), os.environ["REHEARSAL_REGION"]
OWN_PATHS = ("/_ministack", "/_localstack", "/_aws", "/health", "/restapis/")  # the local cloud's own
# How the cloud names its queues, and how AWS does.
HERE, THERE = f"http://127.0.0.1:{CLOUD}/".encode(), f"https://sqs.{REGION}.amazonaws.com/".encode()


class Aws:
    """The addon: each request becomes one of the cloud behind it, or is refused."""

    def __init__(self) -> None:
        self.weather = weather.Weather(json.loads(os.environ["REHEARSAL_WEATHER"]))

    async def request(self, flow: http.HTTPFlow) -> None:
        request = flow.request
        call = calls.read(flow, REGION, CLOUD)
        own = request.path.startswith(OWN_PATHS) and call.service not in ("apigateway", "execute-api")
        if not call.service or request.scheme != "https" or own:
            self.weather.note("no such endpoint", f"{request.method} {request.pretty_url}")
            flow.response = http.Response.make(502, f"AWS has no {request.pretty_host}{request.path}")
            return
        flow.metadata["call"] = call
        name = request.host_header if call.service == "execute-api" and "Authorization" in request.headers else None
        if call.service == "execute-api" and not name:
            request.path = f"/_aws/execute-api/{call.host.partition('.')[0]}{request.path}"
        elif call.service == "s3" and (bucket := call.host.rpartition(f".s3.{REGION}.")[0]):
            request.path = f"/{bucket}{request.path}"
        request.scheme, request.host, request.port = "http", "127.0.0.1", CLOUD
        request.host_header = name or request.host_header  # which is among what was signed
        if THERE in (request.content or b""):
            request.content = request.content.replace(THERE, HERE)
        if (answer := await self.weather.before(call) or imitations.answer(call)) is not None:
            flow.response, flow.metadata["answered"] = answer, True

    async def response(self, flow: http.HTTPFlow) -> None:
        if (call := flow.metadata.get("call")) is None:
            return
        if call.service != "execute-api" and HERE in (flow.response.content or b""):
            flow.response.content = flow.response.content.replace(HERE, THERE)
        await self.weather.after(call)

    async def done(self) -> None:
        await self.weather.clear_up()


addons = [Aws()]
