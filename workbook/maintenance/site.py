"""The book as pages to read: a site that needs no server, and a PDF."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from workbook.base.errors import WorkbookError
from workbook.base.paths import NOTEBOOKS, ROOT, STATE, write_text
from workbook.base.tools import python_with
from workbook.learning import published
from workbook.maintenance.chromium import chromium
from workbook.maintenance.copies import tracked_files

BOOK = ROOT / "book"
LOCK = BOOK / "requirements.lock"
SITE = STATE / "site"
WORK = STATE / "book"
PDF = "workbook.pdf"
CONTENTS = """pages => {
    const contents = document.createElement("nav");
    contents.className = "on-paper";
    contents.innerHTML = "<h2>Contents</h2>";
    for (const place of document.querySelectorAll("[id^=document-]")) {
        let chapter = place;
        while (!chapter.matches("section")) chapter = chapter.nextElementSibling;
        chapter.classList.add("chapter");
        const title = chapter.firstElementChild.cloneNode(true);
        title.querySelector(".headerlink").remove();
        const line = document.createElement("a");
        line.href = "#" + place.id;
        const number = document.createElement("span");
        number.append(pages[title.textContent] ?? "");
        line.append((place.id.match(/[0-9]+/) ?? "") + " " + title.textContent, number);
        contents.append(line);
    }
    document.querySelector(".on-paper")?.remove();
    document.querySelector("[id^=document-]").before(contents);
}"""


def site(pdf: bool = False) -> Path:
    """Make the site out of the notebooks as they are stored; nothing in them is executed.

    Args:
        pdf: whether the first page leads to the book as a PDF, which is printed before.

    Returns:
        The first page.

    Raises:
        WorkbookError: a page has a mistake, what makes the site cannot be installed, or there is no Chromium.
    """
    if not pdf:
        return _made("html", SITE)
    printed = printed_pdf()
    first = _made("html", SITE, "-t", "pdf")
    shutil.copyfile(printed, SITE / PDF)
    return first


def printed_pdf() -> Path:
    """Print the book on A4, with a table of contents and page numbers; the PDF. Raises as `site` does."""
    goal = WORK / PDF
    with chromium() as browser:
        page = browser.new_page()
        page.goto(_made("singlehtml", WORK / "page").as_uri())
        numbers: dict[str, int] = {}
        for _ in range(2):  # only what is printed has page numbers
            page.evaluate(CONTENTS, numbers)
            page.pdf(path=goal, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
            numbers = _chapter_pages(goal)
    return goal


def _made(builder: str, folder: Path, *more: str) -> Path:
    """Let Sphinx make the book from nothing, and put it into a folder when it is whole; its first page."""
    python = python_with(LOCK)
    shutil.rmtree(WORK / builder, ignore_errors=True)
    source = _book_at_its_end()
    options = ["-q", "-W", "--keep-going", "-j", "auto", "-b", builder, "-d", str(WORK / builder / "read"), *more]
    made = WORK / builder / "made"
    done = subprocess.run(
        [str(python), "-P", "-m", "sphinx", *options, "-c", str(BOOK), str(source / NOTEBOOKS.name), str(made)],
        cwd=source,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise WorkbookError(f"The book has mistakes; mend them, and make it again.\n{done.stderr.strip()}")
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    return folder / "index.html"


def _book_at_its_end() -> Path:
    """A copy of the checkout with all the code to which pages lead: a learner's own is somewhere on the way there."""
    source = WORK / "source"
    shutil.rmtree(source, ignore_errors=True)
    for path in tracked_files():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, source / path)
    for path, text in published.files_before(max(published.chapters()) + 1).items():
        write_text(source / path, text)
    return source


def _chapter_pages(pdf: Path) -> dict[str, int]:
    """The page on which each chapter begins, by its title, as the PDF's outline has it."""
    command = [str(python_with(LOCK)), str(BOOK / "chapter_pages.py"), str(pdf)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
