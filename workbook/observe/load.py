"""`load(...)`: many customers at once fill their baskets and check them out; how long that takes, and how much work."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd
import psutil
import requests

from workbook.base.display import Progress
from workbook.base.waiting import poll
from workbook.cloud import local
from workbook.cloud.stacks import outputs
from workbook.observe.frames import logs

ITEMS = [{"productId": "lamp", "productName": "Lamp", "quantity": 2, "price": 19.99}]
CUSTOMER = {
    "firstName": "Ada", "lastName": "Example", "email": "ada@example.com", "address": "1 Main Street",
    "paymentMethod": "card",
}  # fmt: skip
PATIENCE = 600  # seconds for the last order to be stored


@dataclass(frozen=True)
class Load:
    """What some customers saw, and what it cost this machine.

    Attributes:
        clients: how many called at the same time.
        calls: a row for each call: `call` (basket or checkout), `status`, and `milliseconds` until its answer.
        orders: a row for each accepted checkout, by its id: when it was `accepted`, and when it was `stored`, in
            seconds since the first call; NaN if it was not stored in time.
        seconds: from the first call to the last answer.
        computed: seconds that the cloud, its functions and the clients computed, until the last order was stored.
        cores: how many cores there were for these, on average: what other programs left, or what these got of a busy
            machine.
    """

    clients: int
    calls: pd.DataFrame
    orders: pd.DataFrame
    seconds: float
    computed: float
    cores: float

    @property
    def summary(self) -> dict[str, float]:
        """Calls a second, percentiles of an answer in ms, the longest backlog in orders, the last order's second, and
        how many cores computed for all this, on average.
        """
        p50, p95, p99 = self.calls.milliseconds.quantile([0.5, 0.95, 0.99])
        return {
            "clients": self.clients,
            "calls a second": len(self.calls) / self.seconds,
            "p50": p50, "p95": p95, "p99": p99,
            "backlog": self.backlog.max(),
            "last stored": self.orders.stored.max(),
            "cores at work": self.computed / self.orders.stored.max(),
        }  # fmt: skip

    @property
    def backlog(self) -> pd.Series:
        """How many orders were accepted and not yet stored, each time one of them was: by the second of it."""
        came = pd.Series(1, self.orders.accepted)
        went = pd.Series(-1, self.orders.stored.dropna())
        return pd.concat([came, went]).sort_index(kind="stable").cumsum()


def load(clients: int, orders: int, progress: Callable[[str], None] | None = None) -> Load:
    """Let customers fill and check out one basket after the other, until so many orders were accepted.

    Args:
        clients: how many do so at the same time. Each sends its next call when it has the answer to the last.
        orders: how many baskets are checked out, by all of them together.
        progress: told how far it is; a line of its own by default.

    Returns:
        What was measured, once the last order is stored.

    Raises:
        WorkbookError: an order was not stored in time.
    """
    title = f"{orders} orders by {clients} client{'s' if clients > 1 else ''}"
    with Progress("Loading the shop", folds=True) as shown:
        tell = progress or (lambda now: shown(f"{title}: {now}"))
        before, busy, began = _computed(), _busy(), time.time()
        calls: list[tuple[str, int, float]] = []
        accepted: dict[str, float] = {}
        numbers = iter(range(orders))
        with ThreadPoolExecutor(clients) as crowd:
            for customer in [crowd.submit(_customer, numbers, began, calls, accepted, tell) for _ in range(clients)]:
                customer.result()
        seconds = time.time() - began
        tell("waiting for the last order")
        found = poll(lambda: _all_stored({*accepted}, began), "the last order", seconds=PATIENCE)
        wall = time.time() - began
        ours = _computed() - before
        others = (_busy() - busy - ours) / wall
    times = pd.DataFrame({"accepted": accepted, "stored": found - began}, index=list(accepted))
    return Load(
        clients,
        pd.DataFrame(calls, columns=["call", "status", "milliseconds"]),
        times,
        seconds,
        ours,
        max(psutil.cpu_count() - others, ours / wall),
    )


def _customer(numbers, began, calls, accepted, tell) -> None:
    """One client: a basket and its checkout, again and again."""
    session, address = requests.Session(), outputs["BasketApiUrl"].rstrip("/") + "/basket"

    def call(name: str, path: str, body: dict, **headers: str) -> requests.Response:
        sent = time.perf_counter()
        answer = session.post(address + path, json=body, headers=headers, timeout=PATIENCE)
        calls.append((name, answer.status_code, (time.perf_counter() - sent) * 1000))
        return answer

    for number in numbers:
        user = f"load-{uuid.uuid4()}"
        call("basket", "", {"userName": user, "items": ITEMS})
        key = {"Idempotency-Key": str(uuid.uuid4())}
        answer = call("checkout", "/checkout", {"userName": user, **CUSTOMER}, **key)
        if answer.status_code == 202:
            accepted[answer.json()["checkoutId"]] = time.time() - began
        if number % 20 == 0:
            tell(f"{number} so far")


def _all_stored(ids: set[str], began: float) -> pd.Series | None:
    """When each of these orders was stored, by the worker's log; None as long as one of them is not."""
    lines = logs(outputs["OrderingWorker"], minutes=(time.time() - began) / 60 + 0.1)
    lines = lines[lines.message == "Order stored"]
    if len(lines) < len(ids):
        return None
    found = lines[lines.checkout_id.isin(ids)].drop_duplicates("checkout_id").set_index("checkout_id").time
    return found.map(pd.Timestamp.timestamp) if len(found) == len(ids) else None


def _computed() -> float:
    """Seconds that this process, the local cloud and its workers have computed so far."""
    own, cloud = psutil.Process(), local.running()
    group = [own]
    if cloud:
        with suppress(psutil.Error):
            group += [process := psutil.Process(cloud.pid), *process.children(recursive=True)]
    return sum(_seconds(one) for one in group)


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):  # it is gone
        times = process.cpu_times()
        ended = getattr(times, "children_user", 0) + getattr(times, "children_system", 0)  # workers that are gone
        return times.user + times.system + ended
    return 0.0


def _busy() -> float:
    """Seconds that all programs of this machine have computed so far."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0)
