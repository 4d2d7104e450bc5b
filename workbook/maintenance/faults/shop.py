"""The deployed shop as the campaign sees it: names, clients, and what is in its tables and queues."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psutil
from boto3.dynamodb.types import TypeDeserializer

from workbook.cloud import local, target
from workbook.cloud.stacks import outputs

COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


class Shop:
    """The shop that is deployed on this checkout's local cloud."""

    def __init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Learn the addresses anew: a cloud that was stopped may come back at another port."""
        local.ensure()
        self.outputs = dict(outputs)

    def client(self, service: str) -> Any:
        return target.client(service)

    def rows(self, output: str, *, consistent: bool = True) -> Iterator[dict[str, Any]]:
        """The items of a table, as DynamoDB writes them."""
        pages = self.client("dynamodb").get_paginator("scan")
        for page in pages.paginate(TableName=self.outputs[output], ConsistentRead=consistent):
            yield from page["Items"]

    def bodies(self, output: str) -> list[str]:
        """The bodies of all messages in a queue, received or not."""
        return [message["Body"] for message in local.queue_messages(self.outputs[output])]

    def held(self, output: str, *counts: str) -> int:
        """How many messages a queue holds, waiting or being worked on."""
        found = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[output], AttributeNames=list(counts or COUNTS)
        )
        return sum(map(int, found["Attributes"].values()))

    def outbox(self) -> list[dict[str, Any]]:
        """The rows that are not published yet."""
        return list(self.rows("BasketOutbox"))

    def workers(self, output: str) -> list[psutil.Process]:
        """The processes that run a function."""
        return local.workers([self.outputs[output]])

    def mapping(self, output: str) -> str:
        """The id of a function's event source mapping."""
        answer = self.client("lambda").list_event_source_mappings(FunctionName=self.outputs[output])
        [found] = answer["EventSourceMappings"]
        return found["UUID"]

    def visibility(self, seconds: int) -> None:
        """How long Ordering's queue hides a message that was received."""
        self.client("sqs").set_queue_attributes(
            QueueUrl=self.outputs["OrderingQueue"], Attributes={"VisibilityTimeout": str(seconds)}
        )


def deserialized(item: dict[str, Any]) -> dict[str, Any]:
    """An item's values, numbers as Decimals."""
    read = TypeDeserializer().deserialize
    return {name: read(value) for name, value in item.items()}


def cost_of(items: list[dict[str, Any]]) -> Decimal:
    """What items cost together."""
    return sum((Decimal(item["price"]) * item["quantity"] for item in items), Decimal(0))
