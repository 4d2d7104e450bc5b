"""What was deployed from this checkout: how each stack was left, and every resource there ever was."""

from __future__ import annotations

import json
from typing import Any

from workbook.base.paths import LAMBDA_SRC, read_json, write_json
from workbook.cloud import target, whose
from workbook.cloud.stacks import RECORD, WHOLE, deployed_template, resources
from workbook.deployment.assembly import ASSEMBLY, template
from workbook.deployment.assets import digest_of, folder_digest


def stands(there: dict[str, Any] | None, record: dict[str, Any]) -> bool:
    """Whether a stack is deployed exactly as `record` says.

    Args:
        there: what CloudFormation says of it; None if it is not there.
        record: how it was left.
    """
    return bool(there) and there["StackStatus"] in WHOLE and _version(there) == record.get("version")


NAMES = {  # the property with which a template gives a thing a name of its own
    "alarm": "AlarmName", "dashboard": "DashboardName", "event bus": "Name", "function": "FunctionName",
    "log group": "LogGroupName", "queue": "QueueName", "role": "RoleName", "schedule group": "Name",
    "table": "TableName", "topic": "TopicName",
}  # fmt: skip


def refuse_foreign(stacks: list[str]) -> None:
    """See to it that a deployment touches nothing on AWS that was not made from here.

    Args:
        stacks: the names of synthesized stacks.

    Raises:
        WorkbookError: a stack of that name, or something that one of them names, is somebody else's.
    """
    if target.is_local():
        return
    for stack in stacks:
        whose.refuse_foreign("stack", stack)
    for stack in stacks:
        deployed = deployed_template(stack).get("Resources", {})
        new = {k: it for k, it in template(stack).get("Resources", {}).items() if k not in deployed}
        for what, key in NAMES.items():
            given = (it.get("Properties", {}).get(key) for it in new.values() if it["Type"] == whose.TYPES[what])
            for name in given:
                if isinstance(name, str):
                    whose.refuse_foreign(what, name)


def remember(there: dict[str, Any], digest: str) -> None:
    """Remember how a stack was deployed just now.

    Args:
        there: what CloudFormation says of it.
        digest: of what its template was made from.
    """
    stack = there["StackName"]
    records = read_json(RECORD, {})
    folders = {folder_digest(f): f.name for f in LAMBDA_SRC.iterdir() if f.is_dir()}
    body = json.dumps(deployed_template(stack))
    assets = records.get(stack, {}).get("assets", {})
    for staged in ASSEMBLY.glob("asset.*"):
        if name := folders.get(digest_of(staged)):
            assets[staged.name.removeprefix("asset.")] = {"folder": name, "digest": digest_of(staged)}
    kept = {key: asset for key, asset in assets.items() if f"{key}.zip" in body}
    records[stack] = {"cdk": digest, "version": _version(there), "assets": kept}
    write_json(RECORD, records)
    now = [(r["ResourceType"], r["PhysicalResourceId"]) for r in resources(stack)]
    whose.note([("AWS::CloudFormation::Stack", there["StackId"]), *now])


def _version(there: dict[str, Any]) -> str:
    return f"{there['StackId']} {there.get('LastUpdatedTime', there['CreationTime'])}"
