"""The campaign's table, for a terminal and for a README."""

from __future__ import annotations

from rich.table import Table

from workbook.maintenance.faults.campaign import Result

HEADINGS = ("what was done", "times", "what came of it")


def table(result: Result) -> Table:
    """The table, for a terminal."""
    shown = Table(*HEADINGS, box=None, pad_edge=False)
    shown.columns[1].justify = "right"
    for what, times, survived in result.rows:
        shown.add_row(what, str(times), survived)
    return shown


def markdown(result: Result) -> str:
    """The table, for a README."""
    rows = [HEADINGS, ("---", "---:", "---"), *((what, str(times), survived) for what, times, survived in result.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
