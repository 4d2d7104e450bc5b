"""What is shown can be read on JupyterLab's light page and on its dark one: contrast, as WCAG AA wants it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from workbook.base import display
from workbook.base.errors import WorkbookError
from workbook.base.paths import NOTEBOOKS
from workbook.base.text_frame import TextFrame
from workbook.learning import exercises

THEMES = Path(sys.prefix) / "share/jupyter/lab/themes/@jupyterlab"
TEXT, GRAPHICS = 4.5, 3.0  # https://www.w3.org/TR/WCAG22/#contrast-minimum, #non-text-contrast
LIGHT_AND_DARK = pytest.mark.parametrize("theme", ["light", "dark"])
COLOURS = re.compile(r"(#\w{6}); color:var\((--jp-[\w-]+), (#\w{6})\)")
Colour = tuple[float, ...]


def value(theme: str, name: str) -> str:
    """What a theme of JupyterLab gives a CSS variable."""
    css = (THEMES / f"theme-{theme}-extension/index.css").read_text(encoding="utf-8")
    found = re.findall(rf"{re.escape(name)}:\s*([^;}}]+)", css)[0].strip()
    return re.sub(r"var\(--[\w-]+,\s*(.+)\)$", r"\1", found)


def colour(css: str, page: Colour = (1.0, 1.0, 1.0)) -> Colour:
    """A CSS colour as it is seen on a page."""
    if mixed := re.fullmatch(r"rgba\((.+)\)", css):
        *rgb, alpha = (float(part) for part in mixed[1].split(","))
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


LABELLED = re.compile(r"flowchart.*?==", re.S)
SOLID = '%%{init: {"themeCSS": ".edgeLabel p {background: #e8e8e8; color: #333}"}}%%\n'


def test_no_thick_arrow_runs_through_its_own_label() -> None:
    """Mermaid's own labels let it shine through."""
    drawings = [
        (notebook.name, drawing)
        for notebook in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        for drawing in re.findall(r"```mermaid\n(.*?)```", "".join(cell["source"]), re.S)
    ]
    thick = [(name, drawing) for name, drawing in drawings if LABELLED.search(drawing)]
    assert len(thick) > 10
    assert [name for name, drawing in thick if not drawing.startswith(SOLID)] == []
    label, ground = (to_rgb(code) for code in re.findall(r"#\w+", SOLID.split("edgeLabel")[1]))
    assert contrast(label, ground) >= TEXT


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


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda notebook: notebook.stem)
def test_each_drawing_of_a_chapter_says_in_words_what_it_shows(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    drawings = re.findall(r"```mermaid\n(.*?)```", "\n".join("".join(cell["source"]) for cell in cells), re.S)
    for drawing in drawings:
        assert re.search(r"^  accTitle: \S.{5,}$", drawing, re.M), drawing
        assert re.search(r"^  accDescr: \S.{20,}\.$", drawing, re.M), drawing
