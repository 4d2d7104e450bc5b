"""The templates of the shop, synthesized once, in a copy of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from templates import STACKS, App, synthesized

from workbook import runner


@pytest.fixture(scope="session")
def app() -> Iterator[App]:
    """The app as it is."""
    with runner.copy_of_the_tree() as root:
        yield synthesized(root)


@pytest.fixture(scope="session")
def product_alone() -> Iterator[App]:
    """The app without any stack but Product, in another folder: nothing is shared with `app`."""
    with runner.copy_of_the_tree() as root:
        file = root / "cdk_app" / "app.py"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not any(other in line for other in STACKS if other != "Product")]
        assert len(lines) - len(kept) == 4  # an import and a line each
        file.write_text("".join(kept), encoding="utf-8")
        yield synthesized(root)


@pytest.fixture
def every(app: App) -> Callable[[str], list[tuple[str, dict[str, Any]]]]:
    """All resources of a type in all stacks, each with a name for messages."""

    def find(kind: str) -> list[tuple[str, dict[str, Any]]]:
        found = [(f"{s}/{i}", r) for s in app.stacks for i, r in app.resources(s, kind).items()]
        assert found, f"there is no {kind}"  # or what follows would prove nothing
        return found

    return find
