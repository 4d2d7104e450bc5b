"""Links to cells say which chapter and step they lead to. `python tests/unit/cell_links.py` writes it anew.

A link's address has the cell's id, and all else follows from it: `[04, step 1](04_publish_events.ipynb#cell-id=04-03)`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PAGE = NOTEBOOKS / "coming_from_the_article.md"
LINK = re.compile(r"\[[^\]]*\]\((?:\w+\.ipynb#cell-id=)?(\d\d-\w+)\)")
PLACE = re.compile(r"^## ((?:Step|Exercise) \d+|[^\n]+)", re.MULTILINE)


def places() -> dict[str, str]:
    """For each cell's id, the link that leads to it."""
    found = {}
    for file in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        place = ""
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown" and (headings := PLACE.findall("".join(cell["source"]))):
                place = f", {headings[0][0].lower()}{headings[0][1:]}"
            found[cell["id"]] = f"[{file.name[:2]}{place}]({file.name}#cell-id={cell['id']})"
    return found


def renewed(text: str) -> str:
    """A text in which each link to a cell says where the cell is by now. Raises KeyError for a cell that is gone."""
    there = places()
    return LINK.sub(lambda link: there[link[1]], text)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
