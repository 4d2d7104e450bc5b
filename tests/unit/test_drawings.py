"""The book's diagrams: each has an SVG, drawn from exactly its text, that is shown, and says in words what it shows."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from workbook.base.paths import NOTEBOOKS
from workbook.maintenance import drawings
from workbook.maintenance.drawings import DIAGRAMS, MERMAID, SVG

TEXTS = sorted(DIAGRAMS.glob("*.mmd"))
CHAPTERS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
EACH_TEXT = pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
PICTURE = re.compile(r"^!\[(.+)\]\(diagrams/(.+)\.svg\)$", re.MULTILINE)
IN_AN_SVG = {
    "svg", "title", "desc", "defs", "marker", "g", "rect", "circle", "path", "polygon", "line", "text", "tspan",
}  # fmt: skip


@cache
def read(chapter: Path) -> nbformat.NotebookNode:
    return nbformat.read(chapter, as_version=4)


def stored(chapter: Path) -> list[dict[str, str]]:
    """What is stored of the diagrams that the cells of a chapter show, by its type."""
    return drawings.diagrams_in(read(chapter))


def words_of(file: Path, kind: str) -> str:
    """The title or the description in a text in mermaid's language."""
    return re.search(rf"^  acc{kind}: (\S.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)[1]


def shown() -> dict[str, list[tuple[str, str]]]:
    """Of each file of a diagram, without its ending: the chapters whose texts show it, and what they say of it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for chapter in CHAPTERS:
        for cell in read(chapter).cells:
            for words, name in PICTURE.findall(cell.source if cell.cell_type == "markdown" else ""):
                found.setdefault(name, []).append((chapter.name[:2], words))
    return found


@EACH_TEXT
def test_each_text_in_mermaids_language_has_its_svg(file: Path) -> None:
    """`python -m workbook.maintenance.drawings` draws it."""
    assert drawings.is_of(drawings.svg_of(file), file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("notebook", CHAPTERS, ids=lambda notebook: notebook.stem)
def test_each_diagram_that_a_cell_shows_has_its_svg_beside_it(notebook: Path) -> None:
    """`python -m workbook.maintenance.drawings` draws it."""
    assert [data[MERMAID] for data in stored(notebook) if not drawings.is_of(data.get(SVG, ""), data[MERMAID])] == []


def test_each_picture_is_shown_once_by_its_chapter_and_said_in_the_same_words() -> None:
    said = {file.stem: words_of(file, "Descr") for file in TEXTS}
    assert shown() == {name: [(name[:2], words)] for name, words in said.items()}
    assert {file.name for file in DIAGRAMS.iterdir()} == {f"{name}{end}" for name in said for end in (".mmd", ".svg")}


def test_no_text_has_a_diagram_that_only_some_readers_can_see() -> None:
    assert [chapter.name for chapter in CHAPTERS if "```mermaid" in chapter.read_text(encoding="utf-8")] == []


@EACH_TEXT
def test_a_picture_says_in_words_what_it_shows(file: Path) -> None:
    svg, title, words = ElementTree.fromstring(drawings.svg_of(file)), words_of(file, "Title"), words_of(file, "Descr")
    assert len(title) > 5 and len(words) > 20 and words.endswith(".")
    told = {element.tag.split("}")[-1]: element for element in list(svg)[:2]}
    assert (told["title"].text, told["desc"].text) == (title, words)
    assert svg.get("aria-labelledby") == told["title"].get("id") and svg.get("role") == "img"
    assert svg.get("aria-describedby") == told["desc"].get("id")


def test_a_picture_needs_nothing_that_viewers_of_images_leave_out() -> None:
    pictures = [drawings.svg_of(file) for file in TEXTS] + [data[SVG] for file in CHAPTERS for data in stored(file)]
    assert len(pictures) > 30
    for picture in pictures:
        svg = ElementTree.fromstring(picture)
        assert {element.tag.split("}")[-1] for element in svg.iter()} <= IN_AN_SVG
        assert not re.search(r"\s(style|class|href)=|url\((?!#)", picture)
        assert svg.get("viewBox").split()[2:] == [svg.get("width"), svg.get("height")]
        assert picture.count("font-family=") == 1
        assert {"font-size", "font-weight", "text-anchor", "fill", "stroke"} <= {*svg.attrib}  # not those of a page


def test_another_text_and_another_program_need_another_svg(monkeypatch, tmp_path) -> None:
    text = TEXTS[0].read_text(encoding="utf-8")
    svg = drawings.svg_of(TEXTS[0])
    assert drawings.is_of(svg, text) and not drawings.is_of(svg, text + " ")
    (tmp_path / "drawing.js").write_text("// otherwise\n", encoding="utf-8")
    monkeypatch.setattr(drawings, "PROGRAM", tmp_path / "drawing.js")
    assert not drawings.is_of(svg, text)


def test_where_all_is_drawn_nothing_is_drawn_or_written(monkeypatch) -> None:
    monkeypatch.setattr(drawings, "chromium", lambda: pytest.fail("needs no browser"))
    before = {file: file.stat().st_mtime_ns for file in [*DIAGRAMS.iterdir(), *CHAPTERS]}
    assert drawings.draw() == 0
    assert {file: file.stat().st_mtime_ns for file in before} == before
