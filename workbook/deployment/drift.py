"""What of the deployed shop is not as its templates say: CloudFormation's drift, for what the chapters break.

CloudFormation's own detection may take minutes, and looks only at properties that the template names: a reserved
concurrency, or one more policy of a role, it does not see.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from workbook.base.paths import STATE, read_json, write_json
from workbook.cloud import target
from workbook.cloud.stacks import WHOLE, deployed_template, described_stacks, recorded_stacks, resources
from workbook.deployment.live import KINDS, Settings, by_id, document, where_allowed
from workbook.deployment.resolved import Deployed, Unknown

TEMPLATES = STATE / "templates.json"  # with names and ARNs, asked for once for each deployment
LONGEST = 60  # letters of a setting that a sentence shows
ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """A resource that is not as its template says.

    Attributes:
        where: the construct, as `STACK/CONSTRUCT`.
        kind: the resource's type.
        name: the resource's.
        wanted: the settings that are wrong, as they should be.
        found: all settings as they are; None if the resource is gone.
    """

    where: str
    kind: str
    name: str
    wanted: Settings
    found: Settings | None

    def __str__(self) -> str:
        if self.found is None:
            return f"{self.where} was deleted by hand"
        return f"{self.where}: " + ", ".join(_said(*part) for part in self.parts())

    def parts(self) -> Iterator[tuple[str, Any, Any]]:
        """Each single thing that is wrong: what it is called, how it is, how it should be; `ABSENT` if it is not."""
        for name, wanted in self.wanted.items():
            yield from _parts(name, (self.found or {}).get(name, KINDS[self.kind].defaults[name]), wanted)

    @property
    def stack(self) -> str:
        """The stack that it is a resource of."""
        return self.where.split("/")[0]

    def mend(self) -> None:
        """Put the resource back; one that is gone only comes back with its stack."""
        if self.found is not None:
            KINDS[self.kind].put(self.name, self.wanted, self.found)


def differences() -> list[Difference]:
    """What is not as its template says, of all that was deployed from this checkout and stands; first what to mend
    first."""
    expected = [one for of_stack in _expected().values() for one in of_stack]
    names = {kind: [one["name"] for one in expected if one["kind"] == kind] for kind in KINDS}
    names = {kind: found for kind, found in names.items() if found}
    for kind in names:
        target.client(KINDS[kind].service)  # a client is made in one thread
    with ThreadPoolExecutor() as pool:
        found = dict(zip(names, pool.map(_read, names, names.values()), strict=True))
    return [
        difference
        for kind, there in found.items()
        for one in expected
        if there is not None and one["kind"] == kind and (difference := compared(one, there.get(one["name"])))
    ]


def _read(kind: str, names: list[str]) -> dict[str, Settings] | None:
    """The settings of resources of a type, by their names; None if one may not look."""
    with where_allowed():
        return KINDS[kind].read(names)
    return None


def compared(expected: dict[str, Any], found: Settings | None) -> Difference | None:
    """How a resource differs from its template, if it does.

    Args:
        expected: where, kind, name and settings, as `expected_of` gives them.
        found: its settings as they are; None if it is gone.
    """
    defaults = KINDS[expected["kind"]].defaults
    wrong = {k: v for k, v in expected["settings"].items() if found and found.get(k, defaults[k]) != v}
    if found is not None and not wrong:
        return None
    return Difference(expected["where"], expected["kind"], expected["name"], wrong, found)


def expected_of(stack: str, deployed: Deployed) -> list[dict[str, Any]]:
    """What a template says of those resources whose settings are compared.

    Args:
        stack: its name.
        deployed: its template, and what came of it.

    Returns:
        For each resource where, kind and name, and its settings; one that cannot be told is left out.
    """
    return [
        {
            "where": _where(stack, logical_id, resource),
            "kind": resource["Type"],
            "name": name,
            "settings": dict(_settings(deployed, logical_id, resource)),
        }
        for logical_id, resource in deployed.resources.items()
        if resource["Type"] in KINDS and (name := _name(deployed, logical_id, resource))
    ]


def _expected() -> dict[str, list[dict[str, Any]]]:
    """What the templates say of all stacks that stand, by the stack; only what was deployed since is asked for."""
    if not (recorded := recorded_stacks()):
        return {}
    kept, there = read_json(TEMPLATES, {}), described_stacks()
    stand = [name for name in recorded if name in there and there[name]["StackStatus"] in WHOLE]
    now = {}
    for name in stand:
        version = _version(there[name])
        known = kept.get(name, {})
        now[name] = known if known.get("version") == version else {"version": version, **_deployed(name)}
    if now != kept:
        write_json(TEMPLATES, now)
    return {
        name: expected_of(name, Deployed(there[name]["StackId"], one["resources"], one["ids"], one["streams"]))
        for name, one in now.items()
    }


def _version(there: dict[str, Any]) -> str:
    """Changes with each deployment, and with the port, which is part of the addresses of queues."""
    changed = there.get("LastUpdatedTime", there["CreationTime"])
    return f"{there['StackId']} {changed} {os.environ.get('AWS_ENDPOINT_URL', '')}"


def _deployed(stack: str) -> dict[str, Any]:
    """A stack's template and what came of it, as `Deployed` takes it."""
    wanted = deployed_template(stack)["Resources"]
    ids = {r["LogicalResourceId"]: r.get("PhysicalResourceId", "") for r in resources(stack)}
    tables = [i for i, resource in wanted.items() if "StreamSpecification" in resource.get("Properties", {})]
    return {"resources": wanted, "ids": ids, "streams": {i: _stream(ids[i]) for i in tables if i in ids}}


