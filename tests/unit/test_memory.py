"""A new kernel has the names of the one before it: by definitions and by values, and nothing is called for that."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbook.learning import memory, published
from workbook.learning.definitions import bound, bound_by, definitions, needed

pytestmark = pytest.mark.slow

HARMLESS = [
    "import json",
    "from workbook import outputs",
    "def put(user, times=3):\n    return api.post('basket', user)",
    "@contextmanager\ndef dying(function):\n    yield",
    "class Killed(BaseException):\n    pass",
    "QUEUE, DEAD = outputs['OrderingQueue'], outputs['OrderingDeadLetters']",
    "sqs, lambda_ = (boto3.client(name) for name in ('sqs', 'lambda'))",
    "events, iam = map(boto3.client, ('events', 'iam'))",
    "memory = boto3.resource('dynamodb').Table('vouchers')",
    "api = Rest(outputs['BasketApiUrl'])",
    "state = lambda: lambda_.invoke(FunctionName=WORKER)",
    "sys.path.append('../cdk_app/layer')",
]
NOT_HARMLESS = [
    "deploy('Basket')",
    "chair = api.post('product', {'name': 'Chair'})",
    "calm()",
    "opened = datetime.now(UTC)",
    "rows['x'] = 1",
    "with suppress(KeyError):\n    sqs.delete_queue(QueueUrl=QUEUE)",
    "for user in users:\n    put(user)",
    "program = Popen(['rm'])",
    "queues = map(sqs.create_queue, names)",
    "def put(user, answer=api.delete('product/1')):\n    pass",
    "@retried(api.delete('product/1'))\ndef put():\n    pass",
    "both = [api.get('product'), 1]",
    "(x := api.get('product'))",
]


@pytest.mark.parametrize("code", HARMLESS)
def test_what_only_defines_is_run_again(code: str) -> None:
    assert bound(definitions(code)) == bound_by(code)
    assert definitions(code)


@pytest.mark.parametrize("code", NOT_HARMLESS)
def test_what_calls_is_not(code: str) -> None:
    assert definitions(code) == []


def test_of_two_names_in_one_line_each_is_looked_at() -> None:
    assert bound(definitions("opened, waits = datetime.now(UTC), lambda: None")) == {"waits"}


def test_what_is_no_python_defines_nothing() -> None:
    assert definitions("def broken(") == []


@pytest.mark.parametrize("number", published.chapters())
def test_at_every_place_of_a_chapter_what_later_cells_call_is_defined_again(number: int) -> None:
    """Functions, clients and APIs: whatever is no value. `run.py test --all` restarts a kernel at every place."""
    cells = published.code_of(number)
    missing = {}
    for place in range(1, len(cells)):
        above = {name for cell in cells[:place] for name in bound_by(cell)}
        back = {name for cell in cells[:place] for name in bound(definitions(cell))}
        read = {name for cell in cells[place:] for name in needed(cell)}
        if gone := (read & above & called(cells)) - back:
            missing[place] = gone
    assert missing == {}


def called(cells: list[str]) -> set[str]:
    """The names of whatever is called, or made by boto3 or Rest."""
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell))]
    functions = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    makes = [n for n in nodes if isinstance(n, ast.Assign) and ast.unparse(n.value).startswith(("boto3.", "Rest("))]
    return functions | {name for node in makes for name in bound([node])}


# A kernel


@pytest.fixture
def kernel(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs cells in a new kernel, which first gets what the one before it had; its names, with `back` and `gone`."""

    def run(*cells: str) -> dict[str, Any]:
        names: dict[str, Any] = {"__name__": "__main__"}
        kept = memory.Memory(tmp_path / "04.pickle", names)
        back, gone = kept.bring_back(lambda tree, code: compile(tree, "<cell>", "exec"))
        for cell in cells:
            exec(cell, names)
            kept.keep(cell)
        return names | {"_back": back, "_gone": gone}

    return run


def test_functions_and_what_came_of_calls_are_there_again(kernel) -> None:
    kernel(
        "from datetime import UTC, datetime\ndef twice(n):\n    return 2 * n",
        "opened = datetime.now(UTC)\nfour = twice(2)",
    )
    names = kernel()
    assert names["twice"](names["four"]) == 8
    assert names["opened"].tzinfo
    assert names["_back"] >= {"datetime", "twice", "opened", "four"} and names["_gone"] == set()


def test_a_default_may_be_the_result_of_a_call(kernel) -> None:
    kernel("key = 'x'.upper()\ndef shown(it=key):\n    return it")
    assert kernel()["shown"]() == "X"


def test_nothing_is_called_again(kernel, tmp_path: Path) -> None:
    log = tmp_path / "called"
    cell = f"def call():\n    open({str(log)!r}, 'a').write('x')\n    return 1\none = call()"
    kernel(cell)
    names = kernel()
    assert (names["one"], log.read_text()) == (1, "x")


def test_a_list_is_as_later_cells_left_it(kernel) -> None:
    kernel("made = []", "made.append(1)", "made.append(2)")
    assert kernel()["made"] == [1, 2]
    assert kernel("made.append(3)")["made"] == [1, 2, 3]
    assert kernel()["made"] == [1, 2, 3]


def test_the_last_of_two_meanings_counts(kernel) -> None:
    kernel(
        "lines = sorted('ba')",
        "def lines():\n    return 'function'",
        "import os",
        "x = len('ab')",
        "x = open(os.devnull)",
    )
    names = kernel()
    assert names["lines"]() == "function"
    assert "x" in names["_gone"] and "x" not in names


def test_credentials_and_clients_are_in_no_file(kernel, tmp_path: Path) -> None:
    kernel(
        "from botocore.credentials import Credentials\n"
        "def lend():\n    return Credentials('key', 'a-secret')\nada = lend()\nboth = [ada]"
    )
    assert b"a-secret" not in (tmp_path / "04.pickle").read_bytes().replace(
        b"'a-secret'", b""
    )  # but for the cell's own text
    assert kernel()["_gone"] == {"ada", "both"}


def test_frames_are_data(kernel) -> None:
    kernel(
        "import pandas as pd\n"
        "frame = pd.DataFrame({'at': pd.to_datetime(['2026-01-31'], utc=True), 'who': ['ada']}).convert_dtypes()"
    )
    assert kernel()["frame"].who[0] == "ada"


def test_what_is_too_large_is_not_kept(kernel) -> None:
    kernel(f"large = 'x'.ljust({memory.LARGEST + 1})")
    assert kernel()["_gone"] == {"large"}


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(kernel, tmp_path: Path) -> None:
    kernel("one = len('a')", "two = len('ab')")
    file = tmp_path / "04.pickle"
    file.write_bytes(file.read_bytes()[:-5])
    assert kernel()["one"] == 1


def test_only_its_owner_reads_the_file(kernel, tmp_path: Path) -> None:
    kernel("one = len('a')")
    assert (tmp_path / "04.pickle").stat().st_mode & 0o077 == 0


def test_who_is_told_of_a_name_is_told_of_one_that_another_cell_needs() -> None:
    assert memory._said({"api"}, set(), 12)[0].endswith("Go on where you were.")
    assert memory._said({"api"}, {"axes"}, 12)[0].endswith("Go on where you were.")
    assert "Only what makes `ada`, `eve` has to be run again" in memory._said({"api"}, {"ada", "eve"}, 12)[1]
