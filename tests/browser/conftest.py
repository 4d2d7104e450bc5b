"""The browser tests: JupyterLab as `workbook lab` starts it, in a headless Chromium.

They run in a copy of the tree, so they touch neither a learner's cloud nor their files. Each leaves a
picture of what it saw; the folder is named at the end of the run. After `python3 run.py test tests/browser`
this brings the README's pictures up to date:

    cp .workbook/pytest/d/screenshots/{chapter,plot}-06.png notebooks/images/
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from lab_page import SIZE, LabPage
from playwright.sync_api import Browser, sync_playwright

from workbook.base.paths import read_json
from workbook.maintenance import copies

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
STOP_SECONDS = 120
_folder_key = pytest.StashKey[Path]()


@dataclass(frozen=True)
class Lab:
    """A running `workbook lab`.

    Attributes:
        address: where chapter 00 opens, with the token.
        folder: the copy of the tree that it serves.
    """

    address: str
    folder: Path

    @property
    def url(self) -> str:
        """Where JupyterLab listens, without the token."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


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


@contextmanager
def running_lab(*options: str) -> Iterator[Lab]:
    """Start `workbook lab --no-browser`, with other options perhaps, in a copy of the tree; end it as a closed
    terminal does."""
    with copies.copy_of_the_tree() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbook", "lab", "--no-browser", *options],
            cwd=folder,
            env=copies.environment_of(folder) | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("JupyterLab:"):
                break
        else:
            pytest.fail(f"`workbook lab` did not start:\n{''.join(said)}", pytrace=False)
        cloud = read_json(folder / ".workbook/cloud/cloud.json", {})["pid"]
        try:
            yield Lab(said[-1].split()[1], folder)
        finally:
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=STOP_SECONDS)
        assert _ended(cloud), f"`workbook lab` has ended, and its cloud has not. It said:\n{said}"


def _ended(pid: int) -> bool:
    """Whether a process has ended; one that only waits for its parent to take note has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


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
