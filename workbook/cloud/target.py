"""Which cloud the workbook speaks to: the local one, or a real AWS account.

`WORKBOOK_TARGET=local` is the default; `WORKBOOK_TARGET=aws` uses the usual chain of boto3:
environment variables, `AWS_PROFILE`, SSO, a role. Everything goes through ordinary boto3
sessions, so that a plain `boto3.client("lambda")` in a notebook reaches the same cloud.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import MutableMapping
from typing import Any

from workbook.base.errors import WorkbookError

LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"
NOT_STARTED = "http://the-local-cloud-is-not-started.invalid"

taken_out: set[str] = set()  # the names of what would have led this process to a real account


def name() -> str:
    """`"local"` or `"aws"`.

    Raises:
        WorkbookError: `WORKBOOK_TARGET` holds anything else.
    """
    target = os.environ.get("WORKBOOK_TARGET", "local").strip().lower() or "local"
    if target not in ("local", "aws"):
        raise WorkbookError(f"WORKBOOK_TARGET is {target!r}; set it to local or to aws.")
    return target


def is_local() -> bool:
    """Whether the target is the local cloud."""
    return name() == "local"


def without_aws(environment: MutableMapping[str, str]) -> dict[str, str]:
    """A copy of `environment` in which nothing leads to a real AWS account."""
    return {k: v for k, v in environment.items() if not k.startswith(("AWS_", "CDK_"))}


def local_settings(url: str) -> dict[str, str]:
    """The environment variables that lead every AWS client to the local cloud at `url`.

    The configuration files of a real account are out of reach, and so is its metadata service:
    local code cannot fall through to real AWS.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": LOCAL_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": LOCAL_REGION,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def local_environment(url: str) -> dict[str, str]:
    """This process's environment, for a child that must only see the local cloud at `url`."""
    return without_aws(os.environ) | local_settings(url)


def point_process_at(url: str) -> None:
    """Make this process, its boto3 clients and its children see only the local cloud at `url`."""
    wanted = local_environment(url)
    before = os.environ.get("AWS_ENDPOINT_URL", "")
    ours = local_settings(before if before.startswith(("http://127.0.0.1:", NOT_STARTED)) else url)
    taken_out.update(k for k, v in os.environ.items() if k.startswith("AWS_") and ours.get(k) != v)
    for key in set(os.environ) - set(wanted):
        del os.environ[key]
    os.environ.update(wanted)
    _forget_session()


def agree_on_region() -> None:
    """Let boto3 see AWS_REGION, as every other AWS tool does: it reads AWS_DEFAULT_REGION alone."""
    if region_set := os.environ.get("AWS_REGION"):
        os.environ["AWS_DEFAULT_REGION"] = region_set


def _forget_session() -> None:
    if "boto3" in sys.modules:
        sys.modules["boto3"].DEFAULT_SESSION = None
    client.cache_clear()


@functools.cache
def client(service: str) -> Any:
    """The boto3 client of `service` on the current target, made once.

    Args:
        service: boto3's name of it, such as `"dynamodb"`.

    Raises:
        WorkbookError: the target is AWS, and no credentials, region or profile can be found.
    """
    import boto3
    from botocore.exceptions import NoRegionError, ProfileNotFound

    try:
        if not is_local():
            session = boto3.Session()
            if session.get_credentials() is None:
                raise WorkbookError(_no_credentials("none are set"))
            if session.region_name is None:  # some services would do without, in a region of their own
                raise NoRegionError
        return boto3.client(service)
    except ProfileNotFound as error:
        raise WorkbookError(
            f"{error}. Set AWS_PROFILE to one that `aws configure list-profiles` names, or unset it."
        ) from None
    except NoRegionError:
        raise WorkbookError("No AWS region is set. Set AWS_REGION, to us-east-1 for example.") from None


@functools.cache
def region() -> str:
    """The region of the current target."""
    return LOCAL_REGION if is_local() else client("sts").meta.region_name


@functools.cache
def account() -> str:
    """The number of the account that the current target's credentials belong to.

    Raises:
        WorkbookError: the target is AWS, and there are no working credentials.
    """
    if is_local():
        return LOCAL_ACCOUNT
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise WorkbookError(_no_credentials(error)) from None


def _no_credentials(reason: object) -> str:
    return (
        f"There are no working AWS credentials ({reason}). Sign in, with `aws sso login` or "
        "`aws configure`, or set WORKBOOK_TARGET=local to stay on this machine."
    )
