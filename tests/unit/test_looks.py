"""What is shown can be read on JupyterLab's light page and on its dark one: contrast, as WCAG AA wants it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import nbformat
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from workbook.base import display
from workbook.base.errors import WorkbookError
from workbook.base.paths import NOTEBOOKS, ROOT
from workbook.base.text_frame import TextFrame
from workbook.command import looks
from workbook.learning import exercises
from workbook.maintenance import drawings

THEMES = Path(sys.prefix) / "share/jupyter/lab/themes/@jupyterlab"
TEXT, GRAPHICS = 4.5, 3.0  # https://www.w3.org/TR/WCAG22/#contrast-minimum, #non-text-contrast
LIGHT_AND_DARK = pytest.mark.parametrize("theme", ["light", "dark"])
COLOURS = re.compile(r"(#\w{6}); color:var\((--jp-[\w-]+), (#\w{6})\)")
LABEL, LABEL_GROUND = re.compile(r'(?:--|==|-\.) "'), "rgb(232, 232, 232)"
Colour = tuple[float, ...]


def value(theme: str, name: str) -> str:
    """What a theme of JupyterLab gives a CSS variable."""
    css = (THEMES / f"theme-{theme}-extension/index.css").read_text(encoding="utf-8")
    found = re.findall(rf"{re.escape(name)}:\s*([^;}}]+)", css)[0].strip()
    return re.sub(r"var\(--[\w-]+,\s*(.+)\)$", r"\1", found)


def colour(css: str, page: Colour = (1.0, 1.0, 1.0)) -> Colour:
    """A CSS colour as it is seen on a page."""
    if mixed := re.fullmatch(r"rgba?\((.+)\)", css):
        *rgb, alpha = (*(float(part) for part in mixed[1].split(",")), 1.0)[:4]
        return tuple(alpha * part / 255 + (1 - alpha) * below for part, below in zip(rgb, page, strict=True))
    return to_rgb(css)


def contrast(one: Colour, other: Colour) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(rgb: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast(to_rgb("white"), to_rgb("black")) == pytest.approx(21)
    assert contrast(to_rgb("#767676"), to_rgb("white")) == pytest.approx(4.54, abs=0.01)


@LIGHT_AND_DARK
@pytest.mark.parametrize("name", ["GREEN", "RED", "GREY"])
def test_what_a_check_says_can_be_read(theme: str, name: str) -> None:
    first, variable, _ = COLOURS.fullmatch(getattr(display, name)).groups()
    page = colour(value(theme, "--jp-layout-color0"))
    assert contrast(colour(value(theme, variable), page), page) >= TEXT
    assert contrast(colour(first), page) >= 4  # more than 4.35 on both pages at once cannot be


@pytest.mark.parametrize("name", ["GREEN", "RED", "GREY"])
def test_it_can_be_read_on_a_page_that_is_no_jupyterlab(name: str) -> None:
    *_, other = COLOURS.fullmatch(getattr(display, name)).groups()
    assert contrast(colour(other), to_rgb("white")) >= TEXT


def test_what_plots_are_drawn_with_is_seen_on_their_white() -> None:
    used = {
        name
        for notebook in NOTEBOOKS.glob("[0-9]*.ipynb")
        for name in re.findall(r"(?:tab:\w+|chocolate)", notebook.read_text(encoding="utf-8"))
    }
    assert len(used) > 2
    assert {name: round(contrast(to_rgb(name), to_rgb("white")), 1) for name in used if _pale(name)} == {}


def _pale(name: str) -> bool:
    return contrast(to_rgb(name), to_rgb("white")) < GRAPHICS


def test_drawings_have_no_ground_that_only_one_theme_can_bear() -> None:
    """Mermaid writes in the theme's colour, so a ground must let the page shine through."""
    opaque = {
        notebook.name: found
        for notebook in NOTEBOOKS.glob("[0-9]*.ipynb")
        if (found := re.findall(r"rect rgb\([^)]*\)", notebook.read_text(encoding="utf-8")))
    }
    assert opaque == {}


class Drawn:
    """The colours of an SVG: of its words, of what they may stand on, and of its arrows.

    Args:
        svg: with attributes and without styles.
        seen: what becomes of a colour on the way to a reader.
    """

    def __init__(self, svg: str, seen: Callable[[Colour], Colour] = lambda it: it) -> None:
        self.words: set[Colour] = set()
        self.grounds: set[Colour] = set()
        self.arrows: set[Colour] = set()
        self.seen = seen
        self.read(ElementTree.fromstring(svg), "#000000", "none")

    def read(self, element: ElementTree.Element, fill: str, stroke: str) -> None:
        kind = element.tag.split("}")[-1]
        if kind == "marker":
            return
        fill, stroke = element.get("fill", fill), element.get("stroke", stroke)
        if kind in ("text", "tspan") and element.text:
            self.words.add(self.seen(colour(fill)))
        elif element.get("marker-end"):
            self.arrows.add(self.seen(colour(stroke)))
        elif kind in ("rect", "circle", "path", "polygon") and fill != "none":
            self.grounds.add(self.seen(colour(fill)))
        for child in element:
            self.read(child, fill, stroke)


