"""A chapter as slides: what the rule makes of its cells, and that each chapter becomes a deck that can be shown."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from workbook.learning import published
from workbook.maintenance.slides import deck

TITLE = new_markdown_cell("# Poll a queue\n\n**What you'll do.** Poll.\n\n**110 minutes.** It costs nothing.")
PICTURE = "![A calls B.](diagrams/05_what_it_builds.svg)"


def slides(*cells: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """The slides after the title: of which type each is, and its text, or the kinds of its outputs."""
    _, *made = deck(new_notebook(cells=[TITLE, *cells])).cells
    return [
        (c.metadata.slideshow.slide_type, c.source or ", ".join(k for o in c.outputs for k in o.data)) for c in made
    ]


def showing(source: str, **data: str) -> nbformat.NotebookNode:
    kinds = {name.replace("_", "/"): text for name, text in data.items()}
    return new_code_cell(source, outputs=[new_output("display_data", data=kinds)])


def test_the_title_is_a_slide_without_its_minutes():
    [title] = deck(new_notebook(cells=[TITLE])).cells
    assert title.source == "# Poll a queue\n\n**What you'll do.** Poll."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("## Step 1. A queue\n\nFirst.\n\nSecond.", ["## Step 1. A queue\n\nFirst."]),
        ("## Exercise 1\n\nMake:\n\n- a\n- b\n\nMore.", ["## Exercise 1\n\nMake:\n\n- a\n- b"]),
        ("## Step 2. Both\n\n**Predict:** which?", ["## Step 2. Both\n\n**Predict:** which?"]),
        ("Go on.\n\n**Predict:** how many?", ["**Predict:** how many?"]),
        ("Only words.", []),
        ("Words.\n\n## Step 3. Later\n\nThen.", ["## Step 3. Later\n\nThen."]),
        ("## On AWS\n\n- Cost.\n\n## Recap\n\n- One.\n- Two.", ["## Recap\n\n- One.\n- Two."]),
        (PICTURE, [PICTURE]),
        (f"## Step 4. Two\n\nSo:\n\n{PICTURE}", ["## Step 4. Two\n\nSo:", PICTURE]),
    ],
)
def test_headings_questions_and_diagrams_of_a_text_are_slides(text, shown):
    assert slides(new_markdown_cell(text)) == [("slide", part) for part in shown]


def test_what_came_of_a_guess_follows_it():
    came = showing('outcome("05-a", 1)', text_plain="you said 2, it is 1  ≠ otherwise")
    came.outputs += showing("", image_png="…").outputs
    assert slides(new_markdown_cell("**Predict:** which?"), new_code_cell("predict()"), came) == [
        ("slide", "**Predict:** which?"),
        ("fragment", "text/plain"),
        ("slide", "image/png"),
    ]


def test_a_plot_is_a_slide_and_a_table_is_none():
    assert slides(showing("plot()", image_png="…"), showing("frame", text_plain="a b")) == [("slide", "image/png")]


def test_the_drawing_of_what_was_built_stands_below_its_heading():
    drawn = showing("diagram()", **{"text_vnd.mermaid": "flowchart LR", "image_svg+xml": "<svg/>"})
    assert slides(new_markdown_cell("## What you have built"), drawn) == [
        ("slide", "## What you have built"),
        ("-", "text/html"),
    ]


@pytest.mark.parametrize("number", [n for n in published.chapters() if n not in (0, 99)])
def test_each_chapter_is_a_deck_that_can_be_shown(number):
    cells = deck(nbformat.read(published.chapters()[number], as_version=4)).cells
    assert 15 <= sum(cell.metadata.slideshow.slide_type == "slide" for cell in cells) <= 25
