"""The faults: each with a name, what brings it about, and what puts it right again."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psutil

from workbook.base.waiting import poll
from workbook.cloud import local
from workbook.maintenance.faults.shop import Shop, deserialized
from workbook.observe.frames import plain
from workbook.observe.ledger import checkout_of

ARCHIVE = "fault-campaign"
BUS = "ShopEventBus"
SECONDS = 60  # until something that takes moments must have happened, on however slow a machine
RED_HANDED = 40  # looks for a worker that is at a message
KILLED = 5  # processes at once: all that Ordering's mapping may use, and not all of Basket's, which start slowly
REPLAYED = timedelta(seconds=20)


class Fault(ABC):
    """One kind of fault.

    Attributes:
        name: what is done to the shop.
        lasting: whether it stays until `heal()`; the others are over at once.
        times: how often it was injected.
        count: how many things it met: processes, messages, events.
    """

    name: str
    lasting = False

    def __init__(self, shop: Shop) -> None:
        self.shop, self.times, self.count = shop, 0, 0

    @abstractmethod
    def inject(self, rng: Random) -> bool:
        """Bring it about; whether there was anything to do it to. If not, it is tried again later."""

    def heal(self) -> None:
        """Put it right. Nothing happens if it is right already."""

    @abstractmethod
    def survived(self) -> str:
        """What happened, for the table."""


class Killed(Fault):
    """Processes that run a function get SIGKILL, at whatever they are doing.

    They are frozen first: so it is certain that a message was in their hands.
    """

    def __init__(self, shop: Shop, name: str, function: str, at_work: str, seen: str) -> None:
        super().__init__(shop)
        self.name, self.function, self.at_work, self.seen = name, function, at_work, seen

    def inject(self, rng: Random) -> bool:
        hit = False
        for _ in range(RED_HANDED):
            time.sleep(rng.uniform(0, 0.03))
            frozen = [p for p in self.shop.workers(self.function) if _signal(p.suspend)]
            rng.shuffle(frozen)
            if frozen and self.is_at_work():
                killed, frozen = frozen[:KILLED], frozen[KILLED:]
                self.count += sum(_signal(p.kill) for p in killed)
                hit = True
            for process in frozen:
                _signal(process.resume)
            if hit:
                return True
        return False

    def is_at_work(self) -> bool:
        if self.at_work == "OrderingQueue":
            return self.shop.held(self.at_work, "ApproximateNumberOfMessagesNotVisible") > 0
        if self.at_work == "BasketOutbox":
            return bool(self.shop.client("dynamodb").scan(TableName=self.shop.outputs[self.at_work], Limit=1)["Items"])
        return True  # the customers see to it

    def survived(self) -> str:
        return f"{self.count} processes killed at work; {self.seen}"


class Stopped(Fault):
    """The local cloud is stopped, cleanly: it saves at SIGTERM and at no other time. Then it is started again."""

    name = "the cloud stopped and started"

    def inject(self, rng: Random) -> bool:
        local.stop()
        time.sleep(rng.uniform(0, 1))
        self.shop.refresh()
        return True

    def survived(self) -> str:
        return "what was stored was there again, what was in flight came again"


class Poison(Fault):
    """Messages that are no checkouts are put into Ordering's queue."""

    name = "poison in Ordering's queue"

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.sent: list[str] = []

    def inject(self, rng: Random) -> bool:
        for _ in range(rng.randint(1, 4)):
            mark = f"poison {rng.getrandbits(64):x}"
            nearly = {"detail": {"metadata": {}, "data": {"userName": mark}}}
            body = rng.choice([mark, json.dumps({"detail": mark}), json.dumps(nearly)])
            self.sent.append(body)
            self.count += 1
            self.shop.client("sqs").send_message(QueueUrl=self.shop.outputs["OrderingQueue"], MessageBody=body)
        return True

    def survived(self) -> str:
        return f"{self.count} messages; each one dead letter, held nobody up"


