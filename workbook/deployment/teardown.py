"""Stacks go: in which order, and with them what CloudFormation alone would leave behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from graphlib import TopologicalSorter

from workbook.base.errors import WorkbookError
from workbook.base.paths import read_json, write_json
from workbook.base.waiting import poll
from workbook.cloud import local, target
from workbook.cloud.stacks import RECORD, deployed_template, physical_names, resources, status
from workbook.deployment import cdk, failed
from workbook.deployment.assembly import template


def importers_first(stacks: list[str]) -> list[str]:
    """Stacks in an order in which they can be deleted: while one imports from another, that one must stay."""
    templates = {stack: json.dumps(deployed_template(stack)) for stack in stacks}
    imports = {s: {other for other in stacks if f'"Fn::ImportValue": "{other}:' in templates[s]} for s in stacks}
    return list(TopologicalSorter(imports).static_order())[::-1]


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
    if target.is_local():
        local.end_workers(functions)
    for function in functions:
        _delete_logs(function)
    records = read_json(RECORD, {})
    records.pop(stack, None)
    write_json(RECORD, records)
    failed.forget([stack])


def names_that_go(stack: str, *types: str) -> list[str]:
    """The names of a deployed stack's resources of some types that the code as it stands does not have."""
    cdk.synthesized([stack])
    kept = template(stack)["Resources"]
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


def delete_bus(name: str) -> None:
    """Delete an event bus that no stack has, with its rules and archives."""
    _clear_bus(name)
    target.client("events").delete_event_bus(Name=name)


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