def inverted(rgb: Colour) -> Colour:
    """`invert(0.93) hue-rotate(180deg)`, https://www.w3.org/TR/filter-effects-1/#feColorMatrixElement"""
    rgb = [0.93 - 0.86 * part for part in rgb]
    turned = ((-0.574, 1.430, 0.144), (0.426, 0.430, 0.144), (0.426, 1.430, -0.856))
    return tuple(min(max(sum(a * part for a, part in zip(row, rgb, strict=True)), 0), 1) for row in turned)


@pytest.mark.parametrize("seen", [lambda it: it, inverted], ids=["light", "dark"])
def test_all_words_and_arrows_of_the_books_drawings_can_be_seen(seen: Callable[[Colour], Colour]) -> None:
    books = [nbformat.read(file, as_version=4) for file in NOTEBOOKS.glob("[0-9]*.ipynb")]
    pictures = [file.read_text(encoding="utf-8") for file in drawings.DIAGRAMS.glob("*.svg")]
    pictures += [data[drawings.SVG] for book in books for data in drawings.diagrams_in(book)]
    assert len(pictures) > 30
    for drawn in (Drawn(picture, seen) for picture in pictures):
        assert drawn.words and seen(to_rgb("white")) in drawn.grounds
        assert min(contrast(word, ground) for word in drawn.words for ground in drawn.grounds) >= TEXT
        assert min((contrast(arrow, seen(to_rgb("white"))) for arrow in drawn.arrows), default=21) >= GRAPHICS


@pytest.mark.parametrize("file", [ROOT / "book/static/book.css", looks], ids=["site", "JupyterLab"])
def test_a_dark_page_inverts_them_so(file: Path | ModuleType) -> None:
    css = file.read_text(encoding="utf-8") if isinstance(file, Path) else file.STYLE
    assert {*re.findall(r"filter: ([^;]+);", css)} == {"invert(0.93) hue-rotate(180deg)"}


def test_no_arrow_runs_through_its_own_label() -> None:
    labelled = [file for file in drawings.DIAGRAMS.glob("*.mmd") if LABEL.search(file.read_text(encoding="utf-8"))]
    assert len(labelled) > 10
    for file in labelled:
        shapes = ElementTree.fromstring(drawings.svg_of(file)).iter()
        labels = [shape for shape in shapes if shape.get("fill") == LABEL_GROUND]
        assert len(labels) >= len(LABEL.findall(file.read_text(encoding="utf-8"))), file.name
        assert [label.attrib for label in labels if {"opacity", "fill-opacity"} & {*label.attrib}] == []


def test_of_what_is_partly_right_the_right_part_is_green() -> None:
    said = exercises._coloured("✗ Not right, because 1 remains\n  ✓ mended. A\n  ✗ not yet. B", display.RED)
    first, second, third = said.split("\n")
    assert second == f'<span style="color:{display.GREEN}">  ✓ mended. A</span>'
    assert "span" not in first + third


def test_what_stands_in_backticks_is_shown_as_code() -> None:
    assert display.as_markup("type `a < b`, or `c`") == "type <code>a &lt; b</code>, or <code>c</code>"
    assert display.as_markup("one ` alone") == "one ` alone"


def test_the_architecture_brings_its_own_ground() -> None:
    drawing = (NOTEBOOKS / "images/architecture.svg").read_text(encoding="utf-8")
    assert re.search(r'<rect x="1" y="1" width="1118" height="678"[^>]*fill="#ffffff"', drawing)
    texts = {*re.findall(r'<(?:text|g|svg)\s[^>]*font-size="\d+"[^>]*\sfill="(#\w{6})"', drawing)}
    assert len(texts) >= 2
    assert [text for text in texts if contrast(colour(text), colour("#f4f6f8")) < TEXT] == []


def test_a_frame_of_text_stands_left_and_is_not_cut() -> None:
    long = "IAM Role, Policy, " * 20
    shown = TextFrame({"construct": ["Table", "PriceChanges"], "resources": ["Queue", long]})
    assert [line.startswith(("construct ", "Table ", "PriceChanges ")) for line in repr(shown).splitlines()] == [
        True
    ] * 3
    assert long in repr(shown) and long in shown._repr_html_()
    assert shown._repr_html_().count("text-align:left") == 6
    assert type(shown[shown.construct == "Table"]) is pd.DataFrame


@pytest.mark.parametrize(
    ("error", "ended"), [(KeyboardInterrupt, "stopped"), (RuntimeError, "failed"), (WorkbookError, "failed")]
)
def test_a_line_of_what_failed_does_not_say_that_somebody_stopped_it(monkeypatch, error, ended):
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(display, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    monkeypatch.setattr(display.Progress, "_update", lambda _, data: shown.append(data))
    with pytest.raises(error), display.Progress("Deploying Product"):
        raise error("why")
    assert shown[-1]["text/plain"] == f"Deploying Product: {ended}"
    assert f": {ended}<" in shown[-1]["text/html"]
