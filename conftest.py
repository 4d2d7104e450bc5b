"""How `pytest --nbval notebooks` compares: strictly, but for what differs from run to run.

What is shown as HTML or drawn, and what goes to stderr, is not compared; ids, times and ports are,
but for their value (`tests/notebooks/sanitize.txt`). A check that is not right fails its notebook.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

SANITIZE = Path(__file__).parent / "tests" / "notebooks" / "sanitize.txt"


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as a shell sets it for what runs behind its back
        signal.signal(signal.SIGINT, signal.default_int_handler)  # else no test could send a Ctrl-C
    if config.getoption("nbval", False):  # whoever runs one test of their own may leave nbval out
        os.environ["WORKBOOK_TESTING"] = "1"  # for the kernels; fixtures do not run for cells
        config.option.nbval_current_env = True
        config.option.nbval_sanitize_with = config.option.nbval_sanitize_with or str(SANITIZE)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs in parallel: files, because the tests of one share what they start; and what is marked for it."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.name))


def pytest_collectstart(collector: pytest.Collector) -> None:
    if hasattr(collector, "skip_compare"):  # a notebook
        from workbook.maintenance.notebooks import NOT_COMPARED  # which loads much, at each start of pytest

        collector.skip_compare += (*NOT_COMPARED, "stderr")
