"""All chapters in order on one cloud, as a learner takes them, and then all of them once more.

In a file of its own, because tests run in parallel file by file, and this is the longest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbook.paths import NOTEBOOKS

CHAPTERS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def test_all_in_order_and_then_once_more(nbval: Callable[..., None], in_copy: Callable[..., str], copy: Path) -> None:
    in_copy("git", "init", "--quiet")
    (copy / ".git" / "info" / "exclude").write_text("/cdk_app/node_modules\n")  # a link here, a folder elsewhere
    in_copy("git", "add", "--all")
    in_copy("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "before")

    nbval(*CHAPTERS)
    assert in_copy("git", "status", "--porcelain") == ""

    nbval(*CHAPTERS)
    assert in_copy("git", "status", "--porcelain") == ""
