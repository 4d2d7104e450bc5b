"""A plugin of pytest that tells coverage which test runs: https://coverage.readthedocs.io/en/latest/contexts.html."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from coverage import Coverage


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Only the test itself, and not what several tests share: its fixtures."""
    Coverage.current().switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        Coverage.current().switch_context("")
