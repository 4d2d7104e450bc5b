"""Customers: each fills a basket and checks it out in a manner of its own, and remembers what it was told."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

import requests

from workbook.base.errors import WorkbookError
from workbook.maintenance.faults.shop import Shop, cost_of

ADDRESS = {
    "firstName": "Ada", "lastName": "Example", "email": "ada@example.com", "address": "1 Main Street",
    "paymentMethod": "card",
}  # fmt: skip
MANNERS = {"once": 12, "repeats": 3, "twins": 2, "rush": 2, "keyless": 1}  # how many of twenty
AT_ONCE = 3
PATIENCE_SECONDS = 180  # until a caller gives up; a cloud is down for a few
TIMEOUT = (3, 20)


@dataclass
class Memory:
    """What the customers were told, all together; it is what the judge holds the shop to.

    Attributes:
        told: checkout id and total of each 202.
        once: users whose first request to fill a basket was answered, so that they had one basket.
        met: how often callers met what.
        wrongs: answers that the contract does not allow.
        over: set when everybody is to go home.
    """

    told: list[tuple[str, Decimal]] = field(default_factory=list)
    once: set[str] = field(default_factory=set)
    met: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Customer:
    """One customer, with a basket of their own. Everything about them follows from the seed and their number."""

    def __init__(self, shop: Shop, memory: Memory, seed: int, number: int, manner: str | None = None) -> None:
        rng = Random(f"{seed} customer {number}")
        self.shop, self.memory, self.session = shop, memory, requests.Session()
        self.name = f"customer-{seed}-{number}"
        self.manner = manner or rng.choices(list(MANNERS), MANNERS.values())[0]
        self.items = [
            {
                "productId": f"p{n}", "productName": f"Lamp {n}", "quantity": rng.randint(1, 5),
                "price": Decimal(rng.randint(1, 9999)) / 100,
            }
            for n in range(rng.randint(1, 4))
        ]  # fmt: skip
        self.broken = False  # whether a request of ours got no answer, and may still be at work

    def visit(self) -> None:
        """Fill a basket, and check it out in this customer's manner."""
        self.fill()
        if self.manner in ("once", "repeats"):
            first = self.check_out("key")
            if self.manner == "repeats":
                self.memory.met["repeats"] += 1
                self.same(first, self.check_out("key"))
        elif self.manner == "twins":
            self.memory.met["twins"] += 1
            with ThreadPoolExecutor(AT_ONCE) as twins:
                self.same(*twins.map(lambda _: self.check_out("key"), range(AT_ONCE)))
        elif self.manner == "rush":
            self.memory.met["rush"] += 1
            with ThreadPoolExecutor(AT_ONCE) as rivals:
                answers = [
                    a for a in rivals.map(lambda n: self.check_out(f"key {n}", alone=False), range(AT_ONCE)) if a
                ]
            if len(answers) > 1 and self.name in self.memory.once:
                self.memory.wrongs.append(
                    f"{self.name}: of {AT_ONCE} checkouts of one basket {len(answers)} were accepted"
                )
        else:
            answer = self.send("POST", "checkout", self.order())  # who has no key must not ask twice
            if answer is not None and answer.status_code == 202:
                self.accepted(answer)

    def fill(self) -> None:
        items = [{**item, "price": float(item["price"])} for item in self.items]
        body = json.dumps({"userName": self.name, "items": items})
        for attempt in self.attempts("fill a basket"):
            answer = self.send("POST", "", body)
            if answer is not None and answer.status_code in (200, 201):
                if attempt == 0:
                    self.memory.once.add(self.name)
                return

    def check_out(self, key: str, *, alone: bool = True) -> dict[str, Any] | None:
        """Ask until there is an answer, always with the same key.

        Args:
            alone: nobody else has this basket and another key: then it must be accepted in the end.

        Returns:
            The answer; None if somebody else had the basket.
        """
        for _ in self.attempts("check out"):
            broken_before = self.broken
            answer = self.send("POST", "checkout", self.order(), key)
            status = answer.status_code if answer is not None else 0
            if status == 202:
                return self.accepted(answer)
            if status in (404, 409) and not alone:
                self.memory.met["rivals refused"] += 1
                return None
            if status == 503 and alone and self.manner != "twins" and not broken_before:
                self.has_a_basket_still()
            if 400 <= status < 500 and status not in (409, 429):  # 409: a request of ours that broke came late
                self.memory.wrongs.append(
                    f"{self.name}: {status} for a basket of which nobody else knows: {answer.text[:200]}"
                )
                return None
        return None

    def accepted(self, answer: requests.Response) -> dict[str, Any]:
        body = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)
        self.memory.told.append((body["checkoutId"], body["totalPrice"]))
        if body["totalPrice"] != cost_of(self.items):
            self.memory.wrongs.append(f"{self.name}: {body['totalPrice']} for what costs {cost_of(self.items)}")
        return body

    def same(self, *answers: dict[str, Any] | None) -> None:
        if any(answer != answers[0] for answer in answers):
            self.memory.wrongs.append(f"{self.name}: one key, and not one answer: {answers}")

    def has_a_basket_still(self) -> None:
        """After a 503 the basket must be there; who cannot look cannot tell."""
        answer = self.send("GET", self.name)
        if answer is not None and answer.status_code == 200:
            self.memory.met["baskets still there"] += 1
        elif answer is not None and answer.status_code == 404:
            self.memory.wrongs.append(f"{self.name}: 503, and the basket was gone")

    def attempts(self, what: str) -> Iterator[int]:
        """Numbers, with a pause after each, until a caller's patience is at its end."""
        deadline, number = time.monotonic() + PATIENCE_SECONDS, 0
        while not self.memory.over.is_set():
            yield number
            if time.monotonic() > deadline:
                raise WorkbookError(f"{self.name} could not {what} in {PATIENCE_SECONDS} s.")
            number += 1
            self.memory.over.wait(0.2)

    def send(self, method: str, path: str, body: str | None = None, key: str | None = None) -> requests.Response | None:
        """Send a request; None if the connection broke before there was an answer."""
        url = "/".join(part for part in (self.shop.outputs["BasketApiUrl"].rstrip("/"), "basket", path) if part)
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        try:
            answer = self.session.request(method, url, data=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException:
            self.broken = True
            self.memory.met["broken"] += 1
            return None
        if answer.status_code >= 500:
            self.broken = self.broken or answer.status_code != 503  # a worker was killed: who knows what it had done
            self.memory.met[str(answer.status_code)] += 1
        return answer

    def order(self) -> str:
        return json.dumps({"userName": self.name, **ADDRESS})

