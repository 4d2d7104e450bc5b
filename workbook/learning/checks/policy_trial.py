"""A policy is tried, for chapter 11: real calls with a role that has it, and whether each is let through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.base.waiting import poll, soon
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.exercises import NotRight, Right, Verdict

BUS = "ShopEventBus"


def tried(session: Any, document: str) -> Verdict:
    """What calls with these credentials come to."""
    dynamodb, events, table = session.client("dynamodb"), session.client("events"), outputs["ProductTable"]
    lamps = {"KeyConditionExpression": "category = :c", "ExpressionAttributeValues": {":c": {"S": "lamps"}}}
    entry = {"Source": "shop.price-list", "DetailType": "PriceListMade", "Detail": "{}"}
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
            Name="chapter-11", EventPattern='{"source": ["none"]}', EventBusName=BUS, State="DISABLED"
        ),
    }
    for what, call in must_not.items():
        if _allowed(call):
            if what == "change a rule":
                target.client("events").delete_rule(Name="chapter-11", EventBusName=BUS)
            return NotRight(
                f"may not {what}",
                "allowed",
                "the policy is too wide: name just the actions and the resources that are needed.",
            )
    if "*" in document:
        return NotRight(
            "no star",
            "one",
            "no forbidden call got through today, but a star also allows what is made tomorrow: an index, an action.",
        )
    return Right("Two rights, and nine calls that agree.")


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
