"""A kernel restarted before every cell: the first cell, run again, brings the names back, and one goes on from there.

At three places of each chapter it is restarted in `test_exercises.py`, too.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workbook.base.paths import NOTEBOOKS, read_json
from workbook.maintenance import copies

CHAPTERS = sorted(NOTEBOOKS.glob("[01][0-9]_*.ipynb"))
NOT_BACK = {"12": {"ada", "eve"}}  # credentials, which no file should keep; the learner is told to run their cell again
USED_UP = {"12": "The cell 12-54 "}  # that cell sends refunds again, and so fewer of the flood's are accepted


@pytest.mark.nightly
@pytest.mark.parametrize(
    "notebook", [pytest.param(n, id=n.stem, marks=pytest.mark.xdist_group(f"restarts {n.stem}")) for n in CHAPTERS]
)
def test_restarted_before_every_cell_it_goes_on_as_stored(notebook: Path) -> None:
    with copies.copy_of_the_tree() as copy:
        script = str(Path(__file__).with_name("restart_kernels.py"))
        assert copies.run_in(copy, [sys.executable, script, notebook.name], WORKBOOK_TESTING="1") == 0
        different, told = (read_json(copy / ".workbook" / f"{name}.json", None) for name in ("differences", "told"))
    assert [one for one in different if not one.startswith(USED_UP.get(notebook.name[:2], "none"))] == []
    assert {name for names in told.values() for name in names} == NOT_BACK.get(notebook.name[:2], set())
