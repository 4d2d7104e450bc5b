"""The gate before the local cloud: it answers its owner only, and no web page.

A local AWS has no secret that could keep anybody out: any key is good for everything. So before each
request the gate looks at who asks.

Three rules, each with its own sentence for who is refused:

1. On Linux the kernel is asked whose socket is at the other end: the owner's and root's pass (in WSL
   it is root that hands connections on from Windows). What the kernel does not know, it refuses.
2. The cloud's name is 127.0.0.1 or localhost: a web page whose own name was led here has another one.
3. A web page may call the APIs that are deployed, as far as their CORS settings let it, and nothing
   else: browsers say, in `Origin` and `Sec-Fetch-Site`, that it is a page of another place that asks.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from typing import Any

Address = tuple[str, int]
App = Callable[[dict[str, Any], Callable[..., Any], Callable[..., Any]], Awaitable[None]]
LookUp = Callable[[Address, Address], "int | None"]

ITS_NAME = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?", re.IGNORECASE)
API = re.compile(r"/_aws/execute-api/[^/]+/")  # followed by the stage; with less than that, it is no API's address

NOT_THE_OWNER = "This local cloud belongs to another user of this machine; start one of your own."
NOT_ITS_NAME = "This local cloud answers to 127.0.0.1 and localhost only."
NOT_FOR_PAGES = "Web pages may call the APIs of this local cloud, below /_aws/execute-api/, and nothing else of it."

# What <linux/sock_diag.h> and <linux/inet_diag.h> call these.
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, NLMSG_ERROR = 4, 20, 1, 2
HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
REQUEST = struct.Struct("=BBBxI")  # inet_diag_req_v2: family, protocol, extensions, states; the socket's id follows
SOCKET_ID = struct.Struct("!HH16s16s")  # inet_diag_sockid: ports and addresses of this end and the other one
ANY_COOKIE = struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)  # the rest of it: interface, and no cookie
MESSAGE = struct.Struct("=4x36s12x3III")  # inet_diag_msg: …, id, …, expires and queues, uid, inode


def gated(app: App, look_up: LookUp | None) -> App:
    """An ASGI application that passes on to `app` what may pass, and answers the rest with 403.

    Args:
        app: the application behind the gate.
        look_up: gives the uid of a connection's other end, or None if it is not known; None where
            nobody can be asked.
    """
    welcome = {os.getuid(), 0}

    async def gate(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] in ("http", "websocket"):
            owner = look_up is None or look_up(scope["client"], scope["server"]) in welcome
            if sentence := refusal(scope) if owner else NOT_THE_OWNER:
                return await _refuse(scope["type"], sentence, send)
        await app(scope, receive, send)

    return gate


def refusal(scope: dict[str, Any]) -> str | None:
    """Why a request of the owner's may not pass, whatever program sent it; None if it may."""
    said = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    headers = dict(said)
    if [name for name, _ in said].count("host") != 1 or not ITS_NAME.fullmatch(headers["host"]):
        return NOT_ITS_NAME
    from_a_page = "origin" in headers or headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return NOT_FOR_PAGES if from_a_page and not API.match(scope["path"]) else None


async def _refuse(kind: str, sentence: str, send: Callable[..., Any]) -> None:
    if kind == "websocket":  # which the server answers with 403
        await send({"type": "websocket.close", "code": 1008})
        return
    body = f"{sentence}\n".encode()
    headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), "connection": "close"}
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 403, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def by_netlink(peer: Address, here: Address) -> int | None:
    """The uid of the socket at the other end of a connection on this machine, asked for by SOCK_DIAG.

    Args:
        peer: that socket's own address.
        here: the address it is connected to.

    Returns:
        None if the kernel knows of no such socket, or not any more whose it was.
    """
    ends = SOCKET_ID.pack(peer[1], here[1], _packed(peer), _packed(here))
    request = REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0xFFFFFFFF) + ends + ANY_COOKIE
    header = HEADER.pack(HEADER.size + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_SOCK_DIAG) as kernel:
        kernel.send(header + request)
        answer = kernel.recv(8192)
    if HEADER.unpack_from(answer)[1] == NLMSG_ERROR:
        return None
    found, *_, uid, inode = MESSAGE.unpack_from(answer, HEADER.size)
    same = found == ends  # the kernel may give one that listens at the port of one that is gone
    return uid if same and inode else None


def by_proc(peer: Address, here: Address) -> int | None:
    """The same, read in the kernel's list of all connections: slower, and there where SOCK_DIAG is not."""
    ends = [f"{_packed(end)[3::-1].hex().upper()}:{end[1]:04X}" for end in (peer, here)]
    with open("/proc/net/tcp", encoding="ascii") as connections:
        for line in connections:
            fields = line.split()
            if fields[1:3] == ends:
                return int(fields[7]) if int(fields[9]) else None
    return None


def _packed(address: Address) -> bytes:
    return socket.inet_aton(address[0]).ljust(16, b"\0")


def whom_to_ask() -> LookUp | None:
    """Who says here whose a connection is, tried on one of our own; None if nobody does, as on macOS."""
    if sys.platform != "linux":
        return None
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as peer:
        ends = peer.getsockname(), peer.getpeername()
        for look_up in (by_netlink, by_proc):
            try:
                if look_up(*ends) == os.geteuid():
                    return look_up
            except OSError:  # a kernel, or a sandbox, without it
                continue
    sys.exit("This Linux does not tell whose a connection is, so the local cloud could not keep others out.")
