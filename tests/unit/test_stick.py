"""A stick has what the lock wants on each kind of machine, and a set-up from it refuses what does not fit."""

from __future__ import annotations

import json
import os

import pytest
from run_py import loaded

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, ROOT
from workbook.command import stick

pytestmark = pytest.mark.slow

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
HASHES = "\\\n    --hash=sha256:00\n"
FORKED = (
    f"a==1 {HASHES}b==1 ; python_full_version < '3.11.5' {HASHES}b==2 ; python_full_version >= '3.11.5' {HASHES}"
    f"c==1 ; sys_platform == 'darwin' {HASHES}d==1 ; platform_machine != 'x86_64' {HASHES}"
)


def pinned(name: str, lock: str = FORKED) -> list[list[str]]:
    return [[line.split(" ")[0] for line in lines] for lines in stick.rounds(lock, stick.machine(name)).values()]


def test_what_differs_between_patches_of_a_python_is_taken_both_ways():
    assert pinned("linux-x86_64-3.11") == [["a==1", "b==1"], ["b==2"]]
    assert list(stick.rounds(FORKED, stick.machine("linux-x86_64-3.11"))) == ["3.11.0", "3.11.99"]
    assert pinned("linux-x86_64-3.12") == [["a==1", "b==2"]]


def test_what_is_for_another_kind_of_machine_is_left_out():
    assert pinned("macos-arm64-3.12") == [["a==1", "b==2", "c==1", "d==1"]]
    assert pinned("linux-aarch64-3.12") == [["a==1", "b==2", "d==1"]]


def test_every_line_keeps_its_hashes_and_loses_its_marker():
    [lines] = stick.rounds(FORKED, stick.machine("linux-x86_64-3.12")).values()
    assert "".join(lines) == f"a==1 {HASHES}b==2 {HASHES}"


@pytest.mark.parametrize("system", stick.SYSTEMS)
def test_of_the_lock_itself_every_package_without_a_marker_is_taken(system):
    first = pinned(f"{system}-3.13", LOCK)[0]
    everywhere = [line.removesuffix(" \\") for line in LOCK.splitlines() if "==" in line and " ; " not in line]
    assert len(everywhere) > 100 and set(everywhere) <= set(first)


@pytest.mark.parametrize("name", ["linux", "3.12", "linux-x86_64-2.7", "windows-x86_64-3.12", ""])
def test_a_machine_that_there_is_not_is_refused_with_one_that_there_is(name):
    with pytest.raises(WorkbookError, match=f"linux-x86_64, .*, such as {stick.this_machine()}"):
        stick.machine(name)


@pytest.fixture
def run():
    return loaded(ROOT)


@pytest.fixture
def collected(tmp_path):
    """A stick with a space in its name, and what is said of it, which a test may change."""
    folder = tmp_path / "MY STICK"
    (folder / "npm").mkdir(parents=True)
    made = {
        "lock": stick._digest(ROOT / "requirements.lock"),
        "node": stick._digest(CDK_APP / "package-lock.json"),
        "for": ["macos-arm64-3.9", stick.this_machine()],
    }

    def say(**changed):
        (folder / "stick.json").write_text(json.dumps(made | changed), encoding="utf-8")
        return folder

    return say


def test_a_stick_that_fits_leads_every_tool_to_it(run, collected, monkeypatch, tmp_path):
    monkeypatch.setattr(run, "STATE", tmp_path / "state")
    led = run.from_stick(collected())
    assert led["PIP_FIND_LINKS"] == led["UV_FIND_LINKS"] == (tmp_path / "MY STICK" / "wheels").as_uri()
    monkeypatch.setattr(os, "environ", {**os.environ, **led})
    assert led.items() <= run.for_tools(run.VENV).items()


REFUSED = {
    "for another machine": ({"for": ["macos-arm64-3.9"]}, "is for macos-arm64-3.9: collect it with --for "),
    "of another lock": ({"lock": "0"}, "another version of the workbook"),
    "of other CDK tools": ({"node": "0"}, "another version of the workbook"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_stick_that_does_not_fit_is_refused(run, collected, why):
    changed, said = REFUSED[why]
    with pytest.raises(run.Refused, match=said):
        run.from_stick(collected(**changed))


@pytest.mark.parametrize("text", [None, "", "{"])
def test_what_is_no_stick_is_refused(run, tmp_path, text):
    if text is not None:
        (tmp_path / "stick.json").write_text(text)
    with pytest.raises(run.Refused, match="run that first"):
        run.from_stick(tmp_path)


def test_what_was_collected_for_other_machines_stays_unless_the_lock_is_another(monkeypatch, tmp_path):
    monkeypatch.setattr(stick, "_download", lambda *_: None)
    monkeypatch.setattr(stick, "_fill_npm_cache", lambda *_: None)
    monkeypatch.setattr(stick.bundle, "pack", lambda *_: None)
    record = tmp_path / "stick.json"
    stick.collect(str(tmp_path), ["linux-x86_64-3.12"])
    said, _ = stick.collect(str(tmp_path), ["macos-arm64-3.13", "linux-x86_64-3.12"])
    assert json.loads(record.read_text())["for"] == ["linux-x86_64-3.12", "macos-arm64-3.13"]
    assert "on linux-x86_64-3.12, macos-arm64-3.13: " in said
    record.write_text(json.dumps(json.loads(record.read_text()) | {"lock": "of yesterday"}))
    stick.collect(str(tmp_path), ["macos-arm64-3.13"])
    assert json.loads(record.read_text())["for"] == ["macos-arm64-3.13"]
