"""Nothing is created on AWS, and nothing of a learner's is removed, before a person has seen what, and said yes."""

from __future__ import annotations

import os
import sys

from workbook.base.display import in_notebook
from workbook.base.errors import WorkbookError
from workbook.cloud import target

_confirmed: set[tuple[str, str]] = set()

ALARMS, POLLED_QUEUES = 29, 4  # of the whole shop; a test counts them in its templates
REQUESTS = POLLED_QUEUES * 5 * 3 * 60 * 730  # a month: five pollers a queue, each of which asks for 20 s
IDLE = (ALARMS - 10) * 0.10 + (REQUESTS / 1e6 - 1) * 0.40  # USD a month, beyond what is free for ever
COST = (
    "A day of learning costs some ten cents: a REST API, the dearest part, is 3.50 USD for a million "
    "calls (https://aws.amazon.com/api-gateway/pricing/). Idle, the whole shop costs "
    f"{IDLE:.2f} USD a month: {ALARMS} alarms, of which ten are free (https://aws.amazon.com/cloudwatch/pricing/), and "
    f"{REQUESTS / 1e6:.1f} million requests of {POLLED_QUEUES} queues that are polled, of which one million is free "
    "(https://aws.amazon.com/sqs/pricing/). Set a budget first: it tells you, some hours late, and stops nothing "
    "(https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create.html). Chapter 99 removes everything."
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
    _ask("Nobody is there to confirm this. Add --yes if that is what you want.", "Nothing was created.")
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
    _ask("Nobody is there to confirm this, so nothing was deleted.", "Nothing was deleted.")


def confirm_going_back(what_goes: str, way: str) -> None:
    """Ask whether to remove what a learner has built; tests are not asked.

    Args:
        what_goes: a sentence that says it.
        way: what a person may type if nobody can be asked.

    Raises:
        WorkbookError: the answer is not yes, or nobody can be asked.
    """
    if os.environ.get("WORKBOOK_TESTING"):
        return
    print(what_goes)
    _ask(
        f"{what_goes} Nobody is there to confirm this, so nothing was removed. If you want it, type `{way}`.",
        "Nothing was removed.",
    )


def _ask(nobody: str, declined: str) -> None:
    """Ask whether to go on; what is refused with if nobody can be asked, and if the answer is not yes."""
    if not in_notebook() and not sys.stdin.isatty():
        raise WorkbookError(nobody)
    try:
        answer = input("Go on? Type yes: ")
    except (EOFError, NotImplementedError):  # a notebook that a program executes
        raise WorkbookError(nobody) from None
    if answer.strip().lower() != "yes":
        raise WorkbookError(declined)
