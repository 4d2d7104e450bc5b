"""Programs apart from the workbook's own packages: each set in an environment of its own, as its lock names it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from workbook.base.environment import node_folder, tools_on_path
from workbook.base.errors import WorkbookError
from workbook.base.paths import CACHE, shown

TOOLS = CACHE / "tools"
NPM_LOCK = "package-lock.json"


def python_with(lock: Path) -> Path:
    """The Python of an environment that has exactly what a lock names.

    Args:
        lock: requirements with hashes.

    Raises:
        WorkbookError: it is not there yet, and cannot be made.
    """
    uv = [sys.executable, "-m", "uv", "--quiet"]
    folder = TOOLS / f"{lock.parent.name}-{_digest(lock)}"
    commands = (
        [*uv, "venv", "--allow-existing", "--python", sys.executable, str(folder)],
        [*uv, "pip", "sync", "--require-hashes", "--only-binary", ":all:", "--python", str(folder), str(lock)],
    )
    _make(folder, lock, commands)
    return folder / "bin" / "python"


def scripts_of(folder: Path) -> Path:
    """The `node_modules` with exactly what the npm lock in a folder names; no script of a package is run.

    Args:
        folder: with `package.json` and `package-lock.json`.

    Raises:
        WorkbookError: it is not there yet, and cannot be made.
    """
    lock = folder / NPM_LOCK
    made = TOOLS / f"{folder.name}-npm-{_digest(lock)}"
    made.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", NPM_LOCK):
        shutil.copyfile(folder / name, made / name)
    npm = [str(node_folder() / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    _make(made, lock, [npm])
    return made / "node_modules"


def _make(folder: Path, lock: Path, commands: Sequence[Sequence[str]]) -> None:
    """Run commands in a folder, unless they did once; of several processes, one."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    whole = folder / "whole"
    with FileLock(f"{folder}.lock"):
        if whole.exists():
            return
        folder.mkdir(exist_ok=True)
        for command in commands:
            done = subprocess.run(
                command, cwd=folder, env=tools_on_path(dict(os.environ)), capture_output=True, text=True
            )
            if done.returncode:
                said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
                raise WorkbookError(
                    f"What {shown(lock)} names could not be installed: {''.join(said)} "
                    "The first time takes a network: check the connection and HTTPS_PROXY, then run the same again."
                )
        whole.touch()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
