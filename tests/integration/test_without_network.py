"""A machine without any network is set up from a memory stick, and its first function answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbook.base.environment import without_git, without_jupyter
from workbook.base.paths import ROOT
from workbook.maintenance import copies

pytestmark = pytest.mark.nightly

SECONDS = 1800
WITHOUT_NETWORK = ("unshare", "--net", "--")


def may_be_without_network() -> bool:
    """Whether this user may start a program that has no network."""
    there = shutil.which(WITHOUT_NETWORK[0]) and shutil.which("ip")
    return bool(there) and not subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True).returncode


def environment() -> dict[str, str]:
    """The environment of somebody who has set nothing up, with caches of nothing."""
    unwanted = ("PYTHON", "WORKBOOK_", "AWS_", "VIRTUAL_ENV", "PIP_", "UV_", "npm_")
    return {k: v for k, v in without_jupyter(without_git(os.environ)).items() if not k.startswith(unwanted)}


@pytest.mark.skipif(not may_be_without_network(), reason="This user may not start a program without a network.")
def test_from_a_stick_to_the_first_function_without_a_network(tmp_path):
    stick, clone = tmp_path / "MY STICK", tmp_path / "clone"
    collected = subprocess.run([sys.executable, "-m", "workbook", "stick", stick], cwd=ROOT, timeout=SECONDS)
    assert collected.returncode == 0
    for path in copies.tracked_files():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, clone / path)
    for file in (stick, *stick.rglob("*")):
        file.chmod(file.stat().st_mode & ~0o222)
    caches = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home" / "cache")}

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [*WITHOUT_NETWORK, "sh", "-c", 'ip link set lo up; exec "$@"', "sh", python(), "run.py", *words]
        return subprocess.run(
            [str(word) for word in command], cwd=clone, env=environment() | caches, text=True, capture_output=True,
            timeout=SECONDS,
        )  # fmt: skip

    done = run("setup", "--from", stick)
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith("Everything is set up.\n")
    done = run("up", "--chapter", "00")
    assert done.returncode == 0 and "Hello" in done.stdout, done.stderr
    assert run("down").returncode == 0


def python() -> Path:
    """The Python that this one's environment was made with."""
    return Path(sys._base_executable).resolve()
