"""The log of a call has all that the function wrote before its answer, and nothing is waited for."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from workbook.cloud.engine import whole_logs

FUNCTION = """
import sys
for call in sys.stdin:
    exec(call)
    print("answer", flush=True)
"""


class Engine:
    """MiniStack's worker, as far as logs go, with a function that does what it is called with."""

    def __init__(self) -> None:
        self._proc = subprocess.Popen([sys.executable, "-c", FUNCTION], text=True, stdin=-1, stdout=-1, stderr=-1)
        self._stderr_queue: queue.Queue[str] = queue.Queue()

    def _drain_stderr(self) -> str:
        lines = []
        while not self._stderr_queue.empty():
            lines.append(self._stderr_queue.get_nowait())
        return "\n".join(lines)

    def _drain_stderr_bounded(self) -> str:
        return "read as before"

    def call(self, code: str) -> str:
        """Call the function; the log."""
        self._proc.stdin.write(code + "\n")
        self._proc.stdin.flush()
        self._proc.stdout.readline()
        return self._drain_stderr_bounded()


@pytest.fixture
def engine() -> Iterator[Engine]:
    class Patched(Engine):
        pass

    whole_logs.give(Patched)
    one = Patched()
    yield one
    one._proc.kill()
    one._proc.wait()


@pytest.fixture
def follows(engine: Engine) -> Iterator[Engine]:
    """What reads in the background is there, and ends with the function."""
    background = threading.Thread(target=engine._read_stderr)
    background.start()
    while not hasattr(engine, "whole_log"):
        time.sleep(0.001)
    yield engine
    engine._proc.kill()
    background.join()


@pytest.mark.parametrize("lines", [0, 1, 500, 20_000])  # no line: that is not waited for
def test_all_that_was_written_is_there_and_nothing_of_it_comes_later(follows, lines):
    code = f"for n in range({lines}): print(n, 'a line', file=sys.stderr)"
    for _ in range(3):
        assert follows.call(code).splitlines() == [f"{n} a line" for n in range(lines)]


def test_it_is_there_though_nobody_reads_in_the_background(engine):
    """As on a machine that is too busy: the thread gets no turn."""
    engine.whole_log = whole_logs.WholeLog(engine._proc.stderr, engine._stderr_queue)
    assert engine.call("print('late', file=sys.stderr)") == "late"


def test_the_last_words_of_a_function_that_ends_are_kept(follows):
    assert follows.call("print('so', file=sys.stderr); sys.stderr.write('long'); sys.stderr.flush(); sys.exit()") in (
        "so\nlong", "so",
    )  # fmt: skip
    follows._proc.wait()
    follows.whole_log.catch_up()
    assert follows._drain_stderr() in ("", "long")


def test_what_is_no_utf8_is_replaced_and_not_lost(follows):
    assert follows.call(r"sys.stderr.buffer.write(b'\xff!\n'); sys.stderr.flush()") == "�!"


def test_another_kind_of_worker_is_read_as_before(engine):
    assert engine._drain_stderr_bounded() == "read as before"
