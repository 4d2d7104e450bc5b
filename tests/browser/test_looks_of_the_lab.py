"""JupyterLab's looks as a newcomer sees them, at a desk and in front of a projector."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_page import SIZE, LabPage
from playwright.sync_api import Browser, expect
from running_labs import running_lab

pytestmark = pytest.mark.nightly

FIRST = "00_start_here.ipynb"
CONTENTS = "#table-of-contents"


def font_size(locator) -> int:
    return round(float(locator.evaluate("it => getComputedStyle(it).fontSize").removesuffix("px")))


@pytest.mark.parametrize("words", [pytest.param((), id="desk"), pytest.param(("--projector",), id="projector")])
def test_what_a_newcomer_sees(browser: Browser, screenshots: Path, words: tuple[str, ...]) -> None:
    with running_lab(*words) as lab, browser.new_context(viewport=SIZE) as visit:
        page = LabPage(visit.new_page(), lab.address)
        page.open(FIRST, reset=False)
        code = page.notebook.locator(".jp-CodeCell .cm-content").first
        contents = page.page.locator(CONTENTS)
        if words:
            expect(page.page.locator(".jp-SideBar:visible")).to_have_count(0)
            expect(contents).to_be_hidden()
            assert font_size(code) == 20
        else:
            expect(contents).to_be_visible()
            expect(contents.locator(".jp-tocItem").first).to_contain_text("Start here")
            assert font_size(code) == 14
            names_fit(page)
        for theme in ("Light", "Dark"):
            page.theme(f"JupyterLab {theme}")
            page.page.screenshot(path=screenshots / f"look-{'projector' if words else 'desk'}-{theme.lower()}.png")


def names_fit(page: LabPage) -> None:
    """In the side bar's list of files, no name of a chapter is cut."""
    page.page.locator('.jp-SideBar [data-id="filebrowser"]').click()
    names = page.page.locator(".jp-DirListing-itemText:visible", has_text=".ipynb")
    expect(names.first).to_be_visible()
    cut = "all => all.filter(it => it.scrollWidth > it.clientWidth + 1).map(it => it.innerText)"
    assert names.evaluate_all(cut) == []
    page.page.locator('.jp-SideBar [data-id="table-of-contents"]').click()
