"""Event patterns are tried on events: for exercise 04-1, and for the filter of 10-2, whose rules are the same."""

from __future__ import annotations

import json
from typing import Any

from workbook.cloud import target
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict


COMPARISONS = {"anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"}


class NoPattern(ValueError):
    """What EventBridge does not take for a pattern; it says why."""


def fits(pattern: Any, event: dict[str, Any]) -> bool:
    """Whether a pattern fits an event.

    Raises:
        NoPattern: EventBridge does not take it.
    """
    client = target.client("events")
    try:
        return client.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]
    except (client.exceptions.InvalidEventPatternException, TypeError) as error:
        raise NoPattern(error.response["Error"]["Message"] if hasattr(error, "response") else str(error)) from None


def takes(
    rule: dict[str, Any], source: str = "shop.basket", kind: str = "BasketCheckedOut", version: str = "1"
) -> bool:
    """Whether a rule, as EventBridge lists it, wants a checkout; or what else is of that source, kind and version."""
    return "EventPattern" in rule and fits(json.loads(rule["EventPattern"]), checkout(source, kind, version))


def mistake_in(pattern: dict[str, Any], event: dict[str, Any]) -> str:
    """Which fields of a pattern do not fit an event that is wanted: each is tried by itself."""
    wrong = [path for path, alone in _fields(pattern) if not fits(alone, event)]
    for path in wrong:
        field, _, comparison = path.rpartition(".")
        if field and comparison in COMPARISONS:
            return f"{field} has a condition without a list around it, so {comparison} counts as a name: [{{…}}]."
    if not wrong:
        return "each of its fields fits by itself, and all of them together do not."
    verb = "does" if len(wrong) == 1 else "do"
    return f"{' and '.join(wrong)} {verb} not fit: compare with the event, name by name and level by level."


def _fields(pattern: dict[str, Any], *above: str) -> list[tuple[str, dict[str, Any]]]:
    """The fields of a pattern, each with a pattern that asks for nothing else."""
    found = []
    for field, value in pattern.items():
        if isinstance(value, dict) and value:
            found += _fields(value, *above, field)
        else:
            alone: Any = value
            for name in reversed((*above, field)):
                alone = {name: alone}
            found.append((".".join((*above, field)), alone))
    return found


def of_invoices(pattern: Any) -> Verdict:
    """The pattern fits large checkouts by invoice, and nothing else."""
    if not pattern:
        return NotYet("Write the pattern.")
    if not isinstance(pattern, dict):
        return NotRight(
            "a dict", type(pattern).__name__, "a pattern has the form of an event: fields and their values."
        )
    plain = _plain_value(pattern)
    if plain:
        return NotRight(
            "a list of values for every field",
            f"{plain}: a value by itself",
            "every value in a pattern stands in a list.",
        )
    if wrong := sorted(set(pattern) - _ENVELOPE):
        return NotRight(
            "source, detail-type and detail",
            ", ".join(wrong),
            "these fields are not on the event's outside: see its envelope.",
        )
    try:
        if not fits(pattern, checkout()) and not fits(pattern, checkout(totalPrice=100)):
            return NotRight("a pattern that fits an invoice of 250", json.dumps(pattern), _misfit(pattern))
        for name, (event, expected, mistake) in _INVOICES.items():
            if fits(pattern, event) != expected:
                return NotRight(f"{name}: {expected}", str(not expected), mistake)
    except NoPattern as error:
        return NotRight("an event pattern", str(error), "EventBridge does not take it for a pattern.")
    return Right("Invoices of 100 and more, from Basket, and nothing else.")


def _misfit(pattern: dict[str, Any]) -> str:
    inside = pattern.get("detail")
    if isinstance(inside, dict) and {"paymentMethod", "totalPrice"} & inside.keys():
        return "paymentMethod and totalPrice stand in data, which stands in detail."
    return mistake_in(pattern, checkout())


def checkout(
    source: str = "shop.basket", kind: str = "BasketCheckedOut", version: str = "1", **data: Any
) -> dict[str, Any]:
    """A checkout by invoice of 250, on the bus."""
    envelope = {
        "id": "1",
        "account": "000000000000",
        "time": "2026-01-31T09:30:00Z",
        "region": "us-east-1",
        "resources": [],
    }
    paid = {"paymentMethod": "invoice", "totalPrice": 250, "userName": "ada"} | data
    detail = {"metadata": {"schemaVersion": version}, "data": paid}
    return envelope | {"source": source, "detail-type": kind, "detail": detail}


_ENVELOPE = {"id", "version", "account", "time", "region", "resources", "source", "detail-type", "detail"}
_CARDS = "it fits what is no invoice, too: paymentMethod must be invoice, and nothing else."
_SMALL = "it fits small invoices, too: totalPrice must be 100 or more."
_OTHERS = "it fits events of others, too: the source must be shop.basket, to the letter."
_KINDS = "it fits other events, too: the detail-type must be BasketCheckedOut, to the letter."
_NARROW = "it misses checkouts that are wanted, too: it asks for more than invoice and 100."
_INVOICES: dict[str, tuple[dict[str, Any], bool, str]] = {
    "by invoice, 250": (checkout(), True, "a checkout by invoice of 250 is what they want."),
    "by invoice, 100": (checkout(totalPrice=100), True, '100 is wanted, too: "of 100 or more" is >=.'),
    "by invoice, 100.01": (checkout(totalPrice=100.01), True, _NARROW),
    "by invoice, 99,000": (checkout(totalPrice=99_000), True, _NARROW),
    "by invoice, 4,900,000,000": (checkout(totalPrice=4_900_000_000), True, _NARROW),  # rules compare up to 5e9
    "by invoice, of somebody else": (checkout(userName="zoe", firstName="Zoe"), True, _NARROW),
    "by invoice, schemaVersion 2": (checkout(version="2"), True, _NARROW),
    "by invoice, at another time": (checkout() | {"time": "2027-02-28T23:59:59Z", "id": "2"}, True, _NARROW),
    "by invoice, 99.99": (checkout(totalPrice=99.99), False, _SMALL),
    "by invoice, 5": (checkout(totalPrice=5), False, _SMALL),
    "by card, 250": (checkout(paymentMethod="card"), False, _CARDS),
    "by voucher, 250": (checkout(paymentMethod="voucher"), False, _CARDS),
    "by invoiceLater, 250": (checkout(paymentMethod="invoiceLater"), False, _CARDS),
    "by preinvoice, 250": (checkout(paymentMethod="preinvoice"), False, _CARDS),
    "a basket emptied": (checkout(kind="BasketEmptied"), False, _KINDS),
    "a checkout undone": (checkout(kind="BasketCheckedOutUndone"), False, _KINDS),
    "of another shop": (checkout(source="other.basket"), False, _OTHERS),
    "of shop.basket.test": (checkout(source="shop.basket.test"), False, _OTHERS),
    "of shop.ordering": (checkout(source="shop.ordering"), False, _OTHERS),
}


def _plain_value(pattern: dict[str, Any]) -> str | None:
    """The first field of a pattern whose value is neither a list nor a level further down."""
    for field, value in pattern.items():
        if isinstance(value, dict):
            if found := _plain_value(value):
                return found
        elif not isinstance(value, list):
            return field
    return None
