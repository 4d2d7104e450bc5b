"""A learner at a machine of their own: a copy of the tree, a cloud of the copy's own, a Python in it.

Nothing here runs in the checkout, and nothing in the process of the tests: whoever runs them, in
whatever environment, a learner's cloud and files stay as they are. What a learner types goes to a
process that keeps its names from one piece to the next, like a notebook's kernel.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import boto3
import psutil
from botocore.config import Config

from workbook.base.patience import out_of_time
from workbook.maintenance import copies

T = TypeVar("T")
KERNEL = Path(__file__).with_name("kernel.py")
ONLY_HELLO = """\
import aws_cdk as cdk
from shop.hello import Hello

app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
Hello(app, "Hello")
app.synth()
"""  # an app with one stack
NO_PROCESS = """
import unittest.mock

no_process = unittest.mock.patch("subprocess.Popen.__init__", side_effect=AssertionError("a process was started"))
"""  # for a learner's Python: `with no_process:` nothing may start one


class Kernel:
    """A Python process in a learner's folder of notebooks.

    Args:
        root: the copy of the tree.
        more: environment variables, beside those of the copy; None takes one away.
    """

    def __init__(self, root: Path, **more: str | None) -> None:
        environment = {k: v for k, v in (copies.environment_of(root) | more).items() if v is not None}
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, str(KERNEL)], cwd=root / "notebooks", env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def __call__(self, code: str) -> Any:
        """Run code; the value of its last line, as JSON has it. `said` is then what it printed.

        Raises:
            AssertionError: the code raised an error.
        """
        answer = self._run(code)
        assert answer["error"] is None, f"{answer['error']}\n{answer['traceback']}"
        return answer["value"]

    def refused(self, code: str, error: str = "WorkbookError") -> str:
        """Run code that must raise an error of that name; its sentence."""
        answer = self._run(code)
        assert answer["error"] is not None, f"no error; the value is {answer['value']!r}"
        assert answer["error"]["type"] == error, answer["traceback"]
        return answer["error"]["message"]

    def _run(self, code: str) -> dict[str, Any]:
        self.start(code)
        return self.finish()

    def start(self, code: str) -> None:
        """Start code, to `finish()` it later."""
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()

    def finish(self) -> dict[str, Any]:
        """Wait for what was started: value, said, error, traceback."""
        line = self.process.stdout.readline()
        assert line, f"the learner's Python ended with {self.process.wait()}"
        answer = json.loads(line)
        self.said = answer["said"]
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


class Learner:
    """A copy of the tree, and what a person can do with it.

    Args:
        root: the copy.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kernels: list[Kernel] = []
        self.outputs: dict[str, str] = {}

    def kernel(self, **more: str | None) -> Kernel:
        """Another Python at the same machine."""
        self.kernels.append(Kernel(self.root, **more))
        return self.kernels[-1]

    def cli(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run `workbook` with these arguments."""
        return subprocess.run(
            [sys.executable, "-m", "workbook", *arguments], cwd=self.root, text=True, capture_output=True,
            env=copies.environment_of(self.root) | more, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def write(self, path: str, content: str) -> None:
        """Write a file below the root."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(content, encoding="utf-8")

    def read(self, path: str) -> str:
        """Read a file below the root."""
        return (self.root / path).read_text(encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace what stands exactly once in a file."""
        before = self.read(path)
        assert before.count(old) == 1, f"{old!r} stands {before.count(old)} times in {path}"
        self.write(path, before.replace(old, new))

    @property
    def cloud(self) -> dict[str, Any]:
        """What is recorded of the learner's cloud: pid, port, created."""
        return json.loads(self.read(".workbook/cloud/cloud.json"))

    def client(self, service: str) -> Any:
        """A boto3 client of the learner's cloud, whatever the environment says."""
        return _client_of(self.cloud["pid"], self.cloud["port"], service)

    def rows(self, output: str) -> list[dict[str, Any]]:
        """All items of the table that an output names, as DynamoDB writes them.

        A scan gives a megabyte at a time, and tests of large events put more than that into the event log.
        """
        scan = self.client("dynamodb").get_paginator("scan")
        pages = scan.paginate(TableName=self.outputs[output], ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def clouds(self) -> list[psutil.Process]:
        """The local clouds that run in the copy, known to it or not."""
        return [p for p in psutil.process_iter() if _is_cloud_in(self.root, p)]

    def end(self) -> None:
        for kernel in self.kernels:
            kernel.end()


def client_at(url: str, service: str, *, account: str = "000000000000", region: str = "us-east-1") -> Any:
    """A boto3 client for the cloud at `url` and nothing else."""
    session = boto3.session.Session(account, "local", region_name=region)
    return session.client(
        service, endpoint_url=url, config=Config(retries={"mode": "standard", "total_max_attempts": 1})
    )


@functools.cache
def _client_of(_pid: int, port: int, service: str) -> Any:
    """The same client for as long as the same cloud runs: to make one takes longer than to use it."""
    return client_at(f"http://127.0.0.1:{port}", service)


@contextmanager
def a_learner() -> Iterator[Learner]:
    """A learner, at the machine for the first time; the machine is gone in the end."""
    with copies.copy_of_the_tree() as root:
        learner = Learner(root)
        try:
            yield learner
        finally:
            learner.end()


def until(look: Callable[[], T], *, seconds: float = 75, over: Callable[[float, float], bool] = out_of_time) -> T:
    """Look until there is something to see.

    A message that a worker could not finish with, because the machine was too busy, is back after 30 s; so
    whoever waits for less than that twice waits for luck.

    Args:
        look: called until what it returns is true.
        seconds: when to give up, on a machine that has nothing else to do.
        over: tells from the seconds waited, and these, whether to give up.

    Raises:
        TimeoutError: there never is; no AssertionError, for which a test may be expected to fail.
    """
    started = time.monotonic()
    while not (seen := look()):
        waited = time.monotonic() - started
        if over(waited, seconds):
            raise TimeoutError(f"after {seconds} s there was still {seen!r}")
        time.sleep(min(0.02 + waited / 10, 0.2))  # each look keeps from its work what is waited for
    return seen


def _is_cloud_in(root: Path, process: psutil.Process) -> bool:
    try:
        return "ministack" in process.cmdline() and Path(process.cwd()).is_relative_to(root)
    except (psutil.Error, OSError):
        return False
