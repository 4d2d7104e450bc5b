"""What was measured, beside what it should be."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Measurement:
    """A measured value.

    Attributes:
        what: what was measured.
        value: in `unit`.
        unit: `s`, `ms`, `MB`, `/s`, or nothing for a number of things.
        goal: what it should not exceed; None if there is no such promise.
        plainly: the same, done just now without what makes it fast; None if there is no other way.
    """

    what: str
    value: float
    unit: str
    goal: float | None = None
    plainly: float | None = None

    @property
    def kept(self) -> bool:
        return self.goal is None or self.value <= self.goal


def table(found: list[Measurement]) -> Table:
    """The measurements beside their goals."""
    shown = Table("how fast it is here", "measured", "goal", "of goal", "plainly", "of that", box=None, pad_edge=False)
    for column in shown.columns[1:]:
        column.justify = "right"
    for one in found:
        digits = {"s": 2, "ms": 1}.get(one.unit, 0)
        goal, ratio = "", ""
        if one.goal is not None:
            goal = f"≤ {one.goal:g} {one.unit}".rstrip()
            said = f"{one.value / one.goal:.0%}" if one.goal else "kept" if one.kept else "not kept"
            ratio = f"[{'green' if one.kept else 'red'}]{said}[/]"
        plainly, of_that = "", ""
        if one.plainly is not None:
            plainly, of_that = f"{one.plainly:.{digits}f} {one.unit}", f"{one.value / one.plainly:.0%}"
        shown.add_row(one.what, f"{one.value:.{digits}f} {one.unit}".rstrip(), goal, ratio, plainly, of_that)
    return shown
