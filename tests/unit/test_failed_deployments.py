"""After a deployment that failed, a check says so before it blames the lines that were not deployed."""

from __future__ import annotations

import pytest

from workbook.base.errors import WorkbookError
from workbook.deployment import deploy as deployment, failed
from workbook.learning import bookmark, exercises
from workbook.learning.exercises import NotRight, Right

WHY = "Product, Stream (cdk_app/shop/product.py, line 12): Invalid filter. What was deployed before stands."


@pytest.fixture
def deployed(monkeypatch, tmp_path):
    """Deploys stacks in play: `deployed(*names, why=…)` fails with that sentence."""
    monkeypatch.setattr(failed, "RECORD", tmp_path / "not_deployed.json")

    def deploy(*stacks: str, why: str = "") -> None:
        def play(stacks):
            if why:
                raise WorkbookError(why)
            return {name: [] for name in stacks}, {name: {} for name in stacks}

        monkeypatch.setattr(deployment, "_deployed", play)
        deployment.deploy(*stacks)

    return deploy


@pytest.fixture
def said(monkeypatch, tmp_path, capsys):
    """What a check says that comes to a verdict."""
    monkeypatch.setattr(bookmark, "RECORD", tmp_path / "progress.json")
    monkeypatch.delenv("WORKBOOK_TESTING", raising=False)

    def say(verdict) -> str:
        monkeypatch.setitem(exercises._checks, "98-it", exercises._Check(lambda: verdict))
        exercises.check("98-it")
        return capsys.readouterr().out

    return say


WRONG = NotRight("a filter for MODIFY", "none", "the filter is missing.")


def test_a_deployment_that_failed_comes_first(deployed, said):
    with pytest.raises(WorkbookError):
        deployed("Product", why=WHY)
    assert said(WRONG) == (
        "✗ Not right, because the last deployment of Product failed, so this may be about what was deployed before. "
        f"Mend that first, and deploy again: {WHY}\n"
        "  As it is deployed: the filter is missing.\n  Expected: a filter for MODIFY\n  Found: none\n"
    )
    assert said(Right("So it is.")) == "✓ Right. So it is.\n"


def test_until_that_stack_was_deployed_it_is_said(deployed, said):
    with pytest.raises(WorkbookError):
        deployed("Product", why=WHY)
    deployed("Basket")
    assert "the last deployment of Product failed" in said(WRONG)
    deployed("Basket", "Product")
    assert said(WRONG).startswith("✗ Not right, because the filter is missing.\n")


def test_an_app_that_does_not_run_fails_for_all_its_stacks(deployed, said, monkeypatch):
    names = ["Product", "Basket", "Ordering", "EventLog"]
    monkeypatch.setattr(deployment, "stack_names", lambda: names)
    with pytest.raises(WorkbookError):
        deployed(why="The CDK app does not run: SyntaxError")
    assert "because the last deployment failed, so this may be" in said(WRONG)
    for name in names:
        deployed(name)
    assert "failed" not in said(WRONG)
