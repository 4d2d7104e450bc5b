"""The tools that programs find on PATH: each of them runs, and no settings of Node's reach them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workbook.base import environment

pytestmark = pytest.mark.slow


@pytest.fixture
def tools(monkeypatch, tmp_path) -> dict[str, str]:
    monkeypatch.setattr(environment, "NODE", tmp_path / "nöde folder")
    theirs = {"NODE_OPTIONS": "--require ./none.js", "NODE_ENV": "production"}
    return environment.tools_on_path({"PATH": os.defpath} | theirs)


@pytest.mark.parametrize("tool", ["node", "npm", "npx", "cdk", "python", "workbook"])
def test_every_tool_runs(tools, tool):
    found = shutil.which(tool, path=tools["PATH"])
    done = subprocess.run([found, "--version"], env=tools, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert any(letter.isdigit() for letter in done.stdout)


def test_npm_writes_nothing_into_a_home_folder(tools, tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "STATE", tmp_path / "state")
    (tmp_path / "home").mkdir()
    tools = environment.tools_on_path({"PATH": os.defpath, "HOME": str(tmp_path / "home")})
    subprocess.run(["npm", "prefix", "-g"], env=tools, check=True, capture_output=True)
    assert list((tmp_path / "home").iterdir()) == []


def test_the_way_through_a_network_is_kept():
    given = {name: "theirs" for name in environment.OF_NETWORKS}
    assert environment.tools_on_path(given).items() >= given.items()


def test_whatever_stands_there_is_renewed(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "NODE", tmp_path)
    (tmp_path / "node").symlink_to("/nowhere")
    (tmp_path / "npm").write_text("half of it")
    for _ in range(2):
        folder = environment.node_folder()
        links = [folder / name for name in ("node", "npm", "npx")]
        assert all(link.is_symlink() and link.exists() for link in links)
        assert sorted(os.listdir(folder)) == ["node", "npm", "npx"]
    assert Path(environment.tools_on_path({})["JSII_NODE"]).exists()
