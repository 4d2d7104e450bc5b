"""MiniStack, started as a process of its own, with four gaps in its CloudFormation closed.

Its queues come up without their redrive policy, and a changed queue or table is made anew, empty.
AWS applies the policy, and changes both in place with all that is in them; so does this. It touches
MiniStack's inner parts, whose version is locked; `tests/integration` holds that it works.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from ministack.app import main
from ministack.services import dynamodb, sqs
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Made = tuple[str, dict[str, str]]  # the physical id, and what Fn::GetAtt can ask for

QUEUE_NUMBERS = {
    "VisibilityTimeout": 30,
    "MaximumMessageSize": 262_144,
    "MessageRetentionPeriod": 345_600,
    "DelaySeconds": 0,
    "ReceiveMessageWaitTimeSeconds": 0,
}
TABLE_CONTENT = ("items", "ItemCount", "TableSizeBytes", "TableId", "CreationDateTime")
TABLE_STREAM = ("LatestStreamArn", "LatestStreamLabel")

_create_queue = provisioners._RESOURCE_HANDLERS["AWS::SQS::Queue"]["create"]


def create_queue(logical_id: str, properties: Properties, stack: str) -> Made:
    """Make a queue, its redrive policy included."""
    url, attributes = _create_queue(logical_id, properties, stack)
    _set_redrive_policy(sqs._queues[url], properties)
    return url, attributes


def update_queue(url: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
    """Change a queue in place; one that gets another name is another queue."""
    if old.get("QueueName") != new.get("QueueName") or url not in sqs._queues:
        return create_queue(logical_id, new, stack)
    queue = sqs._queues[url]
    for name, default in QUEUE_NUMBERS.items():
        queue["attributes"][name] = str(new.get(name, default))
    _set_redrive_policy(queue, new)
    return url, {"Arn": queue["attributes"]["QueueArn"], "QueueName": queue["name"], "QueueUrl": url}


def _set_redrive_policy(queue: dict[str, Any], properties: Properties) -> None:
    queue["attributes"].pop("RedrivePolicy", None)
    if policy := properties.get("RedrivePolicy"):
        queue["attributes"]["RedrivePolicy"] = json.dumps(policy)


def update_table(create: Callable[[str, Properties, str], Made]) -> Callable[..., Made]:
    """A way to change a table in place; one that gets another name or key is another table."""

    def update(name: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        before = dynamodb._tables.get(name)
        made, attributes = create(logical_id, new, stack)
        if before is not None and made == name and old["KeySchema"] == new["KeySchema"]:
            after = dynamodb._tables[name]
            after.update({key: before[key] for key in TABLE_CONTENT})
            if before["StreamSpecification"] == after["StreamSpecification"]:
                after.update({key: before[key] for key in TABLE_STREAM})
                if after["LatestStreamArn"]:
                    attributes["StreamArn"] = after["LatestStreamArn"]
        return made, attributes

    return update


def close_the_gaps() -> None:
    """Register what is above with MiniStack's CloudFormation."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::SQS::Queue"].update(create=create_queue, update=update_queue, update_with_logical_id=True)
    for kind in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        handlers[kind].update(update=update_table(handlers[kind]["create"]), update_with_logical_id=True)


if __name__ == "__main__":
    os.environ.pop("LOG_LEVEL", None)  # read by now; workers must not take it for their own
    close_the_gaps()
    main()
