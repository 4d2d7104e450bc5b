"""JupyterLab's looks as a newcomer sees them; and the kernels of other chapters, which `finish` ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests
from conftest import running_lab
from lab_page import SIZE, LabPage
from playwright.sync_api import Browser, expect

FIRST, SECOND = "00_start_here.ipynb", "01_invoke_three_ways.ipynb"
CONTENTS = "#table-of-contents"
MENTIONED = re.compile(r"The kernel of chapter 01 was idle and ended")


def font_size(locator) -> int:
    return round(float(locator.evaluate("it => getComputedStyle(it).fontSize").removesuffix("px")))


@pytest.mark.parametrize("words", [(), ("--projector",)], ids=["desk", "projector"])
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
        if not words:
            finish_ends_the_others(page, lab)


def names_fit(page: LabPage) -> None:
    """In the side bar's list of files, no name of a chapter is cut."""
    page.page.locator('.jp-SideBar [data-id="filebrowser"]').click()
    names = page.page.locator(".jp-DirListing-itemText:visible", has_text=".ipynb")
    expect(names.first).to_be_visible()
    cut = "all => all.filter(it => it.scrollWidth > it.clientWidth + 1).map(it => it.innerText)"
    assert names.evaluate_all(cut) == []
    page.page.locator('.jp-SideBar [data-id="table-of-contents"]').click()


def finish_ends_the_others(page: LabPage, lab) -> None:
    """Chapter 01 is open too; the last cell of 00 ends its kernel, and a cell that runs there starts a new one."""
    page.open(SECOND, reset=False)
    page.open(FIRST, reset=False)
    expect(page.run("chapter(0)").locator(".jp-OutputArea")).to_contain_text("Chapter 00 is ready")
    page.page.wait_for_timeout(5000)  # a kernel that a page has just turned to counts as at work
    expect(page.run("finish(0)").locator(".jp-OutputArea")).to_contain_text(MENTIONED)
    assert kernels(lab) == [f"learn/{FIRST}"]
    page.page.locator(".lm-TabBar-tab", has_text=SECOND[:8]).click()
    expect(page.page.locator(".jp-NotebookPanel:visible .jp-KernelName")).to_have_text("No Kernel")
    expect(page.run("chapter(1)").locator(".jp-OutputArea")).to_contain_text("Chapter 01 is ready")
    assert sorted(kernels(lab)) == [f"learn/{FIRST}", f"learn/{SECOND}"]


def kernels(lab) -> list[str]:
    """The pages that have a kernel."""
    token = {"Authorization": f"token {lab.address.partition('token=')[2]}"}
    return [session["path"] for session in requests.get(f"{lab.url}/api/sessions", headers=token, timeout=60).json()]
