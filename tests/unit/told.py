"""What the book tells its reader to call or type, read out of its texts; what a reader's kernel has names for."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import re
import shlex
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
CODE = ROOT / "workbook"
ANYTHING = "…"  # in a text: whatever the reader has there
CALL = re.compile(r"(?<![\w.…)\]])(?P<name>[A-Za-z_]\w*)(?:\.\w+)*\(")
SPAN = re.compile(r"`([^`\n]+)`")
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(
    r"(?:[A-Z_]+=\S+ )?(?P<program>python3(?:\.\d+)? run\.py|workbook|cdk)(?: (?P<rest>[^#]+?))?\s*(?:#.*)?"
)


@dataclass(frozen=True)
class Call:
    """A call that a text names.

    Attributes:
        name: what must be there for it; of `a.b(c)` that is `a`.
        code: the whole call; only its beginning if it is no Python.
        text: the text.
    """

    name: str
    code: str
    text: str

    def fits(self, signature: inspect.Signature) -> bool:
        """Whether a function takes such arguments; `…` is whatever it takes."""
        if ANYTHING in self.code:
            return True
        call = ast.parse(self.code, mode="eval").body
        while isinstance(call.func, ast.Attribute):
            call = call.func.value
        try:
            signature.bind(*call.args, **{keyword.arg: keyword.value for keyword in call.keywords})
        except TypeError:
            return False
        return True


def calls(text: str) -> list[Call]:
    """The calls that a text names, those within others included."""
    return [Call(found["name"], _whole(text[found.start() :]) or found[0], text) for found in CALL.finditer(text)]


def _whole(text: str) -> str | None:
    """The Python call with which a text starts."""
    for end in (i for i, letter in enumerate(text, 1) if letter == ")"):
        try:
            ast.parse(text[:end].replace(ANYTHING, "..."), mode="eval")
            return text[:end]
        except SyntaxError:
            continue
    return None


@dataclass(frozen=True)
class Command:
    """A command line that a text names: its program, and its arguments, with a number for `NN` and the like."""

    program: str
    arguments: tuple[str, ...]
    text: str


def commands(text: str) -> list[Command]:
    """The commands of this project that a text names: between backticks, in a block for a shell, or all of it."""
    blocks = [line for block in SHELL.findall(text) for line in block.splitlines()]
    lines = [text] * text.startswith("python3") + blocks + SPAN.findall(SHELL.sub("", text))
    found = [(COMMAND.fullmatch(line.strip()), line) for line in lines]
    return [
        Command(f["program"], tuple(shlex.split(re.sub(f"NN|{ANYTHING}", "05", f["rest"] or ""))), line)
        for f, line in found
        if f
    ]


class Chapter:
    """A chapter: its cells, and what a kernel has names for at each of them.

    Args:
        notebook: its file.
    """

    def __init__(self, notebook: Path) -> None:
        self.number = notebook.name[:2]
        self.cells = nbformat.read(notebook, as_version=4).cells

    def place(self, check: str) -> int:
        """The cell that calls a check."""
        return next(
            i for i, cell in enumerate(self.cells) if cell.cell_type == "code" and f'check("{check}"' in cell.source
        )

    def next_code(self, index: int) -> int:
        """The cell with code that a text stands above."""
        return next((i for i in range(index, len(self.cells)) if self.cells[i].cell_type == "code"), index)

    @functools.cache
    def names(self, end: int) -> set[str]:
        """What a kernel that has run the cells before `end` has names for."""
        symbols = symtable.symtable(self._code(0, end), self.number, "exec").get_symbols()
        return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}

    @functools.cache
    def functions(self, start: int, end: int) -> dict[str, inspect.Signature]:
        """The functions that the cells from `start` until before `end` define."""
        nodes = ast.parse(self._code(start, end)).body
        return {node.name: _signature(node) for node in nodes if isinstance(node, ast.FunctionDef)}

    def parameters(self, index: int) -> set[str]:
        """The parameters of what a cell defines: an exercise speaks of them."""
        return {
            parameter for signature in self.functions(index, index + 1).values() for parameter in signature.parameters
        }

    def _code(self, start: int, end: int) -> str:
        """The Python of some cells, without magics, and without the files that they write."""
        sources = [c.source for c in self.cells[start:end] if c.cell_type == "code" and not c.source.startswith("%%")]
        lines = "\n".join(sources).replace("\\\n", " ").splitlines()  # a command may go on in the next line
        return "\n".join(line for line in lines if not line.startswith(("%", "!")))


def _signature(function: ast.FunctionDef) -> inspect.Signature:
    """A function's signature, without its annotations and its defaults' values, which would have to be executed."""
    arguments = copy.deepcopy(function.args)
    arguments.defaults = [ast.Constant(None) for _ in arguments.defaults]
    arguments.kw_defaults = [default and ast.Constant(None) for default in arguments.kw_defaults]
    for argument in (node for node in ast.walk(arguments) if isinstance(node, ast.arg)):
        argument.annotation = None
    return inspect.signature(eval(f"lambda {ast.unparse(arguments)}: None"))


@functools.cache
def chapters() -> dict[str, Chapter]:
    """All chapters by their numbers, of two digits."""
    return {file.name[:2]: Chapter(file) for file in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}


def strings(tree: ast.AST) -> Iterator[str]:
    """The strings in a piece of Python, `…` for what is put into them; no docstrings."""
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    others = {id(part) for node in joined for part in node.values} | {
        id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)
    }
    for node in joined:
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else ANYTHING for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in others:
            yield node.value


@functools.cache
def modules() -> dict[Path, ast.Module]:
    """The modules of the package, those that chapter 09 plants excepted."""
    files = [file for file in sorted(CODE.rglob("*.py")) if not {"lambda_src", "cdk_app"} & set(file.parts)]
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}


def said_by_checks() -> Iterator[tuple[str, str]]:
    """What checks and hints say: the check's name, such as `02-table`, and a text.

    What functions say that help the checks of a module is given as the last one's.
    """
    for tree in modules().values():
        named = [(name, node) for node in tree.body if (name := _check_of(node))]
        for name, node in named:
            yield from ((name, text) for text in strings(node))
        for node in tree.body if named else []:
            if not _check_of(node):
                yield from ((named[-1][0], text) for text in strings(node))


def _check_of(node: ast.stmt) -> str | None:
    """The name that a function is registered by, if it is a check."""
    marks = [
        m
        for m in getattr(node, "decorator_list", [])
        if isinstance(m, ast.Call) and getattr(m.func, "id", "") == "checks"
    ]
    return ast.literal_eval(marks[0].args[0]) if marks else None
