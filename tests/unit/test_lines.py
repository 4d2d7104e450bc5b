"""No line of the code is so long that one must scroll to read it: 120 characters, as the formatter is told, too."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from workbook.base.paths import ROOT
from workbook.maintenance import copies

WIDTH = 120
FOLDERS = ("tests", "workbook")
BY_THE_NOTEBOOKS = ("tests/unit/test_my_", "workbook/learning/lost_order/planted/")  # as the chapters' cells have it
ADDRESS = re.compile(r"https://\S+")


def files() -> list[Path]:
    """The Python files of the plumbing and of the tests."""
    there = [f for f in copies.tracked_files() if f.suffix == ".py" and (f.parts[0] in FOLDERS or len(f.parts) == 1)]
    return [f for f in there if not f.as_posix().startswith(BY_THE_NOTEBOOKS)]


def too_long(text: str) -> list[int]:
    """The numbers of the lines that are too long, but for those of one address, which cannot be broken."""
    lines = enumerate(text.splitlines(), 1)
    return [n for n, line in lines if len(line) > WIDTH and not ADDRESS.fullmatch(line.strip(' "'))]


def test_no_line_is_too_long():
    found = {f.as_posix(): too_long((ROOT / f).read_text(encoding="utf-8")) for f in files()}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}


def test_every_file_is_looked_at():
    some = {"run.py", "conftest.py", "workbook/command/cli.py", "tests/unit/test_lines.py"}
    assert some <= {f.as_posix() for f in files()}


def test_the_formatter_has_the_same_width():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["ruff"]["line-length"] == WIDTH


@pytest.mark.parametrize(
    ("line", "found"),
    [("x" * 120, []), ("x" * 121, [1]), ("ok\n" + "x" * 121, [2]), (f"    https://{'x' * 120}", [])],
)
def test_a_long_line_is_found(line, found):
    assert too_long(line) == found
