"""What a person stops, and a cloud or an API that does not answer, is said in a sentence, without a traceback."""

from __future__ import annotations

import re
import socket
import textwrap
import threading
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from workbook.base.errors import WorkbookError
from workbook.clients import rest
from workbook.cloud import sentences
from workbook.learning import exercises


@pytest.fixture
def shell(shell: InteractiveShell) -> InteractiveShell:
    sentences.speak_in(shell)
    return shell


def said(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], code: str) -> str:
    assert shell.run_cell(code).error_in_exec is not None
    return re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).strip()  # without colours


def called(address: str) -> str:
    config = "Config(read_timeout=0.2, connect_timeout=0.2, retries={'total_max_attempts': 1})"
    keys = "aws_access_key_id='a', aws_secret_access_key='b'"
    client = f"boto3.client('sqs', 'us-east-1', endpoint_url='{address}', {keys}, config={config})"
    return f"import boto3\nfrom botocore.config import Config\n{client}.list_queues()"


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Takes connections, and never answers by itself."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def address(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def hang_up(server: socket.socket) -> None:
    def close() -> None:
        while True:
            try:
                server.accept()[0].close()
            except OSError:
                return

    threading.Thread(target=close, daemon=True).start()


@pytest.fixture
def nobody() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return address(listening)


def test_an_interrupt_in_any_cell(shell, capsys):
    assert (
        said(shell, capsys, "raise KeyboardInterrupt")
        == "Stopped. What was done stands; run this cell again to go on. The first cell mends what it broke."
    )


TODO = 'def refusal():\n    raise NotImplementedError("return the lines")\n'
WAITED = "from workbook.base.waiting import poll\npoll({}, 'it', 1)"


@pytest.mark.parametrize("call", ["refusal()", WAITED.format("refusal")])
def test_a_function_in_which_nothing_was_written_is_named_and_what_it_is_to_do(shell, capsys, call):
    assert said(shell, capsys, TODO + call) == "refusal is still to be written: return the lines."


def test_what_a_library_does_not_implement_keeps_its_traceback(shell, capsys):
    told = said(shell, capsys, "import io\nio.RawIOBase().readinto(bytearray())\nio.IOBase().truncate()")
    assert "Traceback" in told
    assert "Traceback" in said(shell, capsys, "raise NotImplementedError")


def test_an_error_in_a_cells_function_is_shown_without_the_library_that_called_it(shell, capsys):
    told = said(shell, capsys, f"def look():\n    return {{}}['id']\n{WAITED.format('look')}")
    assert "----> 2     return {}['id']" in told and told.endswith("KeyError: 'id'")
    assert "poll(look, 'it', 1)" in told and "tenacity" not in told
    headers = "import requests\nheaders = requests.structures.CaseInsensitiveDict()"
    told = said(shell, capsys, f"{headers}\ndef look():\n    return headers['id']\n{WAITED.format('look')}")
    assert "requests/structures.py" in told and "tenacity" not in told


def test_a_call_that_is_refused_is_shown_where_it_stands(shell, capsys, server):
    call = called(address(server)).replace("list_queues()", "send_message()")
    told = said(shell, capsys, f"def send():\n{textwrap.indent(call, '    ')}\nsend()")
    assert "----> 5 send()" in told and "Missing required parameter" in told and "botocore/client.py" not in told


def test_an_error_in_a_library_shows_where(shell, capsys):
    told = said(shell, capsys, "import json\njson.loads('{')")
    assert "json/decoder.py" in told


def test_a_slip_of_the_pen_is_shown_where_it_stands_and_nothing_of_ipython(shell, capsys):
    assert shell.run_cell("x = 1\ny = (2").error_before_exec is not None
    told = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert "line 2" in told and "y = (2" in told and "SyntaxError" in told and "interactiveshell.py" not in told


def test_a_slip_in_code_that_a_cell_runs_shows_the_cell_as_well(shell, capsys):
    told = said(shell, capsys, "x = '(2'\neval(x)")
    assert "line 2\n    eval(x)" in told and "was never closed" in told


def test_a_cloud_that_is_not_there(shell, capsys, nobody):
    told = said(shell, capsys, called(nobody))
    assert told == "There is no way to reach the local cloud. Run the chapter's first cell again: it starts it."


