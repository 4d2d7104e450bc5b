"""The local cloud, its APIs and its workers answer their owner, and no other user of the machine."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config

from workbook.cloud.engine import gate

NOBODY, ADA, BO = 65_534, 4_711, 4_712
CALL = "host: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n"
SIGNED = "authorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sts/aws4_request, Signature=0\r\n"
APP = """\
import aws_cdk as cdk
from shop.pricing import Pricing
from shop.product import Product

app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
Pricing(app, "Pricing")
Product(app, "Product")
app.synth()
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="only root, on Linux and with setpriv, can be another user for a moment",
)


@pytest.fixture(scope="module")
def shop_of_root(learner):
    """A cloud of root's with an API, and a worker that has just answered."""
    learner.write("cdk_app/app.py", APP)
    python = learner.kernel()
    python("from workbook import deploy, outputs; _ = deploy('Product', 'Pricing')")
    learner.outputs = python("dict(outputs)")
    python("from workbook import invoke; _ = invoke(outputs['PricingFunction'], {'orderId': '1', 'items': []})")
    return learner


def ask(
    uid: int, port: int, method: str = "GET", path: str = "/", headers: str = CALL, body: str = ""
) -> tuple[int, str]:
    """Send a request as a user of this machine; status and text of the answer."""
    request = f"{method} {path} HTTP/1.1\r\n{headers}content-length: {len(body)}\r\n\r\n{body}"
    program = 'exec 3<>"/dev/tcp/127.0.0.1/$1"; printf "%s" "$2" >&3; cat <&3'
    as_user = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    done = subprocess.run(
        [*as_user, "bash", "-c", program, "bash", str(port), request],
        capture_output=True, text=True, timeout=300, cwd="/", check=True,
    )  # fmt: skip
    head, _, text = done.stdout.partition("\n\n")  # as Python reads the ends of lines
    return int(head.split()[1]), text


REFUSED = (403, f"{gate.NOT_THE_OWNER}\n")


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("POST", "/", CALL + SIGNED, "Action=GetCallerIdentity&Version=2011-06-15"),
        ("POST", "/", CALL, "Action=GetCallerIdentity&Version=2011-06-15"),
        ("GET", "/_ministack/health", CALL, ""),
        ("GET", "/_ministack/lambda-code/any", CALL, ""),
        ("POST", "/_ministack/config", CALL, "{}"),
        ("POST", "/_ministack/reset", CALL, ""),
    ],
    ids=lambda it: it if isinstance(it, str) and it.startswith("/") else "",
)
def test_another_user_gets_nothing_of_the_cloud(shop_of_root, method, path, headers, body):
    assert ask(NOBODY, shop_of_root.cloud["port"], method, path, headers, body) == REFUSED
    assert shop_of_root.client("cloudformation").describe_stacks(StackName="Product")["Stacks"]  # nothing was reset


def test_another_user_gets_nothing_of_an_api(shop_of_root):
    api = urlsplit(shop_of_root.outputs["ProductApiUrl"])
    path = f"{api.path.rstrip('/')}/product"
    product = json.dumps({"name": "Lamp", "price": 5})
    assert ask(NOBODY, api.port, "POST", path, CALL, product) == REFUSED
    status, text = ask(0, api.port, "GET", path)
    assert (status, json.loads(text)["items"]) == (200, [])


def test_another_user_gets_nothing_wherever_the_cloud_or_a_worker_listens(shop_of_root):
    [cloud] = shop_of_root.clouds()
    workers = cloud.children(recursive=True)
    assert workers
    listening = {
        connection.laddr.port
        for process in [cloud, *workers]
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert shop_of_root.cloud["port"] in listening
    for port in listening:
        assert ask(NOBODY, port) == REFUSED


def test_two_learners_side_by_side_each_reach_their_own_cloud_only():
    with cloud_of(ADA) as adas, cloud_of(BO) as bos:
        for asks, port, passes in [
            (ADA, adas, True),
            (BO, bos, True),
            (ADA, bos, False),
            (BO, adas, False),
            (0, adas, True),
        ]:
            assert ask(asks, port) == ((200, "Yours.\n") if passes else REFUSED), (asks, port)


@contextmanager
def cloud_of(uid: int) -> Iterator[int]:
    """The port of a server behind a gate, in a process of another user.

    The whole cloud would not do: that user may not read the Python that runs here.
    """

    async def behind(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]})
            await send({"type": "http.response.body", "body": b"Yours.\n"})

    with socket.create_server(("127.0.0.1", 0)) as listening:
        child = os.fork()
        if not child:
            try:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                config = Config()
                config.bind = [f"fd://{listening.fileno()}"]
                asyncio.run(serve(gate.gated(behind, gate.whom_to_ask()), config))
            finally:
                os._exit(1)
        try:
            yield listening.getsockname()[1]
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
