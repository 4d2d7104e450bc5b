"""The book's diagrams drawn again are the same to the byte, and an image shows them whole in this machine's fonts."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser
from samples import CHAPTERS

from workbook.maintenance import drawings

pytestmark = pytest.mark.nightly

DRAW = """
import json, sys
from workbook.maintenance.drawings import drawn
print(json.dumps(drawn(json.load(sys.stdin))))
"""
IMAGE = '<img src="data:image/svg+xml;base64,{}">'
LOADED = "it => it.decode().then(() => it.naturalWidth > 0)"
OUTSIDE = """svg => {
    const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].map(it => [it.textContent, it.getBoundingClientRect()])
        .filter(([, it]) => it.left < box.left || it.right > box.right || it.top < box.top || it.bottom > box.bottom)
        .map(([words]) => words);
}"""


def stored() -> dict[str, str]:
    """The SVGs of all diagrams of the book, by their texts."""
    found = {file.read_text(encoding="utf-8"): drawings.svg_of(file) for file in drawings.DIAGRAMS.glob("*.mmd")}
    shown = [data for file in CHAPTERS for data in drawings.diagrams_in(nbformat.read(file, as_version=4))]
    return found | {data[drawings.MERMAID]: data[drawings.SVG] for data in shown}


def test_what_is_drawn_again_is_the_same() -> None:
    before = stored()
    assert len(before) > 30
    texts = json.dumps([*reversed(before)])  # Playwright, once more, needs a process of its own
    again = subprocess.run([sys.executable, "-c", DRAW], input=texts, text=True, check=True, stdout=subprocess.PIPE)
    assert json.loads(again.stdout) == before


def test_an_image_shows_each_of_them_whole(browser: Browser, screenshots: Path) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 600})
    for number, svg in enumerate(stored().values()):
        page.set_content(IMAGE.format(base64.b64encode(svg.encode()).decode()))
        assert page.locator("img").evaluate(LOADED)
        page.locator("img").screenshot(path=screenshots / f"drawing {number:02}.png")
        page.set_content(svg)
        assert page.locator("svg").evaluate(OUTSIDE) == []
    page.close()
