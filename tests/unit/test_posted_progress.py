"""A laptop that joined a class tells it its learner's progress, and nothing else; whatever is posted breaks nothing."""

from __future__ import annotations

import json
import stat
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest

from workbook.base.errors import WorkbookError
from workbook.base.paths import ROOT
from workbook.learning import bookmark, joined, published

sys.path.append(str(ROOT / "workshop" / "hub"))
from class_progress import STUCK, Learner  # noqa: E402
from posted import MOST, Posted  # noqa: E402

pytestmark = pytest.mark.slow

NOW = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
CHECK = published.checks_of(2)[0]
ID = "a" * 32
PATIENCE = 60


@pytest.fixture
def record(monkeypatch, tmp_path):
    """A checkout in which nothing has been done yet, and no class was joined."""
    monkeypatch.setattr(bookmark, "RECORD", tmp_path / "progress.json")
    monkeypatch.setattr(joined, "RECORD", tmp_path / "class.json")
    for name in joined.OF_A_HUB:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def the_class(record, monkeypatch):
    """A class that knows the key `secret`; `got` gives what was posted: path, authorization, body."""
    monkeypatch.setattr(joined, "SECONDS", PATIENCE)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.put((self.path, self.headers["Authorization"], json.loads(body)))
            known = self.headers["Authorization"] in ("Bearer secret", "token pod")
            self.send_response(400 if b"too long" in body else 204 if known else 403)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.got = Queue()
    server.address = f"http://127.0.0.1:{server.server_port}/services/class"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def no_thread(*_, **__):
    raise AssertionError("Something is sent.")


def test_who_has_not_joined_sends_nothing(record, monkeypatch):
    monkeypatch.setattr(joined, "Thread", no_thread)
    bookmark.record_try(CHECK, right=True)


def test_after_joining_each_check_is_told_and_nothing_but_progress(the_class):
    bookmark.record_guess("02-guess", {"longest": "what I think"})
    joined.join(the_class.address, "secret", "Ada", bookmark.whole())
    assert stat.S_IMODE(joined.RECORD.stat().st_mode) == 0o600
    bookmark.record_try(CHECK, right=True)
    _, (path, authorization, told) = (the_class.got.get(timeout=PATIENCE) for _ in range(2))
    assert (path, authorization) == ("/services/class/progress", "Bearer secret")
    assert set(told) == {"name", "id", "sent", "progress"} and told["name"] == "Ada"
    assert set(told["progress"]) == {"passed", "tries"} and told["progress"]["passed"] == [CHECK]


def test_who_has_left_sends_nothing(the_class, monkeypatch):
    joined.join(the_class.address, "secret", "Ada", {})
    assert (joined.leave(), joined.leave()) == (True, False)
    monkeypatch.setattr(joined, "Thread", no_thread)
    bookmark.record_try(CHECK, right=True)


def test_a_pod_says_by_the_hubs_token_whose_it_is(the_class, monkeypatch):
    for name, value in zip(joined.OF_A_HUB, (f"{the_class.address}/", "pod"), strict=True):
        monkeypatch.setenv(name, value)
    bookmark.move_to(2, bookmark.WITHIN)
    path, authorization, told = the_class.got.get(timeout=PATIENCE)
    assert (path, authorization) == ("/services/class/progress", "token pod")
    assert set(told) == {"sent", "progress"} and told["progress"] == {"chapter": 2}


@pytest.mark.parametrize(
    ("address", "key", "sentence"),
    [
        ("{}", "wrong", "No class at http://127.0.0.1:"),
        ("class.example", "secret", "class.example is no address: take it from the teacher's page, with https://"),
        ("http://127.0.0.1:1/x", "secret", "The class at http://127.0.0.1:1/x does not answer (ConnectionError): "),
    ],
)
def test_what_cannot_be_joined_is_said_and_not_remembered(the_class, address, key, sentence):
    with pytest.raises(WorkbookError) as refused:
        joined.join(address.format(the_class.address), key, "Ada", {})
    assert refused.value.message.startswith(sentence) and not joined.RECORD.exists()


