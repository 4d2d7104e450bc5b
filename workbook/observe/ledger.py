"""`ledger()`: every accepted checkout is accounted for, or it is said which is not."""

from __future__ import annotations

import html
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbook.base.display import GREEN, RED
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.observe.frames import queue, table
from workbook.observe.glances import settle

if TYPE_CHECKING:
    import pandas as pd

DEAD_LETTERS = ("OrderingDeadLetters", "OrderingUndelivered")  # the second since chapter 07
SHOWN = 5  # ids of each kind; more of them would help nobody


@dataclass(frozen=True)
class Ledger:
    """Where every accepted checkout is: each in one place, and in one only.

    Attributes:
        accepted: the ids of the checkouts that were answered with 202.
        stored: those that became an order.
        dead: those in a dead-letter queue: Ordering's, or that of its rule.
        in_flight: those on their way: in the outbox or the queue, or being worked on.
        missing: those that are nowhere.
        twice: those that became two orders, or an order and a dead letter.
        unasked: the ids of orders that nobody's checkout was accepted for.
    """

    accepted: frozenset[str]
    stored: frozenset[str]
    dead: frozenset[str]
    in_flight: frozenset[str]
    missing: frozenset[str]
    twice: frozenset[str]
    unasked: frozenset[str]

    @property
    def balances(self) -> bool:
        """Whether accepted = stored + dead letters + in flight, with nothing twice."""
        return not (self.missing or self.twice or self.unasked)

    def __repr__(self) -> str:
        counts = f"{len(self.stored)} stored + {len(self.dead)} dead letters + {len(self.in_flight)} in flight"
        sign = "=" if self.balances else "≠"
        lines = [
            f"{len(self.accepted)} accepted {sign} {counts}",
            "It balances." if self.balances else "It does not balance:",
        ]
        for ids, what in (
            (self.missing, "nowhere"),
            (self.twice, "twice"),
            (self.unasked, "ordered, but never accepted"),
        ):
            if ids:
                more = ", …" if len(ids) > SHOWN else ""
                lines.append(f"{len(ids)} {what}: {', '.join(sorted(ids)[:SHOWN])}{more}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        text = html.escape(repr(self)).replace("\n", "<br>")
        return f'<p style="color:{GREEN if self.balances else RED}">{text}</p>'


def ledger(since: datetime | None = None) -> Ledger:
    """Account for every checkout that Basket accepted.

    On AWS the messages in Ordering's queue are counted and not read. So while there are any, what is accepted and
    neither stored nor dead is in flight. And once something seems to be nowhere, the counts have their minute to
    settle: in it they may still say, as of before, that it is in flight.

    Args:
        since: when the books were opened; what happened before does not count. Everything by default.
    """
    books = _books(since)
    if target.is_local() or not books.missing:
        return books
    return settle(lambda: None if (now := _books(since)).missing or now.in_flight else now) or _books(since)


def _books(since: datetime | None) -> Ledger:
    """The books as they can be seen now."""
    opened = since.astimezone(UTC).isoformat(timespec="milliseconds") if since else ""
    checkouts = table(outputs["BasketCheckouts"])
    accepted = frozenset(checkouts.checkoutId[checkouts.acceptedAt >= opened]) if len(checkouts) else frozenset()
    # in the direction of the way, the orders last: what moves on meanwhile is seen twice sooner than never
    waiting = queue(outputs["OrderingQueue"])
    flying = in_outbox() | _checkouts(waiting)
    dead = frozenset().union(*(checkouts_in(outputs[name]) for name in DEAD_LETTERS if name in outputs))
    orders = table(outputs["OrderingTable"])
    orders = orders[orders.orderDate >= opened] if len(orders) else orders
    times = Counter(orders.orderId)
    stored = frozenset(times)
    if waiting.body.isna().any():
        flying |= accepted - stored - dead
    return Ledger(
        accepted=accepted,
        stored=stored & accepted,
        dead=dead & accepted,
        in_flight=(flying & accepted) - stored - dead,
        missing=accepted - stored - dead - flying,
        twice=frozenset(i for i, n in times.items() if n > 1) | (stored & dead),
        unasked=stored - accepted,
    )


def in_outbox() -> frozenset[str]:
    """The ids of the checkouts that are still to be published; before chapter 09 there is no outbox."""
    return frozenset(table(outputs["BasketOutbox"]).checkoutId) if "BasketOutbox" in outputs else frozenset()


def checkouts_in(url: str) -> frozenset[str]:
    """The ids of the checkouts in a queue's messages; what is no checkout has none, nor what is only counted."""
    return _checkouts(queue(url))


def _checkouts(messages: pd.DataFrame) -> frozenset[str]:
    return frozenset(i for body in messages.body.dropna() if (i := checkout_of(body)))


def checkout_of(body: str) -> str | None:
    """The id of the checkout that a message tells of; None if it tells of none."""
    try:
        return json.loads(body)["detail"]["data"]["checkoutId"]
    except (ValueError, KeyError, TypeError):
        return None
