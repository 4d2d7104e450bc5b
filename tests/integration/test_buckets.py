"""Buckets go with their stack: they are emptied first, and what was in them is kept in files."""

from __future__ import annotations

import json

import pytest

START = """
from workbook import clean_up, deploy, leftovers, outputs
from workbook.cloud import local
from workbook.learning import chapters

_ = local.ensure()
"""
KEY = "products/early summer/ü.csv"


@pytest.fixture
def python(learner):
    run = learner.kernel()
    run(START)
    return run


@pytest.fixture
def put(learner):
    def put(bucket: str, key: str) -> None:
        learner.client("s3").put_object(Bucket=bucket, Key=key, Body=b"sku,name,price\n")

    return put


def kept(learner, said: str) -> dict[str, bytes]:
    """The files in the folder that a sentence names."""
    folder = learner.root / said.split("kept in ")[1].split(".\n")[0].rstrip(".")
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.glob("**/*") if file.is_file()}


def buckets(learner) -> list[str]:
    return [it["Name"] for it in learner.client("s3").list_buckets()["Buckets"] if not it["Name"].startswith("cdk-")]


@pytest.mark.nightly
def test_a_chapter_starts_over_without_the_bucket_and_its_objects_are_kept(learner, python, put):
    python("_ = deploy('EventBus', 'Product')")
    bucket = python("outputs['ProductUploads']")
    put(bucket, KEY)
    said = python("chapters.catch_up(10)")  # which takes the bucket out of a stack that stays
    [line] = [line for line in said if "objects" in line]
    assert line.startswith("The objects in the buckets of Product are kept in")
    [(path, content)] = kept(learner, line).items()
    assert path.startswith("data/Product/") and path.endswith(f"/{bucket}/products%2Fearly summer%2F%C3%BC.csv")
    assert content == b"sku,name,price\n"
    assert buckets(learner) == []


@pytest.mark.nightly
def test_a_stack_is_removed_with_its_bucket(learner, python, put):
    python("chapters.catch_up(11)")
    keys = ["orders/2026-01-31.csv", "orders/" + "ü" * 300]  # one that is too long for the name of a file
    for key in keys:
        put(python("outputs['ReportBucket']"), key)
    said = python("chapters.catch_up(10)")
    assert "The stack Report was removed; the chapter makes it anew." in said
    assert any(line.startswith("The objects in the buckets of Report are kept in") for line in said)
    assert buckets(learner) == []

    folder = next(line for line in said if "Report are kept in" in line).split("kept/")[1].rstrip(".")
    early = learner.cli("restore", folder)
    assert f"deploy Report, and then type `python3 run.py restore {folder}`." in early.stdout
    python("chapters.catch_up(11)")
    late = learner.cli("restore", folder)
    assert "Brought back into Report: 2 rows and objects." in late.stdout, late.stderr
    found = learner.client("s3").list_objects_v2(Bucket=python("outputs['ReportBucket']"))["Contents"]
    assert {it["Key"] for it in found} == {*keys}


def test_cleaning_up_takes_schedules_and_buckets(learner, python, put):
    python("chapters.catch_up(11)")
    put(python("outputs['ProductUploads']"), KEY)
    scheduler = learner.client("scheduler")
    group, role = python("[outputs['ReportScheduleGroup'], outputs['ReportSchedulerRole']]")
    function = learner.client("lambda").get_function_configuration(FunctionName=python("outputs['ReportFunction']"))
    scheduler.create_schedule(
        Name="by-hand", GroupName=group, ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": function["FunctionArn"], "RoleArn": role, "Input": json.dumps({"day": "2026-01-31"})},
    )  # fmt: skip
    assert {"Bucket", "Rule", "ScheduleGroup"} <= set(python("sorted(set(leftovers().what))"))

    python("clean_up()")
    assert "The objects in the buckets of Product are kept in" in python.said
    assert python("leftovers().values.tolist()") == []
    assert buckets(learner) == []
    assert not scheduler.list_schedules()["Schedules"]
    assert [it["Name"] for it in scheduler.list_schedule_groups()["ScheduleGroups"]] == ["default"]
    assert not learner.client("events").list_rules()["Rules"]
