"""The permission boundary of an account that an administrator has prepared with `learner.yaml`: each role made has it.

A learner there may make roles for functions, but none that may do more than the shop needs; IAM refuses a role without
the boundary. In an account without it nothing is different.
"""

from __future__ import annotations

import functools

from workbook.base.errors import WorkbookError
from workbook.cloud import target



@functools.cache
def arn() -> str | None:
    """The boundary's ARN; None if this account has none, as the local cloud has, or AWS cannot be reached."""
    from botocore.exceptions import BotoCoreError, ClientError

    if target.is_local():
        return None
    try:
        wanted = f"arn:aws:iam::{target.account()}:policy/{_name()}"
        return target.client("iam").get_policy(PolicyArn=wanted)["Policy"]["Arn"]
    except (BotoCoreError, WorkbookError):
        return None
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDenied", "NoSuchEntity"):
            return None
        raise


def context() -> dict[str, object]:
    """What CDK has to be told, so that it gives every role the boundary."""
    return {"@aws-cdk/core:permissionsBoundary": {"name": _name()}} if arn() else {}


def _name() -> str:
    """The policy's name, by region: IAM's names are for the whole account."""
    return f"event-driven-workbook-boundary-{target.region()}"
