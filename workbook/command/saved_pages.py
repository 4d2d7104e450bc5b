"""What JupyterLab adds to a notebook only by opening it is left out when it is saved: so it changes nothing on disk.

A diagram's drawing is made anew wherever it is shown, and a published chapter names its language and no more.
"""

from __future__ import annotations

from typing import Any

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
    for cell in page.get("cells", []):
        for output in cell.get("outputs", []):
            if MERMAID in output.get("data", {}):
                output["data"].pop(DRAWN, None)
                output.get("metadata", {}).pop(MERMAID, None)
    language = page.get("metadata", {}).get("language_info", {})
    if path.strip("/").startswith("notebooks/") and language.get("name") == "python":
        page["metadata"]["language_info"] = {"name": "python"}
