"""A plugin of pytest that tells coverage which test runs: https://coverage.readthedocs.io/en/latest/contexts.html."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest
from coverage import Coverage

from workbook.learning import checks


def pytest_collection_finish() -> None:
    """Load all checks now: a test that is the first to need one must not pass for the only one that runs its module."""
    for found in iter_modules(checks.__path__, f"{checks.__name__}."):
        import_module(found.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Only the test itself, and not what several tests share: its fixtures."""
    Coverage.current().switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        Coverage.current().switch_context("")
