"""One command helps many: in each clone of a folder a verb is run, and a table says who is where."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from workbook.base.paths import ROOT
from workbook.learning import published

sys.path.append(str(ROOT / "workshop" / "hub"))
import learners  # noqa: E402

pytestmark = pytest.mark.slow

SAYS = "import os, sys; print(sys.argv[1:], os.environ['PYTHONPATH'], os.environ['WORKBOOK_ENV'])\n"


@pytest.fixture
def clones(tmp_path, monkeypatch):
    """Three clones: of one learner who is stuck, of one who has not begun, and one in which nothing works."""
    monkeypatch.setattr(learners, "CLASS", ROOT)
    folders = [tmp_path / name for name in ("ada", "ben", "cem")]
    for folder in folders:
        (folder / ".workbook").mkdir(parents=True)
        (folder / ".venv" / "bin").mkdir(parents=True)
        (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
        (folder / "run.py").write_text(SAYS)
    now = datetime.now(UTC)
    times = {"first": (now - timedelta(minutes=12, seconds=9)).isoformat(), "last": now.isoformat()}
    record = {"chapter": 2, "tries": {published.checks_of(2)[2]: {"tries": 4, "right": False} | times}}
    (folders[1] / ".workbook" / "progress.json").write_text(json.dumps(record))
    (folders[2] / "run.py").write_text("raise SystemExit(3)")
    return folders


def called(*words: object) -> int | str | None:
    try:
        return learners.main([str(word) for word in words])
    except SystemExit as end:
        return end.code


def test_without_a_verb_it_says_who_is_where_and_who_is_stuck_first(clones, capfd):
    assert called(*clones) is None
    head, *rows = capfd.readouterr().out.splitlines()
    assert head.split()[:2] == ["learner", "chapter"]
    cells = [row.removeprefix(str(clones[n])).split() for row, n in zip(rows, (1, 0, 2), strict=True)]
    checks = published.checks_of(2)
    assert cells[0] == ["02", "0", "of", str(len(checks)), checks[2], "4", "12", "min", "now"]
    assert cells[1:] == [["not", "begun", "never"]] * 2


def test_a_verb_is_run_in_each_with_its_own_environment_and_failures_are_named(clones, capfd):
    assert called(*clones, "--", "catch-up", "05", "--yes") == f"Not done for {clones[2]}."
    lines = capfd.readouterr().out.splitlines()
    for n, clone in enumerate(clones[:2]):
        said = f"['catch-up', '05', '--yes'] {clone} {clone / '.venv'}"
        assert lines[2 * n : 2 * n + 2] == [f"{clone}:", said]


def test_a_clone_without_an_environment_uses_that_of_the_class(clones, capfd, monkeypatch):
    (clones[0] / ".venv").rename(clones[0] / "away")
    monkeypatch.setattr(learners, "CLASS", clones[1])
    assert called(clones[0], "--", "status") == 0
    assert capfd.readouterr().out.splitlines()[1].endswith(f"{clones[0]} {clones[1] / '.venv'}")


def test_who_is_not_there_is_said_and_the_others_are_done(clones, capfd):
    assert called("nobody-of-that-name", "/nowhere", clones[0], "--", "status") == (
        "Not done for nobody-of-that-name, /nowhere."
    )
    assert capfd.readouterr().out.count("no such account on this machine, or no such clone") == 2


def test_ctrl_c_says_where_it_stopped(clones, monkeypatch):
    def interrupted(command, **how):
        raise KeyboardInterrupt

    monkeypatch.setattr(learners.subprocess, "run", interrupted)
    assert called(*clones, "--", "status").startswith(f"\nStopped at {clones[0]}: ")


@pytest.mark.parametrize("words", [(), ("--", "status"), ("--al",), ("ada", "--all")])
def test_what_is_mistyped_runs_nothing(words):
    assert called(*words).startswith("Say whose: ")


def test_all_are_the_accounts_that_have_a_clone(clones, monkeypatch):
    homes = {"service": (7, clones[0]), "ada": (1000, clones[0]), "ben": (1001, clones[1]), "new": (1002, clones[2])}
    entries = [SimpleNamespace(pw_name=n, pw_uid=uid, pw_dir=str(home)) for n, (uid, home) in homes.items()]
    for clone in clones[:2]:
        (clone / "workbook").mkdir()
        (clone / "workbook" / "run.py").touch()
    monkeypatch.setattr(learners.pwd, "getpwall", lambda: entries)
    assert learners.everybody() == ["ada", "ben"]
