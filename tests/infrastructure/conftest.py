"""The templates of the shop, synthesized once, in a copy of the tree."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from templates import STACKS, App, synthesized, without

from workbook.learning import published
from workbook.maintenance import copies


@pytest.fixture(scope="session")
def app() -> Iterator[App]:
    """The app as it is."""
    with copies.copy_of_the_tree() as root:
        yield synthesized(root)


@pytest.fixture(scope="session")
def product_alone() -> Iterator[App]:
    """The app without any stack but Product and the bus, in another folder: nothing is shared with `app`."""
    with copies.copy_of_the_tree() as root:
        yield without(root, *(stack for stack in STACKS if stack not in ("EventBus", "Product")))


@pytest.fixture(scope="session")
def unheard() -> Iterator[App]:
    """The app without the stacks that listen to Basket."""
    with copies.copy_of_the_tree() as root:
        yield without(root, "Ordering", "EventLog", "Report")


@pytest.fixture(scope="session")
def by_default() -> Iterator[App]:
    """The app as CDK synthesizes it by default: for the roles of the bootstrap, and not with one's own rights."""
    with copies.copy_of_the_tree() as root:
        file = root / "cdk_app" / "app.py"
        code = file.read_text(encoding="utf-8")
        plain = code.replace("default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer()", "")
        assert plain != code
        file.write_text(plain, encoding="utf-8")
        yield synthesized(root)


@pytest.fixture(scope="session")
def chapter_02() -> Iterator[App]:
    """The app as chapter 02 leaves it."""
    with as_chapter_leaves_it(2) as app:
        yield app


@pytest.fixture(scope="session")
def chapter_08() -> Iterator[App]:
    """The app as chapter 08 leaves it: Product is still a table, a function and an API."""
    with as_chapter_leaves_it(8) as app:
        yield app


@pytest.fixture(scope="session")
def chapter_10() -> Iterator[App]:
    """The app as chapter 10 leaves it: no alarm but the dead letters', no limits, no answers of API Gateway's."""
    with as_chapter_leaves_it(10) as app:
        yield app


@pytest.fixture(scope="session")
def chapter_11() -> Iterator[App]:
    """The app as chapter 11 leaves it: with alarms, and not locked down yet."""
    with as_chapter_leaves_it(11) as app:
        yield app


@contextmanager
def as_chapter_leaves_it(number: int) -> Iterator[App]:
    with copies.copy_of_the_tree() as root:
        shutil.rmtree(root / "lambda_src")
        for path, content in published.files_before(number + 1).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
        yield synthesized(root)


@pytest.fixture
def every(app: App) -> Callable[[str], list[tuple[str, dict[str, Any]]]]:
    """All resources of a type in all stacks, each with a name for messages."""

    def find(kind: str) -> list[tuple[str, dict[str, Any]]]:
        found = [(f"{s}/{i}", r) for s in app.stacks for i, r in app.resources(s, kind).items()]
        assert found, f"there is no {kind}"  # or what follows would prove nothing
        return found

    return find
