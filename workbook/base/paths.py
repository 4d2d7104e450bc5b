"""Where things are. Everything a machine remembers about its learner is below STATE."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from workbook.base.errors import WorkbookError

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
LEARN = ROOT / "learn"
SOLUTIONS = NOTEBOOKS / "solutions"
LAMBDA_SRC = ROOT / "lambda_src"
CDK_APP = ROOT / "cdk_app"

STATE = ROOT / ".workbook"
CLOUD = STATE / "cloud"
CDK_STATE = STATE / "cdk"
KEPT = STATE / "kept"
KERNEL = "workbook"  # as which Jupyter knows this environment's Python
# What comes again when it is gone, and holds for every checkout: copies of this one share it.
CACHE = Path(os.environ.get("WORKBOOK_CACHE") or STATE / "cache")


def check_checkout() -> None:
    """See to it that this process works in no other checkout than the one that its `workbook` is from.

    Raises:
        WorkbookError: two checkouts share a Python: files would be written in one, and deployed from the other.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the folder is gone, so there is nothing to confuse
        return
    package = Path(__file__).relative_to(ROOT)
    nearest = next((folder for folder in (here, *here.parents) if (folder / package).exists()), ROOT)
    if nearest.resolve() != ROOT:
        raise WorkbookError(
            f"This is the workbook in {nearest}, but the Python that runs here is that of the one in {ROOT}: type "
            f"`python3 run.py lab` in {nearest}, which finds or makes a Python of its own."
        )


def shown(path: Path) -> str:
    """`path` as a person reads it: relative to the checkout where possible."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def read_code(path: Path) -> str:
    """The text of a file that a person may have edited; what is not UTF-8 in it is replaced, never an error."""
    return path.read_text(encoding="utf-8-sig", errors="replace")


def read_json(path: Path, default: Any) -> Any:
    """The JSON in `path`, or `default` if it is absent or unreadable."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return default


def write_json(path: Path, value: Any) -> None:
    """Write `value` to `path` in one step, so that a reader never sees half of it."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, default=str))


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
