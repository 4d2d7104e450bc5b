"""An IAM linter knows each action, and finds that it goes with the resource it is granted on: the shop's, a learner's.

parliament reads them as AWS documents actions, resources and conditions; an action on a resource of another kind
grants nothing, and neither a template nor the local cloud would say so.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml
from templates import App

from workbook.base.tools import python_with
from workbook.cloud import boundary

pytestmark = pytest.mark.nightly

HERE = Path(__file__).parent / "policies"
LEARNERS = Path(boundary.__file__).with_name("learner.yaml")
OF_AWS = {"Partition": "aws", "Region": "us-east-1", "AccountId": "123456789012", "StackName": "a-stack"}
ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:us-east-1:123456789012:table/{}",
    "AWS::Events::EventBus": "events:us-east-1:123456789012:event-bus/{}",
    "AWS::Events::Rule": "events:us-east-1:123456789012:rule/{}",
    "AWS::IAM::ManagedPolicy": "iam::123456789012:policy/{}",
    "AWS::IAM::Role": "iam::123456789012:role/{}",
    "AWS::Lambda::Function": "lambda:us-east-1:123456789012:function:{}",
    "AWS::S3::Bucket": "s3:::{}",
    "AWS::SNS::Topic": "sns:us-east-1:123456789012:{}",
    "AWS::SQS::Queue": "sqs:us-east-1:123456789012:{}",
}
KNOWN = {  # what it need not tell
    "dynamodb:ListStreams": "CDK grants it with the others on the stream, where it grants nothing and is not needed",
    "sns:GetSubscriptionAttributes": "AWS's own reference has it for topics",
    "sns:SetSubscriptionAttributes": "as well",
    "sns:Unsubscribe": "as well",
}
USABLE = "MISMATCHED_TYPE_BUT_USABLE"  # an ARN compared as a string, as IAM's documentation does with boundaries


def resolved(value: Any, kinds: dict[str, str]) -> Any:
    """A part of a template with ARNs as they could be.

    Args:
        value: the part.
        kinds: the resources' types, by logical id.
    """
    match value:
        case {"Ref": name} if kinds.get(name) == "AWS::IAM::ManagedPolicy":
            return "arn:aws:" + ARNS[kinds[name]].format(name)
        case {"Ref": name}:
            return OF_AWS.get(name.removeprefix("AWS::"), name)
        case {"Fn::GetAtt": [name, "Arn"]} if name in kinds:
            return "arn:aws:" + ARNS[kinds[name]].format(name)
        case {"Fn::GetAtt": [name, "StreamArn"]}:
            return f"arn:aws:dynamodb:us-east-1:123456789012:table/{name}/stream/a-time"  # whose colons it takes amiss
        case {"Fn::GetAtt": [name, _]}:
            return name
        case {"Fn::Join": [between, parts]}:
            return between.join(resolved(part, kinds) for part in parts)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{(?:AWS::)?(\w+)[^}]*\}", lambda it: OF_AWS.get(it[1], it[1]), text)
        case dict():
            return {name: resolved(part, kinds) for name, part in value.items()}
        case list():
            return [resolved(part, kinds) for part in value]
    return value


def policies(resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The policies that say what a role or a person may do, by logical id.

    Args:
        resources: a template's, by logical id.
    """
    kinds = {name: resource["Type"] for name, resource in resources.items()}
    found = {}
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            found[name] = properties["PolicyDocument"]
        elif resource["Type"] == "AWS::IAM::Role":
            found |= {f"{name}.{it['PolicyName']}": it["PolicyDocument"] for it in properties.get("Policies", [])}
    return {name: resolved(json.loads(json.dumps(it)), kinds) for name, it in found.items()}


def findings(of: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
    """What the linter finds: the policy, the kind of finding, its detail; what is known and said above is left out.

    Args:
        of: policies, by names.
    """
    done = subprocess.run(
        [python_with(HERE / "requirements.lock"), HERE / "findings.py"],
        input=json.dumps(of), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = []
    for name, its in json.loads(done.stdout).items():
        for issue, detail in its:
            if issue == "RESOURCE_MISMATCH":
                detail = [one for one in detail if one["action"] not in KNOWN]
            if detail and issue != USABLE:
                found.append((name, issue, str(detail)))
    return found


def test_the_shops_policies(app: App):
    of = {f"{s} {name}": it for s in app.stacks for name, it in policies(app.resources(s)).items()}
    assert len(of) > 10
    assert findings(of) == []


def test_those_of_a_learner():
    of = policies(cfn_yaml.load(str(LEARNERS))["Resources"])
    assert len(of) >= 6
    assert findings(of) == []


@pytest.mark.parametrize(
    ("action", "resource", "issue"),
    [
        ("dynamodb:GetItems", "arn:aws:dynamodb:us-east-1:123456789012:table/orders", "UNKNOWN_ACTION"),
        ("dynamodb:GetItem", "arn:aws:sqs:us-east-1:123456789012:orders", "RESOURCE_MISMATCH"),
        ("sqs:SendMessage", "orders", "INVALID_ARN"),
    ],
)
def test_a_mistake_is_found(action, resource, issue):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    found = findings({"planted": {"Version": "2012-10-17", "Statement": [statement]}})
    assert issue in [kind for _, kind, _ in found]
