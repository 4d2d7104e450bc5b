"""The writes of a checkout: one after the other in step 1 of chapter 09, in one transaction in its step 2."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from fnmatch import fnmatchcase
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

from workbook.base.paths import LAMBDA_SRC
from workbook.base.waiting import soon
from workbook.clients.rest import Answer, Rest
from workbook.cloud import target
from workbook.cloud.roles import granted, role_of
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.duplicates import CUSTOMER, LAMP, PATIENCE, accepted, clear, new_user, orders_of
from workbook.learning.exercises import NotRight, Verdict

DENY = {"Effect": "Deny", "Action": "events:PutEvents", "Resource": "*"}


def judged_order() -> Verdict | None:
    """What is wrong with a Basket that is to publish, remember, and then remove the basket, if anything."""
    user = new_user()
    try:
        return _judged_writes(user) or _judged_failure(user)
    finally:
        clear(user)


def _judged_writes(user: str) -> Verdict | None:
    """Whether a checkout does all that it should."""
    answer = _checked_out(user)
    if answer.status != 202:
        mistake = "the function fails: the last lines of logs(outputs[\"BasketFunction\"]) say where."
        return NotRight("202 for a checkout", str(answer.status), mistake)
    if _has_basket(user):
        mistake = "what was checked out must not be checked out once more: the basket goes in the end."
        return NotRight("no basket any more", "the basket", mistake)
    if answer.body["checkoutId"] not in accepted():
        mistake = "nobody knows any more what was answered: checkouts.remember writes it down."
        return NotRight("the checkout among those that are remembered", "nothing of it", mistake)
    if not soon(lambda: orders_of(user), PATIENCE):
        mistake = "nobody hears of the checkout: publish tells the bus."
        return NotRight("an order", f"none after {PATIENCE} s", mistake)
    return None


def _judged_failure(user: str) -> Verdict | None:
    """Whether the basket outlives a checkout whose event cannot be published."""
    with _without_events(outputs["BasketFunction"]):
        refused = soon(lambda: (answer := _checked_out(user)).status != 202 and answer, PATIENCE)
    if refused and not _has_basket(user):
        mistake = "the basket went before the event was out: whoever dies in between has neither. Publish first."
        return NotRight("the basket, if the event cannot be published", "no basket, and no event", mistake)
    return None


@contextmanager
def _without_events(function: str) -> Iterator[None]:
    iam, how = target.client("iam"), {"RoleName": role_of(function), "PolicyName": "CheckNoEvents"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [DENY]})
    iam.put_role_policy(**how, PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(**how)


def _checked_out(user: str) -> Answer:
    shop = Rest(outputs["BasketApiUrl"])
    shop.post("basket", {"userName": user, "items": [LAMP]})
    return shop.post("basket/checkout", {"userName": user, **CUSTOMER})


def _has_basket(user: str) -> bool:
    where = {"TableName": outputs["BasketTable"], "Key": {"userName": {"S": user}}}
    return "Item" in target.client("dynamodb").get_item(**where, ConsistentRead=True)


def judged_publishing() -> Verdict | None:
    """That another function than the publisher may publish, or that the publisher may not, or may do more."""
    if found := _publishing("BasketFunction"):
        mistake = "as long as it may, somebody will: give the right to the publisher only."
        return NotRight("an API that cannot publish", f"{', '.join(found)} in its role", mistake)
    if not (found := _publishing("BasketPublisher")):
        mistake = "publisher.allow(…) with events:PutEvents is missing."
        return NotRight("a publisher that may publish", "no grant", mistake)
    if found != ["events:PutEvents"]:
        mistake = "a star allows more than anyone has thought about."
        return NotRight("events:PutEvents, and nothing wider", ", ".join(found), mistake)
    return None


def _publishing(function: str) -> list[str]:
    """The actions of a function's role by which it may publish.

    Args:
        function: the output that names it.
    """
    return sorted(action for action in granted(outputs[function]) if fnmatchcase("events:PutEvents", action))


def judged_transaction() -> Verdict | None:
    """What is wrong with `accept` of the learner's outbox.py, if anything: tried on the deployed tables.

    A basket that was put in the place of the one that was read is there to stay, and so it is with an answer that was
    remembered. No request brings that about for sure, so the function is called here.
    """
    user, read, new, earlier = new_user(), *(str(uuid.uuid4()) for _ in range(3))
    client, accept = target.client("dynamodb"), _loaded().accept
    answer = {"checkoutId": new, "status": "accepted", "totalPrice": 25, "acceptedAt": "2026"}
    basket = {"userName": {"S": user}, "checkoutId": {"S": read}}
    client.put_item(TableName=outputs["BasketTable"], Item=basket)
    client.put_item(TableName=outputs["BasketCheckouts"], Item={"requestId": {"S": earlier}})
    try:
        if _accepts(accept, {"userName": user, "checkoutId": new}, answer | {"requestId": new}):
            return _changed_basket(is_there=_has_basket(user))
        if _accepts(accept, {"userName": user, "checkoutId": read}, answer | {"requestId": earlier}):
            key = {"requestId": {"S": earlier}}
            item = client.get_item(TableName=outputs["BasketCheckouts"], Key=key, ConsistentRead=True)["Item"]
            return _repeated_request(is_written="checkoutId" in item)
        return None
    finally:
        client.delete_item(TableName=outputs["BasketTable"], Key={"userName": {"S": user}})
        for request in (new, earlier):
            client.delete_item(TableName=outputs["BasketCheckouts"], Key={"requestId": {"S": request}})


def _changed_basket(*, is_there: bool) -> Verdict:
    """What is wrong if a checkout is accepted of a basket that is no longer the one that was read.

    Args:
        is_there: whether that basket is still there.
    """
    mistake = "the basket does not go: one of the three writes is its Delete, with TableName, Key and **unchanged."
    if not is_there:
        mistake = (
            "a basket that came in the place of the one that was read is taken away, and nobody has seen it: "
            "**unchanged belongs to the Delete."
        )
    return NotRight("Taken, for a basket that was changed meanwhile", "accepted", mistake)


def _repeated_request(*, is_written: bool) -> Verdict:
    """What is wrong if a request is accepted that was answered before.

    Args:
        is_written: whether another answer is remembered for it now.
    """
    mistake = "the answer is not remembered: one of the three writes is its Put, with TableName, Item and **first."
    if is_written:
        mistake = (
            "the answer to an earlier request is written over, so that one has two answers: **first belongs to the "
            "Put of the answer."
        )
    return NotRight("Taken, for a request that was answered before", "accepted", mistake)


def _accepts(accept: Any, basket: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Whether a checkout is accepted; what else may be wrong with it shows when the shop is called."""
    metadata = {"eventId": str(uuid.uuid4()), "correlationId": "check-09", "schemaVersion": "0"}  # no rule takes that
    event = json.dumps({"metadata": metadata, "data": {}})
    try:
        accept(basket, answer, {"checkoutId": answer["checkoutId"], "event": event, "acceptedAt": ""})
    except Exception:  # Taken, as it should be; or whatever a learner's own code may raise
        return False
    return True


def _loaded() -> ModuleType:
    """The learner's outbox.py, on the deployed tables; its log goes nowhere."""
    names = {"baskets": outputs["BasketTable"], "checkouts": outputs["BasketCheckouts"]}
    beside = {module: SimpleNamespace(table=SimpleNamespace(name=name)) for module, name in names.items()}
    variables = {"OUTBOX_NAME": outputs["BasketOutbox"]}
    spec = importlib.util.spec_from_file_location("learners_outbox", LAMBDA_SRC / "basket" / "outbox.py")
    module = importlib.util.module_from_spec(spec)
    quiet = redirect_stdout(io.StringIO())
    with mock.patch.dict(sys.modules, beside), mock.patch.dict(os.environ, variables), quiet:
        spec.loader.exec_module(module)
    return module
