"""Processes are waited for until they have ended, and not until somebody has taken note of that."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from workbook.base.processes import still_running

CHILD = "import subprocess, sys; child = subprocess.Popen(['sleep', '600']); print(child.pid, flush=True); input()"


@pytest.fixture
def child():
    """A process whose parent never asks whether it has ended."""
    parent = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process = psutil.Process(int(parent.stdout.readline()))
    yield process
    process.kill()
    parent.communicate()


def test_one_that_has_ended_is_not_waited_for_though_its_parent_does_not_know(child):
    child.kill()
    assert still_running([child], seconds=60) == []
    assert child.status() == psutil.STATUS_ZOMBIE  # else this proves nothing


def test_one_that_runs_on_is_told_of(child):
    assert still_running([child], seconds=0) == [child]
