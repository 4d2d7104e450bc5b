"""Execute notebooks and store their outputs, the same ones where nothing changed.

`python -m workbook.maintenance.notebooks 00 01`, in a copy of the tree: `workbook notebooks` makes one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from rich.console import Console

from workbook.base.errors import WorkbookError
from workbook.base.paths import KERNEL, NOTEBOOKS, ROOT, STATE, read_json, write_json
from workbook.base.processes import quiet_interrupt
from workbook.deployment import lint
from workbook.learning import published

CELL_SECONDS = 300
METADATA = {
    "kernelspec": {"display_name": KERNEL.title(), "language": "python", "name": KERNEL},
    "language_info": {"name": "python"},
}
SVG = "image/svg+xml"  # of a diagram, which is compared as it is written; drawn when all is stored
NOT_COMPARED = ("text/html", SVG, "image/png")
SANITIZE = ROOT / "tests" / "notebooks" / "sanitize.txt"
RULE = re.compile(r"^regex: (.*)$\n^replace: (.*)$", re.MULTILINE)  # as nbval reads them
NUMBER = re.compile(r"\w*\d[\w.]*")  # or a name with a number in it
RAISES = {"raises-exception", "nbval-raises-exception"}


@contextmanager
def kernel(notebook: NotebookNode, folder: Path = NOTEBOOKS, **options: Any) -> Iterator[NotebookClient]:
    """A fresh kernel for a notebook, in the folder of the notebooks.

    Args:
        notebook: whose cells `execute_cell` of the client then executes.
        folder: another one.
        options: of the client.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        **options,
    )
    with client.setup_kernel(stderr=subprocess.DEVNULL):  # what the kernel itself has to say
        yield client


def execute(notebook: NotebookNode) -> None:
    """Execute all cells; their outputs are then in `notebook`.

    Raises:
        WorkbookError: a cell raised an error that is not expected of it, or none where one is; or it warns.
    """
    with kernel(notebook, allow_errors=True) as client:
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            try:
                client.execute_cell(cell, index)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                raise WorkbookError(f"{_where(cell)}: {error}") from None
            _tidy(cell)
            _hold_to_what_is_expected(cell)


def stored_as_before(new: NotebookNode, old: NotebookNode) -> None:
    """Where a notebook's outputs differ from the stored ones in nothing but ids and times, keep those stored.

    So executing it again shows no change where there is none. It is all of them or none: the ids of
    one run belong together.
    """
    before = {cell.id: cell for cell in old.cells if cell.cell_type == "code"}
    rules = RULE.findall(SANITIZE.read_text(encoding="utf-8")) if SANITIZE.exists() else []
    cells = [cell for cell in new.cells if cell.cell_type == "code"]
    if all(cell.id in before and _same(cell, before[cell.id], rules) for cell in cells):
        for cell in cells:
            cell.outputs = before[cell.id].outputs


def _same(new: NotebookNode, old: NotebookNode, rules: list[tuple[str, str]]) -> bool:
    ignored = "nbval-ignore-output" in new.metadata.get("tags", [])
    essence = _kinds if ignored else _essence
    return (
        new.source == old.source
        and new.execution_count == old.execution_count
        and essence(new.outputs, rules) == essence(old.outputs, rules)
    )


def _kinds(outputs: list[NotebookNode], rules: list[tuple[str, str]]) -> list[Any]:
    """Outputs as those compare whose value differs each time."""
    return [(kind, list(values)) for kind, values in _essence(outputs, rules)]


def _essence(outputs: list[NotebookNode], rules: list[tuple[str, str]]) -> list[Any]:
    """Outputs as they compare: ids and times by rule, in HTML every number."""

    def clean(kind: str, value: Any) -> Any:
        if kind == "image/png":
            return "a plot"  # of times, as a rule
        if not isinstance(value, str):
            return value
        for regex, replacement in rules:
            value = re.sub(regex, replacement, value)
        return NUMBER.sub("0", value) if kind == "text/html" else value

    found = [(o.output_type, o.get("data") or {"text": o.get("text", o.get("evalue"))}) for o in outputs]
    return [(kind, {k: clean(k, v) for k, v in data.items() if k != SVG}) for kind, data in found]


