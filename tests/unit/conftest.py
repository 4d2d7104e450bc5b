"""The fixtures that the unit tests of the services share; what they do is in `services.py`."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
import read_once  # noqa: F401
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from IPython.core.interactiveshell import InteractiveShell
from services import (
    BUS,
    CHECKOUTS,
    OUTBOX,
    TABLE,
    caller,
    emptied,
    invoker,
    loaded,
    make_product_table,
    make_table,
    only_moto,
)
from traitlets.config import Config

# The same examples each time, and no failures for being slow: a build that fails, fails again.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None, max_examples=30)
settings.register_profile("thorough", settings.get_profile("repeatable"), max_examples=200)  # `run.py test --all`
settings.register_profile("quick", settings.get_profile("repeatable"), max_examples=20)  # `run.py test --quick`
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
# Hypothesis mixes in the constants of whatever modules are loaded by then: in parallel runs, now these, now those.
providers._get_local_constants = providers.Constants


@pytest.fixture(scope="module")
def product_service() -> Iterator[ModuleType]:
    """The Product service's `app`, on a table that the tests of one file share."""
    with only_moto():
        make_product_table()
        with loaded("product", TABLE_NAME=TABLE) as app:
            yield app


@pytest.fixture(scope="module")
def product(product_service) -> Callable[..., SimpleNamespace]:
    """Calls the Product service: `product("POST", "/product", {"name": "Lamp", "price": 5})`."""
    return caller(product_service)


@pytest.fixture
def product_table(product_service) -> Any:
    """The Product service's table, empty at the start of a test."""
    return emptied(product_service.products.table)


@pytest.fixture(scope="module")
def basket_tables() -> Iterator[None]:
    """The tables that Basket and its publisher share, and a bus."""
    with only_moto():
        for name, key in ((TABLE, "userName"), (CHECKOUTS, "requestId"), (OUTBOX, "checkoutId")):
            make_table(name, key)
        boto3.client("events").create_event_bus(Name=BUS)
        yield


@pytest.fixture(scope="module")
def basket_service(basket_tables) -> Iterator[ModuleType]:
    """The Basket service's `app`; it waits for no twin of a request."""
    with loaded("basket", TABLE_NAME=TABLE, CHECKOUTS_NAME=CHECKOUTS, OUTBOX_NAME=OUTBOX) as app:
        app.checkout.PATIENCE = (0,) * len(app.checkout.PATIENCE)
        yield app


@pytest.fixture(scope="module")
def basket(basket_service) -> Callable[..., SimpleNamespace]:
    """Calls the Basket service."""
    return caller(basket_service)


@pytest.fixture
def basket_table(basket_service) -> Any:
    """The table of baskets, empty at the start of a test; so are those of checkouts and of the outbox."""
    return emptied(basket_service.baskets.table, CHECKOUTS, OUTBOX)


@pytest.fixture(scope="module")
def all_told(basket_service) -> Iterator[list[str]]:
    """The events that Basket puts into its outbox in the tests of one file, as they stand there."""
    told: list[str] = []
    client = basket_service.outbox.client
    real = client.transact_write_items

    def recording(**request: Any) -> dict[str, Any]:
        answer = real(**request)
        told.append(request["TransactItems"][-1]["Put"]["Item"]["event"])
        return answer

    client.transact_write_items = recording
    yield told
    client.transact_write_items = real


@pytest.fixture
def told(all_told) -> list[str]:
    """The events that Basket puts into its outbox in a test."""
    all_told.clear()
    return all_told


@pytest.fixture(scope="module")
def publisher(basket_tables) -> Iterator[ModuleType]:
    """Basket's publisher."""
    with loaded("basket", "publisher", OUTBOX_NAME=OUTBOX, BUS_NAME=BUS) as module:
        yield module


@pytest.fixture
def outbox(publisher) -> Any:
    """The table of what is to be published, empty at the start of a test."""
    return emptied(publisher.table)


@pytest.fixture(scope="module")
def ordering_tables() -> Iterator[None]:
    """The table of orders, which API and worker share."""
    with only_moto():
        make_table(TABLE, "userName", "orderId", **{"by-date": ("userName", "orderDate")})
        yield


@pytest.fixture(scope="module")
def ordering_service(ordering_tables) -> Iterator[ModuleType]:
    """The `app` of Ordering: its API."""
    with loaded("ordering", TABLE_NAME=TABLE) as app:
        yield app


@pytest.fixture(scope="module")
def ordering(ordering_service) -> Callable[..., SimpleNamespace]:
    """Calls the Ordering service's API."""
    return caller(ordering_service)


@pytest.fixture(scope="module")
def ordering_worker(ordering_tables) -> Iterator[Callable[[dict], tuple[Any, list[dict]]]]:
    """Invokes the Ordering service's worker: the result, and what it logged."""
    with loaded("ordering", "worker", TABLE_NAME=TABLE) as worker:
        yield invoker(worker)


@pytest.fixture
def order_table(ordering_tables) -> Any:
    """The table of orders, empty at the start of a test."""
    return emptied(boto3.resource("dynamodb").Table(TABLE))


@pytest.fixture(scope="module")
def event_log() -> Iterator[Callable[[dict], tuple[Any, list[dict]]]]:
    """Invokes the event log, which has a table of its own."""
    with only_moto():
        make_table(TABLE, "id")
        with loaded("event_log", TABLE_NAME=TABLE, KEPT_DAYS="30") as app:
            yield invoker(app)


@pytest.fixture
def event_log_table(event_log) -> Any:
    return emptied(boto3.resource("dynamodb").Table(TABLE))


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """What runs a notebook's cells, as `get_ipython()` gives it."""
    made = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    yield made
    atexit.unregister(made.atexit_operations)  # each would look for garbage once more: half a second
    InteractiveShell.clear_instance()
