"""A cell that was made harmless for spreadsheets is no formula, and comes back as it was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services import loaded

FORMULA = "=+-@\t\r\n"


@pytest.fixture(scope="module")
def spreadsheets():
    with loaded("report", "shop_http.spreadsheets") as module:
        yield module


@given(cell=st.text() | st.builds(str.__add__, st.sampled_from([*FORMULA, "'=", "''-"]), st.text()))
def test_no_cell_begins_like_a_formula(spreadsheets, cell):
    harmless = spreadsheets.harmless(cell)
    assert not harmless.startswith(tuple(FORMULA)) and harmless in (cell, "'" + cell)
    assert harmless == cell or spreadsheets.as_meant(harmless) == cell


@pytest.mark.parametrize("cell", ["", "'", "Lamp", "'quoted'", "1=1", "a-b", "5", "O'Neill"])
def test_other_cells_stay_as_they_are(spreadsheets, cell):
    assert spreadsheets.harmless(cell) == cell == spreadsheets.as_meant(cell)
