"""`trace(...)`: what became of one checkout, hop by hop, joined from logs, events, queue and table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from workbook.base.errors import WorkbookError
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.observe.diagrams import described
from workbook.observe.frames import logs, queue, table
from workbook.observe.glances import settle
from workbook.observe.ledger import checkouts_in, in_outbox

AFTERWARDS = {  # what nobody waits for
    "queued": (False, "SQS", "the event is in Ordering's queue"),
    "received": (False, "SQS", "Ordering's worker has it"),
    "stored": (False, "Ordering", "the order is stored"),
    "written": (False, "EventLog", "the event is written down"),
}
DIRECT = {  # the hops in their order: whether the caller waits for it, where, what
    "arrived": (True, "API Gateway", "the checkout arrives"),
    "published": (True, "EventBridge", "the bus has the event"),
    "answered": (True, "Basket", "the caller has the answer"),
    **AFTERWARDS,
}
BY_OUTBOX = {  # since chapter 09
    "arrived": (True, "API Gateway", "the checkout arrives"),
    "accepted": (True, "Basket", "the checkout is stored, its event is in the outbox"),
    "answered": (True, "Basket", "the caller has the answer"),
    "published": (False, "EventBridge", "the bus has the event"),
    **AFTERWARDS,
}
MOMENTS = tuple(BY_OUTBOX | DIRECT)
SEQUENCE = [  # who to whom, the hop, the hop before, what; what did not happen is not drawn
    ("you", "Basket", "arrived", None, "POST /basket/checkout"),
    ("Basket", "Outbox", "accepted", "arrived", "one transaction"),
    ("Basket", "EventBridge", "published", "arrived", "BasketCheckedOut"),
    ("Basket", "you", "answered", "published", "202 accepted"),
    ("EventBridge", "SQS", "queued", "published", "by Ordering's rule"),
    ("SQS", "Ordering", "received", "queued", "polled"),
    ("Ordering", "Ordering", "stored", "received", "stores the order"),
    ("EventBridge", "EventLog", "written", "published", "by EventLog's rule"),
]
FROM_OUTBOX = {  # as these hops go since chapter 09
    "answered": ("Basket", "you", "answered", "accepted", "202 accepted"),
    "published": ("Outbox", "EventBridge", "published", "accepted", "by the publisher"),
}
FATES = {  # where an order is that no log has seen stored: whether that is the end of its way, and the sentence
    "stored": (False, "It is stored. The log does not say so yet."),
    "outbox": (False, "It is in the outbox."),
    "queue": (False, "It is in Ordering's queue, waiting or being worked on."),
    "dead letter": (True, "It is a dead letter."),
    "undelivered": (True, "It could not be delivered to Ordering's queue, and is kept in the queue Undelivered."),
    "nowhere": (
        True,
        (
            "It is nowhere. It is not stored, not in the outbox and in none of Ordering's queues: "
            "if it was in a queue, somebody has received and deleted it."
        ),
    ),
}
NEVER = pd.Series(dtype="datetime64[ns, UTC]")


class Trace:
    """The life of one checkout. JupyterLab draws it; as text it is a list.

    Attributes:
        checkout_id: the checkout's, and the order's.
        correlation_id: the caller's name for the request, or the one it was given.
        hops: a frame with a row for each hop: where, what, milliseconds since the checkout arrived
            (None if it has not happened, or not yet), and whether the caller waited for it.
        fate: where the order is, if no log says that it was stored: a key of `FATES`; else None.
    """

    def __init__(
        self, checkout_id: str, correlation_id: str, milliseconds: dict[str, float | None], fate: str | None = None
    ) -> None:
        self.checkout_id = checkout_id
        self.correlation_id = correlation_id
        self.fate = fate
        self._at = milliseconds
        self._hops = DIRECT if milliseconds.get("accepted") is None else BY_OUTBOX
        rows = [(where, what, milliseconds[hop], waits) for hop, (waits, where, what) in self._hops.items()]
        self.hops = pd.DataFrame(rows, columns=["where", "what", "milliseconds", "caller waits"])

    @property
    def mermaid(self) -> str:
        """A sequence diagram: what the caller waits for, and below it what nobody waits for."""
        steps = [
            step if self._hops is DIRECT else FROM_OUTBOX.get(step[2], step)
            for step in SEQUENCE
            if step[2] in self._hops
        ]
        actors = dict.fromkeys(actor for source, goal, *_ in steps for actor in (source, goal))
        lines = ["sequenceDiagram", *(f"  participant {actor}" for actor in actors)]
        for waits, title in ((True, "you wait for this"), (False, "nobody waits for this")):
            lines += ["  rect rgba(130, 150, 200, 0.15)", f"  note over you: {title}"]
            for source, goal, hop, before, what in steps:
                if self._hops[hop][0] == waits and self._at[hop] is not None:
                    arrow = "-->>" if goal == "you" else "->>"
                    lines.append(f"  {source}{arrow}{goal}: {what}{self._took(hop, before)}")
            lines.append("  end")
        if self.fate:
            lines.append(f"  note over you: {FATES[self.fate][1]}")
        return described(lines, "One order, hop by hop", repr(self))

    def _took(self, hop: str, before: str | None) -> str:
        if before is None or self._at[before] is None:
            return ""
        return f", {max(0, self._at[hop] - self._at[before]):.0f} ms"

    def __repr__(self) -> str:
        ended = self.fate is not None and FATES[self.fate][0]
        said = {True: ["You wait for this:"], False: ["Nobody waits for this:"]}
        for row in self.hops.itertuples():
            when = ("not seen" if ended else "not yet") if pd.isna(row.milliseconds) else f"{row.milliseconds:.0f} ms"
            said[row[-1]].append(f"  {when} · {row.where}: {row.what}")
        return "\n".join(said[True] + said[False] + ([FATES[self.fate][1]] if self.fate else []))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/vnd.mermaid": self.mermaid, "text/plain": repr(self)}


def trace(checkout_id: str) -> Trace:
    """The life of one checkout, from the request to the stored order.

    On AWS the messages in Ordering's queue are counted and not read: while there are any, an order that is nowhere
    else may be one of them; and nothing is called nowhere before the counts had their minute to settle.

    Args:
        checkout_id: as the checkout was answered.

    Raises:
        WorkbookError: no checkout of the last hour had that id.
    """
    found = _milliseconds([checkout_id])
    if checkout_id not in found.index:
        raise WorkbookError(f"Basket accepted no checkout {checkout_id!r} in the last hour.")
    row = found.loc[checkout_id]
    times = {hop: None if pd.isna(row[hop]) else row[hop] for hop in MOMENTS}
    return Trace(checkout_id, row.correlation_id, times, _fate(checkout_id) if times["stored"] is None else None)


def _fate(checkout_id: str) -> str:
    """Where an order is that no log has seen stored."""
    if target.is_local():
        return _place(checkout_id)

    def look() -> str | None:
        if (place := _place(checkout_id)) != "nowhere":
            return place
        return "queue" if queue(outputs["OrderingQueue"]).body.isna().any() else None

    return settle(look) or "nowhere"


def _place(checkout_id: str) -> str:
    """Where an order is now; looked for in the direction of its way, so that it is not missed."""
    if checkout_id in in_outbox():
        return "outbox"
    queues = {"queue": "OrderingQueue", "dead letter": "OrderingDeadLetters", "undelivered": "OrderingUndelivered"}
    for fate, name in queues.items():
        if name in outputs and checkout_id in checkouts_in(outputs[name]):
            return fate
    return "stored" if checkout_id in set(table(outputs["OrderingTable"]).get("orderId", [])) else "nowhere"


def timings(checkout_ids: Iterable[str]) -> pd.DataFrame:
    """The same for many checkouts at once.

    Args:
        checkout_ids: as the checkouts were answered.

    Returns:
        A row for each checkout, indexed by its id, and a column for each hop, with milliseconds
        since the checkout arrived: published, answered, queued, received, stored, written; since
        chapter 09 also accepted.
    """
    found = _milliseconds(list(checkout_ids)).drop(columns=["correlation_id", "arrived"])
    return found if found.accepted.notna().any() else found.drop(columns="accepted")


def _milliseconds(checkout_ids: list[str]) -> pd.DataFrame:
    """When each hop of each checkout happened, in milliseconds since the checkout arrived."""
    basket = _log("BasketFunction", "correlation_id", "checkout_id", "path", "arrived_at")
    accepted = _first(basket[basket.message == "Accepted"], "checkout_id")
    by_function = basket[basket.message == "Published"]
    by_publisher = (
        _log("BasketPublisher", "correlation_id", "checkout_id") if "BasketPublisher" in outputs else by_function[:0]
    )
    published = _first(pd.concat([by_function, by_publisher[by_publisher.message == "Published"]]), "checkout_id")
    begun = accepted.combine_first(published).reindex(checkout_ids).dropna(how="all")
    rows = begun[["correlation_id"]].assign(
        accepted=accepted.time, published=published.time, arrived=NEVER, answered=NEVER
    )
    # One correlation id may cover several requests of a caller's: the answer is the first one after that.
    answers = basket[(basket.message == "Answered") & (basket.path == "/basket/checkout")]
    for checkout_id, row in begun.iterrows():
        after = answers[(answers.correlation_id == row.correlation_id) & (answers.time >= row.time)]
        if len(after):
            answered = after.iloc[0]
            rows.loc[checkout_id, "answered"] = answered.time
            rows.loc[checkout_id, "arrived"] = pd.Timestamp(answered.arrived_at, unit="ms", tz="UTC")
    worker = _first(_log("OrderingWorker", "checkout_id", "sent_at", "received_at"), "checkout_id")
    rows["queued"] = pd.to_datetime(worker.sent_at, unit="ms", utc=True)
    rows["received"] = pd.to_datetime(worker.received_at, unit="ms", utc=True)
    rows["stored"] = worker.time
    rows["written"] = _written(checkout_ids)
    times = rows[list(MOMENTS)].sub(rows["arrived"], axis=0) / pd.Timedelta(milliseconds=1)
    return rows[["correlation_id"]].join(times)


def _written(checkout_ids: list[str]) -> pd.Series:
    """When EventLog wrote each checkout's event down."""
    events = table(outputs["EventLogTable"])
    told = {event.id: event.detail.get("data", {}).get("checkoutId") for event in events.itertuples()}
    lines = _log("EventLogFunction", "event_id")
    lines = lines.assign(checkout_id=lines.event_id.map(told))
    return _first(lines[lines.checkout_id.isin(checkout_ids)], "checkout_id").time


def _log(function: str, *fields: str) -> pd.DataFrame:
    """The lines of a function's log, with these fields, whether or not any line has them."""
    return logs(outputs[function]).reindex(columns=["time", "message", *fields])


def _first(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """The first row for each value of a column, indexed by it."""
    return frame.dropna(subset=[key]).drop_duplicates(key).set_index(key)
