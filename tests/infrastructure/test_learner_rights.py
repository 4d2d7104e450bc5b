"""The rights of a learner on AWS are what all chapters need, and no more: each action is needed, and none is missing.

What is needed is found in the code of the workbook and its chapters, and in what CloudFormation needs for the shop's
resources. The template that an administrator applies is one that CloudFormation takes.
"""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from calls_of_aws import called
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.decode import cfn_yaml
from needed_actions import of_calls, of_deployments
from templates import App

from workbook.base.paths import NOTEBOOKS
from workbook.cloud import boundary
from workbook.learning import published

FILE = Path(boundary.__file__).with_name("learner.yaml")
TEMPLATE = cfn_yaml.load(str(FILE))["Resources"]
POLICIES = {name: it for name, it in TEMPLATE.items() if it["Type"] == "AWS::IAM::ManagedPolicy"}
OF_LEARNERS = {name: it for name, it in POLICIES.items() if name != "Boundary"}
KNOWN = json.loads((resources.files("cfnlint") / "data/AdditionalSpecs/Policies.json").read_text(encoding="utf-8"))
# Why something that could be limited to an ARN is not.
UNLIMITED = {
    "cloudformation:DescribeStacks": "is asked without a name, for all stacks at once",
}
LONGEST = 6144  # characters of a managed policy, blanks aside


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    return policy["Properties"]["PolicyDocument"]["Statement"]


def all_statements() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{name}-{it['Sid']}", it) for name, policy in POLICIES.items() for it in statements(policy)]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def arns(statement: dict[str, Any]) -> list[str]:
    """The resources of a statement, as for one account and region."""
    texts = [it["Fn::Sub"] if isinstance(it, dict) else it for it in listed(statement["Resource"])]
    named = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333"}
    return [re.sub(r"\$\{(.*?)\}", lambda found: named[found[1]], text) for text in texts]


def actions(policies: dict[str, Any]) -> set[str]:
    return {action for policy in policies.values() for it in statements(policy) for action in it["Action"]}


def roles_actions(app: App) -> set[str]:
    """What the shop's roles may do, beside what AWS's own policy for logs lets them do."""
    found = [it for stack in app.stacks for it in app.resources(stack, "AWS::IAM::Policy").values()]
    return {a for it in found for s in it["Properties"]["PolicyDocument"]["Statement"] for a in listed(s["Action"])}


def roles_actions_in_chapters() -> set[str]:
    """What roles may do in the course of the book, as its cells write the CDK code: some of it goes again."""
    found: set[str] = set()
    for page in NOTEBOOKS.glob("*.ipynb"):
        for cell in json.loads(page.read_text(encoding="utf-8"))["cells"]:
            code = "".join(cell["source"])
            if code.startswith("%%writefile ../cdk_app/"):
                found |= {*re.findall(r'"((?:dynamodb|events|execute-api|lambda|s3|sqs):[A-Z]\w+)"', code)}
                found |= {f"dynamodb:{name}" for name in re.findall(r'"(\w+Item|Query|Scan)"', code)}
    return found


@pytest.mark.parametrize("statement", [it for _, it in all_statements()], ids=[name for name, _ in all_statements()])
class TestStatement:
    def test_it_names_each_action_and_all_are_aws_s(self, statement):
        for action in statement["Action"]:
            service, _, name = action.partition(":")
            assert name.lower() in KNOWN[service]["Actions"], action

    def test_it_is_for_all_resources_only_where_iam_knows_no_narrower(self, statement):
        if arns(statement) != ["*"]:
            return
        for action in statement["Action"]:
            service, _, name = action.partition(":")
            narrower = KNOWN[service]["Actions"][name.lower()].get("Resources", [])
            assert not narrower or action in UNLIMITED or statement.get("Condition"), (action, narrower)

    def test_its_resources_are_of_its_actions_services(self, statement):
        services = {action.partition(":")[0] for action in statement["Action"]} | {"*"}
        found = {arn if arn == "*" else arn.split(":")[2] for arn in arns(statement)}
        assert found <= services | ({"iam"} if "sts" in services else set())

    def test_its_actions_stand_in_order_and_allow(self, statement):
        assert statement["Effect"] == "Allow" and statement["Action"] == sorted({*statement["Action"]})


@pytest.mark.slow
def test_the_template_is_right():
    found = lint(FILE.read_text(encoding="utf-8"), config=ManualArgs(include_checks=["I3510"], regions=["eu-west-1"]))
    assert [(match.rule.id, match.message) for match in found] == []


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_short_enough_for_iam(name):
    one = [{**it, "Resource": arns(it)} for it in statements(POLICIES[name])]
    assert len(json.dumps(one, separators=(",", ":"), default=str)) < LONGEST


@pytest.mark.slow
def test_each_action_is_needed_and_none_is_missing(app: App):
    types = {it["Type"] for stack in app.stacks for it in app.resources(stack).values()}
    needed = of_calls(called()) | of_deployments(types)
    assert sorted(needed - actions(OF_LEARNERS)) == []
    assert sorted(actions(OF_LEARNERS) - needed) == []


@pytest.mark.slow
def test_the_boundary_has_what_the_shop_s_roles_do_and_nothing_else(app: App):
    logs = {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}  # AWSLambdaBasicExecutionRole
    assert actions({"Boundary": POLICIES["Boundary"]}) == roles_actions(app) | roles_actions_in_chapters() | logs


def test_whoever_makes_a_role_gives_it_the_boundary_and_passes_it_on_to_the_shop_s_services_only():
    by_action = {action: it for it in statements(POLICIES["Roles"]) for action in it["Action"]}
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:AttachRolePolicy"):
        assert by_action[action]["Condition"]["StringEquals"] == {"iam:PermissionsBoundary": {"Ref": "Boundary"}}
    passed = by_action["iam:PassRole"]["Condition"]["StringEquals"]["iam:PassedToService"]
    assert passed == ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
    assert not {"iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion", "iam:UpdateRole"} & by_action.keys()
    assert POLICIES["Boundary"]["Properties"]["ManagedPolicyName"] == {"Fn::Sub": boundary.name("${AWS::Region}")}


def test_each_stack_of_the_book_and_nothing_else_may_be_deployed():
    [stacks] = [it for it in statements(POLICIES["Deploying"]) if it["Sid"] == "Stacks"]
    assert {arn.split("/")[1] for arn in arns(stacks)} == {*published.all_stacks()}


@pytest.mark.slow
def test_layers_have_the_names_that_the_templates_give_them(app: App):
    given = {key for stack in app.stacks for key in app.resources(stack, "AWS::Lambda::LayerVersion")}
    [layers] = [it for it in statements(POLICIES["Functions"]) if it["Sid"] == "Layers"]
    assert {arn.rpartition(":")[2] for arn in arns(layers)} == given | {"dies"}
