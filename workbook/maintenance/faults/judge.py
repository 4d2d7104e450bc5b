"""The judge: whether the contract's promise was kept, from what callers were told and what is stored.

It shares no code with `ledger()`, so that one of them being wrong does not make the other wrong too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

SHOWN = 3  # ids in a sentence


@dataclass(frozen=True)
class Order:
    """An order, as it is stored; `items_cost` is what its items cost together."""

    id: str
    user: str
    total: Decimal
    items_cost: Decimal


@dataclass(frozen=True)
class Evidence:
    """What there is when all faults are healed and nothing moves any more.

    Attributes:
        told: each 202 that a caller was given: checkout id and total. A repeated request has two.
        accepted: what the Checkouts table holds: checkout id and total. Callers who broke off are in it too.
        orders: all orders.
        dead: the checkout ids in the dead-letter queue, one for each message.
        waiting: those that are still in the outbox, or in Ordering's queue.
        once: users who filled one basket, and so can have one order at most.
        poison_sent: the bodies of messages that are no checkouts.
        poison_dead: the bodies in the dead-letter queue that are no checkouts.
    """

    told: Sequence[tuple[str, Decimal]] = ()
    accepted: Mapping[str, Decimal] = field(default_factory=dict)
    orders: Sequence[Order] = ()
    dead: Sequence[str] = ()
    waiting: Sequence[str] = ()
    once: frozenset[str] = frozenset()
    poison_sent: Sequence[str] = ()
    poison_dead: Sequence[str] = ()


def wrongs(found: Evidence) -> list[str]:
    """What breaks the promise, a sentence each; the empty list if it was kept."""
    orders, dead = Counter(order.id for order in found.orders), Counter(found.dead)
    owed = found.accepted.keys() | {i for i, _ in found.told}
    per_user = Counter(order.user for order in found.orders)
    costs = {**dict(found.told), **found.accepted}
    claims = {
        "answered with 202, but not among the accepted checkouts": {i for i, _ in found.told} - found.accepted.keys(),
        "neither an order nor a dead letter": owed - orders.keys() - dead.keys(),
        "both an order and a dead letter": orders.keys() & dead.keys(),
        "two orders": {i for i, times in orders.items() if times > 1},
        "two dead letters": {i for i, times in dead.items() if times > 1},
        "an order that nobody asked for": orders.keys() - owed,
        "a dead letter that nobody asked for": dead.keys() - owed,
        "one basket, two orders: the user": {u for u in found.once if per_user[u] > 1},
        "the answer's total is not the accepted one": {
            i for i, total in found.told if total != found.accepted.get(i, total)
        },
        "the order's total is not the answer's": {o.id for o in found.orders if o.total != costs.get(o.id, o.total)},
        "the order's total is not what its items cost": {o.id for o in found.orders if o.total != o.items_cost},
        "still on its way": found.waiting,
        "poison that is not one dead letter": _unequal(found.poison_sent, found.poison_dead),
    }
    return [_sentence(what, ids) for what, ids in claims.items() if ids]


def _unequal(sent: Iterable[str], dead: Iterable[str]) -> set[str]:
    sent_times, dead_times = Counter(sent), Counter(dead)
    return {body[:60] for body in sent_times.keys() | dead_times.keys() if sent_times[body] != dead_times[body]}


def _sentence(what: str, ids: Iterable[str]) -> str:
    listed = sorted(ids)
    return f"{len(listed)} × {what}: {', '.join(listed[:SHOWN])}{', …' if len(listed) > SHOWN else ''}"
