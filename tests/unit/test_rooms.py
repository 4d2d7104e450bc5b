"""The rooms of `workbook/` keep their order: none imports from one above it or beside it; no modules go in a circle."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import workbook
from workbook.base.paths import ROOT

# From the ground up. Rooms of one floor stand side by side, and know nothing of each other.
FLOORS = (
    ("base", "costs"),
    ("cloud",),
    ("deployment", "observe", "clients"),
    ("learning",),
    ("maintenance",),
    ("command",),
    ("__init__", "__main__"),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
PACKAGE = ROOT / "workbook"
PLANTED = PACKAGE / "learning" / "lost_order" / "planted"  # files of the shop, not of the package
LONGEST = 350  # lines of a module


def modules() -> dict[str, Path]:
    """The package's modules: their files by name, such as `cloud.target`; a package's is its `__init__`."""
    files = (f for f in PACKAGE.glob("**/*.py") if not f.is_relative_to(PLANTED))
    return {".".join(f.relative_to(PACKAGE).with_suffix("").parts): f for f in sorted(files)}


def imported(code: str, there: set[str]) -> set[str]:
    """The modules of the package that some code imports, wherever in it; but not those that only types need."""
    found = set()
    for node in _walked(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {_module(name, there) or _module(node.module, there) for name in names}
        elif isinstance(node, ast.Import):
            found |= {_module(alias.name, there) for alias in node.names}
    return found - {None}


def _walked(node: ast.AST):
    if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _walked(child)


def _module(name: str, there: set[str]) -> str | None:
    """The module of that full name, without `workbook.`; None if it is none of the package's."""
    if name == "workbook":
        return "__init__"
    own = name.removeprefix("workbook.")
    return next((m for m in (own, f"{own}.__init__") if m in there), None) if own != name else None


def arrows() -> list[tuple[str, str]]:
    """Which module imports which."""
    found = modules()
    return [
        (name, other)
        for name, file in found.items()
        for other in sorted(imported(file.read_text(encoding="utf-8"), {*found}))
    ]


def room(module: str) -> str:
    return module.split(".")[0]


def test_every_module_is_in_a_room():
    assert {room(module) for module in modules()} == {*FLOOR_OF}


def test_no_room_imports_from_one_above_or_beside_it():
    between = [(one, other) for one, other in arrows() if room(one) != room(other)]
    assert [f"{a} imports {b}" for a, b in between if FLOOR_OF[room(a)] <= FLOOR_OF[room(b)]] == []


def test_no_modules_import_each_other_in_a_circle():
    graph: dict[str, set[str]] = {}
    for one, other in arrows():
        graph.setdefault(one, set()).add(other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"these import each other: {' → '.join(error.args[1])}")


def test_no_module_is_so_long_that_nobody_finds_anything_in_it():
    lines = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in modules().items()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


@pytest.mark.parametrize("name", workbook.__all__)
def test_a_public_name_is_where_it_is_said_to_be_and_nowhere_else(name):
    home = PACKAGE / Path(*workbook._HOME[name].split(".")).with_suffix(".py")
    defined = {n.name for n in ast.parse(home.read_text(encoding="utf-8")).body if hasattr(n, "name")}
    assert name in defined or f"\n{name} = " in home.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from workbook.cloud import local, target", {"cloud.local", "cloud.target"}),
        ("def f():\n    from workbook.cloud.local import running", {"cloud.local"}),
        ("import workbook.cloud.local", {"cloud.local"}),
        ("from workbook import deploy", {"__init__"}),
        ("from workbook.cloud import nothing", {"cloud.__init__"}),
        ("if TYPE_CHECKING:\n    from workbook.cloud import local", set()),
        ("import json, workbooks", set()),
    ],
)
def test_what_is_imported_is_found_wherever_it_stands(code, found):
    assert imported(code, {*modules()}) == found
