"""`run_job("diff")`: what a job of the workflow `deploy.yml` does with CDK, done here."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import yaml

from workbook.base.display import Progress
from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, ROOT, read_json, write_json
from workbook.cloud import boundary
from workbook.deployment import cdk

FILE = ROOT / ".github" / "workflows" / "deploy.yml"
FOLDER = CDK_APP.name  # in which a job's commands of CDK run
CONTEXT = CDK_APP / "cdk.context.json"
MARKS = re.compile(r"^[^\w]+")  # that CDK puts before a line


def run_job(name: str) -> pd.DataFrame:
    """Run the commands of a job that are CDK's, one after the other, on the target of this process.

    Args:
        name: the job's; one whose commands need nothing that only GitHub knows.

    Returns:
        A row for each command: the command, its exit code, and the last line that it said.

    Raises:
        WorkbookError: there is no such workflow yet, or no such job in it.
    """
    if not FILE.exists():
        raise WorkbookError("There is no .github/workflows/deploy.yml yet: run the cell that writes it.")
    jobs = yaml.safe_load(FILE.read_text(encoding="utf-8"))["jobs"]
    if name not in jobs:
        raise WorkbookError(f"The workflow has no job {name!r}; it has {', '.join(jobs)}.")
    commands = [step["run"] for step in jobs[name]["steps"] if step.get("working-directory") == FOLDER]
    environment = {k: v for k, v in cdk.environment().items() if k != "CDK_TAGS"}  # over which `cdk diff` trips
    rows = []
    for command in commands:
        with Progress(f"Running {command}"), _boundary():
            done = subprocess.run(command, shell=True, cwd=CDK_APP, env=environment, text=True, capture_output=True)
        lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
        rows.append((command, done.returncode, MARKS.sub("", lines[-1]) if lines else ""))
    return pd.DataFrame(rows, columns=["command", "exit", "said last"])


@contextmanager
def _boundary() -> Iterator[None]:
    """Meanwhile CDK gives every role the learner's boundary, as a step of the workflow has it; if there is one.

    Context of the learner's own, in a file of that name, is put back.
    """
    context, own = boundary.context(), read_json(CONTEXT, None)
    if context:
        write_json(CONTEXT, (own or {}) | context)
    try:
        yield
    finally:
        if context and own is None:
            CONTEXT.unlink(missing_ok=True)
        elif context:
            write_json(CONTEXT, own)
