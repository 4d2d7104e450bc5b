"""The CDK toolchain as the workbook drives it: synthesize, lint, deploy, destroy.

`cdk_app/` is an ordinary CDK app; nothing here is needed to use it with `cdk` by hand.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbook import target
from workbook.errors import WorkbookError
from workbook.paths import CDK_APP, CDK_STATE, STATE, read_json, shown, tools_on_path
from workbook.processes import end

ASSEMBLY = CDK_STATE / "assembly"
EVENT_LINE = re.compile(r"^(?P<stack>\S+) \|\s*(?P<count>\d+/\d+|\d+)\s*\|[^|]*\| (?P<status>[A-Z_]+)\s*\| (?P<type>\S+)\s*\| (?P<name>.*)$")
Progress = Callable[[str], None]


def environment() -> dict[str, str]:
    """The environment that `cdk` and `app.py` run in: PATH with the locked tools, quiet, offline."""
    base = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    base.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(STATE / "jsii"))
    return tools_on_path(base) | {
        "CDK_HOME": str(CDK_STATE / "home"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_VALIDATION": "false",  # cfn-lint does that, for what changed; it would take a third of a synthesis
        "CI": "true",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "NO_COLOR": "1",
    }


@contextmanager
def unpacking() -> Iterator[None]:
    """Meanwhile, in the background, CDK unpacks itself: once in each checkout, for about ten seconds.

    So the first deployment need not wait for it.
    """
    variables = environment()
    if Path(variables["JSII_RUNTIME_PACKAGE_CACHE_ROOT"]).exists():
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-c", "import aws_cdk; aws_cdk.App()"],
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        end(process, grace=0)


def synthesize() -> Path:
    """Run `cdk_app/app.py` as `cdk synth` does; the folder of the cloud assembly.

    Raises:
        WorkbookError: the app does not run; says in which line of it, and why.
    """
    done = run_app(ASSEMBLY)
    if done.returncode:
        raise WorkbookError(why_python_failed(done.stderr))
    return ASSEMBLY


def run_app(assembly: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `cdk_app/app.py`, and let it write its cloud assembly into a folder.

    Args:
        assembly: the folder.
        more: context, as `cdk synth -c NAME=VALUE` gives it.

    Raises:
        WorkbookError: there is no app yet.
    """
    if not (CDK_APP / "app.py").exists():
        raise WorkbookError("cdk_app/app.py is not there yet; chapter 00 writes it.")
    settings = json.loads((CDK_APP / "cdk.json").read_text(encoding="utf-8"))
    context = settings["context"] | {"aws:cdk:enable-path-metadata": True, "aws:cdk:enable-asset-metadata": True} | more
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=CDK_APP,
        env=environment() | {"CDK_OUTDIR": str(assembly), "CDK_CONTEXT_JSON": json.dumps(context)},
        capture_output=True,
        text=True,
    )


def stack_names() -> list[str]:
    """The stacks of the last synthesized app, in its order; none if there was no synthesis yet."""
    manifest = read_json(ASSEMBLY / "manifest.json", {"artifacts": {}})
    return [
        name
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    ]


def template(stack: str) -> dict[str, Any]:
    """The last synthesized template of `stack`."""
    return json.loads((ASSEMBLY / f"{stack}.template.json").read_text(encoding="utf-8"))


def lint(stacks: Iterable[str]) -> None:
    """Check the synthesized templates of `stacks` with cfn-lint.

    Raises:
        WorkbookError: naming the resource, the reason and the line of CDK code, for each error.
    """
    from cfnlint.api import lint_file
    from cfnlint.config import ManualArgs

    problems = []
    for stack in stacks:
        file = ASSEMBLY / f"{stack}.template.json"
        found = lint_file(file, config=ManualArgs(regions=[target.region()], ignore_checks=["W", "I"]))
        resources = template(stack).get("Resources", {})
        for match in found:
            logical_id = str(match.path[1]) if match.path and len(match.path) > 1 else ""
            problems.append(f"{described(stack, logical_id, resources)}: {match.message} ({match.rule.id}).")
    if problems:
        raise WorkbookError("Not deployed, because the template is wrong. " + "\n".join(problems))


def preload_lint() -> None:
    """Import cfn-lint, so that linting does not wait for it."""
    import cfnlint.api  # noqa: F401


