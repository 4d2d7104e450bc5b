"""Execute a notebook, and try several answers at each of its exercises; write what was said to them.

In a copy of the tree, whose `.workbook/answers.json` has the answers by exercise and name. The one
that has the exercise's own name is the solution: it comes last, and the notebook goes on with it.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat

from workbook import cloud
from workbook.executing import kernel
from workbook.paths import CLOUD, NOTEBOOKS, STATE, read_json, write_json

EXPECT = re.compile(r"# expect: .*\n")  # not a part of the answer: %%writefile must come first


def main(name: str) -> None:
    answers = read_json(STATE / "answers.json", {})
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    said: dict[str, dict[str, str]] = {}
    index = 0
    with kernel(notebook, allow_errors=True) as client:

        def run(index: int) -> str:
            cell = notebook.cells[index]
            if cell.cell_type != "code":
                return ""
            client.execute_cell(cell, index)
            return "\n".join(_text(output) for output in cell.outputs)

        last = max(i for i, cell in enumerate(notebook.cells) if _exercise(cell))
        last = _check_of(_exercise(notebook.cells[last]), notebook.cells)
        while index <= last:
            exercise = _exercise(notebook.cells[index])
            if exercise is None:
                run(index)
                index += 1
                continue
            end, starter = _check_of(exercise, notebook.cells), notebook.cells[index].source
            said[exercise] = {}
            before = _remembered()
            for answer, source in [("starter", starter), *answers[exercise]]:
                _as(before)
                notebook.cells[index].source = EXPECT.sub("", source, count=1)
                said[exercise][answer] = "\n".join(run(i) for i in range(index, end + 1))
            index = end + 1
    write_json(STATE / "said.json", said)


def _remembered() -> Path:
    """A copy of all that the local cloud holds now."""
    cloud.stop()
    before = Path(tempfile.mkdtemp())
    for folder in cloud.STATE_FOLDERS:
        shutil.copytree(CLOUD / folder, before / folder)
    return before


def _as(before: Path) -> None:
    """Put the local cloud back to how it was: an answer must not see what another one left there."""
    cloud.stop()
    for folder in cloud.STATE_FOLDERS:
        shutil.rmtree(CLOUD / folder)
        shutil.copytree(before / folder, CLOUD / folder)
    cloud.ensure()


def _exercise(cell: nbformat.NotebookNode) -> str | None:
    tags = [t for t in cell.metadata.get("tags", []) if t.startswith("exercise-")]
    return tags[0].removeprefix("exercise-") if tags else None


def _check_of(exercise: str | None, cells: list[nbformat.NotebookNode]) -> int:
    """Where the check of an exercise stands."""
    return next(i for i, c in enumerate(cells) if c.cell_type == "code" and f'check("{exercise}"' in c.source)


def _text(output: nbformat.NotebookNode) -> str:
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.get("text") or output.get("data", {}).get("text/plain", "")


if __name__ == "__main__":
    main(sys.argv[1])
