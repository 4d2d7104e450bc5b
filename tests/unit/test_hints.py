"""`hint` and `solution`: true of an exercise, of a step, and of a name that there is not."""

from __future__ import annotations

import pytest

from workbook import hint, solution
from workbook.base.errors import WorkbookError


@pytest.mark.parametrize("show", [hint, solution])
@pytest.mark.parametrize(
    ("mistyped", "there"),
    [
        ("02-2", "02-1, 02-api, 02-crud, 02-function, 02-grant, 02-list, 02-q1, 02-q2, 02-q3, 02-refuse, 02-table, "),
        ("08-2", "08-1, 08-doubled, 08-key, 08-memory, 08-name, 08-newer, 08-once, 08-q1, 08-q2, 08-q3, 08-retried, "),
        ("2-1", "01-1, 01-2, 02-1, 03-1, 03-2, "),
        ("", "01-1, 01-2, 02-1, 03-1, 03-2, "),
        (1, "01-1, 01-2, 02-1, 03-1, 03-2, "),
    ],
)
def test_a_mistyped_name_is_told_what_there_is(show, mistyped, there):
    with pytest.raises(WorkbookError) as refused:
        show(mistyped)
    assert refused.value.message.startswith(f"There is no exercise or step {mistyped!r}. There are: {there}")


def test_a_step_has_no_hints_and_says_what_to_do_instead(capsys):
    hint("03-outage")
    assert capsys.readouterr().out == (
        "03-outage is a step, and has no hints. Run its check: it says what is missing, or what is not right and why.\n"
    )


def test_the_solution_of_a_step_stands_in_the_chapter(capsys):
    solution("03-outage")
    assert capsys.readouterr().out == (
        "03-outage is a step: its solution is what the chapter does between the step's heading and its check.\n"
    )
