"""What JupyterLab adds to a notebook only by opening it is left out when it is saved: so it changes nothing on disk.

A diagram's drawing is made anew wherever it is shown, so a published chapter keeps the one that is stored, and another
page has none. A published chapter names its language and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbook.base.paths import ROOT, read_json

MERMAID, DRAWN = "text/vnd.mermaid", "image/svg+xml"


def leave_out_what_was_drawn(model: dict[str, Any], path: str = "", **_: Any) -> None:
    """Take such additions out of a notebook that is about to be saved.

    Jupyter's `pre_save_hook`.

    Args:
        model: what is saved; changed in place.
        path: its file, below the checkout.
    """
    page = model.get("content")
    if model.get("type") != "notebook" or not isinstance(page, dict):
        return
    published = path.strip("/").startswith("notebooks/")
    stored = {}
    if published:
        before = _diagrams(read_json(ROOT / path.strip("/"), {}))
        stored = {_text(output): output["data"][DRAWN] for output in before if DRAWN in output["data"]}
    for output in _diagrams(page):
        output["data"].pop(DRAWN, None)
        output.get("metadata", {}).pop(MERMAID, None)
        if _text(output) in stored:
            output["data"][DRAWN] = stored[_text(output)]
    if published and page.get("metadata", {}).get("language_info", {}).get("name") == "python":
        page["metadata"]["language_info"] = {"name": "python"}


def _diagrams(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The outputs of a page that are diagrams."""
    for cell in page.get("cells", []):
        yield from (output for output in cell.get("outputs", []) if MERMAID in output.get("data", {}))


def _text(output: dict[str, Any]) -> str:
    """A diagram in mermaid's language; a file has it line by line."""
    return "".join(output["data"][MERMAID])
