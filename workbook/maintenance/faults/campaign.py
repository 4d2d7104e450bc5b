"""The campaign: customers check out while faults come and go by a plan; then all is healed, drained and judged.

The plan and the customers follow from the seed alone. What they meet also depends on the machine: how far each had
come when it was hit. So a run that failed is repeated with its seed, if need be more than once.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from workbook.base.errors import WorkbookError
from workbook.base.waiting import poll
from workbook.maintenance.faults.customers import Customer, Memory
from workbook.maintenance.faults.judge import Evidence, Order, wrongs
from workbook.maintenance.faults.kinds import Faults
from workbook.maintenance.faults.shop import Shop, cost_of, deserialized
from workbook.observe.ledger import Ledger, checkout_of, ledger

CHECKOUTS = 2000
CLIENTS = 4  # at once; each may need three of Basket's workers, and every one is a process that starts slowly
APART = 25  # checkouts between two faults, on average
AHEAD = 10  # checkouts that begin while a fault is being injected: so it hits customers in mid-air
VISIBILITY, USUAL_VISIBILITY = 2, 30  # seconds
LOST_HOPE = 20  # checkouts that become dead letters in the end; the first half of them is redriven, the rest remains
DRAIN_SECONDS = 400  # the sweep takes up to 130; three times that, for slow machines


@dataclass(frozen=True)
class Step:
    """A fault of the plan.

    Attributes:
        at: how many checkouts have begun by then.
        fault: its name.
        seconds: how long it lasts, if it is one that lasts.
    """

    at: int
    fault: str
    seconds: float


@dataclass(frozen=True)
class Result:
    """What came of a campaign.

    Attributes:
        wrongs: what broke the promise; empty if it was kept.
        rows: what was injected, how often, and what happened.
    """

    seed: int
    checkouts: int
    short: bool
    seconds: float
    accepted: int
    orders: int
    dead: int
    wrongs: list[str]
    rows: list[tuple[str, int, str]]

    @property
    def command(self) -> str:
        """What runs the same campaign again."""
        return again(self.seed, self.checkouts, short=self.short)

    @property
    def verdict(self) -> str:
        """One sentence, or what was wrong and how to see it again."""
        if self.wrongs:
            return "\n".join([f"The promise was broken. Again: {self.command}", *self.wrongs])
        books = f"{self.accepted} accepted = {self.orders} orders + {self.dead} dead letters"
        return f"{books}: the promise held (seed {self.seed})."


def again(seed: int, checkouts: int, *, short: bool) -> str:
    """The command that runs a campaign again."""
    return f"python3 run.py bench --faults --seed {seed} --checkouts {checkouts}{' --short' if short else ''}"


def plan(seed: int, checkouts: int, names: list[str], longest: float) -> list[Step]:
    """When each fault comes: every kind once, in any order, before one comes again.

    Args:
        longest: seconds that a fault lasts at most.
    """
    rng, deck, steps = Random(f"{seed} plan"), [], []
    number = max(len(names), checkouts // APART)
    for n in range(number):
        if not deck:
            deck = rng.sample(names, len(names))
        at = int((n + rng.random()) * checkouts * 0.95 / number)
        steps.append(Step(at, deck.pop(), rng.uniform(0.3, longest)))
    return steps


def run(
    seed: int, checkouts: int = CHECKOUTS, *, short: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Result:
    """Run a campaign on the deployed shop, which must have no checkouts yet.

    Args:
        short: do not wait for the sweep that comes each minute.
        tell: called with what is happening now.

    Raises:
        WorkbookError: the shop did not recover within the time that it may take.
    """
    started, opened = time.monotonic(), datetime.now(UTC)
    shop, memory = Shop(), Memory()
    faults = Faults(shop)
    faults.replayed.begin()
    shop.visibility(VISIBILITY)
    try:
        steps = plan(seed, checkouts, list(faults.by_name), longest=2 if short else 6)
        _storm(Storm(seed, checkouts, steps, faults, memory, tell), clients=2 if short else CLIENTS)
        _drain(faults, tell, short=short)
        _leave_for_dead(faults, memory, seed, checkouts, tell)
        found = evidence(shop, memory, faults.poison.sent)
        books = ledger(opened)
    finally:
        shop.refresh()
        faults.heal()
        shop.visibility(USUAL_VISIBILITY)
        faults.replayed.end()
    wrong = memory.wrongs + wrongs(found) + disagreements(found, books)
    counts = len(found.accepted), len(found.orders), len(found.dead)
    return Result(seed, checkouts, short, time.monotonic() - started, *counts, wrong, _rows(faults, memory))


@dataclass
class Storm:
    """Customers and faults at once."""

    seed: int
    checkouts: int
    steps: list[Step]
    faults: Faults
    memory: Memory
    tell: Callable[[str], None]

    def __post_init__(self) -> None:
        self.begun, self.ended, self.lock, self.gate = 0, 0, threading.Condition(), 0

    def customers(self) -> None:
        """One client: customer after customer, until all have been."""
        while True:
            with self.lock:
                self.lock.wait_for(lambda: self.memory.over.is_set() or self.begun < self.gate)
                if self.memory.over.is_set() or self.begun >= self.checkouts:
                    return
                number, self.begun = self.begun, self.begun + 1
            try:
                Customer(self.faults.shop, self.memory, self.seed, number).visit()
            except BaseException:
                self.memory.over.set()
                raise
            finally:
                with self.lock:
                    self.ended += 1

    def weather(self, clients: list[Future[None]]) -> None:
        """Inject and heal by the plan, as long as there are customers."""
        steps, active = list(self.steps), dict[str, float]()
        while steps or active or not all(client.done() for client in clients):
            if self.memory.over.is_set():
                return
            for name, until in list(active.items()):
                if time.monotonic() > until:
                    self.faults.by_name[name].heal()
                    del active[name]
            if steps and self.begun >= min(steps[0].at, self.checkouts):
                step = steps.pop(0)
                self.open(steps)
                fault = self.faults.by_name[step.fault]
                fault.heal()  # if it is at work still
                self.tell(f"{self.ended} of {self.checkouts} checkouts; {fault.name}")
                if not fault.inject(Random(f"{self.seed} {step}")):
                    steps = self.later(step, steps)
                    continue
                fault.times += 1
                if fault.lasting:
                    active[step.fault] = time.monotonic() + step.seconds
            else:
                self.open(steps)
                time.sleep(0.02)

    def later(self, step: Step, steps: list[Step]) -> list[Step]:
        """The plan with a step put off that found nothing to break; after the last customer it is given up."""
        if self.begun >= self.checkouts:
            return steps
        return sorted([*steps, replace(step, at=self.begun + AHEAD)], key=lambda s: s.at)

    def open(self, steps: list[Step]) -> None:
        """Let customers in until the next fault is due, and some more: they are the ones that it hits."""
        with self.lock:
            self.gate = steps[0].at + AHEAD if steps else self.checkouts + 1
            self.lock.notify_all()


def _storm(storm: Storm, clients: int) -> None:
    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(storm.customers) for _ in range(clients)]
        try:
            storm.weather(running)
        except BaseException:
            storm.memory.over.set()
            raise
        finally:
            with storm.lock:
                storm.gate = storm.checkouts + 1
                storm.lock.notify_all()
    for client in running:
        client.result()  # raises what stopped it


def _drain(faults: Faults, tell: Callable[[str], None], *, short: bool) -> None:
    """Heal everything, and wait until nothing is on its way and no checkout is among the dead letters."""
    shop = faults.shop
    faults.heal()
    deadline, quiet, helped = time.monotonic() + DRAIN_SECONDS, 0, not short
    while quiet < 3:  # in the direction of the way: what moves on meanwhile is seen again
        rows, messages = shop.outbox(), shop.held("OrderingQueue")
        dead = _dead(shop)
        tell(f"healed; {len(rows)} in the outbox, {messages} in the queue, {len(dead)} to redrive")
        if time.monotonic() > deadline:
            held = f"{len(rows)} in the outbox, {messages} in the queue, {len(dead)} dead letters"
            raise WorkbookError(f"Not drained after {DRAIN_SECONDS} s: {held}.")
        if rows and not helped:
            helped = _tell_the_publisher(shop, rows)
        if dead and not messages:
            faults.redriven.redrive(lambda body: checkout_of(body) is not None)
        quiet = quiet + 1 if not (rows or messages or dead) else 0
        time.sleep(0.2)


def _tell_the_publisher(shop: Shop, rows: list[dict]) -> bool:
    """Bring the publisher what its stream forgot when the cloud was stopped.

    On AWS a stream keeps its records for a day. Here they are gone, and the sweep publishes the rows when they are a
    minute old; the short form has no time for that, so it delivers the records again itself.
    """
    records = [{"eventName": "INSERT", "dynamodb": {"NewImage": row}} for row in rows]
    answer = shop.client("lambda").invoke(
        FunctionName=shop.outputs["BasketPublisher"], Payload=json.dumps({"Records": records})
    )
    return "FunctionError" not in answer


def _leave_for_dead(faults: Faults, memory: Memory, seed: int, checkouts: int, tell: Callable[[str], None]) -> None:
    """An outage that outlasts every retry makes dead letters of some checkouts; only half of them is redriven."""
    shop = faults.shop
    tell("an outage that outlasts every retry")
    before = len(memory.told)
    shop.visibility(1)  # as short as can be: five receives are to be waited for
    faults.outage.inject(Random(seed))
    for number in range(checkouts, checkouts + LOST_HOPE):
        Customer(shop, memory, seed, number, manner="once").visit()
    doomed = [i for i, _ in memory.told[before:]]
    poll(
        lambda: not shop.outbox() and not shop.held("OrderingQueue"), "checkouts to become dead letters", DRAIN_SECONDS
    )
    for process in shop.workers("OrderingWorker"):
        process.kill()  # so that no slow one still has one of these messages in its hands, and stores it after all
    faults.outage.heal()
    shop.visibility(VISIBILITY)
    saved = set(doomed[: LOST_HOPE // 2])
    faults.redriven.times += faults.redriven.redrive(lambda body: checkout_of(body) in saved) > 0
    poll(lambda: not shop.held("OrderingQueue"), "the redriven ones to be stored", DRAIN_SECONDS)


def _dead(shop: Shop) -> set[str]:
    """The checkouts in the dead-letter queue."""
    return {i for body in shop.bodies("OrderingDeadLetters") if (i := checkout_of(body))}


def evidence(shop: Shop, memory: Memory, poison: list[str]) -> Evidence:
    """What the judge is shown, read from the tables and queues themselves."""
    accepted = {row["checkoutId"]: row["totalPrice"] for row in map(deserialized, shop.rows("BasketCheckouts"))}
    orders = [
        Order(row["orderId"], row["userName"], row["totalPrice"], cost_of(row["items"]))
        for row in map(deserialized, shop.rows("OrderingTable"))
    ]
    outbox, queued, dead = shop.outbox(), shop.bodies("OrderingQueue"), shop.bodies("OrderingDeadLetters")
    return Evidence(
        told=memory.told,
        accepted=accepted,
        orders=orders,
        dead=[i for body in dead if (i := checkout_of(body))],
        waiting=[row["checkoutId"]["S"] for row in outbox] + [checkout_of(body) or body[:60] for body in queued],
        once=frozenset(memory.once),
        poison_sent=poison,
        poison_dead=[body for body in dead if not checkout_of(body)],
    )


def disagreements(found: Evidence, books: Ledger) -> list[str]:
    """Where `ledger()` says something else than the judge's evidence."""
    orders = {order.id for order in found.orders}
    pairs = {
        "accepted": (books.accepted, set(found.accepted)),
        "stored": (books.stored, orders & found.accepted.keys()),
        "dead": (books.dead, set(found.dead) & found.accepted.keys()),
        "unasked": (books.unasked, orders - found.accepted.keys()),
    }
    wrong = [
        f"ledger() has other {name}: {sorted(said ^ seen)[:3]}" for name, (said, seen) in pairs.items() if said != seen
    ]
    return wrong + ([] if books.balances else [f"ledger() does not balance: {books!r}"])


def _rows(faults: Faults, memory: Memory) -> list[tuple[str, int, str]]:
    met = memory.met
    failed = met["500"] + met["502"] + met["503"]
    callers = [
        ("a checkout sent again with its key", met["repeats"], "the same answer, one order"),
        ("three at once with one key", met["twins"], "the same answer, one order"),
        (
            "three at once for one basket, a key each",
            met["rush"],
            f"one accepted; {met['rivals refused']} answers were 404 or 409",
        ),
        ("connections broken", met["broken"], "asked again with the same key until there was an answer"),
        (
            "answers 500, 502, 503",
            failed,
            f"asked again; after 503 the basket was there ({met['baskets still there']} looks)",
        ),
        (
            "an outage that outlasts every retry",
            1,
            f"{LOST_HOPE} dead letters; half of them redriven to orders, half left",
        ),
    ]
    return [(fault.name, fault.times, fault.survived()) for fault in faults.by_name.values()] + callers
