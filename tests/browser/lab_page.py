"""A notebook in JupyterLab, driven as a person drives it: by its menus, keys and dialogs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from workbook.base.paths import read_json
from workbook.base.waiting import wait_until

expect.set_options(timeout=60_000)  # Playwright's own five seconds are for machines that do nothing else
SIZE = {"width": 1400, "height": 900}
START_SECONDS = 300
CHAPTER_SECONDS = 900
SAVE_SECONDS = 120


class LabPage:
    """A page with JupyterLab in it.

    Args:
        page: Playwright's.
        address: JupyterLab's, with the token.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.notebook = page.locator(".jp-NotebookPanel:visible .jp-Notebook")
        self.cells = self.notebook.locator(".jp-Cell")

    def open(self, name: str = "00_start_here.ipynb", folder: str = "learn", reset: bool = True) -> None:
        """Open a notebook of the learner's edition, or of another folder, and wait until its kernel is there.

        Nothing else is open then, unless the arrangement of before shall stay."""
        address = re.sub(r"[^/]+/[^/]+\.ipynb\?", f"{folder}/{name}?{'reset&' * reset}", self.address)
        self.page.goto(address)
        expect(self.page.locator(".jp-NotebookPanel:visible")).to_be_visible(timeout=START_SECONDS * 1000)
        kernel = self.page.locator(".jp-NotebookPanel:visible .jp-KernelName")
        expect(kernel).to_have_text("Workbook", timeout=START_SECONDS * 1000)
        self.wait_until_idle(START_SECONDS)

    def menu(self, title: str, *entries: str) -> None:
        """Choose an entry of a menu, or of a menu in it."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{title}$")).click()
        for entry in entries:
            self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{re.escape(entry)}$")).click()

    def theme(self, name: str) -> None:
        """Settings → Theme → the theme of that name."""
        self.page.keyboard.press("Escape")
        self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Settings$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).hover()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{name}$")).click()
        self.page.wait_for_timeout(1000)  # until its style sheets are there

    def wait_until_idle(self, seconds: float) -> None:
        """Wait until the kernel has nothing to do."""
        expect(self.page.locator(".jp-NotebookPanel:visible .jp-Notebook-ExecutionIndicator")).to_have_attribute(
            "data-status", "idle", timeout=seconds * 1000
        )

    def run_all(self) -> None:
        """Run → Run All Cells, and wait until all have run."""
        self.menu("Run", "Run All Cells")
        self.wait_for_cells(CHAPTER_SECONDS)

    def wait_for_cells(self, seconds: float) -> None:
        """Wait until no cell is running or about to."""
        expect(self.notebook.locator(".jp-InputPrompt", has_text="[*]")).to_have_count(0, timeout=seconds * 1000)
        self.wait_until_idle(seconds)

    def cell(self, text: str) -> Locator:
        """The first cell of code that has `text` in it."""
        return self.notebook.locator(".jp-CodeCell", has=self.page.locator(".jp-InputArea", has_text=text)).first

    def run(self, text: str, seconds: float = 300) -> Locator:
        """Run the first cell that has `text` in it, with the keyboard; the cell."""
        cell = self.cell(text)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.wait_for_cells(seconds)
        return cell

    def replace(self, text: str, code: str) -> None:
        """Type `code` in place of what stands in the first cell that has `text` in it."""
        self.cell(text).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)

    def restart_kernel(self) -> None:
        """Kernel → Restart Kernel…, and yes."""
        self.page.keyboard.press("Escape")
        self.menu("Kernel", "Restart Kernel…")
        self.page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)
        self.page.wait_for_timeout(500)  # until the indicator knows of it
        self.wait_until_idle(START_SECONDS)

    def save(self, file: Path) -> list[dict[str, Any]]:
        """Save the notebook; the outputs of its cells, as the file has them."""
        before = file.stat().st_mtime_ns
        self.page.keyboard.press("Escape")
        self.menu("File", "Save Notebook")
        cells = wait_until(lambda: _cells_written_since(before, file), f"{file.name} to be saved", seconds=SAVE_SECONDS)
        return [output for cell in cells for output in cell.get("outputs", [])]

    def show(self, locator: Locator) -> None:
        """Scroll until `locator` is low on the page, below what led to it."""
        for _ in range(2):  # what comes into sight is only then laid out
            locator.evaluate("it => it.scrollIntoView({block: 'end'})")
            self.page.wait_for_timeout(500)
        self.notebook.hover()
        self.page.mouse.wheel(0, 60)
        self.page.wait_for_timeout(300)


def _cells_written_since(moment: int, file: Path) -> list[dict[str, Any]] | None:
    """The cells of a notebook once it was written anew, and whole."""
    if file.stat().st_mtime_ns == moment:
        return None
    notebook = read_json(file, None)
    return notebook and notebook["cells"]
