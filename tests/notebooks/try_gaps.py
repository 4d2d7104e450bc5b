"""Work through a chapter of the learner's edition, and try several answers in each of its gaps.

In a copy of the tree; the chapter's number is given, and the names of the answers. As a learner does: an answer is
written, the cells to the check are run, the next one is written. What was said goes to `.workbook/said.json`: for each
cell with gaps, by the answer's name, what the check said, and what errors there were on the way to it. The published
lines come last, and the chapter goes on with them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

sys.path.append(str(Path(__file__).parents[1]))
from answers.gaps import LINES

from workbook.base.paths import LEARN, STATE, write_json
from workbook.learning import edition, gaps, published
from workbook.maintenance.notebooks import kernel

EMPTY, PUBLISHED = "empty", "published"


def main(number: int, *names: str) -> None:
    edition.renew()
    page, cells = nbformat.read(edition.page_of(number), as_version=4), gaps.cells_of(number)
    learners = {cell.id: cell.source for cell in page.cells}
    said: dict[str, dict[str, list[str]]] = {}

    with kernel(page, LEARN, allow_errors=True) as client:

        def run(index: int, body: str | None = None) -> tuple[str, list[str]]:
            """What a cell shows, and its errors; a cell with gaps has the published lines, if no others."""
            cell = page.cells[index]
            if cell.cell_type != "code":
                return "", []
            if cell.id in cells:
                head = learners[cell.id].split("\n", 1)[0] + "\n" if cells[cell.id].path else ""
                cell.source = head + (cells[cell.id].published() if body is None else body)
            client.execute_cell(cell, index)
            errors = ["\n".join(o.traceback) for o in cell.outputs if o.output_type == "error"]
            return "\n".join(map(_text, cell.outputs)), errors

        last = max(index for index, cell in enumerate(page.cells) if cell.id in cells)
        for index in range(_check_of(page.cells, last, cells[page.cells[last].id].check) + 1):
            if page.cells[index].id not in cells:
                run(index)
                continue
            cell = cells[page.cells[index].id]
            end = _check_of(page.cells, index, cell.check)
            tried = {EMPTY: cell.empty()} | {
                lines.name: lines.body for lines in LINES if lines.cell == cell.id and lines.name in names
            }
            said[cell.id] = {}
            for name, body in (tried | {PUBLISHED: cell.published()}).items():
                shown, errors = run(index, body)
                for place in range(index + 1, end + 1):
                    shown, more = run(place)
                    errors += more
                said[cell.id][name] = [shown, *errors]
    write_json(STATE / "said.json", said)


def _check_of(cells: list[nbformat.NotebookNode], start: int, check: str) -> int:
    """Where the check that looks at a cell's gaps stands: in that cell, or in the first one after it that calls it."""
    return next(i for i in range(start, len(cells)) if check in published.CHECK.findall(cells[i].source))


def _text(output: nbformat.NotebookNode) -> str:
    return output.get("text") or output.get("data", {}).get("text/plain", "")


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
