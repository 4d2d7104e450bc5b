"""Running `cdk_app/app.py`, in a process that has CDK in memory if there is one.

That process takes some 300 MB. In a notebook it is there for the next synthesis, if that comes within two minutes.
Each run sees the code as it stands, and nothing of an earlier one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.base.paths import CDK_APP, CDK_STATE
from workbook.deployment.app_process import environment_of_cdk

SCRIPT = Path(__file__).with_name("app_process.py")
RUNS = 10  # of one process: Node keeps what was made, and warns when eleven apps wait for its end


@dataclass
class _Waiting:
    """A process that waits.

    Attributes:
        process: it.
        environment: the one that its Node process has.
        ready: whether it has said that it is.
        runs: how often it has run the app.
    """

    process: subprocess.Popen[str]
    environment: dict[str, str]
    ready: bool = False
    runs: int = 0

    def tell(self, order: dict[str, Any]) -> None:
        with suppress(BrokenPipeError):  # it has ended, and whoever waits for an answer will see that
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()

    def answer(self) -> dict[str, Any] | None:
        """What it answers; None if it has ended."""
        self.await_ready()
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def await_ready(self) -> None:
        """Wait until it has loaded what it can."""
        self.ready = self.ready or bool(self.process.stdout.readline())


_ready: list[_Waiting] = []  # one at most


def make_ready(environment: Mapping[str, str], *, ahead: bool = False) -> None:
    """Start a process that loads CDK and then waits for `run`, if there is none yet.

    Args:
        environment: the one that `run` will be called with; what leads to AWS may be another by then.
        ahead: it also runs the app, as it stands now; `run` has less to do then, or nothing if no file is changed.
    """
    if not (_ready and _usable(_ready[0], environment)):
        forget()
        variables = {**environment, "CDK_OUTDIR": str(_staged())}
        _ready.append(_Waiting(_start([sys.executable, "-P", str(SCRIPT)], variables), variables))
    if ahead:
        _ready[0].tell({"ahead": dict(environment)})


def await_loaded() -> None:
    """Wait until the process that was made ready, if there is one, has loaded CDK, which two cores are busy with."""
    for one in _ready:
        try:
            one.await_ready()
        except BaseException:  # an interrupt
            forget()
            raise


def await_ready() -> None:
    """Wait until the process that was made ready has done all that it can: to measure, and to test."""
    for one in _ready:
        one.await_ready()
        one.tell({"awake": True})
        one.answer()


def forget() -> None:
    """End the process that was made ready, if there is one."""
    while _ready:
        process = _ready.pop().process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # with its Node, which would finish what it has begun
        process.communicate()
        shutil.rmtree(_staged(), ignore_errors=True)


def run(environment: Mapping[str, str], *, stays: bool = False) -> subprocess.CompletedProcess[str]:
    """Run `app.py`, as `cdk synth` does.

    Args:
        environment: the environment variables, among them CDK_OUTDIR and CDK_CONTEXT_JSON.
        stays: whether a process that was made ready is there for the next run, too.

    Returns:
        How it ended, and what it said.
    """
    if _ready and _usable(_ready[0], environment):
        try:
            one = _ready[0]
            one.tell({"run": dict(environment)})
            answer = one.answer()
        except BaseException:  # an interrupt
            forget()
            raise
        if answer and stays:
            one.runs = answer["runs"]
        else:
            forget()
        if answer:
            return subprocess.CompletedProcess(one.process.args, answer["code"], "", answer["said"])
    return _finish(_start([sys.executable, "-B", "app.py"], environment))


def _usable(one: _Waiting, environment: Mapping[str, str]) -> bool:
    """Whether a process is still there for another run, and its Node was given what CDK's code reads."""
    as_now = environment_of_cdk(one.environment) == environment_of_cdk(environment)
    return as_now and one.runs < RUNS and one.process.poll() is None


def _staged() -> Path:
    """The folder in which the process that was made ready has its assembly: one for each process that starts one."""
    return CDK_STATE / f"staged-{os.getpid()}"


def _start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a Python in the app's folder. An interrupt does not reach it: it may be waiting."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=CDK_APP, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )


def _finish(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    try:
        output, errors = process.communicate()
    except BaseException:  # an interrupt
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
