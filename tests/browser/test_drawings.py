"""The SVG that is stored beside a diagram: the same one each time, of shapes and words only, and seen as an image."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_notebook
from playwright.sync_api import Browser
from samples import CHAPTERS

pytestmark = pytest.mark.nightly

DRAW = """
import sys, nbformat
from workbook.maintenance.drawings import draw
notebook = nbformat.read(sys.argv[1], as_version=4)
draw(notebook)
nbformat.write(notebook, sys.argv[1])
"""
NO_IMAGE = ("script", "foreignObject", "image", "a")  # what an image may not have, or shows nothing of


def drawn(file: Path) -> dict[str, str]:
    """The drawings of all diagrams that the book's cells show, made anew, by the diagram's text."""
    cells = [cell for chapter in CHAPTERS for cell in nbformat.read(chapter, as_version=4).cells]
    shown = [cell for cell in cells if "text/vnd.mermaid" in str(cell.get("outputs", ""))]
    nbformat.write(new_notebook(cells=shown), file)
    subprocess.run([sys.executable, "-c", DRAW, file], check=True)  # Playwright, once more, needs a process of its own
    data = [output.get("data", {}) for cell in nbformat.read(file, as_version=4).cells for output in cell.outputs]
    return {kinds["text/vnd.mermaid"]: kinds["image/svg+xml"] for kinds in data if "text/vnd.mermaid" in kinds}


def test_each_diagram_has_an_svg_that_an_image_can_show(tmp_path, browser: Browser, screenshots: Path):
    found = drawn(tmp_path / "once.ipynb")
    assert len(found) > 10 and found == drawn(tmp_path / "twice.ipynb")
    for number, (text, svg) in enumerate(found.items()):
        tags = {element.tag.split("}")[-1] for element in ElementTree.fromstring(svg).iter()}
        assert not tags & {*NO_IMAGE}, text
        assert ("Lambda" in svg) == ("Lambda" in text) and "small&gt;" not in svg
        page = browser.new_page(viewport={"width": 1000, "height": 600})
        page.set_content(f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" width="980">')
        image = page.locator("img")
        assert image.evaluate("it => it.decode().then(() => it.naturalWidth)") > 0
        page.screenshot(path=screenshots / f"drawing {number:02}.png")
        page.close()
