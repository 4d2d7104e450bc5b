"""What the app makes only where it is asked for: a rollout by degrees, and a repository's roles, with few rights."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from templates import App

from workbook.learning.checks.judging import going
from workbook.maintenance import copies

pytestmark = pytest.mark.nightly  # by day, chapter 14's own checks look at the same templates
ASKED = """
import json
from workbook import template
print(json.dumps([template("Hello", canary="true"), template("Pipeline", repository="ada/shop")]))
"""


@pytest.fixture(scope="module")
def asked(app: App) -> list[dict[str, Any]]:
    """The templates of Hello and of the pipeline, which cfn-lint finds right; or there is an error."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=app.root, env=copies.environment_of(app.root), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: it for name, it in template["Resources"].items() if it["Type"] == kind}


def test_who_does_not_ask_gets_neither(app: App) -> None:
    assert "Pipeline" not in app.stacks
    assert not app.resources("Hello", "AWS::Lambda::Alias")


def test_the_alias_moves_by_degrees_and_back(asked) -> None:
    hello, _ = asked
    assert going.judged_canary(hello) is None
    [alias] = of_type(hello, "AWS::Lambda::Alias").values()
    group = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"]
    assert [group] == list(of_type(hello, "AWS::CodeDeploy::DeploymentGroup"))
    [alarm] = of_type(hello, "AWS::CloudWatch::Alarm").values()
    watched = {it["Name"] for it in alarm["Properties"]["Dimensions"]}
    assert watched == {"FunctionName", "Resource"}  # the alias, and not the function with all its versions


def test_one_branch_deploys_with_the_learner_s_rights_and_pull_requests_only_look(asked, app: App) -> None:
    _, pipeline = asked
    assert going.judged_trust(pipeline) is None
    roles = [it["Properties"] for it in of_type(pipeline, "AWS::IAM::Role").values()]
    trusted = [it["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"] for it in roles]
    assert [it[f"{going.ISSUER}:sub"] for it in trusted] == [going.MAIN, "repo:ada/shop:pull_request"]
    deploys, looks = (json.dumps(it.get("ManagedPolicyArns", [])) for it in roles)
    assert deploys.count("policy/event-driven-workbook-") == 6 and "boundary" not in deploys and looks == "[]"
    [policy] = of_type(pipeline, "AWS::IAM::Policy").values()
    [may] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert may["Action"] == ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
    assert len(may["Resource"]) == len(app.stacks) and "*" not in may["Resource"]
