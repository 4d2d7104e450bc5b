"""The gaps of the learner's edition: the lines that a published cell loses there, and what stands in their place.

A published cell tagged `write` says in its metadata what is to be written, and which check looks at it:

    {"workbook": {"check": "02-grant", "todo": ["allow these actions, and nothing else"]}}

In a rewrite the gaps are the stretches of lines that differ from the file as the book had it before; imports and
blank lines aside, and a `null` among the sentences leaves a stretch as it is. With `"function": "name"` there is one
gap, the body of that function; with `"argument": "name"`, the lines of that keyword argument. So the published cell
is the only source: of the gap, and of its solution.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from workbook.base.paths import ROOT, read_code
from workbook.deployment.failures import YOURS
from workbook.learning import published

TAG = "write"
WIDTH = 100  # of code that is read in a notebook
NEW = re.compile(r"\s+# new\b.*$")
ASIDE = re.compile(r"\s*((import|from)\b.*)?$")  # lines that are nobody's lesson


@dataclass(frozen=True)
class Gap:
    """Lines that the learner writes.

    Attributes:
        todo: the sentence that says what.
        lines: as they are published.
        placeholder: what stands in their place.
    """

    todo: str
    lines: tuple[str, ...]
    placeholder: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A published cell with gaps.

    Attributes:
        check: the name of the check that looks at them.
        id: the cell's.
        path: the file that it writes, below the checkout; None if it writes none.
        parts: its lines, without that of `%%writefile`, and its gaps between them.
    """

    check: str
    id: str
    path: str | None
    parts: tuple[str | Gap, ...]

    @property
    def gaps(self) -> list[Gap]:
        """The gaps, from top to bottom."""
        return [part for part in self.parts if isinstance(part, Gap)]

    def published(self) -> str:
        """The body as it is published."""
        return self._body(lambda gap: gap.lines)

    def empty(self) -> str:
        """The body as a learner gets it."""
        return self._body(lambda gap: gap.placeholder)

    def filled(self, answers: Sequence[str]) -> str:
        """The body with a learner's lines in it.

        Args:
            answers: what is written in place of each placeholder.
        """
        given = iter(answers)
        return self._body(lambda _: next(given).split("\n"))

    def still_open(self, text: str) -> list[Gap]:
        """The gaps in which nothing was written yet.

        Args:
            text: the file, or the body of the cell, as it stands.
        """
        lines = _written(text.split("\n"))
        return [part for at, part in enumerate(self.parts) if isinstance(part, Gap) and self._is_open(at, part, lines)]

    def _is_open(self, at: int, gap: Gap, lines: list[str]) -> bool:
        """Whether the placeholder stands there, and no line of somebody's own above or below it."""
        above, below = _next_to(self.parts[:at][::-1], last=True), _next_to(self.parts[at + 1 :], last=False)
        size = len(gap.placeholder)
        return any(
            tuple(lines[i : i + size]) == gap.placeholder
            and (lines[i - 1] if i else "") in above
            and (lines[i + size] if i + size < len(lines) else "") in below
            for i in range(len(lines))
        )

    def _body(self, lines_of: Callable[[Gap], Sequence[str]]) -> str:
        lines = [line for part in self.parts for line in ([part] if isinstance(part, str) else lines_of(part))]
        return "\n".join(lines)


def cells_of(number: int) -> dict[str, Cell]:
    """The cells with gaps of a chapter, by their ids.

    Args:
        number: the chapter's.
    """
    notebook = published.chapters().get(number)
    return dict(_cells_of(number, notebook, notebook.stat().st_mtime_ns)) if notebook else {}


def named(check: str) -> list[Cell]:
    """The cells whose gaps a check looks at.

    Args:
        check: its name, such as `02-grant`.
    """
    number = str(check)[:2]
    return [cell for cell in cells_of(int(number)).values() if cell.check == check] if number.isdecimal() else []


def still_open(check: str) -> list[str]:
    """What a check's files still lack, a sentence for each gap in which nothing was written."""
    files = [(cell, ROOT / cell.path) for cell in named(check) if cell.path]
    return [gap.todo for cell, file in files if file.exists() for gap in cell.still_open(read_code(file))]


def solution(check: str) -> str:
    """The published lines of a check's gaps; before those of a file, its name, if there are several."""
    cells = named(check)
    return "\n\n".join(
        "\n".join(
            ([f"# {cell.path}"] if len(cells) > 1 and cell.path else [])
            + [textwrap.dedent("\n".join(gap.lines)) for gap in cell.gaps]
        )
        for cell in cells
    )


def empty_versions(path: str) -> set[bytes]:
    """What a file holds when a learner has run a cell without writing in its gaps.

    Args:
        path: the file's, below the checkout.
    """
    return {
        published.ending_in_newline(cell.empty()).encode()
        for number, notebook in published.chapters().items()
        for _, cell in _cells_of(number, notebook, notebook.stat().st_mtime_ns)
        if cell.path == path
    }


def is_written_in_gaps(path: str) -> bool:
    """Whether some cell with gaps writes a file.

    Args:
        path: the file's, below the checkout.
    """
    return bool(empty_versions(path))


