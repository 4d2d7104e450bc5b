"""A kernel restarted in mid-chapter: the first cell, run again, brings the names back, and one goes on from there."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest

from workbook.base.paths import NOTEBOOKS, read_json
from workbook.maintenance import copies

CHAPTERS = sorted(NOTEBOOKS.glob("[01][0-9]_*.ipynb"))
SOME = [CHAPTERS[2]]  # of the others, all places each night
PLACES = 3
# What came of calls and is no plain data; the learner is told to run its cell again.
NOT_BACK = {"11": {"ada", "eve"}}  # credentials, which no file should keep

USED_UP = {"11": "The cell 11-54 "}  # that cell sends refunds again, and so fewer of the flood's are accepted


def restarted(notebook: Path, *places: int) -> tuple[list[str], dict[str, list[str]]]:
    """What was not as stored with the kernel restarted at these places, and which names were told of, by the place."""
    with copies.copy_of_the_tree() as copy:
        script = str(Path(__file__).with_name("restart_kernels.py"))
        code = copies.run_in(copy, [sys.executable, script, notebook.name, *map(str, places)], WORKBOOK_TESTING="1")
        assert code == 0
        return tuple(read_json(copy / ".workbook" / f"{name}.json", None) for name in ("differences", "told"))


def some_places(notebook: Path) -> list[int]:
    """Cells with code, in equal distances, that write no file."""
    cells = nbformat.read(notebook, as_version=4).cells
    code = [i for i, cell in enumerate(cells) if cell.cell_type == "code" and not cell.source.startswith("%%")]
    return [code[len(code) * part // (PLACES + 1)] for part in range(1, PLACES + 1)]


@pytest.mark.parametrize(
    "notebook", [pytest.param(n, id=n.stem, marks=pytest.mark.xdist_group(f"restarts {n.stem}")) for n in SOME]
)
def test_restarted_at_three_places_it_goes_on_as_stored(notebook: Path) -> None:
    different, told = restarted(notebook, *some_places(notebook))
    assert different == []
    assert not any(told.values())


@pytest.mark.nightly
@pytest.mark.parametrize(
    "notebook", [pytest.param(n, id=n.stem, marks=pytest.mark.xdist_group(f"restarts {n.stem}")) for n in CHAPTERS]
)
def test_restarted_before_every_cell_it_goes_on_as_stored(notebook: Path) -> None:
    different, told = restarted(notebook)
    assert [one for one in different if not one.startswith(USED_UP.get(notebook.name[:2], "none"))] == []
    assert {name for names in told.values() for name in names} == NOT_BACK.get(notebook.name[:2], set())
