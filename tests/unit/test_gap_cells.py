"""Gaps: what a learner's cell loses, what stands in its place, and what comes out when it is filled again."""

from __future__ import annotations

import ast
from collections import Counter

import pytest
from answers.gaps import LINES

from workbook import hint, solution
from workbook.base.paths import ROOT, shown
from workbook.deployment import failures
from workbook.learning import exercises, gaps, published
from workbook.learning.exercises import NotYet

pytestmark = pytest.mark.slow

CELLS = [cell for number in published.chapters() for cell in gaps.cells_of(number).values()]
WRITTEN = {path for number in published.chapters() for path in published.files_before(number + 1)}
each_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)

BEFORE = ["import os", "", "first = 1  # new", "last = 3"]
NOW = ["import os", "import sys", "", "first = 1", "second = 2  # new", "", "third = 3", "last = 3"]
FUNCTION = 'def before():\n    return 1\n\n\ndef mine(x):\n    """What it does."""\n    y = x\n    return y\n'


def cell_of(body: str, before: str = "", **said) -> gaps.Cell:
    return gaps.Cell("99-x", "99-01", "here.py", gaps._parts(body, before, said))


def test_gaps_are_what_a_rewrite_brings_imports_blank_lines_and_marks_aside():
    assert [NOW[first:last] for first, last in gaps.stretches(BEFORE, NOW)] == [["second = 2  # new"], ["third = 3"]]


def test_in_place_of_a_stretch_stands_a_comment_and_null_leaves_it():
    cell = cell_of("\n".join(NOW), "\n".join(BEFORE), todo=["the second number", None])
    assert cell.empty().split("\n") == [*NOW[:4], "# Your code: the second number", *NOW[5:]]
    assert cell.filled(["second = 1 + 1"]).split("\n") == [*NOW[:4], "second = 1 + 1", *NOW[5:]]


def test_the_body_of_a_function_raises_the_sentence_and_keeps_its_docstring():
    cell = cell_of(FUNCTION, function="mine", todo=["return \"x\" as it is"])
    assert cell.gaps[0].lines == ("    y = x", "    return y")
    names: dict = {}
    exec(cell.empty(), names)
    assert names["mine"].__doc__ == "What it does."
    with pytest.raises(NotImplementedError, match='^return "x" as it is$'):
        names["mine"](1)


def test_a_long_sentence_is_broken_and_stays_the_same_sentence():
    todo = "this is to be done, and then that, and after that something else, " * 3 + "and nothing more"
    for said in ({"function": "mine"}, {}):
        cell = cell_of(FUNCTION, "" if said else FUNCTION.replace("    y = x\n", ""), todo=[todo], **said)
        assert max(map(len, cell.empty().split("\n"))) <= gaps.WIDTH
    names: dict = {}
    exec(cell_of(FUNCTION, function="mine", todo=[todo]).empty(), names)
    with pytest.raises(NotImplementedError) as raised:
        names["mine"](1)
    assert str(raised.value) == todo


def test_a_keyword_argument_is_a_gap():
    cell = cell_of("f(\n    1,\n    key=g(\n        2),\n    other=3,\n)", argument="key", todo=["the key"])
    assert cell.empty() == "f(\n    1,\n    # Your code: the key\n    other=3,\n)"


def test_where_python_wants_code_there_is_some():
    before, now = "if a:\n    pass\nelse:\n    b()", "if a:\n    c()\nelse:\n    b()"
    assert cell_of(now, before, todo=["call c"]).empty() == "if a:\n    # Your code: call c\n    ...\nelse:\n    b()"


@pytest.mark.parametrize("todo", [[], ["one", "two"]])
def test_there_is_a_sentence_for_each_gap(todo):
    with pytest.raises(ValueError, match=f"{len(todo)} sentences for 1 gaps"):
        cell_of("a = 1\nb = 2", "a = 1", todo=todo)


