"""`deploy("Product")`: the real `cdk deploy`, and only as much of it as a change needs.

Nothing changed: nothing is started. Only function code changed: the same CloudFormation stack is
updated with the new code alone, so that what CloudFormation knows stays true and the next full
deploy agrees. Anything else: synthesize, lint, `cdk deploy`.
"""

from __future__ import annotations

import html
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from filelock import FileLock, Timeout

from workbook.base.display import Progress, frame_markup
from workbook.base.errors import WorkbookError
from workbook.base.paths import LAMBDA_SRC, STATE, read_json, write_json
from workbook.base.waiting import poll
from workbook.cloud import local, target
from workbook.cloud.consent import confirm_aws
from workbook.cloud.stacks import GOOD, RECORD, WHOLE, deployed_template, stack_outputs, status
from workbook.deployment import cdk, inventory, local_gaps
from workbook.deployment.assembly import stack_names, template
from workbook.deployment.assets import (
    asset_bucket, cdk_digest, check_syntax, folder_digest, make_asset_bucket, with_keys_of_now, zipped,
)  # fmt: skip
from workbook.deployment.changes import changes_between, differ, of_stacks
from workbook.deployment.failures import why_stack_failed
from workbook.deployment.lint import lint


@dataclass(frozen=True)
class Deployment:
    """What a deployment did.

    Attributes:
        stacks: the names of the stacks.
        changes: a row for each construct and kind of change: construct, change, resources; and first
            the stack, if there are several.
        endpoints: the outputs whose names end in Url: the addresses it answers at.
        seconds: how long it took.
    """

    stacks: list[str]
    changes: pd.DataFrame
    endpoints: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def __repr__(self) -> str:
        names = ", ".join(self.stacks)
        if self.changes.empty:
            return f"{names}: nothing to change"
        lines = [
            f"{names}: deployed",
            self.changes.to_string(index=False, justify="left", formatters=_left(self.changes)),
        ]
        return "\n".join(lines + [f"{k}: {v}" for k, v in self.endpoints.items()])

    def _repr_html_(self) -> str:
        names = html.escape(", ".join(self.stacks))
        if self.changes.empty:
            return f"<p><b>{names}</b>: nothing to change</p>"
        links = "".join(
            f"<p>{html.escape(k)}: <code>{html.escape(v)}</code></p>" for k, v in self.endpoints.items()
        )
        return f"<p><b>{names}</b>: deployed</p>{frame_markup(self.changes)}{links}"


def deploy(*stacks: str) -> Deployment:
    """Deploy stacks of the CDK app to the target; safe to call again at any time.

    Args:
        stacks: names, such as `"Product"`; none means all that `cdk_app/app.py` has.

    Returns:
        What was created, changed and deleted, and the addresses it answers at.

    Raises:
        WorkbookError: the code or the template is wrong, or CloudFormation refuses. What was
            deployed before stands.
    """
    started = time.perf_counter()
    if target.is_local():
        local.ensure()
    else:
        confirm_aws()
    names = list(stacks)
    with Progress("Deploying " + (", ".join(names) or "everything")) as progress, _one_at_a_time(progress):
        check_syntax(LAMBDA_SRC)
        records = read_json(RECORD, {})
        current = cdk_digest()
        known = names or stack_names()
        if known and all(records.get(n, {}).get("cdk") == current and inventory.stands(n, records[n]) for n in known):
            names, changes = known, [_deploy_code(n, records[n]) for n in known]
        else:
            names, changes = _deploy_fully(names or None, progress)
        for name in names:
            inventory.remember(name, current)
    endpoints = {k: v for n in names for k, v in stack_outputs(n).items() if k.endswith("Url")}
    return Deployment(names, of_stacks(names, changes), endpoints, time.perf_counter() - started)


@contextmanager
def _one_at_a_time(progress: Progress) -> Iterator[None]:
    """Wait for a deployment from another notebook or terminal of this checkout to end."""
    lock = FileLock(STATE / "deploy.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress("waiting for another deployment of this checkout to end")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _deploy_fully(names: list[str] | None, progress: Any) -> tuple[list[str], list[pd.DataFrame]]:
    progress("synthesizing")
    wanted = cdk.synthesized(names)
    if target.is_local():
        make_asset_bucket()
    before = {name: with_keys_of_now(name) for name in wanted}
    changes = [changes_between(name, before[name], template(name)) for name in wanted]
    changed = [n for n in wanted if status(n) not in WHOLE or differ(before[n], template(n))]
    if changed:
        lint(changed)  # what stands was linted before
        try:
            cdk.deploy(changed, progress)
            if target.is_local():
                for name in changed:
                    local_gaps.make_up_for(name)
        except WorkbookError:
            if target.is_local():
                for name in changed:
                    _put_code_back(name)
            raise
        except KeyboardInterrupt:
            progress("stopping: CloudFormation finishes what it has begun")
            poll(
                lambda: not any((status(n) or "").endswith("IN_PROGRESS") for n in changed),
                "CloudFormation to come to rest",
                seconds=600,
            )
            raise WorkbookError(
                f"Stopped. Run deploy again to finish; {', '.join(changed)} may be half deployed."
            ) from None
    return wanted, changes


def _put_code_back(stack: str) -> None:
    """Give the functions of a stack whose update was rolled back the code of before.

    CloudFormation does that itself; the local cloud leaves the new code with the function that failed.
    """
    if status(stack) != "UPDATE_ROLLBACK_COMPLETE":
        return
    functions = {
        i: r for i, r in deployed_template(stack)["Resources"].items() if r["Type"] == "AWS::Lambda::Function"
    }
    for logical_id, function in functions.items():
        code = function["Properties"]["Code"]
        name = target.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        name = name["StackResourceDetail"]["PhysicalResourceId"]
        if "S3Key" in code:
            target.client("lambda").update_function_code(
                FunctionName=name, S3Bucket=asset_bucket(), S3Key=code["S3Key"]
            )


def _deploy_code(stack: str, record: dict[str, Any]) -> pd.DataFrame:
    """Give `stack` the code that changed, and nothing else."""
    before = deployed_template(stack)
    body = json.dumps(before)
    for key, asset in dict(record["assets"]).items():
        folder = LAMBDA_SRC / asset["folder"]
        digest = folder_digest(folder)
        if digest != asset["digest"]:
            target.client("s3").put_object(Bucket=asset_bucket(), Key=f"{digest}.zip", Body=zipped(folder))
            body = body.replace(f"{key}.zip", f"{digest}.zip")
            record["assets"].pop(key)
            record["assets"][digest] = {"folder": asset["folder"], "digest": digest}
    after = json.loads(body)
    if after == before:
        return changes_between(stack, before, before)
    client = target.client("cloudformation")
    client.update_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    poll(
        lambda: not (status(stack) or "").endswith("IN_PROGRESS"), f"{stack} to be updated", seconds=300
    )
    if status(stack) not in GOOD:
        raise WorkbookError(why_stack_failed([stack]) or f"{stack} could not be updated.")
    records = read_json(RECORD, {})
    records[stack] = record
    write_json(RECORD, records)
    return changes_between(stack, before, after)


def _left(frame: pd.DataFrame) -> dict[str, Any]:
    """Formatters that align text to the left, as one reads it."""
    widths = {c: max([len(c), *frame[c].str.len()]) for c in frame}
    return {c: f"{{:<{width}}}".format for c, width in widths.items()}
