"""`python3 run.py bench --load`: the shop under more and more clients; with `--orders N`, under many orders.

It works where it stands, so `python3 run.py bench` runs it in a copy.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
from rich.console import Console
from rich.table import Table

from workbook.base.errors import WorkbookError
from workbook.base.processes import quiet_interrupt
from workbook.cloud import local
from workbook.deployment.deploy import deploy
from workbook.observe.ledger import ledger
from workbook.observe.load import Load, load

CLIENTS, CROWD = (1, 2, 4, 8, 16), 8
DECIMALS = {"cores at work": 1, "slower": 2}
ORDERS, WARM = 200, 32  # of each step, and before the first one
THOUSAND, SLOWER = 1000, 1.2  # how much longer the last thousand may take than the first


def ramp(console: Console, orders: int = ORDERS) -> list[dict[str, float]]:
    """Load the shop with more and more clients.

    Args:
        console: told which step is on.
        orders: of each step.

    Returns:
        A row for each step: `clients`, what `Load.summary` has, `lost` and `twice` orders, and `MB` of memory.
    """
    with console.status("The first calls, which start cold") as status:
        load(CLIENTS[-1], WARM, status.update)
        return [_row(*_judged(clients, orders, status.update)) for clients in CLIENTS]


def many(console: Console, orders: int) -> tuple[Load, dict[str, float]]:
    """Load the shop with many orders.

    Args:
        console: told how far it is.
        orders: how many.

    Returns:
        The run, and its row: that of a ramp, and by how much `slower` the last thousand orders were accepted than the
        first, as a ratio of times; of fewer than two thousand, the halves count.
    """
    with console.status("The first calls, which start cold") as status:
        load(CROWD, WARM, status.update)
        run, books = _judged(CROWD, orders, status.update)
    return run, _row(run, books) | {"slower": slower(run.orders.accepted)}


def slower(accepted: pd.Series) -> float:
    """The time that the last thousand orders took, divided by that of the first thousand.

    Args:
        accepted: when each was accepted, in seconds since the first call.
    """
    at, part = accepted.sort_values(ignore_index=True), min(THOUSAND, len(accepted) // 2)
    return (at.iloc[-1] - at.iloc[-1 - part]) / at.iloc[part - 1]


def _judged(clients: int, orders: int, tell) -> tuple[Load, dict[str, float]]:
    opened = datetime.now(UTC)
    run = load(clients, orders, lambda now: tell(f"{orders} orders by {clients} clients: {now}"))
    books = ledger(opened)
    lost = orders - len(books.accepted) + len(books.missing) + len(books.dead)
    return run, {"lost": lost, "twice": len(books.twice) + len(books.unasked), "MB": local.memory() / 1e6}


def _row(run: Load, books: dict[str, float]) -> dict[str, float]:
    return run.summary | books


def table(rows: Sequence[dict[str, float]]) -> Table:
    """The rows of a ramp, as they are printed."""
    shown = Table(box=None, pad_edge=False)
    for name in rows[0]:
        shown.add_column(name, justify="right")
    for row in rows:
        shown.add_row(*(f"{value:.{DECIMALS.get(name, 0)}f}" for name, value in row.items()))
    return shown


def held(row: dict[str, float]) -> bool:
    """Whether no order was lost or doubled, and the last ones took no longer than the first ones."""
    return not row["lost"] and not row["twice"] and row.get("slower", 1) <= SLOWER


def main(arguments: Sequence[str]) -> int:
    """Load the shop, and print what came; 1 if an order was lost or doubled, or the last thousand were slow."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int)
    orders, console = parser.parse_args(arguments).orders, Console(highlight=False)
    try:
        local.ensure()
        with console.status("Deploying the shop"):
            deploy()
        rows = [many(console, orders)[1]] if orders else ramp(console)
    except WorkbookError as error:
        print(error.message, file=sys.stderr)
        return 1
    console.print(table(rows))
    return 0 if all(map(held, rows)) else 1


if __name__ == "__main__":
    with quiet_interrupt():
        sys.exit(main(sys.argv[1:]))