def test_lines_without_which_the_rest_is_no_python_are_no_gap():
    with pytest.raises(ValueError, match="the rest is no Python"):
        cell_of("def f(a, b):\n    return 1", "def f(a):\n    return 1", todo=["the head"])


def test_a_gap_is_open_until_something_is_written_beside_its_comment_or_in_place_of_it():
    cell = cell_of("a = 1\nb = 2\nc = 3\n\nd = 4", "a = 1\nc = 3", todo=["b", "d"])
    empty = cell.empty()

    def open_in(text):
        return [gap.todo for gap in cell.still_open(text)]

    assert open_in(empty) == ["b", "d"]
    assert open_in(empty.replace("\n", "\n\n")) == ["b", "d"]
    assert open_in(empty.replace("# Your code: b", "# Your code: b\nb = 5")) == ["d"]
    assert open_in(empty.replace("# Your code: b", "b = 5\n# Your code: b")) == ["d"]
    assert open_in(empty.replace("# Your code: d", "d = 5")) == ["b"]
    assert open_in(cell.published()) == []


@each_cell
def test_filled_with_the_published_lines_it_is_the_published_file(cell):
    assert cell.path is None or cell.path in WRITTEN
    assert cell.filled(["\n".join(gap.lines) for gap in cell.gaps]) == cell.published()
    chapter = published.chapters()[int(cell.id[:2])]
    [source] = ["".join(c["source"]) for c in published.cells(chapter) if c["id"] == cell.id]
    assert source == (source.split("\n", 1)[0] + "\n" if cell.path else "") + cell.published()


@each_cell
def test_empty_it_is_python_of_a_width_to_read_and_every_gap_is_open(cell):
    ast.parse(cell.empty())
    assert max(map(len, cell.empty().split("\n"))) <= gaps.WIDTH
    assert cell.still_open(cell.empty()) == cell.gaps
    assert cell.still_open(cell.published()) == []


@each_cell
def test_its_sentence_is_one_and_what_is_written_is_short(cell):
    for gap in cell.gaps:
        assert not gap.todo.endswith(".") and gap.todo.strip() == gap.todo
        assert 1 <= len([line for line in gap.lines if line.strip()]) <= 8


@each_cell
def test_its_check_stands_below_it_and_has_hints(cell):
    sources = {c["id"]: "".join(c["source"]) for c in published.cells(published.chapters()[int(cell.id[:2])])}
    below = [*sources][[*sources].index(cell.id) + bool(cell.path) :]  # a cell that writes no file may call it itself
    assert any(cell.check in published.CHECK.findall(sources[id]) for id in below)
    assert 1 <= len(exercises._find(cell.check).hints) <= 4


@each_cell
def test_wrong_lines_enough_are_tried_in_it_and_others_that_are_right(cell):
    kinds = Counter(bool(lines.words) for lines in LINES if lines.cell == cell.id)
    assert kinds[True] >= 3 and kinds[False] >= 1


@pytest.mark.parametrize("lines", [pytest.param(lines, id=str(lines)) for lines in LINES])
def test_lines_that_are_tried_are_python_and_not_the_published_ones(lines):
    ast.parse(lines.body)
    assert lines.body != gaps.cells_of(int(lines.cell[:2]))[lines.cell].published()


def test_an_empty_gap_is_not_yet_attempted_whatever_is_deployed(monkeypatch, tmp_path):
    [cell] = gaps.named("02-grant")
    monkeypatch.setattr(gaps, "ROOT", tmp_path)
    file = tmp_path / cell.path
    file.parent.mkdir(parents=True)
    file.write_text(cell.empty(), encoding="utf-8")
    verdict = exercises._looked_at("02-grant", ())
    assert isinstance(verdict, NotYet) and cell.gaps[0].todo in verdict.todo


