"""The pages beside the chapters, and the links between them all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from differences_page import LINK, NOTEBOOKS, PAGE, ROOT, page, prose, rows

from workbook.learning import published

pytestmark = pytest.mark.slow

ANY_LINK = re.compile(r"\]\(([^)\s]+)")
IN_NO_LINK = re.compile(r"```.*?```|`[^`\n]*`|<!--.*?-->", re.DOTALL)
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LOCAL = re.compile(r"\blocal(ly)?\b", re.IGNORECASE)


def notes() -> Iterator[tuple[str, str]]:
    """Every paragraph and every point of the sections *On AWS*, with the name of its notebook."""
    for file, cells in prose().items():
        for section in re.findall(r"^## On AWS\n(.*?)(?=^## |\Z)", "\n".join(cells), re.DOTALL | re.MULTILINE):
            for line in filter(None, section.splitlines()):
                yield file.name, line


def texts() -> dict[Path, str]:
    """What stands in the chapters, in the pages beside them, and in the READMEs, without its code."""
    found = {file: "\n\n".join(cells) for file, cells in prose().items()}
    pages = [*NOTEBOOKS.glob("*.md"), *ROOT.glob("workshop/*.md"), ROOT / "README.md"]
    found |= {file: file.read_text(encoding="utf-8") for file in pages}
    return {file: IN_NO_LINK.sub("", text) for file, text in found.items()}


# Differences


def test_the_page_of_differences_is_made_of_the_tests():
    assert PAGE.read_text(encoding="utf-8") == page(), "Make it anew: python tests/unit/differences_page.py"


def test_no_two_differences_have_the_same_name():
    slugs = [row.slug for row in rows()]
    assert sorted(set(slugs)) == sorted(slugs)


def test_every_difference_has_a_page_of_aws():
    assert [
        row
        for row in rows()
        if not re.match(r"https://(docs\.aws\.amazon\.com|aws\.amazon\.com|repost\.aws)/", row.link)
    ] == []


def test_every_note_on_aws_links_to_its_row():
    """What a note must say instead is in `needs_no_row`."""
    slugs = {row.slug for row in rows()}
    assert len([*notes()]) > 30
    assert [f"{file}: {slug}" for file, note in notes() for slug in LINK.findall(note) if slug not in slugs] == []
    without = [f"{file}: {note}" for file, note in notes() if not LINK.search(note) and not needs_no_row(note)]
    assert without == [], "Link each to […](differences.md#name-of-the-test); see tests/integration/differences.py."


def needs_no_row(note: str) -> bool:
    """Whether a note is about the cost, says that AWS does it as here, or is prose that names no local cloud."""
    return note.startswith("- **Cost.**") or "as here" in note or not (note.startswith("- ") or LOCAL.search(note))


def test_every_difference_is_touched_by_a_note():
    linked = {slug for _, note in notes() for slug in LINK.findall(note)}
    assert [row.slug for row in rows() if row.slug not in linked] == []


# Links


def test_every_link_within_the_book_leads_somewhere():
    assert [
        f"{file.name}: {target}"
        for file, text in texts().items()
        for target in ANY_LINK.findall(text)
        if not leads(file, target)
    ] == []


def leads(file: Path, target: str) -> bool:
    """Whether a link in a file leads to a page on the web, or to a file, and a place in it, that are there."""
    if re.match(r"https?://", target):
        return True
    path, _, place = target.partition("#")
    there = (file.parent / path).resolve() if path else file
    return there.exists() and (not place or place in places(there))


def places(file: Path) -> set[str]:
    """What a link can lead to within a page."""
    text = texts().get(file, "")
    cells = published.cells(file) if file.suffix == ".ipynb" else []
    headings = (heading.replace(" ", "-") for heading in HEADING.findall(text))
    return {*ANCHOR.findall(text), *headings, *(f"cell-id={cell['id']}" for cell in cells)}


# Glossary

ENTRY = re.compile(
    r"\| (?P<term>[^|]+) \| (?P<sentence>[A-Z][^|]*\.) \| \[(?P<chapter>\d\d)\]\((?P<notebook>[^)]+)\) "
    r"\| \[AWS\]\(https://(docs\.)?aws\.amazon\.com/\S+\) \|"
)


def entries() -> list[re.Match[str]]:
    lines = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8").partition("| --- |")[2].splitlines()[1:]
    found = [ENTRY.fullmatch(line) for line in lines]
    assert all(found), [line for line, entry in zip(lines, found, strict=True) if not entry]
    return found


def test_the_glossary_has_each_term_once_in_the_order_of_the_alphabet():
    terms = [entry["term"].lower() for entry in entries()]
    assert terms == sorted(set(terms))
    assert len(terms) > 50


def test_each_term_stands_in_the_chapter_that_shows_it():
    chapters = {file.name: "\n".join(cells).lower() for file, cells in prose().items()}
    assert [
        e["term"] for e in entries() if not re.search(rf"\b{e['term'].lower()}", chapters.get(e["notebook"], ""))
    ] == []
    assert [e["term"] for e in entries() if not e["notebook"].startswith(e["chapter"])] == []
