"""Forked workers: MiniStack starts a new Python for each execution environment, and each imports the same.

boto3 and Powertools are 0.4 s of CPU and 50 MB each time. On Linux a process that has imported them is copied instead.
macOS's own libraries do not bear being copied: there, and wherever a function brings modules or settings of Python of
its own, a new Python is started as before.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SERVER = Path(__file__).with_name("fork_server.py")
INSTALLED = Path(sysconfig.get_path("purelib"))
PATIENCE = 60  # seconds for an answer; who gives none is not waited for again


class Forked:
    """A worker's process, with what MiniStack uses of `subprocess.Popen`.

    Args:
        pid: its process id.
        files: the other ends of its standard input, output and error.

    Raises:
        OSError: it has ended already, or this Linux is older than 5.3.
    """

    def __init__(self, pid: int, files: list[int]) -> None:
        self.pid, self._process = pid, open(os.pidfd_open(pid))
        self.stdin = open(files[0], "w", buffering=1)
        self.stdout, self.stderr = open(files[1]), open(files[2])

    def poll(self) -> int | None:
        """None while it runs, otherwise a number; which one, nobody is told."""
        return self._end_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended.

        Args:
            timeout: in seconds.

        Raises:
            subprocess.TimeoutExpired: it has not.
        """
        if (ended := self._end_within(timeout)) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return ended

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._signal(signal.SIGKILL)

    def _end_within(self, seconds: float | None) -> int | None:
        poll = select.poll()
        poll.register(self._process, select.POLLIN)
        return -1 if poll.poll(None if seconds is None else seconds * 1000) else None

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process.fileno(), number)


class ForkServer:
    """The process that is copied, started when the first worker is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asks: socket.socket | None = None
        self._imported: set[str] = set()

    def start(self, program: str, folder: str, variables: dict[str, str]) -> Forked | None:
        """Start a worker.

        Args:
            program: the worker's own, as MiniStack writes it.
            folder: its working folder, which holds the function's code.
            variables: its environment.

        Returns:
            None if a new Python has to be started for it.
        """
        with self._lock:
            try:
                self._asks = self._asks or self._started()
                if self._brings_its_own(folder, variables):
                    return None
                return self._copied({"program": program, "folder": folder, "variables": variables})
            except (OSError, ValueError):  # it was ended, and answers nothing: the next worker gets another one
                self._asks = None
                return None

    def _started(self) -> socket.socket:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here.settimeout(PATIENCE)
        with there:
            command = [sys.executable, "-P", str(SERVER), str(there.fileno())]
            self.process = subprocess.Popen(command, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL)
        self._imported = set(json.loads(here.recv(1 << 18)))
        return here

    def _copied(self, request: dict[str, Any]) -> Forked:
        pipes = [os.pipe() for _ in range(3)]
        theirs = [pipes[0][0], *(there for _, there in pipes[1:])]
        ours = [pipes[0][1], *(here for here, _ in pipes[1:])]
        try:
            socket.send_fds(self._asks, [json.dumps(request).encode()], theirs)
            return Forked(int(self._asks.recv(32)), ours)
        except (OSError, ValueError):
            for file in ours:
                os.close(file)
            raise
        finally:
            for file in theirs:
                os.close(file)

    def _brings_its_own(self, folder: str, variables: dict[str, str]) -> bool:
        """Whether in a new Python something would be imported that is not what was imported here."""
        layers = [Path(layer) for layer in variables.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep) if layer]
        places = [Path(folder), *layers, *(layer / "python" for layer in layers)]
        return (
            any(name.startswith("PYTHON") for name in variables)
            or any((layer / "python" / "lib").exists() for layer in layers)
            or any(_differs(place, name) for place in places for name in _modules(place) & self._imported)
        )


def _modules(place: Path) -> set[str]:
    """The names of what can be imported from a folder, and some more."""
    return {name.partition(".")[0] for name in os.listdir(place)} if place.is_dir() else set()


def _differs(place: Path, name: str) -> bool:
    """Whether a folder has another version of what is installed here by that name."""
    return not any((INSTALLED / version.name).is_dir() for version in place.glob(f"{name}-*.dist-info"))


def share(runtime: Any) -> None:
    """Let MiniStack's workers for Python functions be copies of one process, where this can be.

    Args:
        runtime: MiniStack's module that starts workers.
    """
    server = ForkServer()

    def start(command: list[str], **how: Any) -> Any:
        of_python = command[0] == sys.executable and how.get("text")
        worker = server.start(command[1], how["cwd"], how["env"]) if of_python else None
        return worker or subprocess.Popen(command, **how)

    if sys.platform == "linux":
        runtime.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": start})
