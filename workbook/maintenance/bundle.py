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
        WorkbookError: git does not do it; says why.
    """
    half = file.absolute().with_name(f"{file.name}.{os.getpid()}.part")
    branch = _git("symbolic-ref", "--short", "--quiet", "HEAD").stdout.split()  # none if a commit is checked out
    done = _git("bundle", "create", "--quiet", str(half), "HEAD", *branch)
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:]
        raise WorkbookError(f"The book cannot be packed, as git does not make a bundle of {ROOT}: {''.join(why)}.")
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
