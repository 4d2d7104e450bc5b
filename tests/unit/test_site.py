"""The book as a site: made without a warning, every link leads somewhere, and nothing comes from another machine."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from workbook.base.errors import WorkbookError
from workbook.base.paths import NOTEBOOKS, ROOT
from workbook.maintenance import site as book

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

OUTSIDE = re.compile(r"(https?|mailto):")
CHAPTERS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


class Page(HTMLParser):
    """A page of the site: the places that a link can lead to, the links, and what is loaded with it."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.diagrams = 0
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.places.add(found.get("id") or "")
        self.diagrams += tag == "svg" and "data-drawn-from" in found
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif address := found.get("src") or found.get("href"):
            self.loaded.append(address)


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    """The pages of the site, made anew."""
    folder = book.site().parent
    return {file: Page(file) for file in folder.glob("*.html")}


def broken(pages: dict[Path, Page], file: Path, address: str) -> bool:
    """Whether an address leads to no file, or to no place in it."""
    path, _, place = address.partition("#")
    goal = (file.parent / unquote(path.partition("?")[0])).resolve() if path else file
    return not goal.exists() or bool(place and goal in pages and unquote(place) not in pages[goal].places)


def test_every_chapter_and_every_page_beside_them_is_in_the_site(pages):
    sources = [*CHAPTERS, *NOTEBOOKS.glob("*.md")]
    assert {file.stem for file in sources} <= {file.stem for file in pages}


def test_no_link_is_broken(pages):
    inside = [(f, link) for f, page in pages.items() for link in page.links if not OUTSIDE.match(link)]
    assert len(inside) > 1000
    assert [f"{file.name}: {link}" for file, link in inside if broken(pages, file, link)] == []


def test_nothing_is_loaded_from_another_machine(pages):
    loaded = [(file, address) for file, page in pages.items() for address in page.loaded]
    assert [f"{f.name}: {a}" for f, a in loaded if re.match(r"\w+:(?!image/)|//", a) or broken(pages, f, a)] == []


def test_every_diagram_is_on_its_page(pages):
    for file in CHAPTERS:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        in_texts = sum("".join(c["source"]).count("](diagrams/") for c in cells if c["cell_type"] == "markdown")
        stored = sum("text/vnd.mermaid" in o.get("data", {}) for c in cells for o in c.get("outputs", []))
        [page] = [page for other, page in pages.items() if other.stem == file.stem]
        assert page.diagrams == in_texts + stored, file.name


def test_every_cell_can_be_linked_to(pages):
    for file in CHAPTERS:
        ids = {cell["id"] for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]}
        [page] = [page for other, page in pages.items() if other.stem == file.stem]
        assert ids <= page.places, file.name


def test_the_search_knows_words_of_the_chapters(pages):
    index = (next(iter(pages)).parent / "searchindex.js").read_text(encoding="utf-8")
    assert '"outbox"' in index and '"throttl"' in index


def test_whoever_is_on_the_way_through_the_book_has_all_the_code_that_its_pages_lead_to(monkeypatch):
    here = [path for path in book.tracked_files() if path.parts[0] != "lambda_src"]
    monkeypatch.setattr(book, "tracked_files", lambda: here)
    code = book._book_at_its_end() / "lambda_src/ordering/worker.py"
    assert code.read_text(encoding="utf-8") == (ROOT / "lambda_src/ordering/worker.py").read_text(encoding="utf-8")


def test_a_page_with_a_link_to_nowhere_is_not_published(tmp_path, monkeypatch):
    shutil.copy(ROOT / "README.md", tmp_path)
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for file in NOTEBOOKS.glob("*.md"):
        shutil.copy(file, notebooks)
    (notebooks / "index.md").write_text("# A book\n\n[nowhere](nowhere.md)\n", encoding="utf-8")
    monkeypatch.setattr(book, "_book_at_its_end", lambda: tmp_path)
    monkeypatch.setattr(book, "SITE", tmp_path / "site")
    with pytest.raises(WorkbookError, match=r"mend them(.|\n)*nowhere\.md"):
        book.site()
