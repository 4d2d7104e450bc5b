"""The gate before the local cloud: whose connection it is, and what is refused, in one sentence each."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from workbook.cloud.engine import gate

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a connection is")
ELSEWHERE = "http://127.0.0.1:8888"
API = "/_aws/execute-api/abc123/prod/product"


def scope(path: str = "/", kind: str = "http", host: str | None = "127.0.0.1:4566", **headers: str) -> dict:
    """A request as the server hands it on."""
    said = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    hosts = [] if host is None else [(b"Host", host.encode())]
    ends = {"client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 4566)}
    return {"type": kind, "path": path, "headers": hosts + said, **ends}


# What is asked


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:4566", "127.0.0.1", "localhost", "LocalHost:80"])
def test_it_answers_to_its_own_names(host):
    assert gate.refusal(scope(host=host)) is None


@pytest.mark.parametrize(
    "host", ["evil.test:4566", "evil.test", "127.0.0.1.evil.test", "localhost.evil.test:4566", "evil.test@127.0.0.1",
             "abc123.execute-api.localhost:4566", "127.0.0.1:4566:80", "0.0.0.0:4566", "", None],
)  # fmt: skip
def test_it_answers_to_no_other_name(host):
    assert gate.refusal(scope(API, host=host)) == gate.NOT_ITS_NAME


def test_two_names_are_one_too_many():
    asked = scope()
    asked["headers"].append((b"host", b"evil.test"))
    assert gate.refusal(asked) == gate.NOT_ITS_NAME


@pytest.mark.parametrize("path", ["/", "/_ministack/reset", "/_aws/execute-api/", "/_aws/execute-api/abc123",
                                  "/_aws/execute-api//prod/product", "/x/_aws/execute-api/abc123/prod/product",
                                  "/restapis/abc123/prod/_user_request_/product"])  # fmt: skip
@pytest.mark.parametrize(
    "headers",
    [{"origin": ELSEWHERE}, {"Origin": "null"}, {"sec_fetch_site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}],
)
def test_a_page_of_another_place_may_not_ask_for_anything(path, headers):
    assert gate.refusal(scope(path, **headers)) == gate.NOT_FOR_PAGES


def test_a_page_may_call_the_apis_that_are_deployed():
    assert gate.refusal(scope(API, origin=ELSEWHERE, sec_fetch_site="cross-site")) is None


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_an_address_that_is_typed_into_a_browser_is_answered(site):
    assert gate.refusal(scope("/_ministack/health", sec_fetch_site=site)) is None


# Who asks


@pytest.mark.parametrize(("owner", "passes"), [(os.getuid(), True), (0, True), (4711, False), (None, False)])
@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("path", ["/", API])
def test_only_the_owner_and_root_pass(owner, passes, kind, path):
    answer = asked(lambda peer, here: owner, scope(path, kind))
    if passes:
        assert answer == "passed on"
    elif kind == "http":
        assert answer == (403, f"{gate.NOT_THE_OWNER}\n")
    else:
        assert answer == "closed"


def test_in_wsl_what_comes_from_windows_comes_from_root(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert asked(lambda peer, here: 0, scope()) == "passed on"
    assert asked(lambda peer, here: 1001, scope()) == (403, f"{gate.NOT_THE_OWNER}\n")


def test_where_nobody_can_be_asked_the_other_rules_hold():
    assert asked(None, scope()) == "passed on"
    assert asked(None, scope(host="evil.test")) == (403, f"{gate.NOT_ITS_NAME}\n")


def test_the_server_itself_may_start_and_stop():
    assert asked(lambda peer, here: None, {"type": "lifespan"}) == "passed on"


def asked(look_up: gate.LookUp | None, request: dict) -> str | tuple[int, str]:
    """What comes of a request: passed on, closed, or status and text of the answer."""
    came: list[object] = []

    async def behind(scope: dict, receive: object, send: object) -> None:
        came.append("passed on")

    async def send(message: dict) -> None:
        came.append({"websocket.close": "closed"}.get(message["type"], message))

    with suppress(StopIteration):  # it waits for nothing, so it needs no loop; a browser's tests leave one running
        gate.gated(behind, look_up)(request, lambda: None, send).send(None)
    if isinstance(came[0], dict):
        return came[0]["status"], came[1]["body"].decode()
    [only] = came
    return only


# Whose connection it is


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@LINUX
@pytest.mark.parametrize("look_up", [gate.by_netlink, gate.by_proc])
def test_the_kernel_says_whose_connection_it_is(server, look_up):
    with socket.create_connection(server.getsockname()) as peer:
        assert look_up(peer.getsockname(), peer.getpeername()) == os.geteuid()


@LINUX
@pytest.mark.parametrize("look_up", [gate.by_netlink, gate.by_proc])
def test_of_a_connection_that_never_was_nobody_knows(server, look_up):
    assert look_up(("127.0.0.1", 1), server.getsockname()) is None


@LINUX
@pytest.mark.parametrize("look_up", [gate.by_netlink, gate.by_proc])
def test_a_peer_that_is_gone_before_it_is_looked_up_is_nobody(server, look_up):
    peer = socket.create_connection(server.getsockname())
    ends = peer.getsockname(), peer.getpeername()
    with closing(server.accept()[0]):
        peer.close()
        assert look_up(*ends) is None


@LINUX
@pytest.mark.parametrize("look_up", [gate.by_netlink, gate.by_proc])
def test_who_listens_at_the_port_of_a_peer_that_is_gone_is_not_taken_for_it(server, look_up):
    for _ in range(50):
        peer = socket.create_connection(server.getsockname())
        ends = peer.getsockname(), peer.getpeername()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # gone at once, its port is free
        peer.close()
        with suppress(OSError), socket.create_server(ends[0]):  # unless another program was quicker
            assert look_up(*ends) is None
            return
    pytest.fail("no port of a peer that was gone could be had")


@LINUX
def test_it_asks_by_the_quickest_way_there_is(monkeypatch):
    assert gate.whom_to_ask() is gate.by_netlink

    def without(*_: object) -> None:
        raise OSError("Protocol not supported")

    monkeypatch.setattr(gate, "by_netlink", without)
    assert gate.whom_to_ask() is gate.by_proc
    monkeypatch.setattr(gate, "by_proc", without)
    with pytest.raises(SystemExit, match="does not tell whose a connection is"):
        gate.whom_to_ask()


def test_on_macos_nobody_is_asked(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert gate.whom_to_ask() is None
