"""The learner's edition in JupyterLab: a wrong line in a gap, what the check says to it, the right one, the diff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_page import LabPage
from playwright.sync_api import expect
from running_labs import Lab, running_lab

CHAPTER = "02_build_a_rest_service.ipynb"
TABLE, STACK, APP = (f"%%writefile ../cdk_app/{name}.py" for name in ("shop/table", "shop/product", "app"))
DEPLOY, LAMP, CHECK = 'deploy("Product")', "dynamodb.put_item(", 'check("02-table")'
KEY = 'partition_key=dynamodb.Attribute(name="{}", type=TEXT),'
DIFF = ".jp-OutputArea-output pre div"


@pytest.fixture(scope="module")
def lab(chromium: str) -> Iterator[Lab]:
    """A lab of this module's own: whoever goes back from a later chapter is asked first."""
    with running_lab() as found:
        yield found


def test_a_gap_is_filled_wrongly_and_then_rightly(page: LabPage, lab, screenshots: Path) -> None:
    file = lab.folder / "learn" / CHAPTER
    made = file.read_bytes()
    page.open(CHAPTER)
    expect(page.notebook.locator(".jp-OutputArea-output")).to_have_count(0)
    expect(page.page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    page.page.keyboard.press("Escape")
    page.menu("File", "Save Notebook")

    for text in ("chapter(2)", TABLE, STACK, APP):
        page.run(text)
    assert file.read_bytes() == made  # to open it, and to save it as it is, changes nothing
    said = page.run(DEPLOY).locator(".jp-OutputArea")
    expect(said).to_contain_text("not written yet: cdk_app/shop/table.py, line 10: the key")
    expect(said).not_to_contain_text("Traceback")
    expect(page.run(CHECK).locator(".jp-OutputArea-output")).to_contain_text("Not yet attempted. Still to be written")

    write_below(page, "# Your code: the key", KEY.format("name"))
    for text in (TABLE, DEPLOY, LAMP):
        page.run(text)
    expect(page.cell(TABLE).locator(DIFF, has_text="+ ")).to_have_text("+             " + KEY.format("name"))
    expect(page.run(CHECK).locator(".jp-OutputArea-output")).to_contain_text("an item is found by its id")

    write_over(page, KEY.format("name"), KEY.format("id"))
    for text in (TABLE, DEPLOY, LAMP):
        page.run(text)
    expect(page.cell(TABLE).locator(DIFF, has_text="- ")).to_have_text("-             " + KEY.format("name"))
    expect(page.cell(TABLE).locator(DIFF, has_text="+ ")).to_have_text("+             " + KEY.format("id"))
    expect(page.run(CHECK).locator(".jp-OutputArea-output")).to_contain_text("✓ Right. A table with the key id")
    for theme in ("Light", "Dark"):
        page.theme(f"JupyterLab {theme}")
        page.show(page.cell(TABLE).locator(DIFF).last)
        page.page.screenshot(path=screenshots / f"diff-{theme.lower()}.png")


def write_below(page: LabPage, line: str, code: str) -> None:
    """Type a line of code below the first line that has `line` in it."""
    page.notebook.locator(".cm-line", has_text=line).first.click()
    page.page.keyboard.press("End")
    page.page.keyboard.press("Enter")
    page.page.keyboard.insert_text(code)


def write_over(page: LabPage, line: str, code: str) -> None:
    """Type a line of code in place of the first one that has `line` in it, behind its indent."""
    page.notebook.locator(".cm-line", has_text=line).first.click()
    for key in ("Home", "Shift+End"):
        page.page.keyboard.press(key)
    page.page.keyboard.insert_text(code)
