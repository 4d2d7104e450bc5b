"""The workflows of GitHub Actions: valid, and what they call is what README and pyproject.toml name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from workbook.base.paths import ROOT
from workbook.maintenance import site

pytestmark = pytest.mark.slow

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def commands(text: str) -> str:
    """Its commands in one line, without what continues lines and marks comments."""
    return " ".join(re.sub(r"\\\n|^#", " ", text, flags=re.M).split())


def test_they_are_as_github_wants_them():
    assert {file.stem for file in WORKFLOWS} == {"ci", "deploy", "nightly", "site"}
    check(*WORKFLOWS)


def test_a_workflow_with_a_mistake_is_found(tmp_path: Path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((WORKFLOWS[0]).read_text(encoding="utf-8").replace("runs-on:", "runs_on:"), encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        check(wrong)


def check(*files: Path) -> None:
    """Hold files against the schema of GitHub's workflows."""
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        *map(str, files),
    ]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_they_run_what_readme_runs(file: Path):
    steps = commands(file.read_text(encoding="utf-8"))
    assert "python run.py setup" in steps
    own = {"deploy": "npx cdk deploy --all", "site": "python run.py site --pdf"}
    assert own.get(file.stem, "python run.py test") in steps


def test_the_book_s_own_repository_deploys_nothing():
    """Each job of the deployment, which chapter 14 writes, needs a variable that only a learner's repository has."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text(encoding="utf-8"))
    assert all(re.search(r"&& vars\.AWS_ROLE_\w+ != ''$", job["if"]) for job in workflow["jobs"].values())
    assert workflow["permissions"] == {"contents": "read", "id-token": "write"}


def test_what_is_published_is_what_the_command_makes():
    workflow = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    [folder] = [s["with"]["path"] for s in workflow["jobs"]["build"]["steps"] if "upload-pages" in s.get("uses", "")]
    assert ROOT / folder == site.SITE


def test_the_newest_versions_are_found_as_the_lock_is_made():
    [locked] = re.findall(
        r"uv pip compile (.+ -o requirements\.lock)", commands((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    )
    assert f"uv pip compile --upgrade {locked}" in commands(
        (ROOT / ".github/workflows/nightly.yml").read_text(encoding="utf-8")
    )


def test_mutants_are_tried_at_night_as_readme_says():
    command = ".venv/bin/python tests/mutation/mutants.py"
    assert command in (ROOT / ".github/workflows/nightly.yml").read_text(encoding="utf-8")
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_python_and_machine_that_is_promised_is_tested():
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    for promised in ("3.11", "3.12", "3.13", "3.14", "ubuntu-latest", "ubuntu-24.04-arm", "macos-latest"):
        assert re.search(rf"\b{re.escape(promised)}\b", text)
