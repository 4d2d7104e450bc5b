"""Tools in environments of their own: made once, as the lock names them, or a sentence says why they cannot be."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from workbook.base import tools
from workbook.base.errors import WorkbookError

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for locks, called *it*, on a machine that has no tools yet and no network."""
    monkeypatch.setattr(tools, "TOOLS", tmp_path / "tools")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_offline", "true")
    (tmp_path / "it").mkdir()
    return tmp_path / "it"


def locked(folder: Path, text: str) -> Path:
    lock = folder / "requirements.lock"
    lock.write_text(text, encoding="utf-8")
    return lock


def test_an_environment_is_made_once_for_each_lock(folder, monkeypatch):
    first = tools.python_with(locked(folder, "# nothing"))
    assert subprocess.run([first, "-c", ""]).returncode == 0
    with monkeypatch.context() as nothing_runs:
        nothing_runs.setattr(tools.subprocess, "run", None)
        assert tools.python_with(folder / "requirements.lock") == first
    assert tools.python_with(locked(folder, "# another")) != first


@pytest.mark.parametrize("text", ["attrs==26.1.0", f"attrs==26.1.0 --hash=sha256:{'0' * 64}"])
def test_what_cannot_be_installed_is_said_in_a_sentence_and_tried_again(folder, text):
    for _ in range(2):
        with pytest.raises(WorkbookError, match=r"requirements\.lock names could not be installed: .+ check the conn"):
            tools.python_with(locked(folder, text))


def test_so_are_scripts(folder):
    (folder / "package.json").write_text('{"dependencies": {"reveal.js": "6.0.2"}}', encoding="utf-8")
    (folder / "package-lock.json").write_text('{"lockfileVersion": 3, "packages": {}}', encoding="utf-8")
    with pytest.raises(WorkbookError, match=r"package-lock\.json names could not be installed"):
        tools.scripts_of(folder)