def differences(new: NotebookNode, stored: NotebookNode) -> list[str]:
    """Where a cell's outputs are not those stored, as nbval compares them: strictly, but for ids and times.

    Args:
        new: the cell, executed.
        stored: the same cell with its stored outputs.

    Returns:
        What differs, in words; empty if nothing does.
    """
    if "nbval-ignore-output" in new.metadata.get("tags", []):
        return []
    rules = RULE.findall(SANITIZE.read_text(encoding="utf-8"))
    found, wanted = (_compared(cell.outputs, rules) for cell in (new, stored))
    return [] if found == wanted else [f"{_where(new)} shows {found} instead of {wanted}."]


def _compared(outputs: list[NotebookNode], rules: list[tuple[str, str]]) -> list[Any]:
    essence = _essence(_joined(outputs), rules)
    return [(kind, {k: v for k, v in values.items() if k not in NOT_COMPARED}) for kind, values in essence]


def _tidy(cell: NotebookNode) -> None:
    """Take out what says something of the moment or the machine, not of the cell."""
    cell.outputs = _joined(cell.outputs)
    cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k != "execution"})
    for output in cell.outputs:
        if "image/png" in output.get("data", {}):
            output.data.pop("text/html", None)  # the same picture again
        if output.output_type == "error":
            output.traceback = [_without_places(line) for line in output.traceback]


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs with what was printed in one go in one piece, however it arrived."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if joined and output.output_type == "stream" and output.name == joined[-1].get("name"):
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _without_places(line: str) -> str:
    line = line.replace(f"{ROOT}/", "")
    return re.sub(r"[^\s'\"]*/(site-packages|lib/python3\.\d+)/", r"\1/", line)


def _hold_to_what_is_expected(cell: NotebookNode) -> None:
    errors = [o for o in cell.outputs if o.output_type == "error"]
    expected = bool(RAISES & set(cell.metadata.get("tags", [])))
    if errors and not expected:
        raise WorkbookError(f"{_where(cell)} raised {errors[0].ename}: {errors[0].evalue}")
    if expected and not errors:
        raise WorkbookError(f"{_where(cell)} is tagged raises-exception, and raised none.")
    if warnings := [o.text.strip() for o in cell.outputs if o.get("name") == "stderr"]:
        raise WorkbookError(f"{_where(cell)} warns, as a learner would see: {warnings[0]}")
    if str(ROOT) in nbformat.v4.writes(nbformat.v4.new_notebook(cells=[cell])):
        raise WorkbookError(f"{_where(cell)} shows a path of this machine; show it relative to the checkout.")


def _left_by(numbers: Sequence[int]) -> dict[str, str]:
    """The files that the book leaves as one of these chapters writes them."""
    end = published.files_before(max(published.chapters()) + 1)
    return {
        path: content
        for number in numbers
        for path, content in published.files_before(number + 1).items()
        if content == end.get(path) != published.files_before(number).get(path)
    }


def _where(cell: NotebookNode) -> str:
    first = (cell.source.splitlines() or [""])[0]
    return f"The cell {cell.id} ({first})"


def main(arguments: Sequence[str]) -> int:
    """Execute notebooks of the tree, write them, and say in a file what was done; the exit code."""
    console = Console(highlight=False)
    chapters = published.chapters()
    numbers = [int(a) for a in arguments] or list(chapters)
    done: dict[str, Any] = {"notebooks": [], "linted": {}}
    for number in numbers:
        file = NOTEBOOKS / chapters[number].name
        notebook, started = nbformat.read(file, as_version=4), time.perf_counter()
        title = f"{number:02} {published.title(number)}"
        lint.RECORD.unlink(missing_ok=True)
        try:
            with console.status(f"{title} …"):
                execute(notebook)
            stored_as_before(notebook, nbformat.read(file, as_version=4))
            done["notebooks"].append(file.name)
            done["linted"][f"{number:02}"] = read_json(lint.RECORD, [])
        except WorkbookError as error:
            console.print(f"✗ {title}", style="red")
            console.print(error.message, markup=False)
            done["failed"] = file.name
        nbformat.write(notebook, file)
        if "failed" in done:
            break
        cells = sum(cell.cell_type == "code" for cell in notebook.cells)
        console.print(f"✓ {title}: {cells} cells in {time.perf_counter() - started:.1f} s", markup=False)
    done["files"] = _left_by(numbers)
    write_json(STATE / "executed.json", done)
    return 1 if "failed" in done else 0


if __name__ == "__main__":
    with quiet_interrupt():
        sys.exit(main(sys.argv[1:]))
