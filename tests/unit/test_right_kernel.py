"""The first cell of each chapter, in a kernel that is not the workbook's, says which one to pick and nothing else."""

from __future__ import annotations

import importlib.util
import json

import pytest
from IPython.core.interactiveshell import InteractiveShell

from workbook.base.paths import KERNEL, NOTEBOOKS
from workbook.learning import published

RUN = "%run ../workbook/base/right_kernel.py\n"
SENTENCE = (
    "This page needs the kernel *Workbook*: pick it by the menu (Kernel, Change Kernel…; in VS Code, Select Kernel "
    "at the top right), then run the cells from the first one on. If it is not among them, run `python3 run.py "
    "setup` in the workbook's folder.\n"
)


@pytest.fixture
def shell(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.chdir(NOTEBOOKS)
    return shell


@pytest.mark.parametrize("number", published.chapters())
def test_a_chapter_names_its_kernel_and_begins_with_asking_for_it(number):
    page = json.loads(published.chapters()[number].read_text(encoding="utf-8"))
    assert page["metadata"]["kernelspec"] == {"display_name": "Workbook", "language": "python", "name": KERNEL}
    first = next(cell for cell in page["cells"] if cell["cell_type"] == "code")
    assert "".join(first["source"]).startswith(RUN)


def test_in_a_foreign_kernel_the_sentence_comes_in_place_of_an_error(shell, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not shell.run_cell(RUN + "import boto3_of_the_workbook").success
    assert capsys.readouterr().out == SENTENCE
    assert not shell.run_cell("chapter(2)").success
    assert capsys.readouterr().out == SENTENCE


def test_in_its_own_kernel_nothing_is_said_and_nothing_left(shell, capsys):
    before = {*shell.user_ns}
    assert shell.run_cell(RUN).success
    assert {name for name in {*shell.user_ns} - before if not name.startswith("_")} == set()
    assert shell.custom_exceptions == ()
    assert capsys.readouterr().out == ""


