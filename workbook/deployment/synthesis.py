"""Running `cdk_app/app.py`, in a process that was made ready before if there is one.

Each process runs the app once, so it sees the code as it stands, and nothing of an earlier run. A
process that is ready takes some 250 MB, for two minutes at most.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbook.base.paths import CDK_APP
from workbook.deployment.app_process import NOT_RUN

SCRIPT = Path(__file__).with_name("app_process.py")


@dataclass
class _Waiting:
    """A process that waits, the environment that its Node process has, and whether it has said that it is ready."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    said_so: bool = False


_ready: list[_Waiting] = []  # one at most


def make_ready(environment: Mapping[str, str]) -> None:
    """Start a process that loads CDK and then waits for `run`, if there is none yet.

    Args:
        environment: the one that `run` will be called with; what leads to AWS may be another by then.
    """
    if _ready and _usable(_ready[0], environment):
        return
    forget()
    _ready.append(_Waiting(_start([sys.executable, "-P", str(SCRIPT)], environment), dict(environment)))


def await_ready() -> None:
    """Wait until the process that was made ready has loaded all that it can: to measure, and to test."""
    for one in _ready:
        one.said_so = one.said_so or bool(one.process.stdout.readline())


def forget() -> None:
    """End the process that was made ready, if there is one."""
    while _ready:
        process = _ready.pop().process
        process.kill()
        process.communicate()


def run(environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `app.py`, as `cdk synth` does.

    Args:
        environment: the environment variables, among them CDK_OUTDIR and CDK_CONTEXT_JSON.

    Returns:
        How it ended, and what it said.
    """
    if _ready and _usable(_ready[0], environment):
        done = _finish(_ready.pop().process, json.dumps(dict(environment)) + "\n")
        if done.returncode >= 0 and done.returncode != NOT_RUN:
            return done
    return _finish(_start([sys.executable, "-B", "app.py"], environment))


def _usable(one: _Waiting, environment: Mapping[str, str]) -> bool:
    """Whether a process is still there, and its Node was given what CDK's code reads."""
    return one.process.poll() is None and _without_aws(one.environment) == _without_aws(environment)


def _without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """What CDK's own code may look at: it speaks to no cloud, so nothing that leads to one."""
    return {name: value for name, value in environment.items() if not name.lower().startswith(("aws_", "no_proxy"))}


def _start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a Python in the app's folder. An interrupt does not reach it: it may be waiting."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=CDK_APP, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )


def _finish(process: subprocess.Popen[str], line: str = "") -> subprocess.CompletedProcess[str]:
    try:
        output, errors = process.communicate(line)
    except BaseException:  # an interrupt
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
