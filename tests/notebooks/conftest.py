"""The notebooks' tests run each in a copy of the tree, on a fresh cloud of the copy's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbook.maintenance import copies


@pytest.fixture
def copy() -> Iterator[Path]:
    """A copy of the tree with no cloud yet; gone in the end, with its cloud."""
    with copies.copy_of_the_tree() as folder:
        yield folder


@pytest.fixture
def in_copy(copy: Path) -> Callable[..., str]:
    """Runs a command in the copy, and fails the test with what it said if it fails."""

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=copy, env=copies.environment_of(copy), capture_output=True, text=True
        )
        if done.returncode:
            pytest.fail(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}", pytrace=False)
        return done.stdout

    return run


@pytest.fixture
def nbval(in_copy: Callable[..., str]) -> Callable[..., None]:
    """Executes notebooks, and compares every output strictly with the stored one.

    The first cell that differs ends it: what comes after it proves nothing.
    """

    def run(*notebooks: Path) -> None:
        names = [f"notebooks/{notebook.name}" for notebook in notebooks]
        in_copy(sys.executable, "-m", "pytest", "--nbval", "-x", "-q", "--color=no", "-p", "no:cacheprovider", *names)

    return run
