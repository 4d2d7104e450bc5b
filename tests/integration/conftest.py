"""The fixtures of the integration tests: learners, each at a machine of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from calls import Api
from learner import Learner, a_learner


@pytest.fixture(scope="session")
def shop() -> Iterator[Learner]:
    """The whole shop, deployed by a learner who changes nothing. `shop.outputs` are its outputs."""
    with a_learner() as learner:
        python = learner.kernel()
        python("from workbook import deploy, outputs; _ = deploy()")
        learner.outputs = python("dict(outputs)")
        yield learner


@pytest.fixture(scope="module")
def learner() -> Iterator[Learner]:
    """One learner for all tests of a file, in order."""
    with a_learner() as one:
        yield one


@pytest.fixture
def newcomer() -> Iterator[Learner]:
    """A learner for one test alone."""
    with a_learner() as one:
        yield one


@pytest.fixture
def product(shop: Learner) -> Api:
    """Calls the Product service over HTTP: `product("POST", "/product", {"name": "Lamp", "price": 5})`."""
    return Api(shop.outputs["ProductApiUrl"])


@pytest.fixture
def basket(shop: Learner) -> Api:
    """Calls the Basket service."""
    return Api(shop.outputs["BasketApiUrl"])


@pytest.fixture
def ordering(shop: Learner) -> Api:
    """Calls the Ordering service."""
    return Api(shop.outputs["OrderingApiUrl"])
