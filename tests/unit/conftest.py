"""The fixtures that the unit tests of the services share; what they do is in `services.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from services import TABLE, caller, loaded, make_product_table, only_moto

# The same examples each time, and no failures for being slow: a build that fails, fails again.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")


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
def product_table(product_service) -> Iterator[Any]:
    """The Product service's table, empty at the start of a test."""
    table = product_service.products.table
    for item in table.scan()["Items"]:
        table.delete_item(Key={"id": item["id"]})
    return table
