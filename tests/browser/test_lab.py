"""What a learner sees in a browser: chapters that run, drawings, frames, green checks, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from lab_page import LabPage
from playwright.sync_api import expect
from samples import CHAPTERS

RUN = [notebook for notebook in CHAPTERS if notebook.name[:2] in ("00", "06", "99")]
STORED = [notebook for notebook in CHAPTERS if notebook not in RUN]  # they are opened as they are stored
BY_DAY = ("00",)
FIRST = "00_start_here.ipynb"
GREETING, DEPLOY, CALL = "Somebody called", 'deploy("Hello")', "lambda_.invoke("
PICTURE = ".jp-MarkdownCell img[src*='/diagrams/']"
DRAWN = ".jp-RenderedMermaid img[src^='data:image/svg+xml']"
PLOTTED = "img[src^='data:image/png']"
COLOUR = "it => getComputedStyle(it).color.match(/[0-9]+/g).slice(0, 3).map(Number)"
SMALL = "them => them.filter(it => it.getBoundingClientRect().width < 0.87 * it.getAttribute('width')).length"
HARD_TO_READ = """them => them.filter(it => it.getBoundingClientRect().width * 16 < 10.5 * it.naturalWidth)
    .map(it => it.src)"""  # their words are 16 px high
INK_AND_GROUND = """it => [
    it.src.match(/font-size%3A16px%3Bfill%3A%23(\\w+)/)[1], getComputedStyle(it).backgroundColor
]"""
LIGHT, DARK = ["333", "rgb(255, 255, 255)"], ["ccc", "rgb(17, 17, 17)"]
IN_WORDS = "them => them.filter(it => it.alt && it.closest('figure').querySelector('figcaption')).length"
TOLD = "them => them.length && them.every(it => it.alt.startsWith('A plot: '))"
NOT_DRAWN = "them => them.filter(it => it.complete && !it.naturalWidth).map(it => it.outerHTML.slice(0, 100))"
BROKEN = "%%writefile ../lambda_src/hello/app.py\ndef handler(event, context)\n    return {}\n"


def each(notebooks: list[Path]) -> pytest.MarkDecorator:
    """Some chapters are tried by day, and the others by night."""
    marks = {True: (), False: pytest.mark.nightly}
    return pytest.mark.parametrize(
        "notebook", [pytest.param(n, id=n.stem, marks=marks[n.name[:2] in BY_DAY]) for n in notebooks]
    )


def test_without_the_token_there_is_only_the_login_page(lab, browser) -> None:
    with browser.new_context() as stranger:
        page = stranger.new_page()
        page.goto(f"{lab.url}/lab")
        assert "/login" in page.url
        for path in ("api/contents", "api/kernels", "files/run.py"):
            assert "/login" in (answer := page.request.get(f"{lab.url}/{path}")).url or answer.status == 403


def test_opens_on_chapter_00(page: LabPage, screenshots: Path) -> None:
    page.open()
    expect(page.notebook.get_by_role("heading", name="Start here")).to_be_visible()
    expect(page.notebook.locator(".jp-MarkdownCell img").first).to_be_visible()
    expect(page.page.locator(".jp-Dialog, .Toastify__toast")).to_have_count(0)
    page.page.screenshot(path=screenshots / "opened.png")


@pytest.mark.nightly
def test_a_kernel_restarted_in_mid_chapter(page: LabPage) -> None:
    page.open(FIRST)
    for text in ("chapter(0)", GREETING, "class Hello", "app.synth()", DEPLOY):
        page.run(text)
    page.restart_kernel()
    expect(page.run(CALL).locator(".jp-OutputArea-output")).to_contain_text("NameError")

    expect(page.run("chapter(0)").locator(".jp-OutputArea-output")).to_contain_text("Chapter 00 is ready.")
    expect(page.run(CALL).locator(".jp-OutputArea-output")).to_contain_text("Hello, Ada")


@pytest.mark.nightly
def test_a_syntax_error_in_the_handler_is_said_in_a_sentence(page: LabPage, screenshots: Path) -> None:
    page.open(FIRST)
    for text in ("chapter(0)", GREETING, "class Hello", "app.synth()", DEPLOY):
        page.run(text)
    page.replace(GREETING, BROKEN)
    page.run("def handler(event, context)")

    said = page.run(DEPLOY).locator(".jp-OutputArea")
    expect(said).to_contain_text("lambda_src/hello/app.py, line 1: expected ':'")
    expect(said).to_contain_text("keeps answering")
    expect(said).not_to_contain_text("Traceback")
    page.show(said)
    page.page.screenshot(path=screenshots / "syntax-error.png")

    expect(page.run(CALL).locator(".jp-OutputArea-output")).to_contain_text("Hello, Ada")


@pytest.mark.nightly
def test_a_drawing_keeps_its_ground_when_the_theme_changes(page: LabPage) -> None:
    drawing, picture = (page.notebook.locator(what).first for what in (DRAWN, PICTURE))
    page.open("01_invoke_three_ways.ipynb", "notebooks")
    assert drawing.evaluate(INK_AND_GROUND) == LIGHT
    assert picture.evaluate("it => getComputedStyle(it).filter") == "none"
    page.menu("Settings", "Theme", "JupyterLab Dark")
    try:
        expect(page.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
        assert drawing.evaluate(INK_AND_GROUND) == LIGHT
        assert picture.evaluate("it => getComputedStyle(it).filter").startswith("invert")
        page.open("01_invoke_three_ways.ipynb", "notebooks")
        assert drawing.evaluate(INK_AND_GROUND) == DARK
    finally:
        page.menu("Settings", "Theme", "JupyterLab Light")
        expect(page.page.locator("body")).to_have_attribute("data-jp-theme-light", "true")


@pytest.mark.nightly
def test_a_note_leads_to_its_row_in_the_table_of_differences(page: LabPage, screenshots: Path) -> None:
    slug = "the-number-of-messages-is-approximate"
    page.open("05_poll_a_queue.ipynb")
    page.notebook.locator(f"a[href$='#{slug}']").click()
    table = page.page.locator(".jp-MarkdownViewer table")
    expect(table.locator("tr", has=page.page.locator(f"[data-jupyter-id='{slug}']"))).to_be_in_viewport()
    expect(table.locator("tr").nth(1)).not_to_be_in_viewport()
    page.page.screenshot(path=screenshots / "row.png")


@each(RUN)
def test_a_chapter_runs_from_the_menu(notebook: Path, page: LabPage, lab, screenshots: Path) -> None:
    page.open(notebook.name, "notebooks")
    page.run_all()

    outputs = page.save(lab.folder / "notebooks" / notebook.name)
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    page.notebook.locator("text=✓ Right.").first.wait_for(state="attached")
    red, green, blue = page.notebook.get_by_text("✓ Right.").first.evaluate(COLOUR)
    assert green > red + blue
    all_is_drawn(page, notebook, screenshots)
    assert not stored(notebook, "image/png") or page.notebook.locator(PLOTTED).evaluate_all(TOLD)


@each(STORED)
def test_a_chapter_opens_as_it_is_stored(notebook: Path, page: LabPage, screenshots: Path) -> None:
    page.open(notebook.name, "notebooks")
    all_is_drawn(page, notebook, screenshots)


def all_is_drawn(page: LabPage, notebook: Path, screenshots: Path) -> None:
    """Its drawings, plots and frames are there; the last drawing and plot get a picture."""
    for what in (".jp-MarkdownCell img", "table.dataframe"):
        page.notebook.locator(what).first.wait_for(state="attached")
    expect(page.notebook.locator(PICTURE)).to_have_count(pictures(notebook))
    drawings, plots = (page.notebook.locator(f".jp-OutputArea {kind}") for kind in (DRAWN, PLOTTED))
    expect(drawings).to_have_count(stored(notebook, "text/vnd.mermaid"))
    expect(plots).to_have_count(stored(notebook, "image/png"))
    assert page.notebook.locator("img").evaluate_all(NOT_DRAWN) == []
    assert page.notebook.locator(DRAWN).evaluate_all(SMALL) == 0  # a wide one is scrolled
    assert page.notebook.locator(PICTURE).evaluate_all(HARD_TO_READ) == []
    assert page.notebook.locator(DRAWN).evaluate_all(IN_WORDS) == page.notebook.locator(DRAWN).count()
    for kind, name in ((drawings, "chapter"), (plots, "plot")):
        if kind.count():
            page.show(kind.last)
            page.page.screenshot(path=screenshots / f"{name}-{notebook.name[:2]}.png")


def stored(notebook: Path, kind: str) -> int:
    """How many of the outputs stored in a notebook are of a kind."""
    cells = nbformat.read(notebook, as_version=4).cells
    return sum(kind in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))


def pictures(notebook: Path) -> int:
    """How many diagrams the prose of a notebook has."""
    cells = nbformat.read(notebook, as_version=4).cells
    return sum(cell.source.count("](diagrams/") for cell in cells if cell.cell_type == "markdown")
