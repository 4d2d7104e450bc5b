"""`diagram("Product")`: what is deployed, drawn from its templates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.cloud import local, target
from workbook.cloud.stacks import deployed_template, recorded_stacks, status

SHAPES = {
    "AWS::ApiGateway::RestApi": ("API Gateway", "([{}])"),
    "AWS::Lambda::Function": ("Lambda", "[[{}]]"),
    "AWS::DynamoDB::Table": ("DynamoDB", "[({})]"),
    "AWS::DynamoDB::GlobalTable": ("DynamoDB", "[({})]"),
    "AWS::SQS::Queue": ("SQS", "[/{}/]"),
    "AWS::Events::EventBus": ("EventBridge", "{{{{{}}}}}"),
    "AWS::Events::Rule": ("EventBridge", ">{}]"),
    "AWS::SNS::Topic": ("SNS", "{{{{{}}}}}"),
    "AWS::S3::Bucket": ("S3", "[({})]"),
}
Edge = tuple[str, str, str]


@dataclass(frozen=True)
class Node:
    """A resource in a drawing.

    Attributes:
        stack: the stack it is in.
        name: its constructs' names, without the stack's.
        service: the AWS service.
        shape: mermaid's, with a place for the label.
    """

    stack: str
    name: str
    service: str
    shape: str

    def __str__(self) -> str:
        return f"{self.stack} {self.name} [{self.service}]"


class Diagram:
    """A drawing of resources and what goes from one to another.

    JupyterLab draws it; as text it is a list of arrows.

    Args:
        nodes: the resources, by id.
        edges: from which id to which, and what goes there.
    """

    def __init__(self, nodes: dict[str, Node], edges: list[Edge]) -> None:
        self.nodes = nodes
        self.edges = edges

    @property
    def mermaid(self) -> str:
        """The drawing in mermaid's language, with a box for each stack if there are several."""
        stacks: dict[str, list[str]] = {}
        for node_id, node in self.nodes.items():
            stacks.setdefault(node.stack, []).append(node_id)
        lines = ["flowchart LR"]
        for stack, ids in stacks.items():
            if len(stacks) > 1:
                lines += [f"  subgraph {stack}Stack [{stack}]", "  direction LR"]
            for node_id in ids:
                node = self.nodes[node_id]
                name = node.name if len(stacks) > 1 else f"{stack} {node.name}"
                lines.append(f"  {node_id}" + node.shape.format(f'"{name}<br/><small>{node.service}</small>"'))
            if len(stacks) > 1:
                lines.append("  end")
        for source, goal, what in self.edges:
            lines.append(f"  {source} " + (f"-->|{what}|" if what else "-->") + f" {goal}")
        return described(lines, "What is deployed", repr(self))

    def __repr__(self) -> str:
        alone = [n for n in self.nodes if not any(n in edge[:2] for edge in self.edges)]
        arrows = [f"{self.nodes[a]} → {self.nodes[b]}" + (f" ({what})" if what else "") for a, b, what in self.edges]
        return "\n".join(arrows + [str(self.nodes[n]) for n in alone])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/vnd.mermaid": self.mermaid, "text/plain": repr(self)}


def described(lines: list[str], title: str, text: str) -> str:
    """A drawing in mermaid's language with its text alternative, which a screen reader reads out.

    Args:
        lines: of the drawing; the first says of which kind it is.
        title: what it shows, in a few words.
        text: what it shows, whole.
    """
    kind, *rest = lines
    alternative = text.translate({ord(sign): " " for sign in "{}"})  # such as end the description
    return "\n".join([kind, f"  accTitle: {title}", "  accDescr {", alternative, "  }", *rest])


def diagram(*stacks: str) -> Diagram:
    """Draw what is deployed: the resources that a person thinks of, and what passes between them.

    Args:
        stacks: names, such as `"Product"`; none means all that were deployed from here.

    Raises:
        WorkbookError: one of them is not deployed.
    """
    if target.is_local():
        local.ensure()
    names = stacks or tuple(s for s in recorded_stacks() if status(s))
    templates = {stack: deployed_template(stack) for stack in names}
    for stack, template in templates.items():
        if not template.get("Resources"):
            raise WorkbookError(f"{stack} is not deployed; deploy({stack!r}) does that.")
    nodes = {
        f"{stack}{logical_id}": Node(stack, _name(logical_id, resource), *SHAPES[resource["Type"]])
        for stack, template in templates.items()
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] in SHAPES
    }
    edges = [edge for edge in _edges(_merged(templates)) if edge[0] in nodes and edge[1] in nodes]
    return Diagram(nodes, _joined(edges))


def _merged(templates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The resources of several stacks as if they were one, each with the stack's name before its id."""
    known: dict[str, Any] = {}  # how other stacks name a resource: by an export, or by its own name
    for stack, template in templates.items():
        for output in template.get("Outputs", {}).values():
            if "Export" in output:
                known[output["Export"]["Name"]] = {"Ref": stack + _first(output["Value"])}
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Events::EventBus":
                known[resource["Properties"]["Name"]] = {"Ref": stack + logical_id}

    def merged(stack: str, node: Any) -> Any:
        match node:
            case {"Ref": name}:
                return {"Ref": stack + name}
            case {"Fn::GetAtt": [name, what]}:
                return {"Fn::GetAtt": [stack + name, what]}
            case {"Fn::ImportValue": str(name)} | str(name) if name in known:
                return known[name]
            case {"Fn::Join": [_, [*_, str(end)]]} if (name := end.rpartition(":event-bus/")[2]) in known:
                return known[name]
            case dict():
                return {key: merged(stack, value) for key, value in node.items()}
            case list():
                return [merged(stack, value) for value in node]
        return node

    return {
        stack + logical_id: merged(stack, resource)
        for stack, template in templates.items()
        for logical_id, resource in template["Resources"].items()
    }


def _joined(edges: list[Edge]) -> list[Edge]:
    """One arrow for all that goes from one resource to another."""
    words: dict[tuple[str, str], list[str]] = {}
    for source, goal, what in edges:
        words.setdefault((source, goal), []).extend(what.split(", "))
    return [(source, goal, ", ".join(dict.fromkeys(said))) for (source, goal), said in words.items()]


def _name(logical_id: str, resource: dict[str, Any]) -> str:
    path = resource.get("Metadata", {}).get("aws:cdk:path", f"/{logical_id}")
    return " ".join(p for p in path.split("/")[1:] if p not in ("Resource", "Default"))


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
                if given_up := properties.get("DestinationConfig", {}).get("OnFailure"):
                    yield function, _first(given_up["Destination"]), "on failure"
            case "AWS::Lambda::EventInvokeConfig":
                failures = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
                yield _first(properties.get("FunctionName")), _first(failures), "on failure"
            case "AWS::SQS::Queue":
                if policy := properties.get("RedrivePolicy"):
                    yield logical_id, _first(policy.get("deadLetterTargetArn")), "after too many tries"
            case "AWS::S3::Bucket":
                for told in properties.get("NotificationConfiguration", {}).get("LambdaConfigurations", []):
                    yield logical_id, _first(told["Function"]), "object created"
            case "AWS::Events::Rule":
                yield _first(properties.get("EventBusName")), logical_id, ""
                for goal in properties.get("Targets", []):
                    yield logical_id, _first(goal.get("Arn")), ""


def _grants(function: str, policy: dict[str, Any], resources: dict[str, Any]) -> Iterator[Edge]:
    """What a policy lets a function do with tables, buses and functions, in a word."""
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
            elif kind == "AWS::Lambda::Function" and "lambda:InvokeFunction" in actions:
                yield function, goal, "calls"


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
