"""The doctor: what is wrong comes with its cure, and a healthy machine always reads the same."""

from __future__ import annotations

import os
import sys

import pytest
from typer.testing import CliRunner

from workbook.base.errors import REPAIR
from workbook.cloud import local, target
from workbook.command import cli, doctor
from workbook.deployment import failures

pytestmark = pytest.mark.slow

NAMES = [
    "Python", "packages as locked", "Node", "CDK command line", "room on the disk", "right to write here",
    "home folder", "port for the local cloud", "local addresses", "AWS settings", "the deployed shop", "clock",
]  # fmt: skip


def finding(name: str) -> doctor.Finding:
    return next(f for f in doctor.doctor().findings if f.name == name)


def test_a_healthy_machine_reads_the_same_as_any_other():
    assert repr(doctor.doctor()) == "\n".join(f"✓ {name}" for name in NAMES)


def test_details_are_in_the_html_only_and_name_no_place():
    page = doctor.doctor()._repr_html_()
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in page
    assert str(doctor.ROOT) not in page
    assert os.path.expanduser("~/") not in page


@pytest.mark.parametrize(
    ("name", "attribute", "value", "cure"),
    [
        ("Python", "PYTHON", (4, 0), "Install Python 4.0"),
        ("room on the disk", "FREE_BYTES", 10**18, "Free 1000000000 GB"),
        ("room on the disk", "FREE_TEMPORARY_BYTES", 10**18, "or set TMPDIR"),
        ("packages as locked", "_locked_packages", lambda: {"boto3": "0.1"}, REPAIR),
        ("Node", "node_folder", lambda: doctor.ROOT, REPAIR),
    ],
)
def test_what_is_wrong_comes_with_its_cure(monkeypatch, name, attribute, value, cure):
    monkeypatch.setattr(doctor, attribute, value)
    assert cure in finding(name).cure


def test_a_missing_cdk_is_found(monkeypatch, tmp_path):
    (tmp_path / "package-lock.json").write_text('{"packages": {"node_modules/aws-cdk": {"version": "2.0.0"}}}')
    monkeypatch.setattr(doctor, "CDK_APP", tmp_path)
    found = finding("CDK command line")
    assert "is missing" in found.found and found.cure == REPAIR


def test_a_deployment_without_the_toolkit_names_the_same_cure(monkeypatch):
    monkeypatch.setattr(failures, "why_stack_failed", lambda _: None)
    said = failures.why_cdk_failed(["Product"], ["Error: Cannot find module '@aws-cdk/toolkit-lib'"])
    assert said == f"CDK's toolkit is not installed here. {REPAIR}"


def test_all_ports_taken_is_found(monkeypatch):
    monkeypatch.setattr(local, "running", lambda: None)
    monkeypatch.setattr(local, "PREFERRED_PORT", 70_000)  # there are none so high

    def none():
        raise doctor.WorkbookError("All ports are taken. Stop what uses them.")
        yield

    monkeypatch.setattr(local, "free_ports", none)
    assert finding("port for the local cloud").cure == "All ports are taken. Stop what uses them."


def test_no_home_is_needed(monkeypatch):
    monkeypatch.delenv("HOME")
    assert finding("home folder").fine


def test_aws_variables_are_named_and_not_used(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "company")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setattr(target, "taken_out", set())
    target.point_process_at(os.environ["AWS_ENDPOINT_URL"])
    found = finding("AWS settings")
    assert found.fine
    assert found.found == "AWS_PROFILE, AWS_SECRET_ACCESS_KEY: set, and not used here"
    assert "AWS_PROFILE" not in os.environ


def test_a_proxy_that_would_be_asked_for_local_addresses_is_found(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "")
    assert "NO_PROXY" in finding("local addresses").cure
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    assert finding("local addresses").fine


def test_a_clock_that_is_far_behind_is_found(monkeypatch):
    monkeypatch.setattr(doctor.time, "time", lambda: 1_000_000_000.0)
    assert finding("clock").cure == "Set the clock of this machine."


def test_the_doctor_does_not_faint(monkeypatch):
    monkeypatch.setattr(doctor, "node_folder", lambda: None)
    assert "TypeError" in finding("Node").found


AUDIT = "the queue audit of chapter 04"


@pytest.mark.parametrize(
    ("place", "others", "broken", "fine"),
    [
        ((7, "within"), [], False, True),
        ((7, "within"), [AUDIT], False, False),
        ((7, "within"), [], True, False),
        ((7, "start"), [], False, False),
        ((7, "end"), [], False, False),
        ((None, "start"), [], False, False),
    ],
)
def test_what_the_chapter_in_work_changes_by_hand_is_a_note(monkeypatch, place, others, broken, fine):
    monkeypatch.setattr(doctor, "recorded_stacks", lambda: ["Ordering"])
    monkeypatch.setattr(local, "running", lambda: object())
    monkeypatch.setattr(doctor, "changed_by_hand", lambda: ["Ordering Queue: VisibilityTimeout is 1", *others])
    monkeypatch.setattr(doctor, "left_over", lambda within: others)
    monkeypatch.setattr(doctor.bookmark, "position", lambda: place)
    monkeypatch.setattr(doctor.broken_off, "was_broken_off", lambda: broken)
    found = doctor._looked("the deployed shop", doctor._shop)
    assert found.fine == fine
    assert "VisibilityTimeout is 1" in found.found and "python3 run.py mend" in found.found + found.cure
    assert found.found.startswith("in the middle of chapter 07" if fine else "changed by hand")


def test_the_command_fails_if_something_is_wrong(monkeypatch):
    assert CliRunner().invoke(cli.app, ["doctor"]).exit_code == 0
    monkeypatch.setattr(doctor, "PYTHON", (4, 0))
    result = CliRunner().invoke(cli.app, ["doctor"])
    assert result.exit_code == 1
    assert "Install Python 4.0" in result.output
