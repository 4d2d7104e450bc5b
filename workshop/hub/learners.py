"""What is done for a learner is done as the learner: with their rights, in their clone, and nothing of root's."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import Any

CLASS = Path(__file__).resolve().parents[2]
PYTHON = str(CLASS / ".venv" / "bin" / "python")
WORKBOOK = (PYTHON, "-P", "-m", "workbook")


def clone_of(name: str) -> Path:
    """Where a learner's clone is.

    Args:
        name: the learner's account.
    """
    return Path(pwd.getpwnam(name).pw_dir, "workbook")


def started_as(name: str) -> dict[str, Any]:
    """How a process of a learner's is started: what `subprocess` and `asyncio` take, beside the command.

    Args:
        name: the learner's account.
    """
    entry = pwd.getpwnam(name)
    return {
        "user": entry.pw_uid,
        "group": entry.pw_gid,
        "extra_groups": [],
        "umask": 0o077,
        "cwd": "/",
        "env": {
            "HOME": entry.pw_dir,
            "USER": name,
            "PATH": os.defpath,
            "PYTHONPATH": str(clone_of(name)),
            "WORKBOOK_ENV": str(CLASS / ".venv"),
            "WORKBOOK_TARGET": "local",
        },
        "stdin": subprocess.DEVNULL,
        "start_new_session": True,
    }


def main(words: list[str]) -> None:
    """`learners.py ada ben -- catch-up 05` runs `workbook catch-up 05` for each of them, one after the other."""
    names, verb = words[: words.index("--")] if "--" in words else [], words[words.index("--") + 1 :] if words else []
    if not (names and verb):
        sys.exit("Say whose, and what: sudo python3 workshop/hub/learners.py ada ben -- catch-up 05")
    failed = []
    for name in names:
        print(f"{name}:", flush=True)
        try:
            code = subprocess.run([*WORKBOOK, *verb], **started_as(name)).returncode
        except KeyError:
            print("  there is no such account on this machine.")
            code = 1
        failed += [name] if code else []
    sys.exit(f"Not done for {', '.join(failed)}." if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
