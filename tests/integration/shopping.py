"""A person who fills a basket and checks it out, and what must come of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from calls import Answer, Api
from learner import Learner, until
from samples import CHAIR

LAMP = {"productId": "p1", "productName": "Lämp 💡", "quantity": 3, "price": 19.99, "color": "red"}
TOTAL = 104.97
ADA = {
    "firstName": "Ada",
    "lastName": "Läne",
    "email": "ada@example.com",
    "address": "1 Main Street",
    "paymentMethod": "card",
}


class Customer:
    """Somebody who was never here before.

    Args:
        shop: a learner who has deployed the whole shop.
    """

    def __init__(self, shop: Learner) -> None:
        self.shop = shop
        self.name = f"ada-{uuid.uuid4()}"
        self.basket, self.ordering = Api(shop.outputs["BasketApiUrl"]), Api(shop.outputs["OrderingApiUrl"])

    def fill(self, *items: dict[str, Any]) -> Answer:
        """Put items into the basket, in place of those there were."""
        return self.basket("POST", "/basket", {"userName": self.name, "items": list(items or (LAMP, CHAIR))})

    def has_a_basket(self) -> bool:
        return self.basket("GET", f"/basket/{self.name}").status == 200

    def check_out(self, key: str | None = None) -> Answer:
        headers = {"Idempotency-Key": key} if key else None
        return self.basket("POST", "/basket/checkout", {"userName": self.name, **ADA}, headers=headers)

    def orders(self) -> list[dict[str, Any]]:
        """All orders of this customer's that there are by now, as they stand in the table."""
        found = self.shop.client("dynamodb").query(
            TableName=self.shop.outputs["OrderingTable"], KeyConditionExpression="userName = :u", ConsistentRead=True,
            ExpressionAttributeValues={":u": {"S": self.name}},
        )  # fmt: skip
        return found["Items"]

    def has_just_these_orders(self, *accepted: Answer) -> bool:
        """Wait until all that is on its way has arrived; whether the accepted checkouts, and no others, are orders."""
        until(lambda: len(self.orders()) >= len(accepted))
        until(lambda: nothing_waits(self.shop))
        return sorted(o["orderId"]["S"] for o in self.orders()) == sorted(a.body["checkoutId"] for a in accepted)


def nothing_waits(shop: Learner) -> bool:
    """Whether no checkout is in Ordering's queue, waiting or being worked on, and none in its dead-letter queue."""
    return waiting(shop, "OrderingQueue") == waiting(shop, "OrderingDeadLetters") == 0


def waiting(shop: Learner, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = shop.client("sqs").get_queue_attributes(QueueUrl=shop.outputs[queue], AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def switch(shop: Learner, *, on: bool) -> None:
    """Let Ordering's worker poll its queue, or stop it."""
    functions = shop.client("lambda")
    [mapping] = functions.list_event_source_mappings(FunctionName=shop.outputs["OrderingWorker"])["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)
    state = "Enabled" if on else "Disabled"
    until(lambda: functions.get_event_source_mapping(UUID=mapping["UUID"])["State"] == state)


@contextmanager
def paused(shop: Learner) -> Iterator[None]:
    """Ordering's worker does not poll its queue meanwhile."""
    switch(shop, on=False)
    try:
        yield
    finally:
        switch(shop, on=True)


@contextmanager
def without_right(shop: Learner, function: str, action: str) -> Iterator[None]:
    """A function may not do this meanwhile.

    Args:
        function: the output that names it.
        action: such as `events:PutEvents`.
    """
    iam = shop.client("iam")
    role = (
        shop.client("lambda").get_function(FunctionName=shop.outputs[function])["Configuration"]["Role"].split("/")[-1]
    )
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    before = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    assert action in json.dumps(before)
    without = json.dumps(before).replace(action, action.split(":")[0] + ":ListNothing")
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=without)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(before))
