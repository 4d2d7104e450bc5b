"""Many checkouts may share an environment that is read-only: none of them changes it, and each uses its own code."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from test_setup import PATIENCE, a_tree, a_tree_to_set_up, begun, loaded

from workbook.base.environment import of_jupyter
from workbook.base.paths import STATE

pytestmark = pytest.mark.slow

KERNEL = "share/jupyter/kernels/workbook/kernel.json"
WHAT_IT_IS = "import os, sys; print(sys.prefix, os.environ['PYTHONPATH'], os.environ['WORKBOOK_ENV'], sep='\\n')"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A checkout that is set up, and whose environment others share."""
    folder = a_tree_to_set_up(tmp_path_factory.mktemp("shared"))
    begun(folder, "setup").communicate(timeout=PATIENCE)
    return folder


@pytest.fixture
def learners(shared, tmp_path):
    """A clone of the shared checkout, not set up."""
    folder = tmp_path / "a learner's"
    shutil.copytree(shared, folder, ignore=shutil.ignore_patterns(".venv", ".workbook", "node_modules", "__pycache__"))
    shutil.copytree(shared.parent / "wheels", tmp_path / "wheels")
    (folder / "workbook" / "__main__.py").write_text(WHAT_IT_IS)
    return folder


def everything_in(folder: Path) -> list[tuple[Path, int]]:
    return sorted((path, path.lstat().st_mtime_ns) for path in folder.rglob("*"))


@pytest.mark.nightly
def test_it_serves_a_clone_that_says_so_and_stays_as_it_is(shared, learners):
    environment = shared / ".venv"
    before = everything_in(environment)
    for said_of_setting_up in (True, False):
        process = begun(learners, "status", WORKBOOK_ENV=str(environment))
        printed, said = process.communicate(timeout=PATIENCE)
        assert printed.splitlines() == [str(environment), str(learners), str(environment)], said
        assert ("Bringing the set-up" in said) == said_of_setting_up
    assert (learners / "cdk_app" / "node_modules").readlink() == shared / "cdk_app" / "node_modules"
    assert not (learners / ".venv").exists() and everything_in(environment) == before
    assert not (learners / ".workbook" / KERNEL).exists()


def test_where_it_has_no_kernel_of_the_workbooks_a_clone_has_it_beside(shared, learners):
    kernel = shared / ".venv" / KERNEL
    kernel.rename(kernel.with_name("away"))
    try:
        process = begun(learners, "status", WORKBOOK_ENV=str(shared / ".venv"))
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        kernel.with_name("away").rename(kernel)
    assert (learners / ".workbook" / KERNEL).exists(), said
    assert (STATE / KERNEL).is_relative_to(Path(of_jupyter(STATE)["JUPYTER_PATH"]))


def test_cdk_tools_of_another_lock_are_not_shared(shared, learners):
    (learners / "cdk_app" / "package-lock.json").write_text("another")
    begun(learners, "status", WORKBOOK_ENV=str(shared / ".venv")).communicate(timeout=PATIENCE)
    tools = learners / "cdk_app" / "node_modules"
    assert (tools / ".bin" / "cdk").exists() and not tools.is_symlink()


def test_one_that_does_not_hold_the_lock_is_refused_with_what_to_do(shared, learners):
    lock = learners / "requirements.lock"
    lock.write_text(lock.read_text().replace("uv==1.0", "uv==2.0"))
    process = begun(learners, "status", WORKBOOK_ENV=str(shared / ".venv"))
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    assert said.startswith(f"WORKBOOK_ENV is {shared / '.venv'}, whose packages are not those of requirements.lock: ")
    assert not (learners / ".venv").exists()


@pytest.mark.parametrize("has_a_python", [False, True])
def test_what_is_no_environment_is_refused(learners, tmp_path, has_a_python):
    nowhere = tmp_path / "nowhere"
    if has_a_python:
        (nowhere / "bin").mkdir(parents=True)
        (nowhere / "bin" / "python").symlink_to(Path(sys._base_executable).resolve())
    process = begun(learners, "status", WORKBOOK_ENV=str(nowhere))
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    assert said.startswith(f"WORKBOOK_ENV is {nowhere}, which is no environment of Python's: unset it, ")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The run.py of a learner's clone, run by the Python of another checkout, which holds the lock."""
    module = loaded(a_tree(tmp_path / "a learner's"))
    other = a_tree(tmp_path / "other") / ".venv"
    monkeypatch.delenv("WORKBOOK_ENV", raising=False)
    monkeypatch.setattr(module, "holds_the_lock", lambda: True)
    monkeypatch.setattr(module.sys, "prefix", str(other))
    return module


def test_a_python_that_nobody_here_may_write_to_is_found_by_itself(run, monkeypatch):
    monkeypatch.setattr(run.os, "access", lambda *_: False)
    assert run.environment_in_use() == Path(run.sys.prefix)
    assert run.to_do(Path(run.sys.prefix)) == ["project", "node"]
    assert run.handed_over(Path(run.sys.prefix))["PYTHONPATH"] == str(run.ROOT)
