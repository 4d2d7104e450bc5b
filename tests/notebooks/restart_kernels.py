"""Execute a notebook; before each cell with code its kernel is restarted, its first cell run again, and it goes on.

What then differed from the stored outputs goes to `.workbook/differences.json`, and what the first cell said of names
that are not back to `.workbook/told.json`, by the index of the cell before which the kernel was restarted.

In a copy of the tree: `restart_kernels.py NAME`.
"""

from __future__ import annotations

import copy
import re
import sys
from itertools import pairwise

import nbformat
from nbclient import NotebookClient

from workbook.base.paths import NOTEBOOKS, STATE, write_json
from workbook.learning.definitions import bound_by
from workbook.maintenance.notebooks import differences, kernel

TOLD = re.compile(r"Only what makes (.*?) has to be run again")


PLACES = 3


def main(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    stored = copy.deepcopy(notebook.cells)
    different: list[str] = []
    told: dict[int, list[str]] = {}
    for start, end in pairwise([0, *places(stored)[1:], len(stored)]):
        with kernel(notebook, allow_errors=True) as client:
            if start:
                told[start] = run_again(client, start)
            for i in range(start, end):
                if stored[i].cell_type == "code":
                    client.execute_cell(notebook.cells[i], i)
                    different += differences(notebook.cells[i], stored[i])
    write_json(STATE / "differences.json", different)
    write_json(STATE / "told.json", told)


def places(cells: list[nbformat.NotebookNode]) -> list[int]:
    """Where a kernel can be restarted: before cells with code that write no file."""
    return [i for i, cell in enumerate(cells) if cell.cell_type == "code" and not cell.source.startswith("%%")]


def some_places(cells: list[nbformat.NotebookNode]) -> list[int]:
    """Some of them, in equal distances, before the first exercise."""
    first = next(i for i, c in enumerate(cells) if any(t.startswith("exercise") for t in c.metadata.get("tags", [])))
    found = places(cells[:first])
    return [found[len(found) * part // (PLACES + 1)] for part in range(1, PLACES + 1)]


def run_again(client: NotebookClient, place: int) -> list[str]:
    """Run the first cell, and those above a place that it tells of; the names that it tells of."""
    first = places(client.nb.cells)[0]
    cell = client.nb.cells[first]  # no copy: what a display becomes later goes to the notebook's own
    client.execute_cell(cell, first)
    markup = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
    assert "The kernel is new" in markup, markup
    names = re.findall(r"<code>(\w+)</code>", "".join(TOLD.findall(markup)))
    making = {max(i for i in range(place) if name in bound_by(code_of(client.nb.cells[i]))) for name in names}
    for i in sorted(making):
        client.execute_cell(client.nb.cells[i], i)
    return names


def code_of(cell: nbformat.NotebookNode) -> str:
    return "" if cell.cell_type != "code" or cell.source.startswith(("%", "!")) else cell.source


if __name__ == "__main__":
    main(sys.argv[1])
