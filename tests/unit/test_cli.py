"""The command line: a page worth reading, and sentences in place of tracebacks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workbook.base import processes
from workbook.base.errors import WorkbookError
from workbook.cloud import local, saved_state, stacks
from workbook.command import cli
from workbook.learning import bookmark, learner_files
from workbook.maintenance import copies

VERBS = """
    lab status catch-up reset restore up mend outputs down doctor bench setup join leave stick
    test notebooks site slides
""".split()


def called(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments)


@pytest.fixture
def nothing_yet(monkeypatch, tmp_path) -> None:
    """No local cloud, and nothing deployed from here."""
    monkeypatch.setattr(local, "running", lambda: None)
    monkeypatch.setattr(local, "RECORD", tmp_path / "cloud.json")
    monkeypatch.setattr(saved_state, "LOST", tmp_path / "lost.json")
    monkeypatch.setattr(stacks, "RECORD", tmp_path / "deploys.json")


def must_not_be_called(*_: object) -> None:
    raise AssertionError("the local cloud must not be started for this")


def test_help_names_every_verb_with_examples():
    page = called("--help")
    assert page.exit_code == 0
    assert all(f" {verb} " in page.output for verb in VERBS)
    assert "workbook catch-up 02" in page.output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb):
    assert called(verb, "--help").exit_code == 0


def test_the_command_line_starts_without_what_it_may_never_need():
    heavy = {"boto3", "requests", "pandas", "jsii", "IPython"}
    script = f"import sys, workbook.command.cli; print(*{heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("catch-up", "77"), "There is no chapter 77"),
        (("up", "--chapter", "77"), "There is no chapter 77"),
        (("notebooks", "77"), "There is no chapter 77"),
        (("slides", "77"), "There is no chapter 77"),
    ],
)
def test_what_a_person_can_cause_is_a_sentence(arguments, sentence):
    result = called(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(sentence)
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (WorkbookError("The handler is missing."), 1, "The handler is missing."),
        (KeyboardInterrupt(), 130, "Stopped."),
        (OSError(28, "No space left on device", "/full"), 1, "No space left on device (/full)."),
        (TimeoutError(), 1, "Another command is busy"),
    ],
)
def test_errors_become_sentences(monkeypatch, error, code, sentence):
    def fail(*_):
        raise error

    monkeypatch.setattr(learner_files, "bring_back", fail)
    result = called("restore")
    assert result.exit_code == code
    assert result.stderr.startswith(sentence)


@pytest.mark.parametrize("arguments", [("outputs", "--json"), ("--help",), ("status",), ("doctor", "--help")])
def test_whoever_reads_may_have_enough(arguments):
    """As in `workbook outputs --json | head -0`."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "workbook", *arguments], stdout=write, stderr=subprocess.PIPE, text=True,
            env=copies.environment_of(copies.ROOT),
        )  # fmt: skip
    finally:
        os.close(write)
    assert done.stderr == ""


@pytest.fixture
def aside(monkeypatch, tmp_path) -> Path:
    """A checkout of its own, in which a file of chapter 04's was kept aside on the way to chapter 05."""
    for module, name in ((learner_files, "ROOT"), (learner_files, "KEPT"), (bookmark, "RECORD")):
        monkeypatch.setattr(module, name, tmp_path / name.lower() if name != "ROOT" else tmp_path)
    file = tmp_path / "lambda_src/ordering/app.py"
    file.parent.mkdir(parents=True)
    file.write_text("of chapter 04, and mine")
    bookmark.move_to(4, bookmark.WITHIN)
    bookmark.move_to(5, bookmark.HALF_WAY)
    learner_files.keep_aside(file)
    bookmark.move_to(5, bookmark.START)
    return file


def test_what_comes_back_from_another_chapter_says_so_and_what_it_replaces(aside):
    aside.write_text("of chapter 05")
    said = called("restore").output
    day = time.strftime("%Y-%m-%d")
    assert said.startswith(f"These files stood here in chapter 04, on {day} at ")
    assert "They replace lambda_src/ordering/app.py. You are in chapter 05 now" in said
    assert "`python3 run.py catch-up 04` goes to where they belong, `python3 run.py catch-up 05` undoes this." in said
    assert aside.read_text() == "of chapter 04, and mine"


def test_what_comes_back_where_it_stood_says_no_more_than_when_and_what(aside):
    aside.unlink()
    bookmark.move_to(4, bookmark.WITHIN)
    said = called("restore").output.splitlines()[0]
    assert re.fullmatch(r"These files stood here in chapter 04, on [\d-]+ at \d\d:\d\d\.", said)
    assert "All that is kept in " in called("restore").output


def test_a_bug_is_not_hidden(monkeypatch):
    monkeypatch.setattr(learner_files, "bring_back", lambda _: 1 / 0)
    assert isinstance(called("restore").exception, ZeroDivisionError)


def test_a_wrong_target_is_said_by_every_verb_that_needs_it():
    done = subprocess.run(
        [sys.executable, "-m", "workbook", "status"],
        env=copies.environment_of(copies.ROOT) | {"WORKBOOK_TARGET": "asw"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (1, "WORKBOOK_TARGET is 'asw'; set it to local or to aws.\n")


def test_outputs_of_nothing_are_an_empty_object(nothing_yet, monkeypatch):
    monkeypatch.setattr(local, "ensure", must_not_be_called)
    result = called("outputs", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {})


def test_status_does_not_start_the_cloud(nothing_yet, monkeypatch):
    monkeypatch.setattr(local, "ensure", must_not_be_called)
    result = called("status")
    assert result.exit_code == 0
    assert "not running" in result.output
    assert "00 Start here" in result.output


def test_down_is_harmless_where_nothing_runs(nothing_yet):
    result = called("down")
    assert (result.exit_code, result.output) == (0, "The local cloud was not running.\n")


def test_tests_get_their_arguments_and_give_their_exit_code(monkeypatch):
    seen = []
    monkeypatch.setattr(copies, "test", lambda arguments, **how: seen.extend([*arguments, how]) or 5)
    assert called("test", "tests/unit", "-k", "product", "-x").exit_code == 5
    assert seen == ["tests/unit", "-k", "product", "-x", {"quick": False, "everything": False, "busy": False}]


def test_which_tests_run_can_be_chosen(monkeypatch):
    seen = []
    monkeypatch.setattr(copies, "test", lambda arguments, **how: seen.append((arguments, how)) or 0)
    called("test", "--quick", "-x")
    called("test", "--all", "--busy")
    assert seen == [
        (["-x"], {"quick": True, "everything": False, "busy": False}),
        ([], {"quick": False, "everything": True, "busy": True}),
    ]


def test_the_version_is_said():
    assert re.fullmatch(r"workbook \d+\.\d+\.\d+\n", called("--version").output)


def test_setup_is_done_by_run_py(monkeypatch):
    seen = []
    monkeypatch.setattr(processes, "run", lambda command, folder, **_: seen.append((folder, *command[1:])) or 3)
    assert called("setup").exit_code == 3
    assert seen == [(copies.ROOT, "run.py", "setup")]
