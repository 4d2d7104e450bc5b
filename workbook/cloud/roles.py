"""What a function's role is, and what it allows: several chapters check that."""

from __future__ import annotations

from workbook.cloud import target


def role_of(function: str) -> str:
    """The name of a function's role."""
    return target.client("lambda").get_function_configuration(FunctionName=function)["Role"].split("/")[-1]


def granted(function: str) -> set[str]:
    """The actions that a function's own policies allow."""
    iam, role = target.client("iam"), role_of(function)
    found: set[str] = set()
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        for statement in iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            found |= {actions} if isinstance(actions, str) else set(actions)
    return found
