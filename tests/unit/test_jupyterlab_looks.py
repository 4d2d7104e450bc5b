"""The looks of JupyterLab: what is written down is what JupyterLab knows, and what a person changed stays."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from workbook.command import cli, jupyterlab, looks

SCHEMAS = Path(sys.prefix) / "share/jupyter/lab/schemas"
BOTH = pytest.mark.parametrize("look", [looks.DESK, looks.PROJECTOR], ids=lambda look: look.folder)


def read(file):
    return json.loads(file.read_text(encoding="utf-8"))


@BOTH
def test_jupyterlab_knows_each_setting(look):
    for name, values in look.settings.items():
        extension, _, plugin = name.rpartition(":")
        known = read(SCHEMAS / extension / f"{plugin}.json")
        assert set(values) <= set(known["properties"]), name


@BOTH
def test_the_arrangement_is_where_jupyterlab_looks_for_its_own(look, tmp_path):
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    folder = look.write(tmp_path)
    loaded = WorkspacesManager(str(folder / "lab" / "workspaces")).load("default")
    left = loaded["data"]["layout-restorer:data"]["left"]
    assert left["visible"] == look.side_bars
    assert (left.get("current") == looks.CONTENTS) == look.side_bars


def test_what_a_person_made_of_the_arrangement_stays(tmp_path):
    file = looks.DESK.write(tmp_path) / looks.WORKSPACE
    file.write_text('{"mine": 1}')
    looks.DESK.write(tmp_path)
    assert read(file) == {"mine": 1}


def test_the_projector_has_a_folder_of_its_own_and_larger_type(tmp_path):
    desk, projector = looks.DESK.write(tmp_path), looks.PROJECTOR.write(tmp_path)
    assert desk != projector
    assert "zoom: 0.875;" in (desk / "custom/custom.css").read_text()
    assert "zoom: 1.25;" in (projector / "custom/custom.css").read_text()
    assert "%3A16px%3Bfill" in looks.DESK.style and "{{" not in looks.DESK.style
    for size in ("code", "prose", "menus"):
        assert getattr(looks.PROJECTOR, size) >= 1.2 * getattr(looks.DESK, size)


@pytest.mark.parametrize(("words", "look"), [([], looks.DESK), (["--projector"], looks.PROJECTOR)], ids=str)
def test_the_option_chooses_the_look(monkeypatch, words, look):
    seen = []
    monkeypatch.setattr(jupyterlab, "lab", lambda *how: seen.append(how))
    cli.app(["lab", "--no-browser", *words], standalone_mode=False)
    assert seen == [(False, look)]


@pytest.mark.parametrize(
    ("position", "page"),
    [
        ((None, "start"), ""),
        ((0, "start"), ""),
        ((0, "end"), "01_"),
        ((4, "start"), "04_"),
        ((4, "within"), "04_"),
        ((4, "end"), "05_"),
        ((14, "end"), "99_"),
        ((99, "end"), ""),
        ((5, "half-way"), ""),
    ],
)
def test_who_goes_on_is_told_of_the_page(monkeypatch, position, page):
    """JupyterLab opens chapter 00, also for who stopped in another one."""
    monkeypatch.setattr(jupyterlab.bookmark, "position", lambda: position)
    assert Path(jupyterlab._stopped_at()).name[:3] == page
