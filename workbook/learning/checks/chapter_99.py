"""The check of chapter 99."""

from __future__ import annotations

from workbook.learning.clean_up import leftovers
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks


@checks("99-gone")
def gone() -> Verdict:
    """Nothing is left of all that was deployed from here."""
    there = leftovers()
    if len(there):
        some = ", ".join(f"{what} {name}" for what, name in zip(there.what[:3], there["name"][:3], strict=True))
        found = f"{len(there)} {'resource is' if len(there) == 1 else 'resources are'} still there: {some}"
        found += " …" if len(there) > 3 else ""
        if "Stack" in set(there.what):
            return NotYet(f"{found}. Run clean_up().")
        mistake = "a stack that is deleted leaves behind what others made for it: clean_up() sees to that, too."
        return NotRight("nothing that was made from here", found, mistake)
    return Right("Every service was asked, and none has anything of this book any more.")
