"""What a kernel has names for is kept from cell to cell, so that a new kernel has it after `chapter(NN)`.

Functions, classes, imports, constants and clients come back from the cells' own text. What came of a
call does not: it would have to be called again. It is kept as a value, if it is plain data.
"""

from __future__ import annotations

import ast
import io
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any

from workbook.base.display import in_notebook
from workbook.base.paths import STATE
from workbook.learning import published
from workbook.learning.definitions import bound, bound_by, definitions, needed

FOLDER = STATE / "kernel"
LARGEST = 2_000_000  # bytes of a value
# The modules whose objects are data: no clients, no connections, no credentials.
DATA = (
    "_codecs", "builtins", "collections", "copyreg", "datetime", "dateutil", "decimal", "functools", "numpy", "pandas",
    "pyarrow", "random", "requests.structures", "uuid", "workbook.clients",
    "workbook.deployment", "workbook.learning", "workbook.observe",
)  # fmt: skip


class Memory:
    """What a kernel knows in a chapter, in a file.

    Args:
        file: where it is kept.
        names: the kernel's.
    """

    def __init__(self, file: Path, names: dict[str, Any]) -> None:
        self.file = file
        self.names = names
        self.seen: dict[str, bytes] = {}

    def keep(self, code: str) -> None:
        """Keep what there is after a cell that was not there before it.

        Args:
            code: the cell's, without magics.
        """
        now, defined = self._values(), bound(definitions(code))
        by_itself = {name for name in defined if not isinstance(self.names.get(name), list | dict | set)}
        changed: dict[str, bytes | None] = {
            n: v for n, v in now.items() if v != self.seen.get(n) and n not in by_itself
        }
        changed |= dict.fromkeys(({*self.seen} | bound_by(code) - defined) - {*now})
        self.seen = now
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.file, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            pickle.dump((code if bound_by(code) else "", changed), file)

    def bring_back(self, compiled: Callable[[ast.Module, str], Any]) -> tuple[set[str], set[str]]:
        """Give the kernel the names that it had, by definitions and by values.

        Args:
            compiled: compiles a statement of a cell's code.

        Returns:
            The names that are back, and those that are not.
        """
        had: set[str] = set()
        for code, values in _entries(self.file):
            had |= bound_by(code)
            self._put(values)  # a default may be the result of a call
            for statement in definitions(code):
                with suppress(Exception):  # what it needs is not there any more: so this is not, either
                    exec(compiled(ast.Module([statement], []), code), self.names)
            # what the cell made of an empty list, say, which the definitions have just made anew
            self._put({name: value for name, value in values.items() if value is not None})
        self.seen = self._values()
        return had & {*self.names}, had - {*self.names}

    def _put(self, values: dict[str, bytes | None]) -> None:
        """Give names their values; None takes a name away."""
        for name, value in values.items():
            self.names.pop(name, None)
            with suppress(Exception):  # of another version of a library
                self.names |= {} if value is None else {name: pickle.loads(value)}

    def _values(self) -> dict[str, bytes]:
        found = {
            name: _data(value)
            for name, value in [*self.names.items()]
            if not name.startswith("_") and name not in ("In", "Out")
        }
        return {name: value for name, value in found.items() if value is not None}


class _Pickler(pickle.Pickler):
    """Refuses whatever is not data."""

    def reducer_override(self, value: Any) -> Any:
        named = value if hasattr(value, "__qualname__") else type(value)
        module = getattr(named, "__module__", None) or ""
        if not any(module == one or module.startswith(f"{one}.") for one in DATA):
            raise pickle.PicklingError(f"{named} is no data")
        return NotImplemented


class _Page(io.BytesIO):
    """Takes no more than the largest value that is kept: a larger one would take time after each cell."""

    def write(self, written: Any) -> int:
        if self.tell() + len(written) > LARGEST:
            raise ValueError("too large")
        return super().write(written)


def _data(value: Any) -> bytes | None:
    """A value as bytes; None for one that is not plain data, or too large."""
    if isinstance(value, type | FunctionType | type(len) | type(sys)):
        return None
    written = _Page()
    with suppress(Exception):  # any object may have its own reason not to be written
        _Pickler(written).dump(value)
        return written.getvalue()
    return None


def _entries(file: Path) -> Iterator[tuple[str, dict[str, bytes | None]]]:
    with suppress(FileNotFoundError, EOFError, pickle.UnpicklingError), file.open("rb") as entries:
        while True:
            yield pickle.load(entries)


# The kernel of this process

_current: dict[int, Any] = {}  # by the chapter, what is called after each cell


def follow(number: int, *, again: bool) -> list[str]:
    """Keep from now on what this kernel has names for; a new kernel gets what the one before it had.

    Args:
        number: the chapter's.
        again: whether one is in the middle of the chapter, not at its start.

    Returns:
        Sentences that say what is back, and which cells have to be run again.
    """
    if not again:
        forget()
    if not in_notebook() or (again and number in _current):
        return []
    shell = sys.modules["IPython"].get_ipython()
    memory = Memory(FOLDER / f"{number:02}.pickle", shell.user_ns)
    said = []
    if again:
        back, gone = memory.bring_back(lambda tree, code: compile(tree, shell.compile.cache(code), "exec"))
        said = _said(back, gone, number)

    def after_a_cell(result: Any) -> None:
        with suppress(OSError):  # a full disk: the cell itself is none the worse for it
            memory.keep(shell.transform_cell(result.info.raw_cell or ""))

    for old in _current.values():
        shell.events.unregister("post_run_cell", old)
    _current.clear()
    _current[number] = after_a_cell
    shell.events.register("post_run_cell", after_a_cell)
    return said


def forget() -> None:
    """Forget what kernels knew: the chapter starts from its start."""
    for file in FOLDER.glob("*.pickle"):
        file.unlink(missing_ok=True)


def _said(back: set[str], gone: set[str], number: int) -> list[str]:
    gone &= {name for code in published.code_of(number) for name in needed(code)}
    if not back:
        return []
    said = (
        f"The kernel is new, and has the {len(back)} names that the one before it had; "
        "nothing was called again for that."
    )
    if not gone:
        return [f"{said} Go on where you were."]
    named = ", ".join(f"`{name}`" for name in sorted(gone))
    return [
        said,
        f"Only what makes {named} has to be run again: "
        f"look for {'its cell' if len(gone) == 1 else 'their cells'} above the place where you were.",
    ]
