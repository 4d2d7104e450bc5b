"""The check of chapter 99."""

from __future__ import annotations

from workbook.learning.clean_up import leftovers
from workbook.learning.exercises import NotYet, Right, Verdict, checks


@checks("99-gone")
def gone() -> Verdict:
    """Nothing is left of all that was deployed from here."""
    there = leftovers()
    if len(there):
        some = ", ".join(f"{what} {name}" for what, name in zip(there.what[:3], there["name"][:3], strict=True))
        more = " …" if len(there) > 3 else ""
        return NotYet(f"{len(there)} resources are still there: {some}{more}. Run clean_up().")
    return Right("Every service was asked, and none has anything of this book any more.")