def test_a_name_that_a_class_does_not_take_is_said(the_class):
    with pytest.raises(WorkbookError, match="a name has 1 to 40 characters"):
        joined.join(the_class.address, "secret", "too long", {})
    assert not joined.RECORD.exists()


def test_a_class_that_is_gone_disturbs_nobody(the_class, capfd):
    joined.join(the_class.address, "secret", "Ada", {})
    the_class.shutdown()
    the_class.server_close()
    bookmark.record_try(CHECK, right=True)
    for thread in threading.enumerate():
        if thread.name.endswith("(_try_to_send)"):
            thread.join(PATIENCE)
    assert bookmark.passed() == [CHECK] and capfd.readouterr().err == ""


def body(*, id=ID, name="Ada", sent=NOW, ago=10.0, right=False, **progress) -> bytes:
    """What a laptop posts whose learner tried a check so many minutes ago, by its own clock."""
    when = (sent - timedelta(minutes=ago)).isoformat()
    tries = {CHECK: {"tries": 3, "first": when, "last": sent.isoformat(), "right": right}}
    told = {"name": name, "id": id, "sent": sent.isoformat(), "progress": {"chapter": 2, "tries": tries} | progress}
    return json.dumps(told).encode()


@pytest.mark.parametrize("wrong", [timedelta(), timedelta(hours=3), timedelta(hours=-3)])
def test_a_laptop_whose_clock_is_wrong_is_seen_as_the_others(wrong):
    posted = Posted()
    posted.take(body(sent=NOW + wrong), NOW)
    [one] = posted.of_laptops(NOW + timedelta(minutes=1))
    assert one == Learner(
        "Ada (laptop)", chapter=2, of=len(published.checks_of(2)), step=CHECK, failed=3, alive=NOW,
        stuck=timedelta(minutes=11),
    )  # fmt: skip
    assert one.stuck > STUCK


def test_what_comes_late_does_not_replace_what_is_newer():
    posted = Posted()
    posted.take(body(sent=NOW, right=True), NOW)
    posted.take(body(sent=NOW - timedelta(seconds=5)), NOW)
    [one] = posted.of_laptops(NOW)
    assert one.failed == 0


def test_a_laptop_cannot_speak_for_a_user_of_the_hub_nor_for_another_laptop():
    posted = Posted()
    posted.take(body(), NOW, user="ben")
    posted.take(body(id="b" * 32, name="ben"), NOW)
    posted.take(body(id="c" * 32, name="ben"), NOW)
    assert [one.name for one in posted.of_laptops(NOW)] == ["ben (laptop)", "ben (laptop)"]
    assert posted.of_user("ben", None, NOW).name == "ben" and posted.of_user("Ada", None, NOW) is None


NEVER = {CHECK: {"tries": 1, "first": "9999-12-31T23:59:59Z", "last": "9999-12-31T23:59:59Z", "right": False}}
UNFIT = [b"", b"[]", b"{}", b"\xff", body(name=" "), body(name="x" * 41), body(id="../etc"), body(tries={CHECK: {}}),
         body(chapter="<b>"), body(sent=NOW - timedelta(days=1), tries=NEVER)]  # fmt: skip


@pytest.mark.parametrize("unfit", UNFIT)
def test_what_is_no_progress_is_refused(unfit):
    posted = Posted()
    with pytest.raises(ValueError):
        posted.take(unfit, NOW)
    assert posted.of_laptops(NOW) == []


def test_a_class_is_full_at_some_time():
    posted = Posted()
    for n in range(MOST):
        posted.take(body(id=f"{n:032x}"), NOW)
    with pytest.raises(ValueError):
        posted.take(body(id="f" * 32), NOW)
    posted.take(body(id=f"{0:032x}", sent=NOW + timedelta(seconds=1)), NOW)