def _stream(table: str) -> str:
    return target.client("dynamodb").describe_table(TableName=table)["Table"].get("LatestStreamArn", "")


def _where(stack: str, logical_id: str, resource: dict[str, Any]) -> str:
    path = resource.get("Metadata", {}).get("aws:cdk:path", f"{stack}/{logical_id}")
    parts = [part for part in path.split("/")[1:] if part not in ("Default", "Resource")]
    return "/".join([stack, *(part.split(":")[0] for part in parts)])


def _name(deployed: Deployed, logical_id: str, resource: dict[str, Any]) -> str | None:
    """By which name a resource is read: a rule's has its bus before it; None if that cannot be told."""
    if not deployed.ids.get(logical_id):
        return None
    name = deployed.name(logical_id)
    if resource["Type"] != "AWS::Events::Rule":
        return name
    try:
        return f"{deployed.resolved(resource['Properties'].get('EventBusName', 'default'))}/{name}"
    except Unknown:
        return None


def _settings(deployed: Deployed, logical_id: str, resource: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    kind, properties = resource["Type"], resource.get("Properties", {})
    for name, default in KINDS[kind].defaults.items():
        try:
            if (kind, name) in GATHERED:
                yield name, GATHERED[kind, name](deployed, logical_id, properties)
            else:
                yield name, deployed.resolved(properties.get(name, default))
        except Unknown:
            continue


# Settings that a template says in another form, or in resources of their own


def _attached(deployed: Deployed, logical_id: str, kind: str, to: str) -> Iterator[dict[str, Any]]:
    """The properties of the policies that a template attaches to a resource."""
    for resource in deployed.resources.values():
        if resource["Type"] == kind and {"Ref": logical_id} in resource["Properties"][to]:
            yield resource["Properties"]


def _queue_policy(deployed: Deployed, logical_id: str, _properties: Settings) -> str:
    found = [p["PolicyDocument"] for p in _attached(deployed, logical_id, "AWS::SQS::QueuePolicy", "Queues")]
    return document(deployed.resolved(found[-1])) if found else ""


def _policies(deployed: Deployed, logical_id: str, properties: Settings) -> dict[str, str]:
    own = [*properties.get("Policies", []), *_attached(deployed, logical_id, "AWS::IAM::Policy", "Roles")]
    return {deployed.resolved(p["PolicyName"]): document(deployed.resolved(p["PolicyDocument"])) for p in own}


def _pattern(deployed: Deployed, _logical_id: str, properties: Settings) -> str | None:
    pattern = properties.get("EventPattern")
    return document(deployed.resolved(pattern)) if pattern else None


def _filters(deployed: Deployed, _logical_id: str, properties: Settings) -> list[str]:
    criteria = deployed.resolved(properties.get("FilterCriteria", {}))
    return [document(one["Pattern"]) for one in criteria.get("Filters", [])]


GATHERED = {
    ("AWS::SQS::Queue", "Policy"): _queue_policy,
    ("AWS::IAM::Role", "Policies"): _policies,
    ("AWS::IAM::Role", "ManagedPolicyArns"): lambda d, _, p: sorted(d.resolved(p.get("ManagedPolicyArns", []))),
    ("AWS::Events::Rule", "EventPattern"): _pattern,
    ("AWS::Events::Rule", "Targets"): lambda d, _, p: by_id(d.resolved(p.get("Targets", []))),
    # Lambda's own are ten messages of a queue, a hundred records of a stream; only a stream has a position.
    ("AWS::Lambda::EventSourceMapping", "BatchSize"): lambda _d, _, p: p.get(
        "BatchSize", 100 if "StartingPosition" in p else 10
    ),
    ("AWS::Lambda::EventSourceMapping", "FilterCriteria"): _filters,
}


# Sentences


def _parts(name: str, found: Any, wanted: Any) -> Iterator[tuple[str, Any, Any]]:
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        yield name, found, wanted
        return
    for key in sorted({*found, *wanted}):
        if found.get(key, ABSENT) != wanted.get(key, ABSENT):
            yield from _parts(f"{name}.{key}", found.get(key, ABSENT), wanted.get(key, ABSENT))


def _said(name: str, found: Any, wanted: Any) -> str:
    short = [str(value) if len(str(value)) <= LONGEST else "" for value in (found, wanted)]
    if wanted in (ABSENT, None):
        return f"{name} is not in the template" + (f" ({short[0]})" if short[0] else "")
    if found in (ABSENT, None, "", [], {}):
        return f"{name} is missing" + (f" ({short[1]})" if short[1] else "")
    return f"{name} is {short[0]}, not {short[1]}" if all(short) else f"{name} is another than in the template"
