"""The fixtures of the integration tests: learners, each at a machine of their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import read_once  # noqa: F401
from calls import Api
from differences import packed
from learner import Learner, a_learner
from shopping import Customer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In what the local cloud is not like AWS changes with its version only: that is tried by night."""
    for item in items:
        if item.path.name.startswith("test_differences_"):
            item.add_marker(pytest.mark.nightly)


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


@pytest.fixture
def customer(shop: Learner) -> Customer:
    """Somebody who has not been in the shop before."""
    return Customer(shop)


@pytest.fixture
def functions(shop: Learner) -> Any:
    """A client of Lambda."""
    return shop.client("lambda")


@pytest.fixture
def make(shop: Learner, functions: Any) -> Iterator[Callable[..., str]]:
    """Makes a function from code, with the rights of the Pricing function, and gives its name; gone in the end."""
    made = []
    role = functions.get_function(FunctionName=shop.outputs["PricingFunction"])["Configuration"]["Role"]

    def function(code: str, **settings: Any) -> str:
        made.append(f"test-{uuid.uuid4()}")
        functions.create_function(
            FunctionName=made[-1], Handler="app.handler", Code={"ZipFile": packed(code)},
            **{"Runtime": "python3.13", "Role": role} | settings,
        )  # fmt: skip
        functions.get_waiter("function_active_v2").wait(FunctionName=made[-1])
        return made[-1]

    yield function
    for name in made:
        functions.delete_function(FunctionName=name)


@pytest.fixture
def polled(shop: Learner, functions: Any, make: Callable[..., str]) -> Iterator[Callable[..., tuple[str, str, str]]]:
    """Lets a function made of some code poll a queue; the function's name, the queue's URL, the mapping's id."""
    sqs, made = shop.client("sqs"), []

    def poll(code: str, **how: Any) -> tuple[str, str, str]:
        name = make(code, Timeout=1)
        url = sqs.create_queue(QueueName=f"test-{uuid.uuid4()}", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        mapping = functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn, **how)["UUID"]
        made.append((url, mapping))
        return name, url, mapping

    yield poll
    for url, mapping in made:
        functions.delete_event_source_mapping(UUID=mapping)
        sqs.delete_queue(QueueUrl=url)
