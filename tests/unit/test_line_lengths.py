"""No line of a cell, or of a file that cells write, has more than 100 characters: nobody scrolls sideways to read it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from workbook.paths import NOTEBOOKS, ROOT

MOST = 100  # characters
FILES = (  # node_modules lies in cdk_app, too
    "lambda_src/**/*.py",
    "cdk_app/*.py",
    "cdk_app/shop/**/*.py",
    "cdk_app/layer/**/*.py",
    "workbook/**/lost_order/**/*.py",
    "notebooks/solutions/*.py",
    "tests/unit/test_my_*.py",
)


def code_cells() -> Iterator[tuple[str, str]]:
    """Where each code cell of the notebooks stands, and what is in it."""
    for notebook in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"], 1):
            if cell["cell_type"] == "code":
                yield f"{notebook.name}, cell {number}", "".join(cell["source"])


def files(pattern: str) -> Iterator[tuple[str, str]]:
    for file in sorted(ROOT.glob(pattern)):
        yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def too_long(texts: Iterator[tuple[str, str]]) -> list[str]:
    """The place and the length of each line that is too long, with the line."""
    return [
        f"{place}, line {number}, {len(line)} characters: {line.strip()}"
        for place, text in texts
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > MOST
    ]


def test_a_cell_has_no_line_that_is_too_long() -> None:
    assert too_long(code_cells()) == []


@pytest.mark.parametrize("pattern", FILES)
def test_a_file_that_cells_write_has_no_line_that_is_too_long(pattern: str) -> None:
    assert list(files(pattern)), "files of another name than these are not looked at"
    assert too_long(files(pattern)) == []


def test_the_place_of_a_line_that_is_too_long_is_told() -> None:
    texts = iter([("fits.py", "x" * MOST), ("wide.py", "short\n" + "y" * (MOST + 1))])
    assert too_long(texts) == [f"wide.py, line 2, 101 characters: {'y' * 101}"]
