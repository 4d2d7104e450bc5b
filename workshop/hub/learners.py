"""Who is where in a class, and one command for many: in homes of this machine, or in clones in a folder.

    sudo .venv/bin/python workshop/hub/learners.py --all                           who is where
    sudo .venv/bin/python workshop/hub/learners.py ada ben -- catch-up 05 --yes    a verb for each of them
    .venv/bin/python workshop/hub/learners.py clones/* -- reset --yes              for each of these clones

What is done for a learner is done as the learner: with their rights, in their clone, and nothing of root's.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CLASS = Path(__file__).resolve().parents[2]
PYTHON = str(CLASS / ".venv" / "bin" / "python")
WORKBOOK = (PYTHON, "-P", "-m", "workbook")
FIRST_PERSON = 1000  # below it are the accounts of services
MOST_BYTES = 1_000_000
READ_SECONDS = 5


def clone_of(whose: str | Path) -> Path:
    """Where a learner's clone is.

    Args:
        whose: the learner's account, or the clone itself.

    Raises:
        KeyError: there is no such account.
    """
    return whose.resolve() if isinstance(whose, Path) else Path(pwd.getpwnam(whose).pw_dir, "workbook")


def started_as(whose: str | Path) -> dict[str, Any]:
    """How a process of a learner's is started: what `subprocess` and `asyncio` take, beside the command.

    Args:
        whose: the learner's account, or a clone, whose owner is meant then.

    Raises:
        KeyError: there is no such account, or no such clone.
    """
    clone, own = clone_of(whose), CLASS / ".venv"
    if isinstance(whose, str):
        entry = pwd.getpwnam(whose)
    elif (clone / "run.py").is_file():
        entry = pwd.getpwuid(clone.stat().st_uid)
        own = clone / ".venv" if (clone / ".venv").is_dir() else own
    else:
        raise KeyError(whose)
    return ({"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}) | {
        "umask": 0o077,
        "cwd": "/",
        "env": {
            "HOME": entry.pw_dir,
            "USER": entry.pw_name,
            "PATH": os.defpath,
            "PYTHONPATH": str(clone),
            "WORKBOOK_ENV": str(own),
            "WORKBOOK_TARGET": "local",
        },
        "stdin": subprocess.DEVNULL,
        "start_new_session": True,
    }


def remembered(whose: str | Path) -> str:
    """What a learner's clone remembers of their progress, read as the learner; empty if it remembers nothing.

    Args:
        whose: the learner's account, or the clone.
    """
    try:
        command = ["head", "--bytes", str(MOST_BYTES), str(clone_of(whose) / ".workbook" / "progress.json")]
        read = subprocess.run(command, **started_as(whose), capture_output=True, timeout=READ_SECONDS)
    except (KeyError, subprocess.TimeoutExpired):  # no account yet; no file but something that waits
        return ""
    return read.stdout.decode(errors="replace")


def everybody() -> list[str]:
    """The accounts of this machine that have a clone."""
    people = [entry for entry in pwd.getpwall() if entry.pw_uid >= FIRST_PERSON]
    return sorted(entry.pw_name for entry in people if Path(entry.pw_dir, "workbook", "run.py").is_file())


def for_each(names: Sequence[str | Path], words: Sequence[str]) -> list[str]:
    """Run `run.py` with some words for each learner, one after the other; for whom it did not work.

    Args:
        names: accounts, or clones.
        words: the verb, and what belongs to it.
    """
    failed = []
    for name in names:
        print(f"{name}:", flush=True)
        try:
            how = started_as(name)
            python = f"{how['env']['WORKBOOK_ENV']}/bin/python"
            command = [python, "-P", str(clone_of(name) / "run.py"), *words]
            code = subprocess.run(command, **how).returncode
        except KeyError:
            print("  there is no such account on this machine, or no such clone.")
            code = 1
        except KeyboardInterrupt:
            sys.exit(f"\nStopped at {name}: run the same again for them, and for whoever comes after.")
        failed += [str(name)] if code else []
    return failed


def table(names: Sequence[str | Path]) -> str:
    """Who is where, a line for each, who is stuck first.

    Args:
        names: accounts, or clones.
    """
    from class_progress import ago, by_need, learner, minutes, now

    at = now()
    lines = [("learner", "chapter", "right", "last check", "failed", "stuck for", "last seen")]
    for one in by_need([learner(str(name), remembered(name), None, at) for name in names]):
        chapter = "not begun" if one.chapter is None else f"{one.chapter:02}"
        stuck, seen = minutes(one.stuck) if one.stuck else "", ago(at - one.alive) if one.alive else "never"
        done = f"{one.done} of {one.of}" if one.of else ""
        lines.append((one.name, chapter, done, one.step, str(one.failed or ""), stuck, seen))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(f"{cell:<{w}}" for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def main(words: list[str]) -> None:
    """Show who is where, or run a verb for each."""
    end = words.index("--") if "--" in words else len(words)
    said, verb = words[:end], words[end + 1 :]
    names = everybody() if said == ["--all"] else [Path(word) if "/" in word else word for word in said]
    if not names or said != ["--all"] and any(word.startswith("-") for word in said):
        sys.exit("Say whose: accounts, clones, or --all. sudo .venv/bin/python workshop/hub/learners.py ada ben")
    if not verb:
        return print(table(names))
    failed = for_each(names, verb)
    sys.exit(f"Not done for {', '.join(failed)}." if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
