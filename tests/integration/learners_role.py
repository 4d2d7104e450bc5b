"""Who learns on the cloud that plays AWS: the role of `learner.yaml`, as an administrator's stack makes it there."""

from __future__ import annotations

import json
from typing import Any

from cfnlint.decode import cfn_yaml
from second_cloud import ACCOUNT, REGION, Aws

from workbook.cloud import boundary

# Of these services that cloud finds the ARNs that a call is about, as AWS does. Of others it looks at the action alone,
# and of conditions it knows none that the template has.
ARNS_ARE_FOUND = {"cloudformation", "dynamodb", "iam", "lambda", "s3", "sns", "sqs", "ssm", "sts"}
NAMED_OTHERWISE = {  # what they are about stands where that cloud does not look
    "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource", "dynamodb:UntagResource", "iam:SimulatePrincipalPolicy", "lambda:CreateFunction",
    "sns:ListTagsForResource",
}  # fmt: skip
# Where that cloud asks for actions of other names: a batch's own, the call's for a budget, the list's for an alias.
OTHER_NAMES = {
    **{f"sqs:{it}": (f"sqs:{it}Batch",) for it in ("ChangeMessageVisibility", "DeleteMessage", "SendMessage")},
    "budgets:ModifyBudget": ("budgets:CreateBudget", "budgets:DeleteBudget"),
    "budgets:ViewBudget": (
        "budgets:DescribeBudget", "budgets:DescribeNotificationsForBudget",
        "budgets:DescribeSubscribersForNotification",
    ),
    "lambda:GetAlias": ("lambda:ListAliases",),
}  # fmt: skip
ROLE = f"arn:aws:iam::{ACCOUNT}:role/event-driven-workbook-learner-{REGION}"
HOURS_12 = 43_200  # seconds, as long as AWS lets a session last


def keys_of_a_learner(aws: Aws) -> dict[str, Any]:
    """Make the stack `rights`, and take on the learners' role: AccessKeyId, SecretAccessKey, SessionToken."""
    client, body = aws.client("cloudformation"), json.dumps(as_that_cloud_can_judge(), default=str)
    client.create_stack(StackName="rights", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    client.get_waiter("stack_create_complete").wait(StackName="rights", WaiterConfig={"Delay": 0.1})
    sts = aws.client("sts")
    return sts.assume_role(RoleArn=ROLE, RoleSessionName="ada", DurationSeconds=HOURS_12)["Credentials"]


def as_that_cloud_can_judge() -> dict[str, Any]:
    """The template with the rights, each action as it is."""
    template = cfn_yaml.load(boundary.__file__.replace("boundary.py", "learner.yaml"))
    for resource in template["Resources"].values():
        statements = resource["Properties"].get("PolicyDocument", {}).get("Statement", [])
        for statement in statements:
            statement.pop("Condition", None)
            statement["Action"] += [it for action in statement["Action"] for it in OTHER_NAMES.get(action, ())]
            if not {action.partition(":")[0] for action in statement["Action"]} <= ARNS_ARE_FOUND:
                statement["Resource"] = "*"
        allowed = {action for it in statements if it["Effect"] == "Allow" for action in it["Action"]}
        if named_otherwise := sorted(NAMED_OTHERWISE & allowed):
            statements.append({"Effect": "Allow", "Action": named_otherwise, "Resource": "*"})
    return template


def profile(keys: dict[str, Any]) -> str:
    """The lines of a profile that is signed in with these keys."""
    names = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretAccessKey"}
    return "".join(f"{name} = {keys[key]}\n" for name, key in (names | {"aws_session_token": "SessionToken"}).items())
