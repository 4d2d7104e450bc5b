"""What a function's role is, and what it allows: several chapters check that."""

from __future__ import annotations

from typing import Any

from workbook.cloud import target


def role_of(function: str) -> str:
    """The name of a function's role."""
    return target.client("lambda").get_function_configuration(FunctionName=function)["Role"].split("/")[-1]


def granted(function: str) -> set[str]:
    """The actions that a function's own policies allow."""
    return {action for action, _ in rights(function)}


def rights(function: str) -> set[tuple[str, str]]:
    """What a function's own policies allow: each action with its resource."""
    return {
        (action, resource)
        for statement in statements(function)
        if statement["Effect"] == "Allow"
        for action in as_list(statement.get("Action", "*"))
        for resource in as_list(statement.get("Resource", "*"))
    }


def statements(function: str) -> list[dict[str, Any]]:
    """What stands in a function's own policies."""
    iam, role = target.client("iam"), role_of(function)
    return [
        statement
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in as_list(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"])
    ]


def attached(function: str) -> set[str]:
    """The names of policies of others that a function's role has, beside the one that every function has."""
    found = target.client("iam").list_attached_role_policies(RoleName=role_of(function))["AttachedPolicies"]
    return {policy["PolicyName"] for policy in found} - {"AWSLambdaBasicExecutionRole"}


def as_list(value: Any) -> list[Any]:
    """What stands in a policy where one value may stand by itself, or several in a list."""
    return list(value) if isinstance(value, list | tuple) else [value]
