"""`template("Hello", canary="true")`: the template of a stack, as `cdk synth Hello -c canary=true` prints it."""

from __future__ import annotations

from typing import Any

from workbook.base.display import Progress
from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_STATE, read_json
from workbook.cloud import target
from workbook.deployment import cdk
from workbook.deployment.failures import why_python_failed
from workbook.deployment.lint import errors

FOLDER = CDK_STATE / "templates"


def template(stack: str, **context: str) -> dict[str, Any]:
    """Synthesize the app with some context, and check a stack's template with cfn-lint; nothing is deployed.

    Args:
        stack: its name.
        context: what `cdk synth -c NAME=VALUE` would give the app.

    Returns:
        The template.

    Raises:
        WorkbookError: the app does not run, has no such stack with that context, or its template is wrong.
    """
    file = FOLDER / f"{stack}.template.json"
    file.unlink(missing_ok=True)
    with Progress(f"Synthesizing {stack}"):
        done = cdk.run_app(FOLDER, **context)
        if done.returncode:
            raise WorkbookError(why_python_failed(done.stderr))
        if not file.exists():
            given = ", ".join(f"{name}={value}" for name, value in context.items())
            raise WorkbookError(f"With {given or 'no context'}, cdk_app/app.py has no stack {stack!r}.")
        wrong = [match.message for match in errors(file.read_text(encoding="utf-8"), target.region())]
    if wrong:
        raise WorkbookError(f"The template of {stack} is wrong. " + "\n".join(wrong))
    return read_json(file, {})


def last(stack: str) -> dict[str, Any]:
    """The template of a stack as it was last made here; empty if the last try failed, or there was none.

    Args:
        stack: its name.
    """
    return read_json(FOLDER / f"{stack}.template.json", {})
