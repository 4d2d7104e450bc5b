"""`wait_until`: it returns what was seen, gives up in time, and says what it saw last."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import nbformat
import pandas as pd
import pytest

from workbook.base import patience
from workbook.base.errors import WorkbookError
from workbook.base.waiting import wait_until
from workbook.maintenance.notebooks import kernel

pytestmark = pytest.mark.slow


@pytest.fixture
def speed(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Says how many times slower than a quiet machine this one is."""
    return lambda times: monkeypatch.setattr(patience, "slowness", lambda: times)


def test_it_returns_the_first_thing_that_is_something() -> None:
    seen = iter([None, 0, [], "here"])
    assert wait_until(lambda: next(seen), "something") == "here"


def test_a_frame_counts_as_something_once_it_has_a_row() -> None:
    frames = iter([pd.DataFrame(), pd.DataFrame({"a": [0]})])
    assert len(wait_until(lambda: next(frames))) == 1


@pytest.mark.parametrize("yes", [True, pd.Series([1]).eq(1).all()])
def test_that_it_is_so_goes_without_saying(yes: object) -> None:
    """A cell that ends with such a wait would show a bare True."""
    assert wait_until(lambda: yes) is None


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (None, "Last seen: nothing."),
        (pd.DataFrame(), "Last seen: an empty table."),
        (0, "Last seen: 0."),
        ("", "Last seen: ''."),
        (False, "It is not so yet."), (pd.Series([1]).eq(2).all(), "It is not so yet."),
    ],
)  # fmt: skip
def test_it_gives_up_in_time_and_says_what_it_saw(last: object, said: str, speed: Callable[[float], None]) -> None:
    speed(1)
    started = time.monotonic()
    with pytest.raises(WorkbookError, match=f"Waited 0.2 s for the thing. {said} If it hangs on lines of yours, "):
        wait_until(lambda: last, "the thing", seconds=0.2)
    assert 0.2 <= time.monotonic() - started < 5


def test_a_slow_machine_gets_more_time(speed: Callable[[float], None]) -> None:
    speed(5)
    started = time.monotonic()
    assert wait_until(lambda: time.monotonic() > started + 0.4 and "here", seconds=0.1) == "here"
    with pytest.raises(WorkbookError, match="Waited 1 s for it"):
        wait_until(lambda: None, seconds=0.2)


def test_the_speed_of_this_machine_is_measured() -> None:
    assert 1 <= patience.slowness() <= patience.MOST


def test_an_error_while_looking_is_not_swallowed() -> None:
    calls = itertools.count()
    with pytest.raises(ZeroDivisionError):
        wait_until(lambda: next(calls) / 0)
    assert next(calls) == 1


def test_the_waits_of_a_cell_share_a_line_and_those_of_the_next_cell_have_their_own() -> None:
    """Also where cells have no number of their own, as nbval runs them."""
    wait = "from workbook import wait_until\nwait_until(lambda: True, 'the {}')"
    cells = [nbformat.v4.new_code_cell(f"{wait.format(one)}\n{wait.format(other)}") for one, other in ("ab", "cd")]
    with kernel(nbformat.v4.new_notebook(cells=cells)) as client:
        for index, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, index, store_history=False)
    [[first], [second]] = [[output.data for output in cell.outputs] for cell in cells]
    assert (first["text/plain"], second["text/plain"]) == ("Waiting for the a", "Waiting for the c")
    assert "waited 2 times" in first["text/html"] and "waited 2 times" in second["text/html"]


def test_on_aws_a_cell_waits_longer_than_it_asks_for(monkeypatch):
    monkeypatch.setattr(patience, "AT_LEAST", 60)
    times = iter(["", "", "there"])
    assert wait_until(lambda: next(times), "it", seconds=0) == "there"
