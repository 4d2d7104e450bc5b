"""The book in a browser, from its files: diagrams drawn in light and dark, on a phone, on paper, and as slides."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from workbook.base.paths import NOTEBOOKS, ROOT
from workbook.base.tools import python_with
from workbook.maintenance import site as book

pytestmark = pytest.mark.nightly

DESK = {"viewport": {"width": 1300, "height": 900}}
LOOKS = {"light": DESK, "dark": DESK | {"color_scheme": "dark"}, "phone": {"viewport": {"width": 390, "height": 844}}}
PAGES = ["index", *(file.stem for file in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")))]
WORKBOOK = [sys.executable, "-m", "workbook"]
DIAGRAM = ".diagram > svg"
FILTERED = "them => them.every(it => getComputedStyle(it).filter.startsWith('invert'))"
NOT_LOADED = "them => them.filter(it => !it.complete || !it.naturalWidth).length"
TOO_HIGH = "() => Reveal.getCurrentSlide().scrollHeight > Reveal.getConfig().height"


@pytest.fixture(scope="module")
def site() -> Path:
    return book.site().parent


@pytest.fixture
def wrong() -> list[str]:
    """What went wrong in the page of a test, or came from another machine."""
    return []


def opened(browser: Browser, wrong: list[str], address: str, **look: object) -> Page:
    """A page that watches for errors and for requests that leave this machine."""
    page = browser.new_context(**look).new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    inside = ("file:", "data:", "blob:", "http://127.0.0.1:")
    page.on("request", lambda asked: None if asked.url.startswith(inside) else wrong.append(asked.url))
    page.goto(address)
    return page


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_whole_without_a_server(site, browser, wrong, screenshots, look):
    for name in PAGES:
        page = opened(browser, wrong, (site / f"{name}.html").as_uri(), **LOOKS[look])
        assert page.locator(DIAGRAM).count(), name
        assert page.locator(DIAGRAM).evaluate_all(FILTERED) == (look == "dark")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
        page.screenshot(path=screenshots / f"site {name} {look}.png")
        page.context.close()
    assert wrong == []


def test_diagrams_follow_the_switch_of_the_theme(site, browser, wrong):
    page = opened(browser, wrong, (site / "06_follow_one_order.html").as_uri(), **DESK)
    assert not page.locator(DIAGRAM).evaluate_all(FILTERED)
    for _ in range(3):  # as the machine has it, light, dark
        page.locator(".theme-toggle:visible").first.click()
        if page.locator("body").get_attribute("data-theme") == "dark":
            break
    assert page.locator(DIAGRAM).evaluate_all(FILTERED)
    assert wrong == []


def test_the_search_finds_pages_without_a_server(site, browser):
    page = opened(browser, [], f"{(site / 'search.html').as_uri()}?q=outbox", **DESK)
    expect(page.locator("#search-results li a").first).to_be_visible()
    assert "Survive duplicates" in page.locator("#search-results").inner_text()


def test_the_book_on_paper(chromium):
    made = subprocess.run([*WORKBOOK, "site", "--pdf"], cwd=ROOT, check=True, capture_output=True, text=True)
    pdf = ROOT / made.stdout.split()[-1]
    assert f'href="{pdf.name}"' in (pdf.parent / "index.html").read_text(encoding="utf-8")
    code = """
import json, pypdf, sys
pages = [page.extract_text() for page in pypdf.PdfReader(sys.argv[1]).pages]
print(json.dumps(pages))
"""
    read = subprocess.run([python_with(book.LOCK), "-c", code, pdf], check=True, capture_output=True, text=True)
    pages = json.loads(read.stdout)
    assert len(pages) > 200
    assert [n for n, text in enumerate(pages, 1) if str(n) not in text.split()] == []  # they are numbered
    [contents] = [text for text in pages if "Contents" in text.splitlines()]
    for title in ("Publish events", "Follow one order", "Glossary"):
        [line] = [line for line in contents.splitlines() if title in line]
        assert title in pages[int(line.split()[-1]) - 1].splitlines()
    longest = max((line for file in NOTEBOOKS.glob("*.ipynb") for line in _code(file)), key=len)
    everything = "".join("".join(pages).split())
    assert "".join(longest.split()) in everything  # wrapped, and not cut off
    arrows = _arrows(NOTEBOOKS / "06_follow_one_order.ipynb")
    assert len(arrows) == 7 and [arrow for arrow in arrows if "".join(arrow.split()) not in everything] == []
    assert "accDescr" not in everything  # diagrams are drawn, and not written


def _arrows(file: Path) -> list[str]:
    """What stands at the arrows of a chapter's sequence diagrams."""
    outputs = [o for c in json.loads(file.read_text(encoding="utf-8"))["cells"] for o in c.get("outputs", [])]
    drawn = "\n".join("".join(output.get("data", {}).get("text/vnd.mermaid", "")) for output in outputs)
    return re.findall(r"->>\w+: (.+)", drawn)


def _code(file: Path) -> list[str]:
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return [line for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).splitlines()]


@pytest.fixture
def slides() -> Iterator[str]:
    """The address of the slides of chapter 04, as the command shows them. Ctrl-C ends it without a word of error."""
    command = [*WORKBOOK, "slides", "04", "--no-browser"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as shown:
        try:
            yield shown.stdout.readline().split()[-1]
        finally:
            shown.send_signal(signal.SIGINT)
            assert (shown.wait(60), shown.stderr.read()) == (0, "")


def test_a_chapter_as_slides(slides, browser, wrong, screenshots):
    assert slides.startswith("http://127.0.0.1:")
    page = opened(browser, wrong, slides, viewport={"width": 1280, "height": 720})
    number = page.evaluate("Reveal.getTotalSlides()")
    assert 15 <= number <= 25
    for slide in range(number):
        page.evaluate(f"Reveal.slide({slide}, 0, 99)")
        assert not page.evaluate(TOO_HIGH), f"slide {slide + 1} does not fit"
        page.screenshot(path=screenshots / f"slide 04-{slide + 1:02}.png")
    assert page.locator(DIAGRAM).count() == 1 and page.locator("img").count() >= 2
    assert page.locator("img").evaluate_all(NOT_LOADED) == 0
    assert wrong == []
