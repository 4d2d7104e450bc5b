"""`rights(*functions)`: what functions may do, and on what, as a table; `policies(function)`: as IAM has it."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import pandas as pd

from workbook.cloud import target
from workbook.cloud.roles import as_list, role_of, statements
from workbook.cloud.stacks import outputs

MADE = re.compile(r"[0-9A-F]{8}-[0-9A-Z]+")  # what CloudFormation adds to the names of resources
SINCE = re.compile(r"(?<=/stream)/.*")  # when a stream of DynamoDB began
WIDTH = 45  # characters of actions, in a table that fits a page


def rights(*functions: str) -> pd.DataFrame:
    """What functions may do by policies of their own: a row for each statement and resource, sorted.

    Args:
        functions: as the outputs name them, such as `"BasketFunction"`.

    Returns:
        The columns `function`, `on` (the end of an ARN) and `may` (the actions, without their service).
    """
    rows = {
        (name, _short(resource), _names(as_list(statement["Action"])))
        for name in functions
        for statement in statements(outputs[name])
        for resource in as_list(statement["Resource"])
    }
    return pd.DataFrame(sorted(rows), columns=["function", "on", "may"])


def policies(function: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """A function's role, and the policies that are this role's own.

    Args:
        function: as the outputs name it, such as `"BasketFunction"`.

    Returns:
        The role's name, and by the name of each policy its document.
    """
    iam, role = target.client("iam"), role_of(outputs[function])
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return role, {n: iam.get_role_policy(RoleName=role, PolicyName=n)["PolicyDocument"] for n in names}


def _short(arn: str) -> str:
    return SINCE.sub("", MADE.sub("", arn.split(":", 5)[-1]))


def _names(actions: list[str]) -> str:
    return textwrap.shorten(", ".join(sorted(it.split(":")[-1] for it in actions)), WIDTH, placeholder=" …")
