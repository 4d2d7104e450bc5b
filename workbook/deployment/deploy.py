"""`deploy("Product")`: the real CDK deployment, and only as much of it as a change needs.

Nothing changed: nothing is started. Only function code changed: the same CloudFormation stack is
updated with the new code alone, so that what CloudFormation knows stays true and the next full
deploy agrees. Anything else: synthesize, lint, deploy, as `cdk deploy` does.
"""

from __future__ import annotations

import functools
import html
import importlib
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from workbook.base.display import Progress, frame_markup, in_notebook
from workbook.base.errors import WorkbookError
from workbook.base.paths import LAMBDA_SRC, STATE, read_json, write_json
from workbook.cloud import local, target
from workbook.cloud.consent import confirm_aws
from workbook.cloud.stacks import (
    GOOD, RECORD, WHOLE, deployed_template, described_stacks, outputs_of, recorded_stacks, status,
)  # fmt: skip
from workbook.deployment import cdk, failed, inventory, kept, local_gaps
from workbook.deployment.assembly import stack_names, template
from workbook.deployment.assets import (
    asset_bucket, cdk_digest, check_syntax, folder_digest, make_asset_bucket, with_keys_of_now, zipped,
)  # fmt: skip
from workbook.deployment.changes import Change, as_frame, changes_between, differ
from workbook.deployment.failures import why_stack_failed
from workbook.deployment.lint import lint, preload
from workbook.deployment.toolkit import Toolkit

if TYPE_CHECKING:
    import pandas as pd

BUSY = 1.5  # programs that want to run, for each processor: then nothing is loaded in advance


@dataclass(frozen=True)
class Deployment:
    """What a deployment did.

    Attributes:
        changes_of: for each of the stacks, by its name, what changed.
        endpoints: the outputs whose names end in Url: the addresses it answers at.
        seconds: how long it took.
    """

    changes_of: dict[str, list[Change]]
    endpoints: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def stacks(self) -> list[str]:
        """The names of the stacks."""
        return list(self.changes_of)

    @functools.cached_property
    def changes(self) -> pd.DataFrame:
        """A row for each construct and kind of change: construct, change, resources; and first the stack, if
        there are several."""
        return as_frame(self.changes_of)

    def __repr__(self) -> str:
        names = ", ".join(self.stacks)
        if not any(self.changes_of.values()):
            return f"{names}: nothing to change"
        lines = [
            f"{names}: deployed",
            repr(self.changes),
        ]
        return "\n".join(lines + [f"{k}: {v}" for k, v in self.endpoints.items()])

    def _repr_html_(self) -> str:
        names = html.escape(", ".join(self.stacks))
        if not any(self.changes_of.values()):
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
    with failed.noted(*stacks or stack_names()):
        changes, there = _deployed(stacks)
    failed.forget(changes)
    found = outputs_of(there.values())
    endpoints = {name: address for name, address in found.items() if name.endswith("Url")}
    return Deployment(changes, endpoints, time.perf_counter() - started)


def _deployed(stacks: tuple[str, ...]) -> tuple[dict[str, list[Change]], dict[str, dict[str, Any]]]:
    """Deploy stacks, or all: what changed in each, and what CloudFormation says of it now."""
    check_syntax(LAMBDA_SRC)
    get_ready(*stacks)
    if target.is_local():
        local.ensure()
    else:
        confirm_aws()
    with Progress("Deploying " + (", ".join(stacks) or "everything")) as progress, _one_at_a_time(progress):
        current, there = cdk_digest(), described_stacks()
        records = _records(stacks)
        stand = [inventory.stands(there.get(name), record) for name, record in records.items()]
        if _made_from(records, current) and all(stand):
            changes = {name: _deploy_code(name, record) for name, record in records.items()}
            made = [name for name in changes if changes[name]]
        else:
            changes = _deploy_fully(list(stacks) or None, progress)
            made = list(changes)
        if made:
            there = described_stacks()
        for name in made:
            inventory.remember(there[name], current)
    return changes, {name: there[name] for name in changes}


def get_ready(*stacks: str, ahead: bool = True) -> None:
    """Begin to load CDK in the background, if `deploy` with the same stacks will need it.

    Args:
        stacks: names; none means all.
        ahead: and to synthesize the app as it stands now; not if its code is about to change.
    """
    if not _made_from(_records(stacks), cdk_digest()) and not kept.there(kept.key_of_now()):
        cdk.make_ready(ahead=ahead)


