"""Two checkouts and one Python: nothing is written in one of them and deployed from the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ENDED = 60


@pytest.fixture
def other(tmp_path) -> Path:
    """As much of another checkout as tells it from any other folder; a folder in it."""
    there = tmp_path / "other wörkbook"
    (there / "workbook" / "base").mkdir(parents=True)
    (there / "workbook" / "base" / "paths.py").touch()
    (there / "notebooks").mkdir()
    return there


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """This checkout's Python, in a folder."""
    command = [sys.executable, "-P", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=ENDED)


def refusal(there: Path) -> str:
    return (
        f"This is the workbook in {there}, but the Python that runs here is that of the one in {ROOT}: type "
        f"`python3 run.py lab` in {there}, which finds or makes a Python of its own."
    )


@pytest.mark.parametrize("below", [".", "notebooks"])
def test_a_command_in_another_checkout_is_refused_in_a_sentence(other, below):
    done = ran(other / below, "-m", "workbook", "outputs", "--json")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", refusal(other) + "\n")


def test_a_notebook_of_another_checkout_is_refused_in_a_sentence(other):
    done = ran(other / "notebooks", "-c", "from workbook import chapter, deploy")
    assert done.returncode == 1
    assert done.stderr.endswith(f"WorkbookError: {refusal(other)}\n")


@pytest.mark.parametrize("folder", [ROOT, ROOT / "notebooks", Path("/")], ids=["here", "below", "elsewhere"])
def test_in_its_own_checkout_and_outside_of_any_it_works(folder):
    assert ran(folder, "-c", "from workbook import chapter").returncode == 0