def test_hint_and_solution_know_gaps(capsys):
    hint("02-grant")
    assert capsys.readouterr().out.startswith("Hint 1 of 3: ")
    solution("02-grant")
    assert capsys.readouterr().out == (
        'items = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]\n'
        "self.add_to_role_policy(  # new\n"
        "    iam.PolicyStatement(actions=items, resources=[table.table_arn])\n"
        ")\n"
    )
    solution("03-construct")
    assert [line for line in capsys.readouterr().out.split("\n") if line.startswith("#")] == [
        "# cdk_app/shop/function.py", "# cdk_app/shop/product.py",
    ]  # fmt: skip


TRACEBACK = """Traceback (most recent call last):
  File "app.py", line 10, in <module>
    Product(app, "Product")
  File "{}", line 20, in __init__
    items
{}
"""


def test_an_empty_gap_that_stops_a_deployment_is_said_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(failures, "CDK_APP", tmp_path / "cdk_app")
    [_, cell, _] = gaps.named("02-list")
    file = tmp_path / "cdk_app" / "shop" / "function.py"
    file.parent.mkdir(parents=True)
    file.write_text(cell.empty(), encoding="utf-8")
    said = failures.why_python_failed(TRACEBACK.format(file, "NameError: name 'items' is not defined"))
    assert said == (
        f"The CDK app does not run: {shown(file)}, line 20: NameError: name 'items' is not defined. "
        f"Perhaps this is not written yet: {shown(file)}, line 17: items, a list: the three actions of before, and Scan"
    )
    said = failures.why_python_failed(TRACEBACK.format(file, "NotImplementedError: allow these actions"))
    assert said == f"{shown(file)}, line 20, is still to be written: allow these actions."


def test_a_construct_that_is_called_wrongly_is_named_with_who_called_it(monkeypatch, tmp_path):
    monkeypatch.setattr(failures, "CDK_APP", tmp_path / "cdk_app")
    (tmp_path / "cdk_app").mkdir()
    stack, helper = (tmp_path / "cdk_app" / "shop" / name for name in ("event_log.py", "subscription.py"))
    trace = TRACEBACK.format(stack, '  File "{}", line 35, in subscribe\n    pattern(more)\n{}')
    said = failures.why_python_failed(trace.format(helper, "TypeError: unexpected keyword argument 'at_most'"))
    where = f"{shown(helper)}, line 35 (called in {shown(stack)}, line 20)"
    assert said == f"The CDK app does not run: {where}: TypeError: unexpected keyword argument 'at_most'"
    said = failures.why_python_failed(trace.format(helper, "NotImplementedError: allow these actions"))
    assert said == f"{shown(helper)}, line 35, is still to be written: allow these actions."


def test_what_cdk_finds_wrong_is_named_with_its_construct(monkeypatch, tmp_path):
    monkeypatch.setattr(failures, "CDK_APP", tmp_path / "cdk_app")
    (tmp_path / "cdk_app").mkdir()
    file, found = tmp_path / "cdk_app" / "app.py", "Either 'eventPattern' or 'schedule' must be defined"
    error = "RuntimeError: ValidationFailedWithErrors: Validation failed with the following errors:"
    said = failures.why_python_failed(TRACEBACK.format(file, f"{error}\n  [EventLog/Rule] {found}"))
    assert said == f"The CDK app does not run: {shown(file)}, line 20: [EventLog/Rule] {found}"
    said = failures.why_python_failed(TRACEBACK.format(file, "ModuleNotFoundError: No module named 'shop.bucket'"))
    assert said.endswith("No module named 'shop.bucket'. Run the cell that writes cdk_app/shop/bucket.py first.")


def test_the_comment_is_the_one_that_deploy_knows():
    assert all(gaps.YOURS in cell.empty() or "NotImplementedError" in cell.empty() for cell in CELLS)
    assert gaps.YOURS == failures.YOURS
    there = [ROOT / path for path in WRITTEN if (ROOT / path).exists()]
    assert there and not any(gaps.YOURS in file.read_text(encoding="utf-8") for file in there)
