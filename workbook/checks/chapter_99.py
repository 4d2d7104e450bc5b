"""The check of chapter 99."""

from __future__ import annotations

from workbook.checks import NotYet, Right, Verdict, checks
from workbook.cleaning import leftovers


@checks("99-gone")
def gone() -> Verdict:
    """Nothing is left of all that was deployed from here."""
    there = leftovers()
    if len(there):
        return NotYet(f"{len(there)} resources are still there. Run clean_up().")
    return Right("Every service was asked, and none has anything of this book any more.")
