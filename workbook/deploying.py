"""`deploy("Product")`: the real `cdk deploy`, and only as much of it as a change needs.

Nothing changed: nothing is started. Only function code changed: the same CloudFormation stack is
updated with the new code alone, so that what CloudFormation knows stays true and the next full
deploy agrees. Anything else: synthesize, lint, `cdk deploy`.
"""

from __future__ import annotations

import functools
import hashlib
import html
import io
import json
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock, Timeout

from workbook import cdk, cloud, gaps, target
from workbook.display import Progress, frame_markup
from workbook.errors import WorkbookError
from workbook.deployed import RECORD, resources, stack_outputs
from workbook.paths import CDK_APP, LAMBDA_SRC, ROOT, STATE, read_json, shown, write_json
from workbook.waiting import poll

MADE = STATE / "made.json"
NOT_SOURCE = {"node_modules", "cdk.out", "__pycache__", ".ipynb_checkpoints"}
INLINE_TEMPLATE_BYTES = 51_200  # what UpdateStack takes in the request itself


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
        lines = [f"{names}: deployed", self.changes.to_string(index=False, justify="left", formatters=_left(self.changes))]
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
        cloud.ensure()
    else:
        confirm_aws()
    names = list(stacks)
    with Progress("Deploying " + (", ".join(names) or "everything")) as progress, _one_at_a_time(progress):
        check_syntax(LAMBDA_SRC)
        records = read_json(RECORD, {})
        current = _cdk_digest()
        known = names or cdk.stack_names()
        if known and all(records.get(n, {}).get("cdk") == current and _stands(n, records[n]) for n in known):
            names, changes = known, [_deploy_code(n, records[n]) for n in known]
        else:
            names, changes = _deploy_fully(names or None, progress)
        for name in names:
            _remember(name, current)
    endpoints = {k: v for n in names for k, v in stack_outputs(n).items() if k.endswith("Url")}
    return Deployment(names, _of_stacks(names, changes), endpoints, time.perf_counter() - started)


def diff(*stacks: str) -> pd.DataFrame:
    """What `deploy` would change, and nothing is deployed: what `cdk diff` tells, as a frame.

    Args:
        stacks: names, such as `"Product"`; none means all that `cdk_app/app.py` has.

    Returns:
        A row for each construct and kind of change: construct, change, resources; and first the
        stack, if there are several. What CDK only notes about its resources does not count.

    Raises:
        WorkbookError: the code or the template is wrong.
    """
    if target.is_local():
        cloud.ensure()
    with Progress("Comparing " + (", ".join(stacks) or "everything") + " with what is deployed"):
        names = cdk.synthesized(stacks or None)
        before = {name: _with_keys_of_now(name) for name in names}
        cdk.lint(name for name in names if _differ(before[name], cdk.template(name)))
        return _of_stacks(names, [_changes(name, before[name], cdk.template(name)) for name in names])


def _of_stacks(names: list[str], changes: list[pd.DataFrame]) -> pd.DataFrame:
    """The changes of several stacks in one frame; which stack each is of, if there is more than one."""
    if len(names) > 1:
        for name, change in zip(names, changes, strict=True):
            change.insert(0, "stack", name)
    return pd.concat(changes, ignore_index=True)


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


def check_syntax(folder: Path) -> None:
    """Compile the Python files below `folder`, without running them.

    Raises:
        WorkbookError: one does not compile; shows the line. What is deployed keeps answering.
    """
    for file in sorted(folder.glob("**/*.py")):
        try:
            compile(file.read_text(encoding="utf-8"), str(file), "exec")
        except SyntaxError as error:
            line = (error.text or "").rstrip()
            pointer = " " * ((error.offset or 1) - 1) + "^"
            raise WorkbookError(
                f"{shown(file)}, line {error.lineno}: {error.msg}. Not deployed; the code that was "
                f"deployed before keeps answering.\n    {line}\n    {pointer}"
            ) from None


