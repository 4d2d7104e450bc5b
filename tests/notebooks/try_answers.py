"""Execute a notebook, compare it with what is stored, and try several answers at each of its exercises.

On the way to the first exercise the kernel is restarted at some places, and the first cell run again, as a
learner is told to.

What was said to the answers goes to `.workbook/said.json`, what differed up to the first exercise to
`.workbook/differences.json`, which names did not come back to `.workbook/told.json`, and what the kernel showed
whoever asked for help at an exercise to `.workbook/helped.json`.

In a copy of the tree, whose `.workbook/answers.json` has the answers by exercise and name. The one
that has the exercise's own name is the solution: it comes last, and the notebook goes on with it.
"""

from __future__ import annotations

import copy
import re
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import nbformat
import restart_kernels
from nbclient import NotebookClient

from workbook.base.paths import CDK_APP, CLOUD, LAMBDA_SRC, NOTEBOOKS, ROOT, STATE, read_json, write_json
from workbook.base.processes import end_all_in
from workbook.cloud import local, saved_state
from workbook.maintenance.notebooks import differences, kernel

ASKED = 8  # times for a hint: more than any exercise has
EXPECT = re.compile(r"# expect: .*\n")  # not a part of the answer: %%writefile must come first


def main(name: str) -> None:
    answers = read_json(STATE / "answers.json", {})
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    stored = copy.deepcopy(notebook.cells)
    said: dict[str, dict[str, str]] = {}
    helped: dict[str, list[str]] = {}
    different: list[str] = []
    told: dict[int, list[str]] = {}
    index = 0
    with ExitStack() as kernels:

        def fresh_kernel() -> NotebookClient:
            kernels.close()
            return kernels.enter_context(kernel(notebook, allow_errors=True))

        client = fresh_kernel()

        def run(index: int) -> str:
            cell = notebook.cells[index]
            if cell.cell_type != "code":
                return ""
            client.execute_cell(cell, index)
            return "\n".join(_text(output) for output in cell.outputs)

        def typed(code: str) -> str:
            """What a cell of the learner's own shows."""
            cell = nbformat.v4.new_code_cell(code)
            client.execute_cell(cell, index, store_history=False)
            return "\n".join("\n".join(o.traceback) if o.output_type == "error" else _text(o) for o in cell.outputs)

        restarts = restart_kernels.some_places(notebook.cells)
        last = max(i for i, cell in enumerate(notebook.cells) if _exercise(cell))
        last = _check_of(_exercise(notebook.cells[last]), notebook.cells)
        while index <= last:
            exercise = _exercise(notebook.cells[index])
            if exercise is None:
                if index in restarts:
                    client = fresh_kernel()
                    told[index] = restart_kernels.run_again(client, index)
                run(index)
                if not said and stored[index].cell_type == "code":
                    different += differences(notebook.cells[index], stored[index])
                index += 1
                continue
            end, starter = _check_of(exercise, notebook.cells), notebook.cells[index].source
            said[exercise] = {}
            helped[exercise] = [
                typed(code) for code in [f'hint("{exercise}")'] * ASKED + [f'solution("{exercise}")', 'hint("99-9")']
            ]
            before = _remembered()
            for answer, source in [("starter", starter), *answers[exercise]]:
                _as(before)
                notebook.cells[index].source = EXPECT.sub("", source, count=1)
                said[exercise][answer] = "\n".join(run(i) for i in range(index, end + 1))
            index = end + 1
    write_json(STATE / "said.json", said)
    write_json(STATE / "differences.json", different)
    write_json(STATE / "told.json", told)
    write_json(STATE / "helped.json", helped)


def _what_answers_may_change() -> list[Path]:
    return [*(CLOUD / folder for folder in saved_state.STATE_FOLDERS), LAMBDA_SRC, CDK_APP / "shop", CDK_APP / "app.py"]


def _remembered() -> Path:
    """A copy of the code, and of all that the local cloud holds now."""
    local.stop()
    before = Path(tempfile.mkdtemp())
    for path in _what_answers_may_change():
        _copy(path, before / path.relative_to(ROOT))
    return before


def _as(before: Path) -> None:
    """Put the code and the local cloud back: an answer must not see what another one left there."""
    end_all_in(CLOUD)  # unsaved, since what it would save is thrown away
    local.RECORD.unlink(missing_ok=True)
    for path in _what_answers_may_change():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        _copy(before / path.relative_to(ROOT), path)
    local.ensure()


def _copy(source: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, goal) if source.is_dir() else shutil.copyfile(source, goal)


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
