"""The book in one file, which git clones from: `python -m workbook.maintenance.bundle FILE`.

A file, because git does not clone from a folder that another user owns, and a memory stick has no users.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workbook.base.environment import without_git
from workbook.base.errors import WorkbookError
from workbook.base.paths import ROOT


def pack(file: Path) -> None:
    """Pack what is committed in this checkout into a file, in one step.

    Args:
        file: where to; its folder must be there.

    Raises:
        WorkbookError: this folder is no clone, or nothing is committed in it.
    """
    half = file.with_name(f"{file.name}.part")
    branch = _git("symbolic-ref", "--short", "--quiet", "HEAD").stdout.split()  # none if a commit is checked out
    if _git("bundle", "create", "--quiet", str(half), "HEAD", *branch).returncode:
        raise WorkbookError(f"{ROOT} is no clone with git, so the book cannot be packed: clone it, and run this there.")
    half.chmod(0o644)
    half.replace(file)


def _git(*words: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(ROOT), "-c", f"safe.directory={ROOT}", *words]
    return subprocess.run(command, env=without_git(os.environ), capture_output=True, text=True)


if __name__ == "__main__":
    try:
        pack(Path(sys.argv[1]))
    except WorkbookError as error:
        sys.exit(error.message)
