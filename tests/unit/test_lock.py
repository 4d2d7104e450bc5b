"""pyproject.toml, requirements.lock, environment.yml and the npm lock say the same, and pin everything."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from workbook.base.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
NPM = json.loads((ROOT / "cdk_app" / "package-lock.json").read_text(encoding="utf-8"))

ENTRY = re.compile(r"([a-z0-9-]+)==(\S+)( ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)")
DIRECT = [Requirement(line) for line in PROJECT["dependencies"]]


@pytest.mark.parametrize("wanted", DIRECT, ids=str)
def test_every_dependency_is_locked_within_its_bounds_and_for_every_machine(wanted):
    found = [entry for entry in ENTRY.finditer(LOCK) if entry[1] == wanted.name]
    assert len(found) == 1, "run uv pip compile, as pyproject.toml says"
    assert found[0][2] in wanted.specifier
    assert found[0][3] is None, "run.py compares the direct dependencies without reading markers"


def test_every_line_of_the_lock_is_a_version_with_hashes():
    assert "".join(entry[0] + "\n" for entry in ENTRY.finditer(LOCK)) == LOCK


def test_these_tests_run_on_what_is_locked():
    locked = {entry[1]: entry[2] for entry in ENTRY.finditer(LOCK)}
    assert {w.name: metadata.version(w.name) for w in DIRECT} == {w.name: locked[w.name] for w in DIRECT}


BOOK = [f"book/{name}" for name in ("requirements.in", "requirements.lock", "package.json", "package-lock.json")]
NAMING = ["pyproject.toml", "requirements.lock", "environment.yml", "cdk_app/package-lock.json", *BOOK]


@pytest.mark.parametrize("name", NAMING)
def test_no_registry_is_named(name):
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_locks_of_the_book_are_whole():
    lock = (ROOT / "book" / "requirements.lock").read_text(encoding="utf-8")
    wanted = re.findall(r"^[a-z-]+", (ROOT / "book" / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    assert "".join(entry[0] + "\n" for entry in ENTRY.finditer(lock)) == lock
    assert {*wanted} <= {entry[1] for entry in ENTRY.finditer(lock)}
    scripts = _json("book/package-lock.json")["packages"]
    assert scripts.pop("") == {"dependencies": _json("book/package.json")["dependencies"]}
    assert all("integrity" in entry for entry in scripts.values())


def _json(name: str) -> dict:
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


def test_conda_and_binder_install_the_same_lock():
    *others, pip = ENVIRONMENT["dependencies"]
    assert pip == {"pip": ["-r requirements.lock"]}
    assert "pip" in others and len(others) == 2
    (python,) = (entry.removeprefix("python=") for entry in others if entry != "pip")
    assert python in SpecifierSet(PROJECT["requires-python"])


def test_the_cdk_toolkit_and_its_command_line_are_locked():
    wanted = json.loads((ROOT / "cdk_app" / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert wanted == {"@aws-cdk/toolkit-lib": "1.43.0", "aws-cdk": "2.1148.1"}
    assert NPM["packages"][""]["devDependencies"] == wanted
    packages = {path: entry for path, entry in NPM["packages"].items() if path}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in entry or entry.get("inBundle") for entry in packages.values())  # bundled: in another one
    assert not any("resolved" in entry for entry in packages.values())
