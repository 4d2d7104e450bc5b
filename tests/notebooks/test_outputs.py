"""The stored outputs of the notebooks are what running them gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from samples import CHAPTERS


# The others: test_exercises.py
WITHOUT_EXERCISES = [notebook for notebook in CHAPTERS if notebook.name[:2] in ("00", "99")]
BY_DAY = {"99": ()}  # and 00 is alone where the chapters in order begin


@pytest.mark.parametrize(
    "notebook",
    [pytest.param(n, id=n.stem, marks=BY_DAY.get(n.name[:2], pytest.mark.nightly)) for n in WITHOUT_EXERCISES],
)
def test_alone_on_a_fresh_cloud(notebook: Path, nbval: Callable[..., None]) -> None:
    nbval(notebook)


@pytest.mark.parametrize("notebook", CHAPTERS, ids=lambda notebook: notebook.stem)
def test_every_cell_was_run_from_top_to_bottom(notebook: Path) -> None:
    """Without execution counts nbval compares nothing, and says nothing."""
    cells = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code" and c.source.strip()]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


@pytest.mark.parametrize("notebook", CHAPTERS, ids=lambda notebook: notebook.stem)
def test_errors_that_are_shown_are_tested(notebook: Path) -> None:
    """A cell that may raise is compared too, or it could stop raising unseen."""
    for cell in nbformat.read(notebook, as_version=4).cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & {"raises-exception", "nbval-raises-exception"}:
            assert "nbval-check-output" in tags, cell.source
