"""A ledger as a test wants it."""

from __future__ import annotations

from workbook.observe.ledger import Ledger


def books(**found: set[str]) -> Ledger:
    """A ledger with these ids; none of the others.

    Args:
        found: the ids by the ledger's attributes, such as `accepted={"a", "b"}`.
    """
    names = ("accepted", "stored", "dead", "in_flight", "missing", "twice", "unasked")
    return Ledger(**{name: frozenset(found.get(name, ())) for name in names})
