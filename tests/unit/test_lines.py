"""No line is so long that one must scroll to read it: 100 characters in what the notebooks show, elsewhere 120."""

from __future__ import annotations

import re
import tomllib

import nbformat
import pytest

from workbook.base.paths import NOTEBOOKS, ROOT
from workbook.maintenance import copies

WIDTH = 120
SHOWN_WIDTH = 100
FOLDERS = ("book", "tests", "workbook", "workshop")  # and the files that stand in no folder
SHOWN = ("lambda_src/", "cdk_app/", "notebooks/", "tests/unit/test_my_", "workbook/learning/lost_order/planted/")
ADDRESS = re.compile(r"https://\S+")


def python_files() -> dict[str, int]:
    """The Python files of the checkout, each with how wide it may be."""
    found = {}
    for file in copies.tracked_files():
        if file.suffix == ".py" and file.as_posix().startswith(SHOWN):
            found[file.as_posix()] = SHOWN_WIDTH
        elif file.suffix == ".py" and (file.parts[0] in FOLDERS or len(file.parts) == 1):
            found[file.as_posix()] = WIDTH
    return found


def too_long(text: str, width: int) -> list[int]:
    """The numbers of the lines that are too long, but for those of one address, which cannot be broken."""
    lines = enumerate(text.splitlines(), 1)
    return [n for n, line in lines if len(line) > width and not ADDRESS.fullmatch(line.strip(' "'))]


def test_no_line_of_a_file_is_too_long():
    found = {name: too_long((ROOT / name).read_text(encoding="utf-8"), width) for name, width in python_files().items()}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")), ids=lambda notebook: notebook.stem)
def test_no_line_of_a_cell_is_too_long(notebook):
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    found = {cell.source.splitlines()[0]: too_long(cell.source, SHOWN_WIDTH) for cell in cells}
    assert {first: numbers for first, numbers in found.items() if numbers} == {}


def test_every_file_is_looked_at():
    some = {
        "run.py": WIDTH, "conftest.py": WIDTH, "workbook/command/cli.py": WIDTH, "tests/unit/test_lines.py": WIDTH,
        "lambda_src/product/app.py": SHOWN_WIDTH, "cdk_app/app.py": SHOWN_WIDTH,
        "notebooks/solutions/02-1.py": SHOWN_WIDTH,
    }  # fmt: skip
    assert some.items() <= python_files().items()


def test_the_formatter_has_the_same_width():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["ruff"]["line-length"] == WIDTH


@pytest.mark.parametrize(
    ("line", "found"),
    [("x" * 120, []), ("x" * 121, [1]), ("ok\n" + "x" * 121, [2]), (f"    https://{'x' * 120}", [])],
)
def test_a_long_line_is_found(line, found):
    assert too_long(line, WIDTH) == found
