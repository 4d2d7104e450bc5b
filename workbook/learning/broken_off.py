"""Whether a cell was broken off: interrupted, or its kernel ended while it ran. What it meant to undo is then left."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import psutil

from workbook.base.paths import STATE

FILE = STATE / "cell"  # the kernel in which a cell runs; the word below, after one that was interrupted
INTERRUPTED = "interrupted"


def watch(shell: Any) -> None:
    """Note from now on when a cell of this kernel is broken off.

    Args:
        shell: IPython's.
    """
    for event, noted in (("pre_run_cell", _begins), ("post_run_cell", _ends)):
        if noted not in shell.events.callbacks[event]:
            shell.events.register(event, noted)


def was_broken_off() -> bool:
    """Whether the last cell that ran did not come to its end."""
    noted = _noted()
    return noted == INTERRUPTED or (noted.isdigit() and int(noted) != os.getpid() and not psutil.pid_exists(int(noted)))


def forget() -> None:
    """Say that what such a cell left has been put back."""
    FILE.unlink(missing_ok=True)


def _noted() -> str:
    with suppress(OSError):
        return FILE.read_text(encoding="utf-8")
    return ""


def _note(text: str) -> None:
    with suppress(OSError):  # a full disk: the cell itself is none the worse for it
        FILE.write_text(text, encoding="utf-8")


def _begins(_info: Any) -> None:
    if not was_broken_off():
        _note(str(os.getpid()))


def _ends(result: Any) -> None:
    if isinstance(result.error_in_exec, KeyboardInterrupt):
        _note(INTERRUPTED)
    elif _noted() == str(os.getpid()):
        forget()