class Duplicated(Fault):
    """Checkouts that are long known are told of again: as messages in the queue, or as events on the bus."""

    def __init__(self, shop: Shop, name: str, *, on_the_bus: bool) -> None:
        super().__init__(shop)
        self.name, self.on_the_bus = name, on_the_bus

    def inject(self, rng: Random) -> bool:
        known = self.shop.client("dynamodb").scan(TableName=self.shop.outputs["EventLogTable"], Limit=500)["Items"]
        for row in rng.sample(known, min(len(known), rng.randint(5, 20))):
            event = plain(deserialized(row))
            self.count += 1
            if self.on_the_bus:
                entry = {"EventBusName": BUS, "Source": event["source"], "DetailType": event["detail-type"]}
                self.shop.client("events").put_events(Entries=[entry | {"Detail": json.dumps(event["detail"])}])
            else:
                self.shop.client("sqs").send_message(
                    QueueUrl=self.shop.outputs["OrderingQueue"], MessageBody=json.dumps(event)
                )
        return bool(known)

    def survived(self) -> str:
        return f"{self.count} told of again; no second order"


class Forbidden(Fault):
    """A function's role loses a right, and gets it back."""

    lasting = True

    def __init__(self, shop: Shop, name: str, function: str, action: str, seen: str) -> None:
        super().__init__(shop)
        self.name, self.function, self.action, self.seen = name, function, action, seen
        self.before: dict[str, str] | None = None

    def inject(self, rng: Random) -> bool:
        iam, config = self.shop.client("iam"), self.shop.client("lambda")
        role = config.get_function(FunctionName=self.shop.outputs[self.function])["Configuration"]["Role"].split("/")[
            -1
        ]
        [policy] = iam.list_role_policies(RoleName=role)["PolicyNames"]
        document = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
        without = document.replace(self.action, f"{self.action.split(':')[0]}:ListNothing")
        assert without != document, f"{role} has no right to {self.action}"
        self.before = {"RoleName": role, "PolicyName": policy, "PolicyDocument": document}
        iam.put_role_policy(**self.before | {"PolicyDocument": without})
        return True

    def heal(self) -> None:
        if self.before:
            self.shop.client("iam").put_role_policy(**self.before)
            self.before = None

    def survived(self) -> str:
        return self.seen


class Paused(Fault):
    """An event source mapping is switched off, and on again."""

    lasting = True

    def __init__(self, shop: Shop, name: str, function: str, seen: str) -> None:
        super().__init__(shop)
        self.name, self.function, self.seen, self.off = name, function, seen, False

    def inject(self, rng: Random) -> bool:
        self._switch(on=False)
        return True

    def heal(self) -> None:
        if self.off:
            self._switch(on=True)

    def _switch(self, *, on: bool) -> None:
        functions, mapping = self.shop.client("lambda"), self.shop.mapping(self.function)
        functions.update_event_source_mapping(UUID=mapping, Enabled=on)
        self.off = not on
        state = "Enabled" if on else "Disabled"
        poll(
            lambda: functions.get_event_source_mapping(UUID=mapping)["State"] == state,
            f"the mapping to be {state}",
            SECONDS,
        )

    def survived(self) -> str:
        return self.seen


class Redriven(Fault):
    """Dead letters go back into Ordering's queue: received, sent, deleted.

    Attributes:
        of_orders: how many told of an order that was there already, by another delivery of the same message: it was
            an order and a dead letter until then.
    """

    name = "dead letters redriven"

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.of_orders = 0

    def inject(self, rng: Random) -> bool:
        return self.redrive(lambda _: True) > 0

    def redrive(self, wanted: Callable[[str], bool]) -> int:
        """Redrive those in the dead-letter queue whose body is wanted; how many that were."""
        sqs, moved = self.shop.client("sqs"), 0
        source, goal = self.shop.outputs["OrderingDeadLetters"], self.shop.outputs["OrderingQueue"]
        how = {"QueueUrl": source, "MaxNumberOfMessages": 10, "VisibilityTimeout": 5}
        while messages := sqs.receive_message(**how).get("Messages"):
            for message in messages:
                if wanted(message["Body"]):
                    self.of_orders += self.is_an_order(message["Body"])
                    sqs.send_message(QueueUrl=goal, MessageBody=message["Body"])
                    sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
                    moved += 1
        self.count += moved
        return moved

    def is_an_order(self, body: str) -> bool:
        if not checkout_of(body):
            return False
        data = json.loads(body)["detail"]["data"]
        key = {"userName": {"S": data["userName"]}, "orderId": {"S": data["checkoutId"]}}
        table = self.shop.outputs["OrderingTable"]
        return "Item" in self.shop.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)

    def survived(self) -> str:
        return f"{self.count} messages; {self.of_orders} of them were of orders stored already, and made no second one"


