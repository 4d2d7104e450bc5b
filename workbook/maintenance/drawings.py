"""The book's diagrams as SVG, for whoever reads where no mermaid is drawn: on GitHub, in VS Code, on paper.

A chapter's texts show `notebooks/diagrams/NN_….svg`, which is drawn from the `.mmd` beside it, in mermaid's language.
What `diagram` and `trace` show has an SVG beside it in the stored output. `python -m workbook.maintenance.drawings`
draws those that are not there yet; `run.py notebooks` does so in the end.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from workbook.base.paths import NOTEBOOKS, write_text
from workbook.base.tools import NPM_LOCK, scripts_of
from workbook.maintenance.chromium import chromium
from workbook.maintenance.site import BOOK

DIAGRAMS = NOTEBOOKS / "diagrams"
MERMAID, SVG = "text/vnd.mermaid", "image/svg+xml"
PROGRAM = BOOK / "drawing.js"
FONT = "@font-face {{ font-family: Arimo; src: url(data:font/woff2;base64,{}) }}"


def mark(text: str) -> str:
    """What an SVG bears as `data-drawn-from`: it follows from the text, and from what draws.

    Args:
        text: in mermaid's language.

    Returns:
        16 hexadecimal digits.
    """
    parts = (text.encode(), PROGRAM.read_bytes(), (BOOK / NPM_LOCK).read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def is_of(svg: str, text: str) -> bool:
    """Whether an SVG was drawn from exactly this text, by what draws today."""
    return f'data-drawn-from="{mark(text)}"' in svg


def drawn(texts: Collection[str]) -> dict[str, str]:
    """Draw texts in mermaid's language: the same SVG for the same text, whatever fonts a machine has.

    Returns:
        The SVGs by their texts.

    Raises:
        WorkbookError: there is no Chromium, or mermaid cannot be installed.
    """
    if not texts:
        return {}
    scripts = scripts_of(BOOK)
    font = (scripts / "@fontsource" / "arimo" / "files" / "arimo-latin-400-normal.woff2").read_bytes()
    with chromium() as browser:
        page = browser.new_page()
        page.add_style_tag(content=FONT.format(base64.b64encode(font).decode()))
        page.add_script_tag(path=scripts / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js")
        page.add_script_tag(path=PROGRAM)
        return {text: page.evaluate("([text, mark]) => drawing(text, mark)", [text, mark(text)]) for text in texts}


def diagrams_in(notebook: NotebookNode) -> list[NotebookNode]:
    """The data of those of a notebook's outputs that are diagrams."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data for output in outputs if MERMAID in output.get("data", {})]


def draw() -> int:
    """Draw the diagrams of the book that have no SVG, or one of another text; how many these were.

    Raises:
        WorkbookError: as of `drawn`.
    """
    texts = {file: file.read_text(encoding="utf-8") for file in sorted(DIAGRAMS.glob("*.mmd"))}
    books = {file: nbformat.read(file, as_version=4) for file in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    stored = [(text, svg_of(file)) for file, text in texts.items()]
    stored += [(data[MERMAID], data.get(SVG, "")) for book in books.values() for data in diagrams_in(book)]
    drawings = drawn(sorted({text for text, svg in stored if not is_of(svg, text)}))
    for file, text in texts.items():
        if text in drawings:
            write_text(file.with_suffix(".svg"), drawings[text])
    for file, book in books.items():
        new = [data for data in diagrams_in(book) if data[MERMAID] in drawings]
        for data in new:
            data[SVG] = drawings[data[MERMAID]]
        if new:
            nbformat.write(book, file)
    return len(drawings)


def svg_of(file: Path) -> str:
    """What is drawn from a file in mermaid's language; nothing if it is not yet."""
    svg = file.with_suffix(".svg")
    return svg.read_text(encoding="utf-8") if svg.exists() else ""


if __name__ == "__main__":
    print(f"Diagrams that were drawn anew: {draw()}.")
