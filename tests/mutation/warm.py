"""Runs pytest again and again in a process that has loaded all that a mutant cannot be in: each run is a fork of it.

A line of stdin has pytest's options and tests, as JSON; its line of stdout has the exit code, below zero for a signal.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from importlib import import_module
from importlib.metadata import entry_points

import pytest

OUTPUT, SECONDS = sys.argv[1], int(sys.argv[2])  # where pytest prints, and when it runs for ever
LOADED = (
    "aws_lambda_powertools.event_handler", "aws_lambda_powertools.metrics", "aws_lambda_powertools.utilities.batch",
    "boto3", "hypothesis.extra", "jsonschema", "moto.dynamodb.models", "moto.events.models", "moto.s3.models",
    "moto.sqs.models", "pandas",
)  # fmt: skip


def main() -> None:
    """Run what is asked for, one after the other."""
    for plugin in entry_points(group="pytest11"):
        import_module(plugin.module)
    for name in LOADED:
        import_module(name)
    gc.freeze()  # so that no fork looks at it again, and copies it
    for line in sys.stdin:
        print(run(*json.loads(line)), flush=True)


class Only:
    """A plugin that leaves single tests of their files: not every id of a test is one that pytest finds it by."""

    def __init__(self, tests: list[str]) -> None:
        self.tests = set(tests)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Whole files stay as they are."""
        items[:] = [i for i in items if i.nodeid in self.tests or i.nodeid.split("::")[0] in self.tests]


def run(options: list[str], tests: list[str]) -> int:
    """Run pytest in a process of its own, which ends with an alarm if it takes too long; its exit code.

    Args:
        options: pytest's.
        tests: files, or single tests by their ids.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.alarm(SECONDS)
    output = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), output, output)):
        os.dup2(file, number)
    files = dict.fromkeys(test.split("::")[0] for test in tests)
    code = pytest.main([*options, *files], plugins=[Only(tests)])
    sys.stdout.flush()
    os._exit(code)


main()
