"""A cell that has written CDK code lets its synthesis begin, and no other cell does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from workbook.base.paths import NOTEBOOKS
from workbook.learning import working_ahead

pytestmark = pytest.mark.slow


@pytest.fixture
def begun(monkeypatch):
    """What was begun; the machine has time."""
    begun = []
    monkeypatch.chdir(NOTEBOOKS)
    monkeypatch.setattr(working_ahead, "get_ready", lambda: begun.append("synthesis"))
    monkeypatch.setattr(working_ahead, "may_work_ahead", lambda: True)
    return begun


def after(cell: str | None, *, success: bool = True) -> None:
    working_ahead.synthesize_what_was_written(SimpleNamespace(info=SimpleNamespace(raw_cell=cell), success=success))


@pytest.mark.parametrize("path", ["../cdk_app/app.py", "../cdk_app/shop/product.py"])
def test_after_a_cell_that_has_written_cdk_code_its_synthesis_begins(begun, path):
    after(f"%%writefile {path}\nimport aws_cdk\n")
    assert begun == ["synthesis"]


@pytest.mark.parametrize(
    "cell",
    ["%%writefile ../lambda_src/product/app.py\nimport json\n", "deploy('Product')", "# cdk_app/app.py", "", None],
)
def test_after_another_cell_nothing_begins(begun, cell):
    after(cell)
    assert begun == []


def test_what_could_not_be_written_is_not_synthesized(begun):
    after("%%writefile ../cdk_app/app.py\nimport aws_cdk\n", success=False)
    assert begun == []


def test_what_cannot_begin_is_left_to_the_deployment(begun, monkeypatch):
    def broken():
        raise ValueError("cdk.json is no JSON")

    monkeypatch.setattr(working_ahead, "get_ready", broken)
    after("%%writefile ../cdk_app/app.py\nimport aws_cdk\n")


def test_on_a_busy_machine_nothing_begins(begun, monkeypatch):
    monkeypatch.setattr(working_ahead, "may_work_ahead", lambda: False)
    after("%%writefile ../cdk_app/app.py\nimport aws_cdk\n")
    assert begun == []
