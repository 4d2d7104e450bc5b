"""Why a synthesis or a deployment failed, in sentences: the construct, the reason, and the line of CDK code."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path
from typing import Any

from workbook.base.errors import REPAIR
from workbook.base.paths import CDK_APP, read_code, shown
from workbook.cloud import target
from workbook.deployment.assembly import template

YOURS = "# Your code: "  # before the sentence that says what a learner is to write


def why_python_failed(stderr: str) -> str:
    """The line of a traceback that matters: the last one in `cdk_app/`, and the error itself."""
    places = re.findall(r'File "([^"]*cdk_app[^"]*\.py)", line (\d+)', stderr)
    if not places:  # how the interpreter names the script it was started with
        places = re.findall(r'File "(app\.py|[^"]*/app\.py)", line (\d+)', stderr)
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Interrupt)\b", line)]
    reason = errors[-1] if errors else (lines[-1] if lines else "it ended without a word")
    if reason.endswith(":"):  # CDK's own validation lists below what it found
        reason = "; ".join(lines[lines.index(reason) + 1 :]) or reason
    if not places:
        return f"The CDK app does not run: {reason}"
    file, line = places[-1]
    where = f"{shown(CDK_APP / file)}, line {line}"
    if called := _called_in(file, places, reason):
        where += f" (called in {called})"
    if reason.startswith("NotImplementedError: "):
        return f"{where}, is still to be written: {reason.partition(': ')[2]}."
    if part := re.search(r"No module named 'shop\.(\w+)'", reason):
        reason += f". Run the cell that writes cdk_app/shop/{part[1]}.py first."
    if missing := _what_may_be_missing():
        return f"The CDK app does not run: {where}: {reason.rstrip('.')}. Perhaps this is not written yet: {missing}"
    return f"The CDK app does not run: {where}: {reason}"


def _called_in(file: str, places: list[tuple[str, str]], reason: str) -> str:
    """Where the last file of a traceback was called from another one of `shop/`; nothing if it was not."""
    if reason.startswith(("ModuleNotFoundError", "ImportError", "SyntaxError", "NotImplementedError")):
        return ""
    callers = [(other, line) for other, line in places if other != file and Path(other).name != "app.py"]
    return f"{shown(CDK_APP / callers[-1][0])}, line {callers[-1][1]}" if callers else ""


def _what_may_be_missing() -> str:
    """The code that a comment asks the learner for, and where, if there is such a comment."""
    for file in _files():
        lines = read_code(file).splitlines()
        for number, line in enumerate(lines, 1):
            if YOURS in line:
                more = itertools.takewhile(lambda line: line.lstrip().startswith("#"), lines[number:])
                todo = " ".join(part.strip().lstrip("# ") for part in (line.partition(YOURS)[2], *more))
                return f"{shown(file)}, line {number}: {todo}"
    return ""


def why_stack_failed(stacks: list[str]) -> str | None:
    """The first failure of the last deployment of `stacks`, as a sentence."""
    for stack in stacks:
        for event in failures(stack):
            resources = template(stack).get("Resources", {})
            where = described(stack, event["LogicalResourceId"], resources)
            return f"{where}: {event['ResourceStatusReason']}. What was deployed before stands."
    return None


def why_cdk_failed(stacks: list[str], said: list[str]) -> str:
    """Why a deployment failed, from CloudFormation's events and from what CDK said.

    Args:
        stacks: what was deployed.
        said: warnings and errors; the reason last.
    """
    if reason := why_stack_failed(stacks):
        return reason
    if "Cannot find module '@aws-cdk/toolkit-lib'" in said[-1]:
        return f"CDK's toolkit is not installed here. {REPAIR}"
    if any("bootstrap" in line.lower() or "NoSuchBucket" in line for line in said):
        return (
            f"This account has no CDK bootstrap in {target.region()}. Run, once, in a terminal inside JupyterLab: "
            f"`cdk bootstrap aws://{target.account()}/{target.region()}`"
        )
    return f"cdk deploy failed: {said[-1]}"


def failures(stack: str) -> list[dict[str, Any]]:
    """The failures of the last deployment of `stack`, first one first."""
    from botocore.exceptions import ClientError

    try:
        events = target.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    except ClientError:
        return []
    latest = []
    for event in events:  # newest first
        latest.append(event)
        if event["PhysicalResourceId"] == event["StackId"] and event["ResourceStatus"] in (
            "CREATE_IN_PROGRESS",
            "UPDATE_IN_PROGRESS",
        ):
            break
    return [
        event
        for event in reversed(latest)
        if event["ResourceStatus"].endswith("_FAILED")
        and event.get("ResourceStatusReason", "").strip()
        and event["PhysicalResourceId"] != event["StackId"]
    ]


def described(stack: str, logical_id: str, resources: dict[str, Any]) -> str:
    """A resource as its author knows it: its construct, and the line of CDK code that made it."""
    path = resources.get(logical_id, {}).get("Metadata", {}).get("aws:cdk:path", "")
    for name in path.split("/")[1:]:
        if name != "Default" and (place := _line_of(name, stack)):
            return f"{stack}, {name} ({place})"
    return f"{stack}, {logical_id}" if logical_id else stack


def _line_of(construct_id: str, stack: str) -> str | None:
    """The place in `cdk_app/` where a construct of that id is made, if it can be told: first where the stack is."""
    code = {file: read_code(file) for file in _files()}
    for file in sorted(code, key=lambda file: f"class {stack}(" not in code[file]):
        for node in _nodes(code[file]):
            if (
                isinstance(node, ast.Call)
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
                and node.args[1].value == construct_id
            ):
                return f"{shown(file)}, line {node.lineno}"
    return None


def _files() -> list[Path]:
    """The Python of the CDK app."""
    return [f for f in sorted(CDK_APP.glob("**/*.py")) if not {"node_modules", "cdk.out"} & set(f.parts)]


def _nodes(code: str) -> list[ast.AST]:
    """The nodes of a file's syntax tree; none of one that is no Python, which the app does without."""
    try:
        return list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError):
        return []
