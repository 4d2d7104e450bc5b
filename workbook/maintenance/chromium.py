"""The browser that prints and draws for the book."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbook.base.errors import WorkbookError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window: this machine's, or the one that Playwright has installed.

    Raises:
        WorkbookError: there is none.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        found = next(filter(None, map(shutil.which, (*NAMES, own))), None)
        if found is None:
            raise WorkbookError(
                "There is no Chromium on this machine, which prints and draws. Install one (Debian, Ubuntu: sudo apt "
                "install chromium; anywhere: .venv/bin/python -m playwright install chromium), then run the same again."
            )
        flags = ["--disable-gpu", "--font-render-hinting=none"]  # words are as wide on each machine
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=[*flags, *root])
        try:
            yield browser
        finally:
            browser.close()
