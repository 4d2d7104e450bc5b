"""`python -m workbook.maintenance.faults`: deploys the shop where it stands, and runs a campaign on it."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable

from rich.console import Console

from workbook.base.errors import WorkbookError
from workbook.base.processes import quiet_interrupt
from workbook.deployment.deploy import deploy
from workbook.maintenance.faults import campaign, report

SHOP = ("EventBus", "Basket", "Ordering", "EventLog")


def main() -> int:
    """Run a campaign and print its table; the exit code, which is 0 if the promise held."""
    parser = argparse.ArgumentParser(prog="python -m workbook.maintenance.faults")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--checkouts", type=int, default=campaign.CHECKOUTS)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    console = Console(highlight=False)
    print(f"Seed {options.seed}: {options.checkouts} checkouts, and everything around them breaks.", flush=True)
    try:
        with console.status("Deploying") as status:
            deploy(*SHOP)
            tell = status.update if console.is_terminal else _timeline()
            result = campaign.run(options.seed, options.checkouts, short=options.short, tell=tell)
    except WorkbookError as error:
        command = campaign.again(options.seed, options.checkouts, short=options.short)
        print(f"{error.message}\nAgain: {command}", file=sys.stderr)
        return 1
    if options.markdown:
        print(report.markdown(result))
    else:
        console.print(report.table(result))
    print(f"{result.verdict}\n{result.seconds:.0f} s.")
    return 1 if result.wrongs else 0


def _timeline() -> Callable[[str], None]:
    """Tells what is new and when, a line each, for a log."""
    started, last = time.monotonic(), ""

    def tell(now: str) -> None:
        nonlocal last
        if now != last:
            print(f"{time.monotonic() - started:6.1f} s  {now}", flush=True)
            last = now

    return tell


if __name__ == "__main__":
    with quiet_interrupt():
        sys.exit(main())
