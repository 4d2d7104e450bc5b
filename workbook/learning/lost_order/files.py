"""The files of chapter 09's exercise, with a mistake each, by the paths at which they replace the shop's own."""

from __future__ import annotations

from pathlib import Path

PLANTED = Path(__file__).parent / "planted"


def planted() -> dict[str, bytes]:
    """The files with a mistake, by the paths at which they replace the shop's own."""
    return {path: (PLANTED / path).read_bytes() for path in planted_paths()}


def planted_paths() -> list[str]:
    """The files that chapter 09 puts a mistake into: their paths below the checkout."""
    return sorted(f.relative_to(PLANTED).as_posix() for f in PLANTED.glob("**/*.py"))
