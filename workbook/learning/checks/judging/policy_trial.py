"""A policy is tried, for chapter 12: real calls with a role that has it, and whether each is let through."""

from __future__ import annotations

import copy
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from workbook.base.display import a_kind
from workbook.base.waiting import poll, soon
from workbook.cloud import target
from workbook.cloud.roles import as_list
from workbook.cloud.stacks import outputs
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

BUS = "ShopEventBus"
FORM = "each statement has Effect, Action and Resource, and an action has the form service:Name."


def judged_by_calls(policy: Callable[[str, str], Any]) -> Verdict:
    """What is to be said of the document that a learner's function makes: a role with it is tried.

    Args:
        policy: the function, of the ARNs of table and bus.
    """
    arns = _table_arn(), target.client("events").describe_event_bus(Name=BUS)["Arn"]
    try:
        document = policy(*arns)
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight(
            "a policy document", f"{type(error).__name__}: {error}", "the function raised an error of its own."
        )
    if document is None:
        return NotYet("Write the function; it returns nothing yet.")
    if not isinstance(document, dict) or not isinstance(document.get("Statement"), list | dict):
        return NotRight(
            "a dict with Version and Statement",
            type(document).__name__,
            "return the document itself, not its JSON text.",
        )
    if wrong := malformed(document):
        return NotRight("a policy that IAM takes", wrong, FORM)
    iam, name = target.client("iam"), f"chapter-12-{uuid.uuid4().hex[:12]}"
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{target.account()}:root"},
    }
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    try:
        try:
            iam.put_role_policy(RoleName=name, PolicyName="exercise", PolicyDocument=json.dumps(as_tried(document)))
        except iam.exceptions.MalformedPolicyDocumentException as error:
            return NotRight("a policy that IAM takes", str(error).split(": ", 1)[-1], FORM)
        wanted = {f"{arns[0]}/index/by-category": "dynamodb:Query", arns[1]: "events:PutEvents"}
        return tried(session_of(role["Role"]["Arn"]), document, wanted)
    finally:
        for policy_name in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy_name)
        iam.delete_role(RoleName=name)


def _table_arn() -> str:
    return target.client("dynamodb").describe_table(TableName=outputs["ProductTable"])["Table"]["TableArn"]


def tried(session: Any, document: dict[str, Any], wanted: dict[str, str]) -> Verdict:
    """What calls with these credentials come to, and what else the policy allows.

    Args:
        session: has the rights of a role with the policy, and no others.
        document: the policy.
        wanted: the action that is needed for each resource.
    """
    dynamodb, events, table = session.client("dynamodb"), session.client("events"), outputs["ProductTable"]
    lamps = {"KeyConditionExpression": "category = :c", "ExpressionAttributeValues": {":c": {"S": "lamps"}}}
    entry = {"Source": _source_in(document), "DetailType": "PriceListMade", "Detail": "{}"}
    must = {
        "query the index": lambda: dynamodb.query(TableName=table, IndexName="by-category", **lamps),
        "publish on the shop's bus": lambda: events.put_events(Entries=[entry | {"EventBusName": BUS}]),
    }
    for what, call in must.items():
        if not _soon(lambda call=call: _allowed(call)):
            return NotRight(
                f"may {what}",
                "refused",
                "the policy is too narrow: this is one of the two things that the function is for.",
            )
    key = {"id": {"S": "none"}}
    must_not = {
        "query the table itself": lambda: dynamodb.query(
            TableName=table, KeyConditionExpression="id = :i", ExpressionAttributeValues={":i": {"S": "none"}}
        ),
        "read the whole table": lambda: dynamodb.scan(TableName=table),
        "read the whole index": lambda: dynamodb.scan(TableName=table, IndexName="by-category"),
        "delete a product": lambda: dynamodb.delete_item(TableName=table, Key=key),
        "read the baskets": lambda: dynamodb.scan(TableName=outputs["BasketTable"]),
        "publish on another bus": lambda: events.put_events(Entries=[entry | {"EventBusName": "default"}]),
        "change a rule": lambda: events.put_rule(
            Name="chapter-12", EventPattern='{"source": ["none"]}', EventBusName=BUS, State="DISABLED"
        ),
    }
    for what, call in must_not.items():
        if _allowed(call):
            if what == "change a rule":
                target.client("events").delete_rule(Name="chapter-12", EventBusName=BUS)
            return NotRight(
                f"may not {what}",
                "allowed",
                "the policy is too wide: name just the actions and the resources that are needed.",
            )
    return judged(document, wanted) or Right("Two rights, and nine calls that agree.")


