"""Child processes that end when they should, and only those that were started from here."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import psutil

PATIENCE_SECONDS = 20
STOPPED = 130  # the exit code of what Ctrl-C ended, as shells have it


@contextmanager
def signals_as_interrupt() -> Iterator[None]:
    """Let a closed terminal and SIGTERM end things as Ctrl-C does: with all that `finally` does."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before: dict[int, Any] = {}
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def quiet_interrupt() -> Iterator[None]:
    """Let Ctrl-C end a child process without a word: whoever started it has one."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(STOPPED)


def run(command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> int:
    """Run a command in the foreground; its exit code.

    Ctrl-C reaches the command too, as it is in the same terminal; it is given time to clean up.
    """
    process = subprocess.Popen(command, cwd=folder, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        end(process)
        raise


def end(process: subprocess.Popen[bytes], *, grace: float = 5) -> None:
    """End a child: wait a little in case it is ending already, then ask it to, then make it.

    Args:
        process: the child.
        grace: seconds to wait before asking.
    """
    for ask, seconds in ((None, grace), (process.terminate, PATIENCE_SECONDS), (process.kill, None)):
        try:
            if ask is not None:
                ask()
            process.wait(seconds)
            return
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            continue


def end_all_in(folder: Path) -> None:
    """End every process that works in `folder` or below it: the local cloud of a copy, kernels.

    Args:
        folder: a temporary one of this process's own, resolved. What is in it is thrown away, so
            nothing is waited for.
    """
    found = [p for p in psutil.process_iter() if _works_in(folder, p)]
    for process in found:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    still_running(found, seconds=5)


def still_running(processes: Iterable[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Wait for processes to end; those that have not.

    One that has ended, and that its parent has not asked about yet, has ended: in a container that can take a second.

    Args:
        processes: children of this process, or of any other.
        seconds: how long to wait at most.
    """
    over, left = time.monotonic() + seconds, list(processes)
    while left := [process for process in left if _runs(process)]:
        if time.monotonic() > over:
            break
        time.sleep(0.005)
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _works_in(folder: Path, process: psutil.Process) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False
