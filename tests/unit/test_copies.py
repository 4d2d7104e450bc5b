"""Copies of the tree: complete, on their own, and gone in the end with all that ran in them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections import Counter

import psutil
import pytest
from hypothesis import settings

from workbook.base.paths import ROOT
from workbook.maintenance import copies

pytestmark = pytest.mark.slow

KEEP_A_COPY = """
import subprocess, time
from workbook.maintenance import copies
with copies.copy_of_the_tree() as copy:
    child = subprocess.Popen(["sleep", "60"], cwd=copy)
    print(copy, child.pid, sep="\\n", flush=True)
    time.sleep(60)
"""


def test_a_copy_has_the_files_and_none_of_the_state():
    with copies.copy_of_the_tree() as copy:
        for path in ("run.py", "notebooks/00_start_here.ipynb", "workbook/command/cli.py", "tests/unit/test_copies.py"):
            assert (copy / path).read_bytes() == (ROOT / path).read_bytes()
        assert not (copy / ".git").exists()
        assert [file.name for file in (copy / ".workbook" / "cloud").iterdir()] == ["port.json"]
        assert (copy / "cdk_app" / "node_modules").resolve() == (ROOT / "cdk_app" / "node_modules").resolve()


def test_the_path_of_a_copy_is_a_difficult_one():
    with copies.copy_of_the_tree() as copy:
        assert " " in copy.name
        assert not copy.name.isascii()


def test_in_a_copy_the_workbook_is_the_copys():
    with copies.copy_of_the_tree() as copy:
        said = subprocess.run(
            [sys.executable, "-c", "from workbook.base.paths import ROOT; print(ROOT)"],
            cwd=copy / "notebooks",
            env=copies.environment_of(copy),
            capture_output=True,
            text=True,
        )
        assert said.stdout.strip() == str(copy)


def test_nothing_in_a_copys_environment_leads_elsewhere(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "GIT_DIR", "JUPYTER_TOKEN", "IPYTHONDIR", "WORKBOOK_TESTING", "PYTHONPATH"):
        monkeypatch.setenv(name, "elsewhere")
    environment = copies.environment_of(tmp_path)
    assert "elsewhere" not in environment.values()
    assert environment["PYTHONPATH"] == str(tmp_path)
    assert environment["AWS_ENDPOINT_URL"].endswith(".invalid")


def test_without_git_all_is_copied_that_was_not_made_by_running(monkeypatch, tmp_path):
    for path in ("run.py", "a/b.txt", ".venv/c", ".workbook/d", "e/__pycache__/f.pyc", "cdk_app/node_modules/g"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.setattr(copies, "ROOT", tmp_path)
    assert [path.as_posix() for path in copies.tracked_files()] == ["a/b.txt", "run.py"]


def test_with_git_it_is_what_git_tracks_or_would(monkeypatch, tmp_path):
    for path in (".gitignore", "tracked", "new", "ignored", "deleted"):
        (tmp_path / path).write_text("ignored")
    for command in (["init", "--quiet"], ["add", "tracked", "deleted", ".gitignore"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "deleted").unlink()
    monkeypatch.setattr(copies, "ROOT", tmp_path)
    assert [path.as_posix() for path in copies.tracked_files()] == [".gitignore", "new", "tracked"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_however_it_ends_the_copy_goes_with_all_that_runs_in_it(number):
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEP_A_COPY], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert keeper.stdout
    copy, child = keeper.stdout.readline().strip(), int(keeper.stdout.readline())
    assert psutil.pid_exists(child)
    keeper.send_signal(number)
    keeper.wait(20)
    assert not psutil.pid_exists(child)
    assert not copies.Path(copy).exists()


def test_pytest_gets_all_suites_unless_told(monkeypatch):
    commands = []
    monkeypatch.setattr(copies, "run_in", lambda copy, command, **_: commands.append(command) or 0)
    copies.test(["-x"])
    copies.test(["tests/unit/test_cli.py::test_help", "-x"])
    assert "tests/unit" in commands[0]
    assert commands[0][-1] == "-x"
    assert commands[1][-2:] == ["tests/unit/test_cli.py::test_help", "-x"]
    assert "tests/unit" not in commands[1]


def test_by_night_more_examples_are_tried_and_for_whoever_is_in_a_hurry_fewer(monkeypatch):
    profiles = []
    monkeypatch.setattr(copies, "run_in", lambda copy, command, **more: profiles.append(more["HYPOTHESIS_PROFILE"]))
    copies.test()
    copies.test(everything=True)
    copies.test(quick=True)
    examples = [settings.get_profile(profile).max_examples for profile in profiles]
    assert examples == [30, 200, 20]


def test_each_file_of_tests_has_a_name_of_its_own():
    """pytest takes two of one name for the same module."""
    names = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_tests_of_one_file_run_in_one_process():
    """They share what they start. pytest-xdist tells each test's group in its name, behind an @."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-v",
        "tests/unit/test_lock.py",
        "-p",
        "no:cacheprovider",
    ]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    ran = re.findall(r"\[(gw\d)\].*? (tests/\S+)@(\S+)", told)
    assert len(ran) > 2, told
    assert {group for _, _, group in ran} == {"test_lock.py"}
    assert len({process for process, _, _ in ran}) == 1