def judged(document: dict[str, Any], wanted: dict[str, str]) -> Verdict | None:
    """What a policy allows beside what is wanted, if anything, though no call of ours has found it."""
    statements = [one for one in as_list(document["Statement"]) if one.get("Effect") == "Allow"]
    if any({"NotAction", "NotResource"} & statement.keys() for statement in statements):
        mistake = "the policy is too wide: what is not forbidden in it is allowed, also what is made tomorrow."
        return NotRight("Action and Resource", "NotAction or NotResource", mistake)
    rights = {
        (str(action).lower(), str(resource))
        for statement in statements
        for action in as_list(statement.get("Action", []))
        for resource in as_list(statement.get("Resource", []))
    }
    if stars := sorted(f"{action} on {resource}" for action, resource in rights if set("*?") & set(action + resource)):
        return NotRight(
            "no star", stars[0],
            "no forbidden call got through today, but a star also allows what is made tomorrow: an index, an action.",
        )  # fmt: skip
    if others := sorted(rights - {(action.lower(), resource) for resource, action in wanted.items()}):
        mistake = "the policy is too wide: the function needs no more than two rights, each on one resource."
        return NotRight("two rights", f"also {others[0][0]} on {others[0][1]}", mistake)
    return None


def malformed(document: dict[str, Any]) -> str:
    """What IAM would not take in a policy, if anything; the local cloud takes more than IAM does."""
    for statement in as_list(document["Statement"]):
        if not isinstance(statement, dict):
            return f"a statement that is {a_kind(statement)}"
        for names in (("Effect",), ("Action", "NotAction"), ("Resource", "NotResource")):
            if not set(names) & statement.keys():
                return f"a statement without {names[0]}"
        if statement["Effect"] not in ("Allow", "Deny"):
            return f"the Effect {statement['Effect']!r}"
        for action in as_list(statement.get("Action", [])):
            if action != "*" and not re.fullmatch(r"[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+", str(action)):
                return f"the Action {action!r}"
    return ""


def as_tried(document: dict[str, Any]) -> dict[str, Any]:
    """The policy in which the local cloud, too, finds the name of who publishes: it has a list of such names."""
    if not target.is_local():
        return document
    tried_one = copy.deepcopy(document)
    for statement in as_list(tried_one["Statement"]):
        conditions = statement.get("Condition", {})
        for operator in [name for name in conditions if name in ("StringEquals", "StringLike")]:
            of_names = {k: v for k, v in conditions[operator].items() if k.lower() == "events:source"}
            others = {k: v for k, v in conditions.pop(operator).items() if k not in of_names}
            conditions |= {operator: others} if others else {}
            if of_names:
                conditions.setdefault(f"ForAllValues:{operator}", {}).update(of_names)
    return tried_one


def _source_in(document: dict[str, Any]) -> str:
    """The name in which the policy lets somebody publish, if it says so: a condition on events:source."""
    for statement in as_list(document["Statement"]):
        for operator in statement.get("Condition", {}).values():
            for key, value in operator.items():
                if key.lower() == "events:source":
                    return str(as_list(value)[0])
    return "shop.price-list"


def session_of(role: str) -> Any:
    """A session with the rights of a role that was just made."""
    import boto3

    how = {"RoleArn": role, "RoleSessionName": "exercise"}
    lent = poll(lambda: _or_none(lambda: target.client("sts").assume_role(**how)), "the role", 60)["Credentials"]
    return boto3.Session(
        lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"], region_name=target.region()
    )


def _or_none(call: Callable[[], Any]) -> Any:
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError:
        return None


def _allowed(call: Callable[[], Any]) -> bool:
    """Whether a call is let through; what comes of it then does not matter."""
    from botocore.exceptions import ClientError

    try:
        call()
    except ClientError as error:
        return "AccessDenied" not in error.response["Error"]["Code"]
    return True


def _soon(look: Callable[[], bool]) -> bool | None:
    """At once on the local cloud; on AWS, a policy takes some seconds to work."""
    return look() if target.is_local() else soon(look, 30)
