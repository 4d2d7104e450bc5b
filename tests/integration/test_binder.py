"""Binder builds and starts what it should, by the code of repo2docker, which Binder uses; a wrong name is noticed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbook.base.paths import ROOT
from workbook.base.tools import python_with

pytestmark = pytest.mark.nightly

HERE = Path(__file__).parent / "binder"
FILES = ("environment.yml", "postBuild", "start", "requirements.lock")


@pytest.fixture
def folder(tmp_path):
    """What Binder looks at."""
    for name in FILES:
        shutil.copy2(ROOT / name, tmp_path)
    return tmp_path


def built(folder: Path) -> dict[str, Any]:
    """How repo2docker would build a folder."""
    command = [python_with(HERE / "requirements.lock"), HERE / "built.py", folder]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_the_environment_is_that_of_the_lock_and_the_set_up_and_the_start_are_ours(folder):
    [python] = [
        one.removeprefix("python=")
        for one in yaml.safe_load((folder / "environment.yml").read_text())["dependencies"]
        if str(one).startswith("python=")
    ]
    assert built(folder) == {
        "pack": "CondaBuildPack",
        "python": python,
        "runs when built": ["./postBuild"],
        "starts with": "${REPO_DIR}/start",
        "environment is made of the whole folder": True,  # for environment.yml names the lock
    }


@pytest.mark.parametrize("name", FILES[:3])
def test_a_file_of_another_name_is_noticed(folder, name):
    right = built(folder)
    (folder / name).rename(folder / f"{name}s")
    assert built(folder) != right
