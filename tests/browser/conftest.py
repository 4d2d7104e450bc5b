"""The browser tests: JupyterLab as `workbook lab` starts it, in a headless Chromium.

They run in a copy of the tree, so they touch neither a learner's cloud nor their files. Each leaves a
picture of what it saw; the folder is named at the end of the run. After `python3 run.py test tests/browser`
this brings the README's pictures up to date:

    cp .workbook/pytest/d/screenshots/{chapter,plot}-06.png notebooks/images/
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab_page import SIZE, LabPage
from playwright.sync_api import Browser, sync_playwright
from running_labs import Lab, running_lab

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser of this machine. Skips the test if there is none; in CI that is a failure."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None) or _playwrights_own()
    if found is None:
        sentence = "There is no Chromium on this machine (Debian, Ubuntu: sudo apt install chromium)."
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    return found


def _playwrights_own() -> str | None:
    """The one that `playwright install chromium` brought."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@pytest.fixture(scope="session")
def lab(chromium: str) -> Iterator[Lab]:
    """`workbook lab` in a copy of the tree. In the end it must have stopped its cloud by itself."""
    with running_lab() as found:
        yield found


@pytest.fixture(scope="session")
def launch(chromium: str) -> Iterator[Callable[..., Browser]]:
    """Starts Chromium, headless, with a profile that is made for it and goes with it; and flags, if need be."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *root, *flags])


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """The Chromium of all tests."""
    with launch() as started:
        yield started


@pytest.fixture(scope="session")
def screenshots(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for pictures of what the tests saw."""
    if pytestconfig.pluginmanager.has_plugin("cacheprovider"):
        return pytestconfig.cache.mkdir("screenshots")
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture
def page(lab: Lab, browser: Browser, screenshots: Path, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    """A page of a browser that was never here. Its last sight is kept as a picture."""
    with browser.new_context(viewport=SIZE) as visit:
        raw = visit.new_page()
        yield LabPage(raw, lab.address)
        raw.screenshot(path=screenshots / f"last of {request.node.name}.png")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    seen = [
        r
        for reports in terminalreporter.stats.values()
        for r in reports
        if "tests/browser" in str(getattr(r, "nodeid", ""))
    ]
    if seen and config.pluginmanager.has_plugin("cacheprovider"):
        terminalreporter.write_line(f"Pictures of what the browser tests saw: {config.cache.mkdir('screenshots')}")
