"""What the ledger and the trace say, for a person to read."""

from __future__ import annotations

from itertools import chain, repeat

import pandas as pd
import pytest
from ledgers import books

from workbook.observe import glances, ledger, traces
from workbook.observe.ledger import SHOWN
from workbook.observe.diagrams import described
from workbook.observe.traces import Trace


def test_books_balance_when_everything_is_somewhere_and_nothing_twice():
    balanced = books(accepted={"a", "b", "c"}, stored={"a"}, dead={"b"}, in_flight={"c"})
    assert balanced.balances
    assert repr(balanced) == "3 accepted = 1 stored + 1 dead letters + 1 in flight\nIt balances."


def test_books_name_what_is_nowhere_twice_and_unasked():
    wrong = books(accepted={"a", "b"}, stored={"b"}, missing={"a"}, twice={"b"}, unasked={"x"})
    assert not wrong.balances
    lines = repr(wrong).splitlines()
    assert lines[0] == "2 accepted ≠ 1 stored + 0 dead letters + 0 in flight"
    assert lines[2:] == ["1 nowhere: a", "1 twice: b", "1 ordered, but never accepted: x"]


def test_books_do_not_list_thousands():
    [*_, last] = repr(
        books(accepted={f"{n:03}" for n in range(100)}, missing={f"{n:03}" for n in range(100)})
    ).splitlines()
    assert last.startswith("100 nowhere: 000, ")
    assert last.endswith(", …") and last.count(",") == SHOWN


def test_books_are_safe_to_show_as_html():
    assert "<b>" not in books(accepted={"<b>"}, missing={"<b>"})._repr_html_()


def test_on_aws_what_seems_to_be_nowhere_is_told_when_the_counts_have_settled(monkeypatch):
    """A count of a minute ago may say that it is in flight, before or after one that says that nothing is."""
    nowhere, flying, stored = (books(accepted={"a"}, **{it: {"a"}}) for it in ("missing", "in_flight", "stored"))
    monkeypatch.setattr(ledger.target, "is_local", lambda: False)
    monkeypatch.setattr(glances, "SETTLED", 0.3)
    for seen, told in {
        (flying,): flying,
        (nowhere, stored): stored,
        (nowhere, flying, stored): stored,
        (nowhere, flying, nowhere): nowhere,
    }.items():
        looks = chain(seen, repeat(seen[-1]))
        monkeypatch.setattr(ledger, "_books", lambda since, looks=looks: next(looks))
        assert ledger.ledger() == told, seen


AT = {
    "arrived": 0.0,
    "published": 12.4,
    "answered": 22.0,
    "queued": 8.0,
    "received": 9.0,
    "stored": 19.0,
    "written": 25.0,
}


def test_a_trace_tells_what_the_caller_waits_for_from_what_nobody_waits_for():
    waited, nobody = repr(Trace("id", "name", AT)).split("Nobody waits for this:\n")
    assert waited.splitlines()[1:] == [
        "  0 ms · API Gateway: the checkout arrives",
        "  12 ms · EventBridge: the bus has the event",
        "  22 ms · Basket: the caller has the answer",
    ]
    assert [line.split(" · ")[0].strip() for line in nobody.splitlines()] == ["8 ms", "9 ms", "19 ms", "25 ms"]


def test_a_trace_is_drawn_with_the_time_of_every_hop():
    drawn = Trace("id", "name", AT).mermaid
    assert drawn.startswith("sequenceDiagram\n")
    for arrow in (
        "Basket->>EventBridge: BasketCheckedOut, 12 ms", "Basket-->>you: 202 accepted, 10 ms",
        "SQS->>Ordering: polled, 1 ms",
        "Ordering->>Ordering: stores the order, 10 ms",
    ):  # fmt: skip
        assert arrow in drawn
    assert drawn.count("rect ") == drawn.count("  end") == 2


def test_with_an_outbox_nobody_waits_for_the_publishing():
    told = Trace("id", "name", AT | {"accepted": 11.0, "published": 40.0})
    waited, nobody = repr(told).split("Nobody waits for this:\n")
    assert [line.split(" · ")[1] for line in waited.splitlines()[1:]] == [
        "API Gateway: the checkout arrives",
        "Basket: the checkout is stored, its event is in the outbox",
        "Basket: the caller has the answer",
    ]
    assert nobody.splitlines()[0] == "  40 ms · EventBridge: the bus has the event"
    for arrow in (
        "Basket->>Outbox: one transaction, 11 ms", "Basket-->>you: 202 accepted, 11 ms",
        "Outbox->>EventBridge: by the publisher, 29 ms",
    ):  # fmt: skip
        assert arrow in told.mermaid
    assert "Basket->>EventBridge" not in told.mermaid
    assert (
        told.mermaid.index("202 accepted") < told.mermaid.index("nobody waits") < told.mermaid.index("by the publisher")
    )


@pytest.mark.parametrize("place", ["OrderingQueue", "OrderingDeadLetters", "OrderingUndelivered", None])
def test_a_trace_says_where_an_order_is_that_was_not_stored(monkeypatch, place):
    """Waiting, a dead letter, undelivered; or received and deleted, so that it is nowhere."""
    names = {name: name for name in ("OrderingQueue", "OrderingDeadLetters", "OrderingUndelivered", "OrderingTable")}
    monkeypatch.setattr(traces, "outputs", names)
    monkeypatch.setattr(traces, "in_outbox", frozenset)
    monkeypatch.setattr(traces, "checkouts_in", lambda url: {"id"} if url == place else set())
    monkeypatch.setattr(traces, "table", lambda _: pd.DataFrame())
    fate = traces._fate("id")
    told = repr(Trace("id", "name", AT | {"queued": None, "received": None, "stored": None}, fate))
    assert ("is in Ordering's queue, waiting" in told) == (place == "OrderingQueue")
    assert ("It is a dead letter." in told) == (place == "OrderingDeadLetters")
    assert ("could not be delivered" in told) == (place == "OrderingUndelivered")
    assert ("received and deleted it" in told) == (place is None)
    assert ("not yet" in told) == (place == "OrderingQueue")  # what has ended is not to come


@pytest.mark.parametrize(("row", "fate"), [("id", "stored"), ("another", "nowhere")])
def test_a_trace_knows_an_order_that_is_stored_before_the_log_says_so(monkeypatch, row, fate):
    monkeypatch.setattr(traces, "outputs", {"OrderingTable": "OrderingTable"})
    monkeypatch.setattr(traces, "in_outbox", frozenset)
    monkeypatch.setattr(traces, "table", lambda _: pd.DataFrame({"orderId": [row]}))
    assert traces._fate("id") == fate


def test_a_drawing_says_in_words_what_it_shows():
    told = Trace("id", "name", AT)
    kind, title, begin, *_ = told.mermaid.splitlines()
    assert (kind, title, begin) == ("sequenceDiagram", "  accTitle: One order, hop by hop", "  accDescr {")
    assert f"accDescr {{\n{told!r}\n  }}" in told.mermaid


def test_braces_do_not_end_the_words_of_a_drawing():
    assert described(["flowchart LR", "  a"], "It", "a {b} c").splitlines()[3:5] == ["a  b  c", "  }"]


def test_a_hop_that_has_not_happened_is_not_drawn():
    early = Trace("id", "name", AT | {"received": None, "stored": None})
    drawn = early.mermaid.partition("  }\n")[2]
    assert "polled" not in drawn and "stores" not in drawn
    assert repr(early).count("not yet · ") == 2
    assert list(early.hops.milliseconds.isna()) == [hop in ("received", "stored") for hop in AT]
