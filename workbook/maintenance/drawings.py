"""An SVG beside each diagram in a notebook's outputs, for who reads it where no mermaid is drawn: GitHub, VS Code."""

from __future__ import annotations

from nbformat import NotebookNode

from workbook.base.tools import scripts_of
from workbook.maintenance.chromium import chromium
from workbook.maintenance.site import BOOK

MERMAID, SVG = "text/vnd.mermaid", "image/svg+xml"
# What is random in a drawing follows from a seed; labels are SVG's own text, since an image shows no HTML. A hundredth
# of a pixel is fine enough.
DRAW = r"""async text => {
    mermaid.initialize({
        startOnLoad: false, theme: "neutral", fontFamily: "sans-serif", handDrawnSeed: 1, deterministicIds: true,
        htmlLabels: false, flowchart: {htmlLabels: false},
    });
    const place = document.createElement("div");
    place.innerHTML = (await mermaid.render("diagram", text.replace(/<.?small>/g, ""))).svg;
    place.firstElementChild.style.backgroundColor = "white";
    const svg = new XMLSerializer().serializeToString(place.firstElementChild);
    return svg.replace(/\d+\.\d{3,}/g, number => +(+number).toFixed(2));
}"""


def draw(notebook: NotebookNode) -> None:
    """Put an SVG beside each diagram: the same one for the same text, on a machine with the same fonts.

    Args:
        notebook: executed; changed in place.

    Raises:
        WorkbookError: there is no Chromium, or mermaid cannot be installed.
    """
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    diagrams = [output.data for output in outputs if MERMAID in output.get("data", {})]
    if not diagrams:
        return
    with chromium() as browser:
        page = browser.new_page()
        page.set_content("<body></body>")
        page.add_script_tag(path=scripts_of(BOOK) / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js")
        for data in diagrams:
            data[SVG] = page.evaluate(DRAW, data[MERMAID])