@functools.cache
def _cells_of(number: int, notebook: Path, _changed: int) -> tuple[tuple[str, Cell], ...]:
    files, found = published.files_before(number), []
    for cell in published.cells(notebook):
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        match = published.WRITES.match(source)
        path = published.path_of(match) if match else None
        body = match["body"] if match else source
        if TAG in cell["metadata"].get("tags", []):
            said = cell["metadata"]["workbook"]
            parts = _parts(body, files.get(path or "", ""), said)
            found.append((cell["id"], Cell(said["check"], cell["id"], path, parts)))
        if path:
            files[path] = body
    return tuple(found)


def _parts(body: str, before: str, said: dict[str, Any]) -> tuple[str | Gap, ...]:
    """A body's lines and gaps.

    Raises:
        ValueError: there are not as many gaps as sentences, or without one the code is no Python.
    """
    lines, parts, at = body.split("\n"), [], 0
    if "function" in said or "argument" in said:
        found = [_body_of(body, said["function"]) if "function" in said else _argument_of(body, said["argument"])]
    else:
        found = list(stretches(before.split("\n"), lines))
    if len(found) != len(said["todo"]):
        wanted = "\n--\n".join("\n".join(lines[first:last]) for first, last in found)
        raise ValueError(f"{len(said['todo'])} sentences for {len(found)} gaps:\n{wanted}")
    for (first, last), todo in zip(found, said["todo"], strict=True):
        if todo is not None:
            placeholder = _placeholder(lines, first, last, todo, raises="function" in said)
            parts += [*lines[at:first], Gap(todo, tuple(lines[first:last]), tuple(placeholder))]
            at = last
    return (*parts, *lines[at:])


def stretches(before: list[str], now: list[str]) -> Iterator[tuple[int, int]]:
    """The first line, and the one after the last, of each stretch of lines that a rewrite brings.

    Args:
        before: the lines as the file had them; a mark `# new` in them does not count.
        now: the lines of the rewrite.
    """
    plain = ([NEW.sub("", line) for line in lines] for lines in (before, now))
    for operation, _, _, first, last in SequenceMatcher(None, *plain, autojunk=False).get_opcodes():
        if operation == "equal":
            continue
        start = None
        for i in range(first, last + 1):
            counts = i < last and not ASIDE.match(now[i])
            if counts and start is None:
                start = i
            elif not counts and start is not None:
                yield start, i
                start = None


def _body_of(code: str, name: str) -> tuple[int, int]:
    """The lines of a function's body, but for its docstring."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    [function] = [node for node in ast.walk(ast.parse(code)) if isinstance(node, kinds) and node.name == name]
    statements = function.body[1 if ast.get_docstring(function) else 0 :]
    return statements[0].lineno - 1, statements[-1].end_lineno or 0


def _argument_of(code: str, name: str) -> tuple[int, int]:
    """The lines of a keyword argument, which has them to itself."""
    [found] = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.keyword) and node.arg == name]
    return found.lineno - 1, found.end_lineno or 0


def _placeholder(lines: list[str], first: int, last: int, todo: str, *, raises: bool) -> list[str]:
    """What stands in place of some lines: a comment, and code where Python wants some."""
    indent = re.match(r"\s*", lines[first])[0]
    if raises:
        return _raising(indent, todo)
    room = WIDTH - len(indent)
    comment = textwrap.wrap(
        YOURS + todo, room, subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
    )
    comment = [indent + line for line in comment]
    for code in ([], [f"{indent}..."]):
        if _is_python([*lines[:first], *comment, *code, *lines[last:]]):
            return comment + code
    raise ValueError(f"Without these lines the rest is no Python:\n{chr(10).join(lines[first:last])}")


def _raising(indent: str, todo: str) -> list[str]:
    """A function's body that says what is missing."""
    line = f"{indent}raise NotImplementedError({json.dumps(todo, ensure_ascii=False)})"
    if len(line) <= WIDTH:
        return [line]
    pieces = textwrap.wrap(
        todo, WIDTH - len(indent) - 7, break_long_words=False, break_on_hyphens=False, drop_whitespace=False
    )
    texts = [f"{indent}    {json.dumps(piece, ensure_ascii=False)}" for piece in pieces]
    return [f"{indent}raise NotImplementedError(", *texts, f"{indent})"]


def _is_python(lines: list[str]) -> bool:
    try:
        ast.parse("\n".join(lines))
    except SyntaxError:
        return False
    return True


def _next_to(parts: Sequence[str | Gap], *, last: bool) -> set[str]:
    """The lines that may stand next to an empty gap: those of its neighbours, as published or as gaps of their own.

    Args:
        parts: of the cell, from the gap on, in the direction in which one looks.
        last: whether it is their last line that stands next to the gap, and not their first.
    """
    found = set()
    for part in parts:
        if isinstance(part, str) and part.strip():
            return found | {part}
        if isinstance(part, Gap):
            at = -1 if last else 0
            found |= {part.lines[at], part.placeholder[at]}
    return found | {""}


def _written(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip()]
