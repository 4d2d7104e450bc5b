"""`nag()`: what cdk-nag says of the CDK app, as a frame."""

from __future__ import annotations

import re

import pandas as pd

from workbook.base.display import Progress
from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_STATE, read_json
from workbook.deployment import cdk
from workbook.deployment.failures import why_python_failed

FINDING = re.compile(r"AwsSolutions-(?P<rule>\w+)(\[(?P<what>.*)\])?")
COLUMNS = ["construct", "rule", "finding"]


def nag() -> pd.DataFrame:
    """Synthesize the app with cdk-nag watching, as `cdk synth -c nag=true` does; nothing is deployed.

    Returns:
        A row for each finding that `cdk_app/acknowledged.csv` does not acknowledge: the construct, the rule of
        the pack AwsSolutions, and what it says. Empty if there is none.

    Raises:
        WorkbookError: the app does not ask cdk-nag; or it does not run: says in which line of it, and why.
    """
    assembly = CDK_STATE / "nag"
    report = assembly / "validation-report.json"
    report.unlink(missing_ok=True)
    with Progress("Asking cdk-nag"):
        done = cdk.run_app(assembly, nag="true")
    if done.returncode and not report.exists():
        raise WorkbookError(why_python_failed(done.stderr))
    if not report.exists():
        raise WorkbookError("The app does not ask cdk-nag yet: run the cell that writes cdk_app/app.py, then this one.")
    rows = [
        _row(violation, place["constructPath"])
        for plugin in read_json(report, {})["pluginReports"]
        for violation in plugin["violations"]
        for place in violation["violatingConstructs"]
    ]
    return pd.DataFrame(sorted(rows), columns=COLUMNS)


def _row(violation: dict, place: str) -> tuple[str, str, str]:
    found = FINDING.fullmatch(violation["ruleName"])
    rule, what = (found["rule"], found["what"]) if found else (violation["ruleName"], None)
    said = violation["description"].removeprefix("The ").split(" and does not have a")[0].rstrip(".")
    return place.removesuffix("/Resource").replace("/Default/", "/"), rule, f"{said}: {what}" if what else said
