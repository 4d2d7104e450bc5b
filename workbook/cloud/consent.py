"""Nothing is created on AWS before a person has seen where, and said yes."""

from __future__ import annotations

import sys

from workbook.base.display import in_notebook
from workbook.base.errors import WorkbookError
from workbook.cloud import target

_confirmed: set[tuple[str, str]] = set()

COST = (
    "A day of learning costs a few cents at most: a REST API, the dearest part, is 3.50 USD for a million "
    "calls (https://aws.amazon.com/api-gateway/pricing/). Idle, only queues that are polled cost something: "
    "some 0.26 USD a month each (https://aws.amazon.com/sqs/pricing/). Chapter 99 removes everything."
)


def confirm_aws() -> None:
    """Show account, region and likely cost, and ask once in each process whether to go on.

    Raises:
        WorkbookError: the answer is not yes, or nobody can be asked.
    """
    confirm_once(target.account(), target.region())


def confirm_once(account: str, region: str) -> None:
    """Ask whether to create resources in `account` and `region`, once in each process.

    Raises:
        WorkbookError: the answer is not yes, or nobody can be asked.
    """
    if (account, region) in _confirmed:
        return
    print(f"This creates resources in the AWS account {account}, region {region}.\n{COST}")
    if not in_notebook() and not sys.stdin.isatty():
        raise WorkbookError("Nobody is there to confirm this. Add --yes if that is what you want.")
    if input("Go on? Type yes: ").strip().lower() != "yes":
        raise WorkbookError("Nothing was created.")
    confirm_without_asking(account, region)


def confirm_without_asking(account: str, region: str) -> None:
    """Record that `--yes` was given on the command line."""
    _confirmed.add((account, region))


def confirm_deletion(account: str, region: str) -> None:
    """Ask whether to delete in `account` and `region` what was deployed from here, each time anew.

    Raises:
        WorkbookError: the answer is not yes, or nobody can be asked.
    """
    print(f"This deletes what was deployed from here in the AWS account {account}, region {region}.")
    if not in_notebook() and not sys.stdin.isatty():
        raise WorkbookError("Nobody is there to confirm this, so nothing was deleted.")
    if input("Go on? Type yes: ").strip().lower() != "yes":
        raise WorkbookError("Nothing was deleted.")