def destroy(stack: str) -> None:
    """Delete a stack and all that is in it, the logs of its functions included.

    Lambda makes a function's log group by itself, so CloudFormation does not delete it. Nor does it
    delete a bus that still has rules or archives, which a chapter may have made with boto3, or a bucket
    with something in it.

    Raises:
        WorkbookError: CloudFormation refuses.
    """
    functions = physical_names(stack, "AWS::Lambda::Function")
    for bus in physical_names(stack, "AWS::Events::EventBus"):
        _clear_bus(bus)
    for bucket in physical_names(stack, "AWS::S3::Bucket"):
        empty_bucket(bucket)
    target.client("cloudformation").delete_stack(StackName=stack)
    poll(lambda: status(stack) in (None, "DELETE_FAILED"), f"{stack} to be deleted", seconds=600)
    if status(stack):
        raise WorkbookError(f"{stack} could not be deleted; `python3 run.py status` shows what is left of it.")
    for function in functions:
        _delete_logs(function)
    records = read_json(RECORD, {})
    records.pop(stack, None)
    write_json(RECORD, records)


def physical_names(stack: str, *types: str) -> list[str]:
    """The names of a deployed stack's resources of some types, such as `"AWS::DynamoDB::Table"`."""
    return [r["PhysicalResourceId"] for r in resources(stack) if r["ResourceType"] in types]


def names_that_go(stack: str, *types: str) -> list[str]:
    """The names of a deployed stack's resources of some types that the code as it stands does not have."""
    cdk.synthesized([stack])
    kept = cdk.template(stack)["Resources"]
    return [
        r["PhysicalResourceId"]
        for r in resources(stack)
        if r["ResourceType"] in types and r["LogicalResourceId"] not in kept
    ]


def object_keys(bucket: str) -> Iterator[str]:
    """The keys of all objects in a bucket; none if somebody has deleted it by hand."""
    client = target.client("s3")
    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            yield from (found["Key"] for found in page.get("Contents", []))
    except client.exceptions.NoSuchBucket:
        return


def empty_bucket(name: str) -> None:
    """Delete all that is in a bucket, in all its versions."""
    client = target.client("s3")
    try:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
            for it in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                client.delete_object(Bucket=name, Key=it["Key"], VersionId=it["VersionId"])
    except client.exceptions.NoSuchBucket:
        pass  # somebody has deleted it by hand


def _clear_bus(bus: str) -> None:
    client = target.client("events")
    arn = client.describe_event_bus(Name=bus)["Arn"]
    for archive in client.list_archives(EventSourceArn=arn)["Archives"]:
        client.delete_archive(ArchiveName=archive["ArchiveName"])
    for rule in client.list_rules(EventBusName=bus)["Rules"]:
        if "ManagedBy" in rule:  # an archive's own, which goes with it
            continue
        ids = [t["Id"] for t in client.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]]
        if ids:
            client.remove_targets(Rule=rule["Name"], EventBusName=bus, Ids=ids)
        client.delete_rule(Name=rule["Name"], EventBusName=bus)


def _delete_logs(function: str) -> None:
    client = target.client("logs")
    try:
        client.delete_log_group(logGroupName=f"/aws/lambda/{function}")
    except client.exceptions.ResourceNotFoundException:
        pass  # it never logged


def described_stack(stack: str) -> dict[str, Any] | None:
    """What CloudFormation says of `stack`, or None if it is not there."""
    from botocore.exceptions import ClientError

    try:
        return target.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def status(stack: str) -> str | None:
    """CloudFormation's status of `stack`, or None if it is not deployed."""
    there = described_stack(stack)
    return there["StackStatus"] if there and there["StackStatus"] != "DELETE_COMPLETE" else None


def confirm_aws() -> None:
    """Show account, region and likely cost, and ask once in each process whether to go on.

    Raises:
        WorkbookError: the answer is not yes, or nobody can be asked.
    """
    from workbook.confirm import confirm_once

    confirm_once(target.account(), target.region())


def _deploy_fully(names: list[str] | None, progress: Any) -> tuple[list[str], list[pd.DataFrame]]:
    progress("synthesizing")
    wanted = cdk.synthesized(names)
    if target.is_local():
        _make_asset_bucket()
    before = {name: _with_keys_of_now(name) for name in wanted}
    changes = [_changes(name, before[name], cdk.template(name)) for name in wanted]
    changed = [n for n in wanted if status(n) not in _WHOLE or _differ(before[n], cdk.template(n))]
    if changed:
        cdk.lint(changed)  # what stands was linted before
        try:
            cdk.deploy(changed, progress)
            if target.is_local():
                for name in changed:
                    gaps.make_up_for(name)
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
            target.client("lambda").update_function_code(FunctionName=name, S3Bucket=asset_bucket(), S3Key=code["S3Key"])


_GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_WHOLE = (*_GOOD, "UPDATE_ROLLBACK_COMPLETE")  # the last is as it was before an update that failed


def _stands(stack: str, record: dict[str, Any]) -> bool:
    """Whether `stack` is deployed exactly as `record` says."""
    there = described_stack(stack)
    return bool(there) and there["StackStatus"] in _WHOLE and _version(there) == record.get("version")


def _version(there: dict[str, Any]) -> str:
    return f"{there['StackId']} {there.get('LastUpdatedTime', there['CreationTime'])}"


def _remember(stack: str, digest: str) -> None:
    there = described_stack(stack)
    records = read_json(RECORD, {})
    folders = {folder_digest(f): f.name for f in LAMBDA_SRC.iterdir() if f.is_dir()}
    body = json.dumps(deployed_template(stack))
    assets = records.get(stack, {}).get("assets", {})
    for staged in cdk.ASSEMBLY.glob("asset.*"):
        if name := folders.get(_digest_of(staged)):
            assets[staged.name.removeprefix("asset.")] = {"folder": name, "digest": _digest_of(staged)}
    kept = {key: asset for key, asset in assets.items() if f"{key}.zip" in body}
    records[stack] = {"cdk": digest, "version": _version(there), "assets": kept}
    write_json(RECORD, records)
    _note_what_was_made(stack, there["StackId"])


def ours(stack: str) -> bool:
    """Whether the stack of that name was deployed from this checkout, and is not somebody else's."""
    there = described_stack(stack)
    return bool(there) and ("AWS::CloudFormation::Stack", there["StackId"]) in made()


def made() -> set[tuple[str, str]]:
    """Type and id of every resource that was ever deployed from this checkout to this account and region."""
    return {(kind, name) for kind, name in read_json(MADE, {}).get(f"{target.account()} {target.region()}", [])}


def _note_what_was_made(stack: str, stack_id: str) -> None:
    """Remember every resource, also those that later deployments remove: to tell what is left, in the end."""
    now = [[r["ResourceType"], r["PhysicalResourceId"]] for r in resources(stack)]
    everywhere = read_json(MADE, {})
    here = everywhere.setdefault(f"{target.account()} {target.region()}", [])
    new = [one for one in [["AWS::CloudFormation::Stack", stack_id], *now] if one not in here]
    if new:
        here += new
        write_json(MADE, everywhere)


def _deploy_code(stack: str, record: dict[str, Any]) -> pd.DataFrame:
    """Give `stack` the code that changed, and nothing else."""
    before = deployed_template(stack)
    body = json.dumps(before)
    for key, asset in dict(record["assets"]).items():
        folder = LAMBDA_SRC / asset["folder"]
        digest = folder_digest(folder)
        if digest != asset["digest"]:
            target.client("s3").put_object(Bucket=asset_bucket(), Key=f"{digest}.zip", Body=_zipped(folder))
            body = body.replace(f"{key}.zip", f"{digest}.zip")
            record["assets"].pop(key)
            record["assets"][digest] = {"folder": asset["folder"], "digest": digest}
    after = json.loads(body)
    if after == before:
        return _changes(stack, before, before)
    client = target.client("cloudformation")
    client.update_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    poll(
        lambda: not (status(stack) or "").endswith("IN_PROGRESS"), f"{stack} to be updated", seconds=300
    )
    if status(stack) not in _GOOD:
        raise WorkbookError(cdk.why_stack_failed([stack]) or f"{stack} could not be updated.")
    records = read_json(RECORD, {})
    records[stack] = record
    write_json(RECORD, records)
    return _changes(stack, before, after)