def test_a_busy_cloud_is_not_a_lost_one(shell, capsys, server):
    told = said(shell, capsys, called(address(server)))
    assert told == "There was no answer of the local cloud in time: it is busy. Wait a little, and run this cell again."


def test_a_connection_that_breaks(shell, capsys, server):
    hang_up(server)
    told = said(shell, capsys, called(address(server)))
    assert told == "The connection to the local cloud broke before the answer was there. Run this cell again."


def test_any_other_error_keeps_its_traceback(shell, capsys):
    assert "ZeroDivisionError" in said(shell, capsys, "1 / 0")


def refused(url: str) -> str:
    with pytest.raises(WorkbookError) as error:
        rest.Rest(url).get("product")
    return error.value.message


def test_an_address_at_which_nobody_is(nobody):
    assert refused(nobody) == (
        f"Nothing answers at {nobody}/product. "
        "Run the chapter's set-up cell again, and look the address up again in outputs."
    )


def test_a_busy_api_is_not_a_lost_address(server, monkeypatch):
    monkeypatch.setattr(rest, "PATIENCE_SECONDS", 0.2)
    assert refused(address(server)).startswith(f"{address(server)}/product has not answered within 0.2 s: it is busy.")


def test_an_api_that_breaks_off(server):
    hang_up(server)
    assert refused(address(server)).startswith(
        f"The connection to {address(server)}/product broke before the answer was there."
    )


def test_what_is_no_address():
    assert refused("product").startswith("This is no request that can be sent to product/product: Invalid URL")


# Checks


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(exercises, "_checks", {})
    monkeypatch.delenv("WORKBOOK_TESTING", raising=False)

    @exercises.checks("77-1")
    def look(choice: dict[str, str]) -> exercises.Verdict:
        return exercises.Right(choice.popitem()[0].upper())

    return "77-1"


@pytest.mark.parametrize("answer", [None, 3, {1: 2}, {}, ["a"]])
def test_a_check_that_meets_an_unexpected_type_says_so(registered, capsys, answer):
    exercises.check(registered, answer)
    told = capsys.readouterr().out
    assert told.startswith("✗ Not right, because something has another form than this check can read.")
    assert f"Found: {type(answer).__name__}, at which the check stopped: " in told


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ("the filter is missing.", "✗ Not right, because the filter is missing.\n"),
        ("return the pattern.", "✗ Not right: return the pattern.\n"),
        ("take says whether.", "✗ Not right, because take says whether.\n"),
    ],
)
def test_what_is_to_be_done_is_no_reason(registered, capsys, mistake, told):
    exercises.checks("77-3")(lambda: exercises.NotRight("this", "that", mistake))
    exercises.check("77-3")
    assert capsys.readouterr().out.startswith(told)


CALLS = """
from workbook.learning import exercises
exercises._checks["77-2"] = exercises._Check(
    lambda call: exercises.NotRight("a number", type(found := call(1)).__name__, "it is not.")
)
exercises.check("77-2", look)
"""


@pytest.mark.parametrize(
    ("code", "error"), [("thing", "NameError: name 'thing' is not defined"), ("{}['id']", "KeyError: 'id'"),
                        ("uuid.UUID('1')", "ValueError: badly formed hexadecimal UUID string")]
)  # fmt: skip
def test_an_error_in_a_cells_function_is_told_as_its_own(shell, capsys, monkeypatch, code, error):
    monkeypatch.delenv("WORKBOOK_TESTING", raising=False)
    shell.run_cell(f"import uuid\ndef look(it):\n    return {code}\n{CALLS}")
    assert capsys.readouterr().out.startswith(
        "✗ Not right, because the function ends with an error of its own, which says why.\n"
        f"  Expected: a function that answers\n  Found: {error}\n"
    )


def test_a_function_without_return_is_asked_for_one(shell, capsys, monkeypatch):
    monkeypatch.delenv("WORKBOOK_TESTING", raising=False)
    shell.run_cell(f"def look(it):\n    it + 1\n{CALLS}")
    assert "Found: NoneType: the function gives nothing back. Does a line of it begin" in capsys.readouterr().out


@pytest.mark.parametrize("answers", [(), ({}, {})])
def test_a_check_that_is_called_with_too_much_or_too_little_says_how(registered, answers):
    with pytest.raises(
        WorkbookError, match=r'^This check is called as check\("77-1", choice\); the chapter\'s cell does it.$'
    ):
        exercises.check(registered, *answers)
