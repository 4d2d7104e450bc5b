"""A learner's server, started by the Hub as the learner: makes their clone at the first login, and JupyterLab in it.

Nothing of the learner's is run or followed by root: all of this runs with the learner's own rights.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

CLASS = Path(__file__).resolve().parents[2]
BOOK = CLASS / ".workbook" / "book.bundle"


def main(options: list[str]) -> None:
    """Become the learner's server.

    Args:
        options: JupyterLab's, as the Hub gives them.
    """
    os.umask(0o077)
    home = Path.home()
    if home.stat().st_uid == os.getuid():  # in a pod, it is a volume, which nobody else has
        home.chmod(0o700)
    limit_memory(int(os.environ.get("MEM_LIMIT", "0")))
    clone = home / "workbook"
    if not clone.exists():
        make(clone)
    os.chdir(clone)
    os.environ.update(PYTHONPATH=str(clone), WORKBOOK_ENV=sys.prefix)
    started = [sys.executable, "-P"]
    # what is set up already costs a moment; what is not is linked to, or made
    subprocess.run([*started, "run.py", "status", "--json"], stdout=subprocess.DEVNULL, check=True)
    os.execv(sys.executable, [*started, "-m", "workbook.command.hub_server", *options])


def limit_memory(most: int) -> None:
    """Let no process of the learner's hold more than that many bytes; 0 for no limit."""
    if most:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def make(clone: Path) -> None:
    """Clone the book; a clone is whole, or it is not there."""
    half = clone.with_name(f".{clone.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", str(BOOK), str(half)], check=True)
    half.rename(clone)


if __name__ == "__main__":
    main(sys.argv[1:])
