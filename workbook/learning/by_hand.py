"""What the chapters and their checks make by hand, with no stack, and what of it is still there.

A name alone does not make it the book's: on AWS, somebody else may have a queue called `audit`. So there it must also
have been made from here; and here, what has no name that only the book gives must belong to the shop's bus.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from workbook.clients.intruder import INTRUDER
from workbook.cloud import target, whose
from workbook.deployment.live import everything, queue_urls, where_allowed

BUS = "ShopEventBus"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# By the kind of resource: the pattern of a name, and the chapter that gives it.
NAMES: dict[str, dict[str, int]] = {
    "alarm": {"chapter-14-canary": 14},
    "queue": {"audit": 4, f"chapter-07-{UUID}": 7, rf"states-{UUID}\.fifo": 8, f"checked-{UUID}": 5,
              f"throttled-{UUID}": 9},
    "rule": {"audit": 4, "chapter-07-target-gone": 7, "chapter-12": 12},
    "archive": {"shop": 4, f"user-{UUID}": 8, "chapter-12": 12},
    "table": {"vouchers-08": 8, "states-08": 8, f"checked-{UUID}": 8},
    "role": {"chapter-12-[0-9a-f]{12}": 12},
    "function": {INTRUDER: 12},
    "log group": {f"/aws/lambda/{INTRUDER}": 12},
    "layer": {"dies": 9},
    "policy": {"NoEvents": 9, "outage": 7},
}  # fmt: skip


@dataclass(frozen=True)
class Leftover:
    """Something that a chapter made by hand.

    Attributes:
        what: alarm, queue, rule, archive, table, role, function, log group or layer.
        name: its name.
        chapter: the number of the chapter that made it.
        remove: removes it, if it is still there.
    """

    what: str
    name: str
    chapter: int
    remove: Callable[[], object]

    @property
    def type(self) -> tuple[str, str]:
        """What CloudFormation calls it: the service, and the resource."""
        _, service, resource = whose.TYPES[self.what].split("::")
        return service, resource

    def __str__(self) -> str:
        return f"the {self.what} {self.name} of chapter {self.chapter:02}"


def chapter_of(what: str, name: str) -> int | None:
    """The chapter that gives a resource of that kind this name; None if the book does not."""
    return next((number for form, number in NAMES[what].items() if re.fullmatch(form, name)), None)


def leftovers_by_hand() -> list[Leftover]:
    """What is still there of all that the chapters make by hand; in the order in which it can be removed."""
    for service in ("cloudwatch", "dynamodb", "events", "iam", "lambda", "logs", "sqs"):
        target.client(service)  # a client is made in one thread
    with ThreadPoolExecutor() as pool:
        kinds = (_alarms, _rules, _archives, _queues, _tables, _functions, _log_groups, _layers, _roles)
        found = pool.map(_found, kinds)
    return [
        Leftover(what, name, chapter, remove)
        for of_service in found
        for what, name, remove in of_service
        if (chapter := chapter_of(what, name)) is not None and _is_ours(what, name)
    ]


def _is_ours(what: str, name: str) -> bool:
    return whose.is_ours(what, name, **({"bus": BUS} if what == "rule" else {}))


Found = tuple[str, str, Callable[[], object]]  # a kind of resource, a name, and how it is removed


def _found(look: Callable[[], Iterator[Found]]) -> list[Found]:
    with where_allowed():
        return [*look()]
    return []


def _alarms() -> Iterator[Found]:
    delete, [name] = target.client("cloudwatch").delete_alarms, NAMES["alarm"]
    for it in everything("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=name):
        yield "alarm", it["AlarmName"], lambda name=it["AlarmName"]: delete(AlarmNames=[name])


def _rules() -> Iterator[Found]:
    client = target.client("events")
    with suppress(client.exceptions.ResourceNotFoundException):  # there is no bus yet
        for rule in everything("events", "list_rules", "Rules", EventBusName=BUS):
            yield "rule", rule["Name"], lambda name=rule["Name"]: _delete_rule(name)


def _delete_rule(name: str) -> None:
    client, where = target.client("events"), {"Rule": name, "EventBusName": BUS}
    if ids := [it["Id"] for it in everything("events", "list_targets_by_rule", "Targets", **where)]:
        client.remove_targets(**where, Ids=ids)
    client.delete_rule(Name=name, EventBusName=BUS)


def _archives() -> Iterator[Found]:
    delete = target.client("events").delete_archive
    for it in everything("events", "list_archives", "Archives"):
        if it["EventSourceArn"].endswith(f"/{BUS}"):
            yield "archive", it["ArchiveName"], lambda name=it["ArchiveName"]: delete(ArchiveName=name)


def _queues() -> Iterator[Found]:
    client = target.client("sqs")
    for name, url in queue_urls().items():
        if name != "audit" or _is_of_the_bus(url):
            yield "queue", name, lambda url=url: client.delete_queue(QueueUrl=url)


def _is_of_the_bus(queue: str) -> bool:
    answer = target.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])
    return f":rule/{BUS}/" in answer.get("Attributes", {}).get("Policy", "")


def _tables() -> Iterator[Found]:
    client = target.client("dynamodb")
    for name in everything("dynamodb", "list_tables", "TableNames"):
        yield "table", name, lambda name=name: client.delete_table(TableName=name)


def _functions() -> Iterator[Found]:
    client = target.client("lambda")
    with suppress(client.exceptions.ResourceNotFoundException):
        client.get_function_configuration(FunctionName=INTRUDER)
        yield "function", INTRUDER, lambda: client.delete_function(FunctionName=INTRUDER)


def _log_groups() -> Iterator[Found]:
    client = target.client("logs")
    [prefix] = NAMES["log group"]
    for it in everything("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix):
        name = it["logGroupName"]
        yield "log group", name, lambda name=name: client.delete_log_group(logGroupName=name)


def _layers() -> Iterator[Found]:
    client = target.client("lambda")
    [name] = NAMES["layer"]
    if client.list_layer_versions(LayerName=name)["LayerVersions"]:
        yield "layer", name, lambda: _delete_layer(name)


def _delete_layer(name: str) -> None:
    for version in everything("lambda", "list_layer_versions", "LayerVersions", LayerName=name):
        target.client("lambda").delete_layer_version(LayerName=name, VersionNumber=version["Version"])


def _roles() -> Iterator[Found]:
    for role in everything("iam", "list_roles", "Roles"):
        yield "role", role["RoleName"], lambda name=role["RoleName"]: _delete_role(name)


def _delete_role(name: str) -> None:
    client: Any = target.client("iam")
    for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
        client.delete_role_policy(RoleName=name, PolicyName=policy)
    client.delete_role(RoleName=name)
