"""The page of what was rehearsed is made of the record of it, which has every chapter as it stands."""

from __future__ import annotations

import nbformat
import pytest
from page import PAGE, RECORD, add, page

from workbook.base.paths import read_json
from workbook.learning import published

RULES = {"purges": "A queue can be purged once a minute."}


def run(seed: int, *numbers: int, learn: bool = False, **more: dict[str, str]) -> dict:
    """A rehearsal, as it is left."""
    nothing = {"cells": 5, "seconds": 1, "otherwise": {}, "not played": {}, "weather": {"purges": 2}}
    chapters = [nothing | {"chapter": number, "title": f"Chapter {number}"} | more for number in numbers]
    return {"day": "2026-01-31", "seed": seed, "factor": 10, "rules": RULES, "learn": learn, "chapters": chapters}


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| [") and "not rehearsed yet" not in line]


def test_the_page_is_made_of_the_record() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_json(RECORD, {})), "python tests/rehearsal/page.py"


@pytest.mark.nightly
def test_every_chapter_was_rehearsed_as_it_stands() -> None:
    """With as many cells as it has, and none of them otherwise than published."""
    recorded = read_json(RECORD, {})["chapters"]
    books = {f"{number:02}": nbformat.read(file, as_version=4) for number, file in published.chapters().items()}
    cells = {number: sum(cell.cell_type == "code" for cell in book.cells) for number, book in books.items()}
    assert {number: chapter["cells"] for number, chapter in recorded.items()} == cells
    assert {number: [*it["otherwise"]] for number, it in recorded.items()} == {n: [] for n in cells}


def test_of_each_chapter_the_latest_rehearsal_counts() -> None:
    record = add(add({}, [run(1, 1, 2)]), [run(2, 2), run(3, 1)])
    assert [row.split("|")[5].strip() for row in rows(page(record))] == ["3, 2026-01-31", "2, 2026-01-31"]


def test_a_chapter_without_a_rehearsal_is_named() -> None:
    missing = page(add({}, [run(1, 1)])).count("| not rehearsed yet |")
    assert missing == len(published.chapters()) - 1


def test_a_row_says_what_was_otherwise_and_what_was_not_played() -> None:
    link = "differences.md#a-count-is-exact"
    [row] = rows(page(add({}, [run(1, 1, **{"otherwise": {"01-4": "It shows 2."}, "not played": {"01-9": link}})])))
    assert row.split("|")[2:5] == [" 5 ", " 01-4 ", f" [a count is exact]({link}): 01-9 "]
    assert row.endswith("| purges 2 |")


def test_the_learners_edition_has_rows_of_its_own() -> None:
    text = page(add({}, [run(1, 1), run(2, 1, learn=True)]))
    here, below = text.split("## The learner's edition")
    assert [len(rows(part)) for part in (here, below)] == [1, 1]
    assert "## " not in page(add({}, [run(1, 1)])).partition("## The weather")[0]
