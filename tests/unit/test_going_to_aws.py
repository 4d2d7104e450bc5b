"""What chapter 14 looks up, keeps and tries: quotas, measurements of several targets, the jobs of a workflow."""

from __future__ import annotations

import json
import math
from datetime import date

import pandas as pd
import pytest

from workbook.base.errors import WorkbookError
from workbook.costs.shop import ORDER
from workbook.deployment import workflow
from workbook.observe import quotas, side_by_side

TABLE = pd.read_csv(quotas.TABLE)


class ServiceQuotas:
    """What an account was granted, by service; for the rest AWS's default holds."""

    def __init__(self, granted: dict[str, dict[str, float]]) -> None:
        self.granted = granted

    def get_paginator(self, operation: str) -> ServiceQuotas:
        self.own = operation == "list_service_quotas"
        return self

    def paginate(self, ServiceCode: str) -> list[dict]:  # noqa: N803
        rows = TABLE[TABLE.service == ServiceCode]
        found = dict(zip(rows["name"], rows.default, strict=True))
        if self.own:
            found = self.granted.get(ServiceCode, {})
        return [{"Quotas": [{"QuotaName": name, "Value": value}]} for name, value in found.items()]


@pytest.fixture
def on_aws(monkeypatch):
    monkeypatch.setattr(quotas.target, "is_local", lambda: False)
    monkeypatch.setattr(quotas.target, "region", lambda: "eu-west-1")
    quotas._granted.cache_clear()
    yield monkeypatch
    quotas._granted.cache_clear()


def test_what_was_granted_is_told_and_else_the_default(on_aws):
    told = ServiceQuotas({"lambda": {"Concurrent executions": 10}})
    on_aws.setattr(quotas.target, "client", lambda service: told)
    found = quotas.quotas()
    assert found.granted["lambda", "Concurrent executions"] == 10
    assert (found.granted == found.default).sum() == len(found) - 1


def test_here_nobody_knows_what_was_granted(monkeypatch):
    monkeypatch.setattr(quotas.local, "ensure", lambda: None)
    assert quotas.quotas().granted.isna().all()


def test_each_quota_has_its_day_its_page_and_what_the_shop_s_order_takes():
    takes = TABLE.set_index(["service", "name"])["order"]
    assert takes["apigateway", "Throttle rate"] == ORDER["API Gateway", "REST API calls"]
    assert math.isclose(takes["lambda", "Concurrent executions"] * 0.25, ORDER["Lambda", "time, x86"])  # GB
    assert all(date.fromisoformat(day) >= date(2026, 11, 26) for day in TABLE.date)
    assert TABLE.source.str.startswith("https://docs.aws.amazon.com/").all()


def test_what_was_measured_stands_beside_what_was_measured_elsewhere(tmp_path, on_aws):
    on_aws.setattr(side_by_side, "FILE", tmp_path / "kept.json")
    on_aws.setattr(side_by_side.target, "is_local", lambda: True)
    here = side_by_side.side_by_side("one order", pd.Series({"published": 12.5, "stored": None}))
    assert list(here.columns) == ["this machine"] and here["this machine"]["published"] == 12.5
    on_aws.setattr(side_by_side.target, "is_local", lambda: False)
    side_by_side.side_by_side("another", {"seconds": 1})
    both = side_by_side.side_by_side("one order", {"published": 80, "stored": 400})
    assert both.loc["published"].to_dict() == {"this machine": 12.5, "AWS eu-west-1": 80.0}
    assert math.isnan(both["this machine"]["stored"]) and list(both.index) == ["published", "stored"]
    again = side_by_side.side_by_side("one order", {"published": 90, "stored": 300})
    assert again["AWS eu-west-1"].tolist() == [90.0, 300.0]


JOBS = """
jobs:
  diff:
    steps:
      - uses: actions/checkout@v4
      - run: exit 9
      - run: echo one; echo "* two"; echo three >&2
        working-directory: cdk_app
      - run: echo why >&2; exit 3
        working-directory: cdk_app
"""


def test_of_a_job_what_is_cdk_s_is_run_and_its_last_line_told(tmp_path, monkeypatch):
    monkeypatch.setattr(workflow, "FILE", tmp_path / "deploy.yml")
    with pytest.raises(WorkbookError, match="run the cell that writes it"):
        workflow.run_job("diff")
    workflow.FILE.write_text(JOBS)
    found = workflow.run_job("diff")
    assert found.exit.tolist() == [0, 3] and found["said last"].tolist() == ["two", "why"]
    with pytest.raises(WorkbookError, match="it has diff"):
        workflow.run_job("deploy")


@pytest.mark.parametrize("context", [{}, {"@aws-cdk/core:permissionsBoundary": {"name": "b"}}], ids=["none", "one"])
def test_a_job_gives_roles_the_boundary_that_there_is(tmp_path, monkeypatch, context):
    job = "jobs: {diff: {steps: [{run: cat cdk.context.json, working-directory: cdk_app}]}}"
    for name, file in (("FILE", "deploy.yml"), ("CDK_APP", ""), ("CONTEXT", "cdk.context.json")):
        monkeypatch.setattr(workflow, name, tmp_path / file)
    workflow.FILE.write_text(job)
    monkeypatch.setattr(workflow.boundary, "context", lambda: context)
    assert workflow.run_job("diff").exit.tolist() == [0 if context else 1]
    assert not workflow.CONTEXT.exists()


def test_context_of_ones_own_is_put_back_after_a_job(tmp_path, monkeypatch):
    job = "jobs: {diff: {steps: [{run: grep -c boundary cdk.context.json, working-directory: cdk_app}]}}"
    for name, file in (("FILE", "deploy.yml"), ("CDK_APP", ""), ("CONTEXT", "cdk.context.json")):
        monkeypatch.setattr(workflow, name, tmp_path / file)
    workflow.FILE.write_text(job)
    workflow.CONTEXT.write_text('{"mine": true}')
    monkeypatch.setattr(workflow.boundary, "context", lambda: {"boundary": "b"})
    assert workflow.run_job("diff")["said last"].tolist() == ["1"]
    assert json.loads(workflow.CONTEXT.read_text()) == {"mine": True}
