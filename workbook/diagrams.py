"""`diagram("Product")`: what is deployed, drawn from its templates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from workbook import cloud, target
from workbook.deployed import recorded_stacks
from workbook.deploying import deployed_template, status
from workbook.errors import WorkbookError

SHAPES = {
    "AWS::ApiGateway::RestApi": ("API Gateway", "([{}])"),
    "AWS::Lambda::Function": ("Lambda", "[[{}]]"),
    "AWS::DynamoDB::Table": ("DynamoDB", "[({})]"),
    "AWS::DynamoDB::GlobalTable": ("DynamoDB", "[({})]"),
    "AWS::SQS::Queue": ("SQS", "[/{}/]"),
    "AWS::Events::EventBus": ("EventBridge", "{{{{{}}}}}"),
    "AWS::Events::Rule": ("Rule", ">{}]"),
    "AWS::SNS::Topic": ("SNS", "{{{{{}}}}}"),
    "AWS::S3::Bucket": ("S3", "[({})]"),
}
Edge = tuple[str, str, str]


class Diagram:
    """A drawing of resources and what goes from one to another.

    JupyterLab draws it; as text it is a list of arrows.

    Args:
        nodes: service and name of each resource, by its logical id.
        edges: from which logical id to which, and what goes there.
    """

    def __init__(self, nodes: dict[str, tuple[str, str, str]], edges: list[Edge]) -> None:
        self.nodes = nodes
        self.edges = edges

    @property
    def mermaid(self) -> str:
        """The drawing in mermaid's language."""
        lines = ["flowchart LR"]
        for node, (service, name, shape) in self.nodes.items():
            label = shape.format(f'"{name}<br/><small>{service}</small>"')
            lines.append(f"  {node}{label}")
        for source, goal, what in self.edges:
            arrow = f"-->|{what}|" if what else "-->"
            lines.append(f"  {source} {arrow} {goal}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        alone = [n for n in self.nodes if not any(n in edge[:2] for edge in self.edges)]
        arrows = [
            f"{self._label(a)} → {self._label(b)}" + (f" ({what})" if what else "") for a, b, what in self.edges
        ]
        return "\n".join(arrows + [self._label(n) for n in alone])

    def _label(self, node: str) -> str:
        service, name, _ = self.nodes[node]
        return f"{name} [{service}]"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/vnd.mermaid": self.mermaid, "text/plain": repr(self)}


def diagram(*stacks: str) -> Diagram:
    """Draw what is deployed: the resources that a person thinks of, and what passes between them.

    Args:
        stacks: names, such as `"Product"`; none means all that were deployed from here.

    Raises:
        WorkbookError: one of them is not deployed.
    """
    if target.is_local():
        cloud.ensure()
    names = stacks or tuple(s for s in recorded_stacks() if status(s))
    nodes: dict[str, tuple[str, str, str]] = {}
    edges: list[Edge] = []
    for stack in names:
        resources = deployed_template(stack).get("Resources", {})
        if not resources:
            raise WorkbookError(f"{stack} is not deployed; deploy({stack!r}) does that.")
        for logical_id, resource in resources.items():
            if resource["Type"] in SHAPES:
                service, shape = SHAPES[resource["Type"]]
                nodes[f"{stack}{logical_id}"] = (service, _name(stack, logical_id, resource), shape)
        edges += [
            (f"{stack}{a}", f"{stack}{b}", what)
            for a, b, what in _edges(resources)
            if f"{stack}{a}" in nodes and f"{stack}{b}" in nodes
        ]
    return Diagram(nodes, _joined(edges))


def _joined(edges: list[Edge]) -> list[Edge]:
    """One arrow for all that goes from one resource to another."""
    words: dict[tuple[str, str], list[str]] = {}
    for source, goal, what in edges:
        words.setdefault((source, goal), []).extend(what.split(", "))
    return [(source, goal, ", ".join(dict.fromkeys(said))) for (source, goal), said in words.items()]


def _name(stack: str, logical_id: str, resource: dict[str, Any]) -> str:
    path = resource.get("Metadata", {}).get("aws:cdk:path", f"{stack}/{logical_id}")
    return " ".join(p for p in path.split("/") if p not in ("Resource", "Default"))


def _edges(resources: dict[str, Any]) -> Iterator[Edge]:
    """What passes between the resources of a template."""
    functions_of_role = {
        role: function
        for function, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
        for role in _references(resource["Properties"].get("Role"))
    }
    for logical_id, resource in resources.items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::ApiGateway::Method":
                api = _first(properties.get("RestApiId"))
                for function in _references(properties.get("Integration", {}).get("Uri")):
                    yield api, function, "calls"
            case "AWS::IAM::Policy":
                for role in _references(properties.get("Roles")):
                    if role in functions_of_role:
                        yield from _grants(functions_of_role[role], properties, resources)
            case "AWS::Lambda::EventSourceMapping":
                queue, function = _first(properties.get("EventSourceArn")), _first(properties.get("FunctionName"))
                yield queue, function, "polled by"
            case "AWS::Lambda::EventInvokeConfig":
                failures = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
                yield _first(properties.get("FunctionName")), _first(failures), "on failure"
            case "AWS::SQS::Queue":
                if policy := properties.get("RedrivePolicy"):
                    yield logical_id, _first(policy.get("deadLetterTargetArn")), "after too many tries"
            case "AWS::Events::Rule":
                yield _first(properties.get("EventBusName")), logical_id, ""
                for goal in properties.get("Targets", []):
                    yield logical_id, _first(goal.get("Arn")), ""


def _grants(function: str, policy: dict[str, Any], resources: dict[str, Any]) -> Iterator[Edge]:
    """What a policy lets a function do with tables and buses, in a word."""
    for statement in policy["PolicyDocument"]["Statement"]:
        actions = json.dumps(statement["Action"])
        writes = bool(re.search(r":(Put|Update|Delete|BatchWrite)\w*", actions))
        reads = bool(re.search(r":(Get|Query|Scan|BatchGet)\w*", actions))
        for goal in _references(statement["Resource"]):
            kind = resources.get(goal, {}).get("Type", "")
            if kind.startswith("AWS::DynamoDB"):
                words = [word for word, does in (("reads", reads), ("writes", writes)) if does]
                yield function, goal, ", ".join(words)
            elif kind == "AWS::Events::EventBus":
                yield function, goal, "publishes"


def _references(node: Any) -> list[str]:
    """The logical ids that a piece of a template refers to."""
    if isinstance(node, dict):
        if "Ref" in node:
            return [node["Ref"]]
        if "Fn::GetAtt" in node:
            return [node["Fn::GetAtt"][0]]
        return [r for value in node.values() for r in _references(value)]
    return [r for value in node for r in _references(value)] if isinstance(node, list) else []


def _first(node: Any) -> str:
    return next(iter(_references(node)), "")
