"""Whole logs: what a function wrote before its answer is in the log of that call, on a busy machine, too."""

from __future__ import annotations

import os
import select
import threading
from typing import Any


class WholeLog:
    """What a function writes, read so that a call's log holds all that was written before its answer.

    MiniStack waits until nothing has come for 5 ms. On a busy machine a line comes later, and would be handed on
    with the function's next call only: whoever waits for it, and calls nothing, waits for ever.

    Args:
        pipe: what the function writes into.
        lines: takes the lines; MiniStack's queue of them.
    """

    def __init__(self, pipe: Any, lines: Any) -> None:
        self._pipe, self._lines, self._rest = pipe, lines, b""
        self._reading = threading.Lock()

    def follow(self) -> None:
        """Read until the function ends, so that it never waits for its pipe to be emptied."""
        while self._unread(None) and self.catch_up():
            pass

    def catch_up(self) -> bool:
        """Read all that was written up to now; whether more can come."""
        with self._reading:
            while self._unread(0):
                if not (read := os.read(self._pipe.fileno(), 65_536)):
                    self._hand_on([self._rest] if self._rest else [])
                    self._rest = b""
                    return False
                *lines, self._rest = (self._rest + read).split(b"\n")
                self._hand_on(lines)
            return True

    def _unread(self, milliseconds: int | None) -> bool:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN | select.POLLHUP)
        return bool(poll.poll(milliseconds))

    def _hand_on(self, lines: list[bytes]) -> None:
        for line in lines:
            self._lines.put(line.decode(errors="replace"))


def give(worker: type) -> None:
    """Let MiniStack's workers for Python functions read what these write by a `WholeLog`."""
    waiting = worker._drain_stderr_bounded

    def read(self: Any) -> None:
        self.whole_log = WholeLog(self._proc.stderr, self._stderr_queue)
        self.whole_log.follow()

    def drain(self: Any, *seconds: float, **more: float) -> str:
        if not (log := getattr(self, "whole_log", None)):  # another kind of worker, or one that has just begun
            return waiting(self, *seconds, **more)
        log.catch_up()
        return self._drain_stderr()

    worker._read_stderr, worker._drain_stderr_bounded = read, drain
