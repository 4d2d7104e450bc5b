"""`finish(NN)` ends the kernels of other chapters in the same JupyterLab: which ones, and what it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import jupyter_core.paths
import pytest

from workbook.base.paths import LEARN, NOTEBOOKS, ROOT
from workbook.learning import chapters, other_kernels, published

pytestmark = pytest.mark.slow

LONG_AGO = "2026-01-01T10:00:00.000000Z"
NOW = datetime.now(UTC).isoformat().replace("+00:00", "Z")
MINE = "11111111-1111-4111-8111-111111111111"


def session(path, kernel="other", state="idle", activity=LONG_AGO):
    """A session as Jupyter's API describes it."""
    described = {"id": kernel, "name": "python3", "execution_state": state, "last_activity": activity}
    return {"id": f"session of {path}", "path": str(path), "type": "notebook", "kernel": described}


def page(number, folder=LEARN):
    return (folder / published.chapters()[number].name).relative_to(ROOT)


@pytest.fixture
def jupyter(monkeypatch, tmp_path):
    """A server with a Jupyter server's API for sessions, and what it was asked to end."""
    monkeypatch.setattr(jupyter_core.paths, "jupyter_runtime_dir", lambda: str(tmp_path))
    monkeypatch.setattr(other_kernels, "_id_of_this_kernel", lambda: MINE)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.headers["Authorization"] != "token secret":
                return self.send_error(403)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(server.sessions).encode())

        def do_DELETE(self):
            server.ended.append(self.path.removeprefix("/base/api/sessions/").replace("%20", " "))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.sessions, server.ended = [session(page(2), MINE, "busy")], []
    server.record = {"url": f"http://127.0.0.1:{server.server_port}/base/", "token": "secret", "root_dir": str(ROOT)}
    (tmp_path / "jpserver-7.json").write_text(json.dumps(server.record))
    server.file = tmp_path / "jpserver-7.json"
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ended(jupyter, *sessions):
    jupyter.sessions += sessions
    said = other_kernels.end(2)
    return said, jupyter.ended


def test_one_of_another_chapter_is_ended_and_named(jupyter):
    said, gone = ended(jupyter, session(page(1)))
    assert gone == [f"session of {page(1)}"]
    assert said == (
        "The kernel of chapter 01 was idle and ended, to free about 0.25 GB; `chapter(1)` makes its page ready again."
    )


def test_one_in_which_nothing_was_ever_run_is_ended(jupyter):
    assert ended(jupyter, session(page(1), state="starting"))[1] == [f"session of {page(1)}"]


def test_several_are_named_in_one_sentence_in_either_edition(jupyter):
    said, gone = ended(jupyter, *(session(page(n, NOTEBOOKS)) for n in (3, 1, 0)))
    assert len(gone) == 3
    assert said == (
        "The kernels of chapters 00, 01 and 03 were idle and ended, to free about 0.25 GB each; "
        "`chapter(NN)` makes their pages ready again."
    )


SPARED = {
    "this chapter in the other edition": session(page(2, NOTEBOOKS)),
    "at work": session(page(1), state="busy"),
    "between two cells": session(page(1), activity=NOW),
    "starting": session(page(1), state="starting", activity=NOW),
    "a notebook of one's own": session("learn/mine.ipynb"),
    "a chapter of another checkout": session("../another/" + str(page(1))),
    "a solution": session("notebooks/solutions/01-1.ipynb"),
}


@pytest.mark.parametrize("spared", SPARED.values(), ids=SPARED)
def test_what_is_spared(jupyter, spared, monkeypatch):
    if spared["kernel"]["last_activity"] == NOW:
        monkeypatch.setattr(other_kernels, "PAUSE", other_kernels.PAUSE * 10_000)
    assert ended(jupyter, spared) == ("", [])


def test_a_server_of_another_kernel_is_left_alone(jupyter):
    jupyter.sessions.clear()
    assert ended(jupyter, session(page(2), "somebody's", "busy"), session(page(1))) == ("", [])


@pytest.mark.parametrize("changed", [{"token": "wrong"}, {"url": "http://127.0.0.1:9/"}], ids=str)
def test_a_server_that_does_not_answer_is_left_alone(jupyter, changed):
    jupyter.file.write_text(json.dumps(jupyter.record | changed))
    assert ended(jupyter, session(page(1))) == ("", [])


def test_where_there_is_no_server_nothing_is_done_and_said(jupyter):
    jupyter.file.unlink()
    assert ended(jupyter, session(page(1))) == ("", [])


def test_outside_a_kernel_no_server_is_looked_for(jupyter, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(other_kernels, "_servers", lambda: pytest.fail("it was looked for"))
    assert other_kernels.end(2) == ""


def test_finish_says_it_in_the_end(monkeypatch, capsys):
    monkeypatch.setattr(chapters.bookmark, "move_to", lambda *_: None)
    monkeypatch.setattr(other_kernels, "end", lambda number: f"Ended those that are not {number}.")
    chapters.finish(0)
    assert capsys.readouterr().out.splitlines()[-1] == "Ended those that are not 0."