def _changes(stack: str, before: dict[str, Any], after: dict[str, Any]) -> pd.DataFrame:
    """What turns one template into another: a row for each construct and kind of change."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    kinds: dict[tuple[str, str], Counter[str]] = {}
    for logical_id in [*new, *(i for i in old if i not in new)]:
        if logical_id not in old:
            change = "created"
        elif logical_id not in new:
            change = "deleted"
        elif _essence(old[logical_id]) != _essence(new[logical_id]):
            change = "changed"
        else:
            continue
        resource = new.get(logical_id) or old[logical_id]
        path = resource.get("Metadata", {}).get("aws:cdk:path", f"{stack}/{logical_id}")
        [construct, *_] = [part for part in path.split("/")[1:] if part != "Default"]  # CDK, too, leaves it out
        kinds.setdefault((construct, change), Counter())[resource["Type"]] += 1
    rows = [(construct, change, _counted(counts)) for (construct, change), counts in kinds.items()]
    return pd.DataFrame(rows, columns=["construct", "change", "resources"])


def _differ(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether two templates differ in anything but what CDK notes about their resources."""
    return _bare(before) != _bare(after)


def _bare(template: dict[str, Any]) -> dict[str, Any]:
    resources = template.get("Resources", {}).items()
    return template | {"Resources": {i: {k: v for k, v in r.items() if k != "Metadata"} for i, r in resources}}


def _counted(types: Counter[str]) -> str:
    """Types of resources as a person reads them: `ApiGateway RestApi, 2 × Method, Lambda Permission`."""
    words, last = [], ""
    for kind, number in types.items():
        _, service, name = kind.split("::", 2)
        many = f"{number} × " if number > 1 else ""
        words.append(f"{many}{name}" if service == last else f"{many}{service} {name}")
        last = service
    return ", ".join(words)


def _left(frame: pd.DataFrame) -> dict[str, Any]:
    """Formatters that align text to the left, as one reads it."""
    widths = {c: max([len(c), *frame[c].str.len()]) for c in frame}
    return {c: f"{{:<{width}}}".format for c, width in widths.items()}


def _essence(resource: dict[str, Any]) -> dict[str, Any]:
    """What a resource is, without what CDK notes about it and the order in which it is made."""
    return {key: value for key, value in resource.items() if key not in ("Metadata", "DependsOn")}


def deployed_template(stack: str) -> dict[str, Any]:
    """The template that `stack` was deployed with; empty if it is not there."""
    if status(stack) is None:
        return {}
    body = target.client("cloudformation").get_template(StackName=stack)["TemplateBody"]
    return json.loads(body) if isinstance(body, str) else dict(body)


def _with_keys_of_now(stack: str) -> dict[str, Any]:
    """The template that `stack` was deployed with; but code that is as it was has the key that CDK gives it.

    `_deploy_code` gives code a key of its own, and that alone is no change.
    """
    keys = {_digest_of(staged): staged.name.removeprefix("asset.") for staged in cdk.ASSEMBLY.glob("asset.*")}
    body = json.dumps(deployed_template(stack))
    for key, asset in read_json(RECORD, {}).get(stack, {}).get("assets", {}).items():
        body = body.replace(f"{key}.zip", f"{keys.get(asset['digest'], key)}.zip")
    return json.loads(body)


@functools.cache
def _digest_of(staged: Path) -> str:
    """The digest of a staged asset, which never changes: its name tells what is in it."""
    return folder_digest(staged)


def _cdk_digest() -> str:
    """A digest of all that a template is made from, but for the code of the functions."""
    parts = [target.account(), target.region(), folder_digest(CDK_APP)]
    parts.append(hashlib.sha256((ROOT / "requirements.lock").read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def folder_digest(folder: Path) -> str:
    """A digest of the names and contents of the source files below `folder`."""
    digest = hashlib.sha256()
    for file in _source_files(folder):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _source_files(folder: Path) -> list[Path]:
    files = (f for f in folder.glob("**/*") if f.is_file())
    return sorted(f for f in files if not NOT_SOURCE & set(f.relative_to(folder).parts))


def _zipped(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _source_files(folder):
            archive.writestr(zipfile.ZipInfo(file.relative_to(folder).as_posix()), file.read_bytes())
    return packed.getvalue()


def asset_bucket() -> str:
    """The bucket that `cdk bootstrap` makes for assets."""
    return f"cdk-hnb659fds-assets-{target.account()}-{target.region()}"


def _make_asset_bucket() -> None:
    """What `cdk bootstrap` does on AWS, as far as the local cloud needs it."""
    client = target.client("s3")
    if asset_bucket() not in [b["Name"] for b in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=asset_bucket())