class Replayed(Fault):
    """The bus's archive plays the last events again."""

    name = "the archive replayed"

    def begin(self) -> None:
        """Archive what comes from now on. (CloudFormation could, too, but the shop needs none.)"""
        self.end()
        events = self.shop.client("events")
        bus = events.describe_event_bus(Name=BUS)["Arn"]
        self.archive = events.create_archive(ArchiveName=ARCHIVE, EventSourceArn=bus)["ArchiveArn"]
        self.bus = bus

    def end(self) -> None:
        """Archive no longer."""
        events = self.shop.client("events")
        with contextlib.suppress(events.exceptions.ResourceNotFoundException):
            events.delete_archive(ArchiveName=ARCHIVE)

    def inject(self, rng: Random) -> bool:
        events, now, name = self.shop.client("events"), datetime.now(UTC), f"replay-{uuid.uuid4()}"
        times: dict[str, Any] = {"EventStartTime": now - REPLAYED, "EventEndTime": now}
        events.start_replay(ReplayName=name, EventSourceArn=self.archive, Destination={"Arn": self.bus}, **times)
        poll(lambda: events.describe_replay(ReplayName=name)["State"] == "COMPLETED", "the replay", SECONDS)
        return True

    def survived(self) -> str:
        return "the events of the last 20 s came again; no second order"


class Faults:
    """All kinds, each once, by name."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.poison, self.redriven, self.replayed = Poison(shop), Redriven(shop), Replayed(shop)
        self.outage = Forbidden(
            shop, "Ordering's worker may not store", "OrderingWorker", "dynamodb:PutItem",
            "messages came again until they were stored, or became dead letters",
        )  # fmt: skip
        every = [
            Killed(shop, "Ordering's worker killed", "OrderingWorker", "OrderingQueue", "their messages came again"),
            Killed(
                shop, "Basket's publisher killed", "BasketPublisher", "BasketOutbox",
                "the stream brought the rows again",
            ),  # fmt: skip
            Killed(shop, "Basket's function killed", "BasketFunction", "", "callers asked again, with their key"),
            Stopped(shop),
            self.outage,
            Forbidden(
                shop, "the publisher may not publish", "BasketPublisher", "events:PutEvents",
                "checkouts were accepted; their events waited in the outbox",
            ),
            Forbidden(
                shop, "Basket may not write", "BasketFunction", "dynamodb:DeleteItem",
                "503, and the basket still there",
            ),
            Paused(shop, "Ordering's mapping paused", "OrderingWorker", "messages waited in the queue"),
            Paused(shop, "the outbox's mapping paused", "BasketPublisher", "events waited in the outbox"),
            self.poison,
            Duplicated(shop, "messages duplicated in the queue", on_the_bus=False),
            Duplicated(shop, "events published again", on_the_bus=True),
            self.redriven,
            self.replayed,
        ]  # fmt: skip
        self.by_name = {fault.name: fault for fault in every}

    def heal(self) -> None:
        """Put everything right."""
        for fault in self.by_name.values():
            fault.heal()


def _signal(send: Any) -> bool:
    """Send a process a signal; whether it was there to get it."""
    try:
        send()
    except psutil.NoSuchProcess:
        return False
    return True
