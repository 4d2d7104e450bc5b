"""Nothing is created on AWS, and nothing of a learner's is removed, before a person has seen what, and said yes."""

from __future__ import annotations

import os
import sys

from workbook.base.display import in_notebook
from workbook.base.errors import WorkbookError
from workbook.cloud import target
from workbook.costs import shop
from workbook.costs.prices import prices

_confirmed: set[tuple[str, str]] = set()

NOTES = (
    "* if something else in the account has used up what is free each month. Each price and its page are in "
    "workbook/costs/prices.csv. Set a budget first: it tells "
    "you, some hours late, and stops nothing "
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
    print(f"This creates resources in the AWS account {account}, region {region}.\n{costs()}\n{NOTES}")
    _ask("Nobody is there to confirm this. Add --yes if that is what you want.", "Nothing was created.")
    confirm_without_asking(account, region)


def costs() -> str:
    """What a day of learning and an idle month of the whole shop cost, a line for each service."""
    kinds = [(usage, free) for usage in (shop.day_of_learning(), shop.IDLE) for free in (True, False)]
    bills = [shop.bill(usage, free=free) for usage, free in kinds]
    services = sorted(bills[1], key=lambda service: -bills[1][service] - bills[3].get(service, 0))
    rows = [(service, *(f"{bill.get(service, 0):.2f}" for bill in bills)) for service in services]
    rows.append(("together", *(f"{sum(bill.values()):.2f}" for bill in bills)))
    heads = [("", "a day of", "", "a month,", ""), ("", "learning", "not free*", "idle", "not free*")]
    latest = max(price.date for price in prices())
    return "\n".join([
        f"What the whole shop costs, in US dollars, at the prices of {prices()[0].region} as of {latest}:",
        *(f"{name:14}" + "".join(f"{cell:>12}" for cell in cells) for name, *cells in (*heads, *rows)),
    ])  # fmt: skip


def confirm_without_asking(account: str, region: str) -> None:
    """Record that `--yes` was given on the command line."""
    _confirmed.add((account, region))


def confirm_deletion(account: str, region: str) -> None:
    """Ask whether to delete in `account` and `region` what was deployed from here, each time anew.

    Raises:
        WorkbookError: the answer is not yes, or nobody can be asked.
    """
    print(f"On AWS, this deletes what was deployed from here in the account {account}, region {region}.")
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
        "Nothing was removed. Do the same again, and type yes, if you want it.",
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
