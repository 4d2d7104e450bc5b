"""JupyterLab as `workbook lab` starts it, in a copy of the tree."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from workbook.base.paths import read_json
from workbook.maintenance import copies

STOP_SECONDS = 120


@dataclass(frozen=True)
class Lab:
    """A running `workbook lab`.

    Attributes:
        address: where chapter 00 opens, with the token.
        folder: the copy of the tree that it serves.
    """

    address: str
    folder: Path

    @property
    def url(self) -> str:
        """Where JupyterLab listens, without the token."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def running_lab(*options: str) -> Iterator[Lab]:
    """Start `workbook lab --no-browser`, with other options perhaps, in a copy of the tree; end it as a closed
    terminal does."""
    with copies.copy_of_the_tree() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbook", "lab", "--no-browser", *options],
            cwd=folder,
            env=copies.environment_of(folder) | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("JupyterLab:"):
                break
        else:
            pytest.fail(f"`workbook lab` did not start:\n{''.join(said)}", pytrace=False)
        cloud = read_json(folder / ".workbook/cloud/cloud.json", {})["pid"]
        try:
            yield Lab(said[-1].split()[1], folder)
        finally:
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=STOP_SECONDS)
        assert _ended(cloud), f"`workbook lab` has ended, and its cloud has not. It said:\n{said}"


def _ended(pid: int) -> bool:
    """Whether a process has ended; one that only waits for its parent to take note has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
