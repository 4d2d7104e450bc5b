"""Outputs get in tidied, and change only where they say something else."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from workbook.base.errors import WorkbookError
from workbook.maintenance import notebooks

pytestmark = pytest.mark.slow


def cell(*outputs, source="1", tags=(), count=1):
    return new_code_cell(source, id="c", outputs=list(outputs), execution_count=count, metadata={"tags": list(tags)})


def result(text, html=None, count=1):
    data = {"text/plain": text} | ({"text/html": html} if html else {})
    return new_output("execute_result", data=data, execution_count=count)


def stored(new, old):
    new, old = new_notebook(cells=[new]), new_notebook(cells=[old])
    notebooks.stored_as_before(new, old)
    return new.cells[0]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("id 01234567-89ab-cdef-0123-456789abcdef", "id 76543210-89ab-cdef-0123-456789abcdef"),
        ("at 2026-01-31T09:30:00Z", "at 2026-02-01T10:31:01.123+00:00"),
        ("2026-01-31 09:30:00.123000+00:00", "2026-01-31 09:31:00.456000+00:00"),
        ("http://127.0.0.1:4566/_aws/execute-api/abc123/prod/", "http://127.0.0.1:4570/_aws/execute-api/xyz/prod/"),
        ("http://127.0.0.1:4566/000000000000/Queue", "http://127.0.0.1:4570/000000000000/Queue"),
        ("Hello-Function76856677-DD56F5E4577D3", "Hello-Function76856677-0123456789ABC"),
        ("took 8.2 ms", "took 11 ms"),
    ],
)
def test_what_differs_only_in_the_moment_stays(before, now):
    assert stored(cell(result(now)), cell(result(before))).outputs[0].data["text/plain"] == before


def test_what_says_something_else_is_stored():
    assert stored(cell(result("3 items")), cell(result("2 items"))).outputs[0].data["text/plain"] == "3 items"


def test_outputs_of_two_runs_are_not_mixed():
    def run(moment, number):
        cells = [cell(result(moment)), cell(result(number))]
        cells[1].id = "d"
        return new_notebook(cells=cells)

    new = run("id 76543210-89ab-cdef-0123-456789abcdef", "3 items")
    notebooks.stored_as_before(new, run("id 01234567-89ab-cdef-0123-456789abcdef", "2 items"))
    assert new.cells[0].outputs[0].data["text/plain"] == "id 76543210-89ab-cdef-0123-456789abcdef"


def test_what_is_printed_in_pieces_is_stored_in_one():
    notebook = executed("import sys, time\nfor word in 'abc':\n    print(word, end='', flush=True); time.sleep(0.3)")
    assert [output.text for output in notebook.cells[0].outputs] == ["abc"]


def test_numbers_in_html_do_not_matter_but_its_words_do():
    old = cell(result("x", "<p>done in 3.1 s</p>"))
    assert stored(cell(result("x", "<p>done in 4.2 s</p>")), old).outputs[0].data["text/html"] == "<p>done in 3.1 s</p>"
    assert stored(cell(result("x", "<p>stopped</p>")), old).outputs[0].data["text/html"] == "<p>stopped</p>"


def test_an_ignored_output_stays_as_long_as_its_cell_does():
    old = cell(result("31 ms"), tags=["nbval-ignore-output"])
    assert stored(cell(result("slow"), tags=["nbval-ignore-output"]), old).outputs[0].data["text/plain"] == "31 ms"
    new = cell(result("slow"), tags=["nbval-ignore-output"], source="2")
    assert stored(new, old).outputs[0].data["text/plain"] == "slow"


def test_execution_counts_are_those_of_this_run():
    assert stored(cell(result("x", count=7), count=7), cell(result("x"))).outputs[0].execution_count == 7


def executed(source, tags=()):
    notebook = new_notebook(
        cells=[
            new_code_cell(
                source,
                id="c",
                metadata={"tags": list(tags), "execution": {"iopub.status.busy": "2026-01-31T09:30:00Z"}},
            )
        ]
    )
    notebooks.execute(notebook)
    return notebook


def test_what_is_stored_is_tidy():
    notebook = executed("print('one'); print('two')")
    assert [output.text for output in notebook.cells[0].outputs] == ["one\ntwo\n"]
    assert "execution" not in notebook.cells[0].metadata
    assert notebook.metadata == nbformat.from_dict(notebooks.METADATA)


def test_an_error_ends_it_with_the_cell_named():
    with pytest.raises(WorkbookError, match=r"The cell c \(1 / 0\) raised ZeroDivisionError"):
        executed("1 / 0")


def test_an_expected_error_is_stored():
    assert executed("1 / 0", ["raises-exception"]).cells[0].outputs[0].ename == "ZeroDivisionError"
    with pytest.raises(WorkbookError, match="raised none"):
        executed("1 / 1", ["raises-exception"])


def test_a_warning_is_not_stored():
    with pytest.raises(WorkbookError, match="(?s)The cell c .* warns, as a learner would see: .*FutureWarning: soon"):
        executed("import warnings; warnings.warn('soon', FutureWarning)")


def test_a_warning_is_a_difference():
    said, warned = new_output("stream", name="stdout", text="1\n"), new_output("stream", name="stderr", text="soon\n")
    assert notebooks.differences(cell(said), cell(said)) == []
    assert notebooks.differences(cell(said, warned), cell(said)) != []


def test_a_path_of_this_machine_does_not_get_in():
    with pytest.raises(WorkbookError, match="shows a path of this machine"):
        executed("import os; print(os.getcwd())")


def test_the_waits_of_a_cell_share_one_line_that_counts():
    source = (
        "from workbook import wait_until\n"
        "for what in ('the first', 'the second', 'the third'):\n    wait_until(lambda: True, what)\n"
    )
    [line] = executed(source).cells[0].outputs
    assert line.data["text/plain"] == "Waiting for the first"
    assert "Waiting for the third: done" in line.data["text/html"] and "waited 3 times" in line.data["text/html"]


def test_the_waits_of_another_cell_have_a_line_of_their_own():
    wait = "from workbook import wait_until\nwait_until(lambda: True, '{}')"
    notebook = new_notebook(cells=[new_code_cell(wait.format(what), id=what) for what in ("here", "there")])
    notebooks.execute(notebook)
    said = [[output.data["text/plain"] for output in one.outputs] for one in notebook.cells]
    assert said == [["Waiting for here"], ["Waiting for there"]]
