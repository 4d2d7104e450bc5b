"""Chapters in order on one cloud, as a learner takes them; then back to one of them, and in the end the clean-up.

In two halves, which run beside each other: the second starts where somebody stands who comes for it alone.
This takes longest, so the file's name lets it start first.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.base.paths import NOTEBOOKS

*CHAPTERS, CLEAN_UP = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
MIDDLE = 8
BACK = CHAPTERS[5]  # it starts where later ones have been


@pytest.mark.xdist_group("in order, first half")
def test_the_first_half_in_order(nbval: Callable[..., None]) -> None:
    nbval(*CHAPTERS[:MIDDLE])


@pytest.mark.xdist_group("in order, second half")
def test_the_second_half_in_order_and_back_and_gone(
    nbval: Callable[..., None], in_copy: Callable[..., str], copy: Path
) -> None:
    in_copy("git", "init", "--quiet")
    (copy / ".git" / "info" / "exclude").write_text("/cdk_app/node_modules\n")  # a link here, a folder elsewhere
    in_copy("git", "add", "--all")
    in_copy("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "before")

    nbval(*CHAPTERS[MIDDLE:])
    assert in_copy("git", "status", "--porcelain") == ""

    nbval(BACK, CLEAN_UP)
