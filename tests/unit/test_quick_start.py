"""JupyterLab and pytest start without a grammar that takes a second to build; left to themselves, they build it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

GRAMMAR = "rfc3987_syntax.syntax_helpers"


def loaded(first: str) -> bool:
    code = f"{first}; import sys; print({GRAMMAR!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


@pytest.mark.parametrize("first", ["from workbook.command import lab_server", "import workbook.maintenance.notebooks"])
def test_it_is_not_built(first):
    assert not loaded(first)


def test_nor_for_these_tests():
    assert "nbformat" in sys.modules and GRAMMAR not in sys.modules


def test_else_it_would_be():
    """If not, `quick_start` is needed no longer."""
    assert loaded("import jupyterlab.labapp")
