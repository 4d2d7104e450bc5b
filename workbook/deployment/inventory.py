"""What was deployed from this checkout: how each stack was left, and every resource there ever was."""

from __future__ import annotations

import json
from typing import Any

from workbook.base.paths import LAMBDA_SRC, STATE, read_json, write_json
from workbook.cloud import target
from workbook.cloud.stacks import RECORD, WHOLE, deployed_template, described_stack, resources
from workbook.deployment.assembly import ASSEMBLY
from workbook.deployment.assets import digest_of, folder_digest

MADE = STATE / "made.json"


def stands(there: dict[str, Any] | None, record: dict[str, Any]) -> bool:
    """Whether a stack is deployed exactly as `record` says.

    Args:
        there: what CloudFormation says of it; None if it is not there.
        record: how it was left.
    """
    return bool(there) and there["StackStatus"] in WHOLE and _version(there) == record.get("version")


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


def _version(there: dict[str, Any]) -> str:
    return f"{there['StackId']} {there.get('LastUpdatedTime', there['CreationTime'])}"