def may_work_ahead() -> bool:
    """Whether there is somebody who will change something next, and time to prepare for it."""
    return in_notebook() and os.getloadavg()[0] < BUSY * (os.cpu_count() or 1)


def _records(stacks: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """How these stacks, or all of the last synthesis, were left; an empty record if one never was deployed."""
    records = read_json(RECORD, {})
    return {name: records.get(name, {}) for name in stacks or stack_names()}


def _made_from(records: dict[str, dict[str, Any]], digest: str) -> bool:
    """Whether there are stacks, and all of them were made from CDK code with this digest."""
    return bool(records) and all(record.get("cdk") == digest for record in records.values())


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


def _deploy_fully(names: list[str] | None, progress: Callable[[str], None]) -> dict[str, list[Change]]:
    progress("synthesizing")
    try:
        with _beside(preload) as linter_is_loaded, cdk.toolkit() as toolkit:
            if recorded_stacks():
                toolkit.expect_changes()
            wanted = cdk.synthesized(names)
            inventory.refuse_foreign(wanted)
            if target.is_local():
                make_asset_bucket()
            there, now = described_stacks(), {n: template(n) for n in wanted}
            before = {n: with_keys_of_now(n) if n in there else {} for n in wanted}  # one that is gone has a template
            changed = [n for n in wanted if not _whole(there.get(n)) or differ(before[n], now[n])]
            if changed:
                toolkit.publish(changed)
                progress("checking")
                linter_is_loaded()
                lint(changed)  # what stands was linted before
                _deploy_changed(changed, toolkit, progress)
    finally:
        if may_work_ahead():
            cdk.make_ready()  # for the next change
    return {name: changes_between(name, before[name], now[name]) for name in wanted}


@contextmanager
def _beside(work: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """Do some work in another thread meanwhile; what is given waits for its end."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work).result


def _whole(there: dict[str, Any] | None) -> bool:
    return bool(there) and there["StackStatus"] in WHOLE


def _deploy_changed(stacks: list[str], toolkit: Toolkit, progress: Callable[[str], None]) -> None:
    try:
        progress("deploying")
        with _beside(lambda: importlib.import_module("pandas")):  # what changed is shown as a frame
            cdk.deploy(stacks, toolkit, progress)
        if target.is_local():
            for name in stacks:
                local_gaps.make_up_for(name)
    except WorkbookError:
        if target.is_local():
            for name in stacks:
                _put_code_back(name)
        raise
    except KeyboardInterrupt:
        progress("stopping: CloudFormation finishes what it has begun")
        _come_to_rest(stacks, "CloudFormation to come to rest", seconds=600)
        raise WorkbookError(
            f"Stopped. Run deploy again to finish; {', '.join(stacks)} may be half deployed."
        ) from None


def _come_to_rest(stacks: list[str], what: str, seconds: float) -> None:
    from workbook.base.waiting import poll

    poll(lambda: not any((status(name) or "").endswith("IN_PROGRESS") for name in stacks), what, seconds)


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


def _deploy_code(stack: str, record: dict[str, Any]) -> list[Change]:
    """Give `stack` the code that changed, and nothing else."""
    changed = {
        key: (asset["folder"], digest)
        for key, asset in record["assets"].items()
        if (digest := folder_digest(LAMBDA_SRC / asset["folder"])) != asset["digest"]
    }
    if not changed:
        return []
    before = deployed_template(stack)
    body = json.dumps(before)
    for key, (folder, digest) in changed.items():
        target.client("s3").put_object(Bucket=asset_bucket(), Key=f"{digest}.zip", Body=zipped(LAMBDA_SRC / folder))
        body = body.replace(f"{key}.zip", f"{digest}.zip")
        record["assets"].pop(key)
        record["assets"][digest] = {"folder": folder, "digest": digest}
    _update(stack, body)
    records = read_json(RECORD, {})
    records[stack] = record
    write_json(RECORD, records)
    return changes_between(stack, before, json.loads(body))


def _update(stack: str, body: str) -> None:
    client = target.client("cloudformation")
    client.update_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    _come_to_rest([stack], f"{stack} to be updated", seconds=300)
    if status(stack) not in GOOD:
        raise WorkbookError(why_stack_failed([stack]) or f"{stack} could not be updated.")