def synthesized(stacks: Iterable[str] | None) -> list[str]:
    """Synthesize; the names of `stacks`, or of all that the app has.

    Meanwhile the linter is imported, so that linting does not wait for it.

    Raises:
        WorkbookError: the app does not run, or has no such stack.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(preload_lint)
        synthesize()
    there = stack_names()
    wanted = there if stacks is None else list(stacks)
    for stack in wanted:
        if stack not in there:
            raise WorkbookError(
                f"cdk_app/app.py has no stack {stack!r}; it has {', '.join(there) or 'none yet'}."
            )
    return wanted


def deploy(stacks: list[str], progress: Progress) -> None:
    """Run `cdk deploy` on the synthesized assembly.

    Args:
        stacks: their names.
        progress: called with a line for each resource as it is made.

    Raises:
        WorkbookError: it fails; names the resource, the reason and the line of CDK code. What
            was there before stands, because CloudFormation rolls back.
    """
    command = ["cdk", "deploy", *stacks, "--exclusively", "--require-approval", "never"]
    command += ["--method", "direct"]  # faster; as CDK_METHOD it would break `cdk diff`
    command += ["--progress", "events", "--app", str(ASSEMBLY)]
    with subprocess.Popen(
        command, cwd=CDK_APP, env=environment(), text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        said = []
        try:
            for line in process.stdout or ():
                said.append(line.strip())
                if event := EVENT_LINE.match(line):
                    progress(f"{event['count']} {event['status']} {event['type']} {event['name']}")
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise WorkbookError(_why_cdk_failed(stacks, said))


def described(stack: str, logical_id: str, resources: dict[str, Any]) -> str:
    """A resource as its author knows it: its construct, and the line of CDK code that made it."""
    path = resources.get(logical_id, {}).get("Metadata", {}).get("aws:cdk:path", "")
    for name in path.split("/")[1:]:
        if name != "Default" and (place := _line_of(name, stack)):
            return f"{stack}, {name} ({place})"
    return f"{stack}, {logical_id}" if logical_id else stack


def _line_of(construct_id: str, stack: str) -> str | None:
    """The place in `cdk_app/` where a construct of that id is made, if it can be told: first where the stack is."""
    files = [f for f in sorted(CDK_APP.glob("**/*.py")) if not {"node_modules", "cdk.out"} & set(f.parts)]
    code = {file: file.read_text(encoding="utf-8") for file in files}
    for file in sorted(files, key=lambda file: f"class {stack}(" not in code[file]):
        for node in ast.walk(ast.parse(code[file])):
            if (
                isinstance(node, ast.Call)
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
                and node.args[1].value == construct_id
            ):
                return f"{shown(file)}, line {node.lineno}"
    return None


def why_python_failed(stderr: str) -> str:
    """The line of a traceback that matters: the last one in `cdk_app/`, and the error itself."""
    places = re.findall(r'File "([^"]*cdk_app[^"]*\.py)", line (\d+)', stderr)
    if not places:  # how the interpreter names the script it was started with
        places = re.findall(r'File "(app\.py|[^"]*/app\.py)", line (\d+)', stderr)
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Interrupt)\b", line)]
    reason = errors[-1] if errors else (lines[-1] if lines else "it ended without a word")
    if not places:
        return f"The CDK app does not run: {reason}"
    file, line = places[-1]
    return f"The CDK app does not run: {shown(CDK_APP / file)}, line {line}: {reason}"


def why_stack_failed(stacks: list[str]) -> str | None:
    """The first failure of the last deployment of `stacks`, as a sentence."""
    for stack in stacks:
        for event in failures(stack):
            resources = template(stack).get("Resources", {})
            where = described(stack, event["LogicalResourceId"], resources)
            return f"{where}: {event['ResourceStatusReason']}. What was deployed before stands."
    return None


def _why_cdk_failed(stacks: list[str], said: list[str]) -> str:
    if reason := why_stack_failed(stacks):
        return reason
    errors = [line for line in said if "Error" in line or "❌" in line or "fail" in line.lower()]
    if any("bootstrap" in line.lower() or "NoSuchBucket" in line for line in said):
        return (
            f"This account has no CDK bootstrap in {target.region()}. Run, once, in a terminal inside JupyterLab: "
            f"`cdk bootstrap aws://{target.account()}/{target.region()}`"
        )
    return f"cdk deploy failed: {(errors or said or ['it ended without a word'])[-1]}"


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
