"""Links to cells: each says the chapter and step that it leads to, and finds its cell when chapters move."""

from __future__ import annotations

import pytest
from cell_links import PAGE, renewed


def test_the_page_says_of_each_cell_where_it_is():
    text = PAGE.read_text(encoding="utf-8")
    assert text == renewed(text), "Write it anew: python tests/unit/cell_links.py"


@pytest.mark.parametrize(
    "written",
    ["[](04-03)", "[09, step 7](09_gone.ipynb#cell-id=04-03)"],
)
def test_a_link_follows_its_cell(written):
    assert renewed(f"A bus: {written}.") == "A bus: [04, step 1](04_publish_events.ipynb#cell-id=04-03)."


def test_a_cell_that_is_gone_is_found():
    with pytest.raises(KeyError, match="04-gone"):
        renewed("[](04-gone)")
