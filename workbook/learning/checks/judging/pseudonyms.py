"""Exercise 12-2: an event without people in it."""

from __future__ import annotations

import base64
import builtins
import copy
import hashlib
import json
import secrets
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

PERSONAL = ("firstName", "lastName", "email", "address")
SHORTEST = 10  # characters; of eight hexadecimal ones, two are the same among 80,000 users more often than not
USERS = ("zora.quix", "yuri_vexx", "Zora.Quix", "żaneta-ķ")  # no other word has these in it
Function = Callable[[dict, bytes], Any]


def judged(function: Function) -> Verdict:
    """People are gone, users can be told apart, and nobody can tell who they are."""
    secret = secrets.token_bytes(16) + b"\xff"  # bytes, and no text
    events = [_checkout(user) for user in USERS]
    before = copy.deepcopy(events)
    try:
        answers = [function(event, secret) for event in events]
        again = function(_checkout(USERS[0]), secret)
        with _other_hashes(function):
            later = function(_checkout(USERS[0]), secret)
        other = function(_checkout(USERS[0]), secrets.token_bytes(16))
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight(
            "a copy of the event", f"{type(error).__name__}: {error}", "the function raised an error of its own."
        )
    if answers[0] is None:
        return NotYet("Write the function; it returns nothing yet.")
    if events != before:
        return NotRight(
            "the event that was handed in, as it was",
            "a changed one",
            "whoever else holds that event has lost it, too: copy before you change.",
        )
    for answer in (*answers, again, later, other):
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
            return NotRight(
                "a dict with metadata and data", type(answer).__name__, "return the event's detail in the same shape."
            )
    for event, answer in zip(events, answers, strict=True):
        if verdict := _people_in(answer, event) or _lost_from(answer, event):
            return verdict
    names = [answer["data"].get("userName") for answer in (*answers, again, later, other)]
    return _judge_names(names[: len(USERS)], *names[len(USERS) :], secret)


def _people_in(answer: dict[str, Any], event: dict[str, Any]) -> Verdict | None:
    """Who is still in an answer, if anybody."""
    if left := sorted(set(PERSONAL) & answer["data"].keys()):
        return NotRight(
            "no " + ", ".join(PERSONAL), ", ".join(left), "these say who somebody is: leave the fields out."
        )
    user, text = event["data"]["userName"], json.dumps(answer, default=str, ensure_ascii=False).lower()
    raw = user.encode()
    if user.lower() in text or user.lower()[::-1] in text:
        return NotRight(
            "no trace of the name", user, "the name still stands in the event, perhaps as part of the userName."
        )
    encoded = (raw.hex(), *(base64.b64encode(pad + raw).decode()[4:-4].lower() for pad in (b"", b"x", b"xx")))
    if any(one in text for one in encoded):
        mistake = "the name is only written in another alphabet, which anybody can read backwards."
        return NotRight("no trace of the name", "the name, encoded", mistake)
    return None


def _lost_from(answer: dict[str, Any], event: dict[str, Any]) -> Verdict | None:
    """What is not as it was, beside the people."""
    wanted = copy.deepcopy(event)
    wanted["data"] = {name: value for name, value in event["data"].items() if name not in (*PERSONAL, "userName")}
    found = {**answer, "data": {name: value for name, value in answer["data"].items() if name != "userName"}}
    if found == wanted:
        return None
    return NotRight(
        "everything else as it was",
        ", ".join(sorted([*found, *found["data"]])),
        "only people are to be left out; the rest, also what is new in an event, is what the other team counts.",
    )


def _judge_names(names: list[Any], again: Any, later: Any, other: Any, secret: bytes) -> Verdict:
    """Whether pseudonyms are the same for the same user, others for another, and nobody's but the secret's owner."""
    shown = ", ".join(map(str, names))
    if not all(isinstance(name, str) and name for name in names):
        return NotRight("a userName of text", shown, "who comes back must be known again: the pseudonym is a text.")
    if names[0] != again or len(set(names)) < len(names):
        return NotRight(
            "one pseudonym for each user, always the same",
            shown,
            "who comes back must be known again, and nobody taken for another: a random name, or none, or one "
            "that does not look at every letter, does not do that.",
        )
    if names[0] != later:
        return NotRight(
            "the same pseudonym tomorrow",
            "another one in another process",
            "hash() of a text changes with each start of Python, so nobody is known again: hashlib and hmac do not.",
        )
    if other == names[0]:
        plain = any(kind in names[0].lower() for kind in _plain_hashes(USERS[0]))
        return NotRight(
            "a pseudonym that only the secret's owner can make",
            "a plain hash of the name" if plain else "the same with another secret",
            "without the secret in it, anybody can try all names and compare.",
        )
    if any(plain in names[0].lower() for plain in _plain_hashes(USERS[0])):
        return NotRight(
            "a pseudonym that only the secret's owner can make", "a plain hash of the name, and something beside it",
            "the plain hash is there, so anybody can try all names and compare: the secret must go into the hash.",
        )  # fmt: skip
    if any(one in "".join(names).lower() for one in _written(secret)):
        return NotRight("a secret that stays one", "the secret in the userName", "whoever reads it can try all names.")
    if short := [name for name in names if len(name) < SHORTEST]:
        return NotRight(
            f"{SHORTEST} characters or more", short[0], "among many users, two would soon have the same short name."
        )
    return Right("Who comes back can be counted, and nobody can tell who it is.")


def _written(secret: bytes) -> set[str]:
    """The secret as it may stand in a text."""
    return {secret.hex(), str(secret)[2:-1].lower(), base64.b64encode(secret).decode()[:-2].lower(),
            secret.decode(errors="ignore").lower() or secret.hex(), secret.decode("latin-1").lower()}  # fmt: skip


def _plain_hashes(name: str) -> set[str]:
    kinds = ("sha256", "sha1", "md5", "sha512", "sha3_256", "blake2b")
    return {hashlib.new(kind, name.encode()).hexdigest()[:SHORTEST] for kind in kinds}


@contextmanager
def _other_hashes(function: Function) -> Iterator[None]:
    """Meanwhile `hash`, called by the learner's own code, gives what it would in another process."""
    real, own = builtins.hash, getattr(function, "__globals__", None)

    def other(value: Any) -> int:
        return real(("another process", value)) if sys._getframe(1).f_globals is own else real(value)

    builtins.hash = other
    try:
        yield
    finally:
        builtins.hash = real


def _checkout(user: str) -> dict[str, Any]:
    """The detail of a BasketCheckedOut, as the contract has it, and with what a later version may add."""
    return {
        "metadata": {
            "eventId": str(uuid.uuid4()), "correlationId": "a-check", "schemaVersion": "1",
            "occurredAt": "2026-01-31T09:30:00.000Z", "producer": "basket",
        },
        "data": {
            "checkoutId": str(uuid.uuid4()), "userName": user, "totalPrice": 25, "paymentMethod": "card",
            "items": [{"productId": "lamp-1", "productName": "Lamp", "quantity": 2, "price": 12.5}],
            "firstName": "Firstname", "lastName": "Example", "email": "somebody@example.com",
            "address": "1 Main Street", "giftWrap": True,
        },
    }  # fmt: skip
