"""What AWS charges: the table `prices.csv` beside this file, with the day and the page of each price.

Its columns: service, item, the price in USD for so many (`per`) units, the unit, how many units of each month are
free for ever, above how many a month the price holds, region, the day on which the price was last looked up, where it
was read then (`aws`: on AWS's own page; `elsewhere`; `not`: nowhere, it is from memory), and AWS's page for it.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass, fields
from pathlib import Path

TABLE = Path(__file__).with_name("prices.csv")
HOURS = 730  # of a month, as AWS counts


@dataclass(frozen=True)
class Price:
    """A row of the table; its columns are said above."""

    service: str
    item: str
    usd: float
    per: int
    unit: str
    free: int
    above: int
    region: str
    date: str
    read: str
    source: str


@functools.cache
def prices() -> tuple[Price, ...]:
    """All rows of the table; `pandas.DataFrame(prices())` shows them."""
    of = {"float": float, "int": int, "str": str}
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Price(**{f.name: of[str(f.type)](row[f.name]) for f in fields(Price)}) for row in csv.DictReader(file)
        )


def cost(service: str, item: str, units: float, *, free: bool = True) -> float:
    """What so many units of a month cost.

    Args:
        service: as the table has it, such as `"API Gateway"`.
        item: likewise, such as `"REST API calls"`.
        units: how many, in the table's unit.
        free: whether the units that are free each month are still there to be used.

    Returns:
        US dollars.

    Raises:
        KeyError: the table has no such row.
    """
    tiers = [price for price in prices() if (price.service, price.item) == (service, item)]
    if not tiers:
        raise KeyError(f"prices.csv has no {item!r} of {service!r}")
    if free:
        units -= tiers[0].free
    ends = [*(tier.above for tier in tiers[1:]), float("inf")]
    return sum(
        max(min(units, end) - tier.above, 0) * tier.usd / tier.per for tier, end in zip(tiers, ends, strict=True)
    )
