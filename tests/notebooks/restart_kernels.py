"""Execute a notebook; before some cells its kernel is restarted, its first cell run again, and it goes on.

What then differed from the stored outputs goes to `.workbook/differences.json`, and what the first cell said of names
that
are not back to `.workbook/told.json`, by the index of the cell before which the kernel was restarted.

In a copy of the tree: `restart_kernels.py NAME [INDEX …]`; without an index, before each cell with code.
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


def main(name: str, *places: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    stored = copy.deepcopy(notebook.cells)
    code = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    before = [int(place) for place in places] or [i for i in code[1:] if not notebook.cells[i].source.startswith("%%")]
    different: list[str] = []
    told: dict[int, list[str]] = {}
    for start, end in pairwise([0, *before, len(stored)]):
        with kernel(notebook, allow_errors=True) as client:
            if start:
                told[start] = run_again(client, code[0], start)
            for i in (i for i in code if start <= i < end):
                different += run(client, stored, i)
    write_json(STATE / "differences.json", different)
    write_json(STATE / "told.json", told)


def run(client: NotebookClient, stored: list[nbformat.NotebookNode], index: int) -> list[str]:
    """Run a cell; what of it is not as stored, but for the number of its execution."""
    cell = client.nb.cells[index]
    client.execute_cell(cell, index)
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = None
    return differences(cell, stored[index])


def run_again(client: NotebookClient, first: int, place: int) -> list[str]:
    """Run the first cell, and those above a place that it tells of; the names that it tells of."""
    cell = client.nb.cells[first]  # no copy: what a display becomes later goes to the notebook's own
    client.execute_cell(cell, first)
    markup = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
    assert "The kernel is new" in markup, markup
    names = re.findall(r"`(\w+)`", "".join(TOLD.findall(markup)))
    making = {max(i for i in range(place) if name in bound_by(code_of(client.nb.cells[i]))) for name in names}
    for i in sorted(making):
        client.execute_cell(client.nb.cells[i], i)
    return names


def code_of(cell: nbformat.NotebookNode) -> str:
    return "" if cell.cell_type != "code" or cell.source.startswith(("%", "!")) else cell.source


if __name__ == "__main__":
    main(*sys.argv[1:])
