"""Steps of chapters 00 and 01: a function that greets, and one that prices orders, called in three ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
from deployed import Patch, checks_on_moto, client, function, queue

from workbook.clients.invoke import Invocation
from workbook.learning import exercises
from workbook.learning.checks import chapter_00, chapter_01
from workbook.learning.exercises import Verdict
from workbook.observe import frames

HELLO, PRICING = "HelloFunction", "PricingFunction"
QUEUES = ("PricingFailures", "PricingOrders", "PricingDeadLetters")
Change = Callable[[dict[str, str]], Any]  # of what is deployed, given its outputs
Case = tuple[Change, dict[str, Any], tuple]  # what is changed, what there is to see, what the check is given


def nothing(_: dict[str, str]) -> None:
    """As it was deployed."""


def hello(
    greet: Callable[[str], Any] = lambda who: {"message": f"Good to see you, {who}"},
    *,
    error: str | None = None,
    status: str | None = "CREATE_COMPLETE",
    called: bool = True,
    change: Change = nothing,
) -> Case:
    """The stack Hello, whose function answers so, or fails with that error."""
    seen = {
        "status": lambda _: status,
        "invoke": lambda _, event: Invocation(200, None if error else greet(event["name"]), error, 1),
        "logs": lambda *_, **__: pd.DataFrame({"message": ["START"] * called}),
    }
    return change, seen, ()


def without(name: str) -> Change:
    return lambda outputs: outputs.pop(name)


def handler(name: str) -> Change:
    how = {"FunctionName": HELLO, "Handler": name}
    return lambda _: client("lambda").update_function_configuration(**how)


def pricing(*lines: str, sent: Any = ..., change: Change = nothing, **messages: list[str]) -> Case:
    """The stack Pricing: what its function logged, and the messages in its queues, by their names without Pricing.

    Args:
        sent: what the check is given, if it is given something.
    """

    seen = {"logs": lambda *_: pd.DataFrame({"message": lines}), "bodies": messages}
    return change, seen, () if sent is ... else (sent,)


def priced(*orders: str, how: str = "polled", total: str = "10") -> list[str]:
    return [line for order in orders for line in (f"pricing {order}", f"{order} costs {total} ({how})")]


def sync(*totals: str, orders: tuple[str, ...] = ("sync-1", "sync-2", "sync-3")) -> Case:
    """Synchronous calls, and the totals that the function printed; empty is none."""
    pairs = [(f"pricing {order}", f"{order} costs {total}") for order, total in zip(orders, totals, strict=True)]
    return pricing(*[line for pair in pairs for line in pair if not line.endswith("costs ")])


def failed(order: str = "async-bad", runs: int = 3) -> str:
    """The record of an event that failed."""
    context = {"condition": "RetriesExhausted", "approximateInvokeCount": runs}
    return json.dumps({"requestContext": context, "requestPayload": {"orderId": order}})


def paused(outputs: dict[str, str]) -> None:
    [mapping] = client("lambda").list_event_source_mappings(FunctionName=PRICING)["EventSourceMappings"]
    client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def unmapped(outputs: dict[str, str]) -> None:
    [mapping] = client("lambda").list_event_source_mappings(FunctionName=PRICING)["EventSourceMappings"]
    client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


def no_redrive(outputs: dict[str, str]) -> None:
    client("sqs").set_queue_attributes(QueueUrl=outputs["PricingOrders"], Attributes={"RedrivePolicy": ""})


def in_flight(outputs: dict[str, str]) -> None:
    client("sqs").receive_message(QueueUrl=outputs["PricingOrders"], MaxNumberOfMessages=10)


ASYNC = ["pricing async-bad"] * 3
FOUR = [f"polled-{n}" for n in (1, 2, 3, 4)]
MESSAGES = [json.dumps({"orderId": order}) for order in FOUR]
TRIED, LETTER = ["pricing polled-bad"] * 2, json.dumps({"orderId": "polled-bad"})
EX = ("ex-1", "ex-2", "ex-3")
SENT = {"Successful": [{"Id": order, "MessageId": "1"} for order in EX], "Failed": []}
ONE_SENT = {"MessageId": "1", "MD5OfMessageBody": ""}
TWO_SENT, SIX_SENT = {"Successful": SENT["Successful"][:2]}, {"Successful": SENT["Successful"] * 2}
NO_JSON = str({"orderId": "ex-1"})
WRONG: list[tuple[str, str, Case]] = [
    ("00-deployed", "does not say its function's name", hello(change=without(HELLO))),
    ("00-deployed", "does not say its function's name",
     hello(change=lambda outputs: outputs.update(helloFunction=outputs.pop(HELLO)))),
    *[("00-deployed", "the function in it is handler", hello(change=handler(name)))
      for name in ("app.main", "hello.handler", "handler.app", "app.Handler", "index.handler")],
    *[(f"00-{step}", words, case) for step in ("called", "changed") for words, case in (
        ("must return a dict", hello(lambda who: f"Good to see you, {who}")),
        ("must return a dict", hello(lambda who: {"greeting": f"Good to see you, {who}"})),
        ("must return a dict", hello(lambda who: {"message": "Good to see you"})),
        ("must return a dict", hello(lambda who: {"message": "Good to see you, Ada"})),
        ("must return a dict", hello(lambda who: {"message": f"Good to see you, {{'name': '{who}'}}"})),
        ("must return a dict", hello(lambda who: None)),
        ("cannot be loaded", hello(error="Unable to import module 'app': No module named 'shop'")),
        ("the event has no such field", hello(error="'nam'")),
        ("the last lines of", hello(error="name 'evnt' is not defined")),
    )],
    ("01-sync", "the total is wrong", sync("12.5", "12.5", "12.5")),
    ("01-sync", "the total is wrong", sync("14.5", "14.5", "14.5")),
    ("01-sync", "the total is wrong", sync("250.0", "250.0", "250.0")),
    ("01-sync", "the total is wrong", sync("25.5", "25.5", "25.5")),
    ("01-sync", "the total is wrong", sync("25.0", "50.0", "75.0")),
    ("01-sync", "the total is wrong", pricing(*sync("25.0", "25.0", "25.0")[1]["logs"]().message, "sync-1 costs 2")),
    ("01-sync", "failed or printed no total", sync("", "", "")),
    ("01-sync", "failed or printed no total", sync("25.0", "25.0", "")),
    ("01-sync", "has an id of its own", sync("25.0", orders=("sync-1",))),
    ("01-sync", "has an id of its own", sync("25.0", "25.0", "25.0", orders=("sync-1",) * 3)),
    ("01-async", "or no on-failure destination", pricing(*ASYNC)),
    ("01-async", "or no on-failure destination", pricing(*ASYNC[:1])),
    ("01-async", "or no on-failure destination", pricing(*ASYNC[:2])),
    ("01-async", "or no on-failure destination", pricing(*ASYNC, Failures=[failed("async-1")])),
    ("01-async", "or no on-failure destination", pricing(*ASYNC, Orders=[failed()], DeadLetters=[failed()])),
    ("01-async", "is retry_attempts set to 0", pricing(*ASYNC[:1], Failures=[failed(runs=1)])),
    ("01-async", "another form", pricing(*ASYNC, Failures=['{"orderId": "async-bad"}'])),
    ("01-polled", "polling(True)", pricing(change=paused, Orders=MESSAGES)),
    ("01-polled", "polling(True)", pricing(*priced(*FOUR[:2]), change=paused, Orders=MESSAGES[2:])),
    ("01-polled", "add_event_source is missing", pricing(change=unmapped, Orders=MESSAGES)),
    ("01-polled", "is not done yet", pricing(Orders=MESSAGES)),
    ("01-polled", "is not done yet", pricing(*priced(*FOUR[:3]), Orders=MESSAGES[3:])),
    ("01-polled", "is not done yet", pricing(*[f"pricing {order}" for order in FOUR], Orders=MESSAGES)),
    ("01-polled", "the function failed", pricing(*[f"pricing {order}" for order in FOUR], DeadLetters=MESSAGES)),
    ("01-polled", "the function failed", pricing(*priced(*FOUR[:3]), f"pricing {FOUR[3]}")),
    ("01-polled", "was called by you", pricing(*priced(*FOUR, how="called"))),
    ("01-dead-letter", "Wait for it", pricing(*TRIED[:1], Orders=[LETTER])),
    ("01-dead-letter", "Wait for it", pricing(*TRIED[:1], Orders=[LETTER], change=in_flight)),
    ("01-dead-letter", "Wait for it", pricing(*TRIED, Orders=[LETTER], DeadLetters=MESSAGES)),
    ("01-dead-letter", "no dead_letter_queue", pricing(*TRIED * 3, Orders=[LETTER], change=no_redrive)),
    ("01-dead-letter", "did not fail", pricing(*TRIED[:1])),
    ("01-dead-letter", "did not fail", pricing(*TRIED[:1], Failures=[LETTER])),
    ("01-dead-letter", "polling(True)", pricing(Orders=[LETTER], change=paused)),
    ("01-dead-letter", "add_event_source is missing", pricing(Orders=[LETTER], change=unmapped)),
    *[("01-1", "one call with three Entries", pricing(*priced(*EX), sent=it)) for it in (
        ONE_SENT, [ONE_SENT] * 3, None, "sent")],
    ("01-1", "invoked by you", pricing(*priced(*EX, how="called"), sent=None)),
    ("01-1", "not among the Entries", pricing(*priced(*EX[:2]), sent=TWO_SENT)),
    ("01-1", "not among the Entries", pricing(*priced(*EX), sent=TWO_SENT)),
    ("01-1", "or there are others", pricing(*priced(*EX), sent=SIX_SENT)),
    ("01-1", "did not take an entry",
     pricing(*priced(*EX), sent=SENT | {"Failed": [{"Id": "ex-1", "Message": "no"}]})),
    ("01-1", "use json.dumps", pricing(sent=SENT, DeadLetters=[NO_JSON])),
    ("01-1", "items, a list of dicts", pricing(*priced(*EX)[:5], sent=SENT)),
    ("01-1", "items, a list of dicts", pricing(*[f"pricing {order}" for order in EX], sent=SENT)),
    ("01-1", "must be ex-1, ex-2 and ex-3", pricing(*priced("1", "2", "3"), sent=SENT)),
    ("01-1", "polling(True)", pricing(sent=SENT, Orders=MESSAGES, change=paused)),
]  # fmt: skip
NOT_YET: list[tuple[str, Case]] = [
    *[(f"00-{step}", hello(status=None)) for step in ("deployed", "called", "changed")],
    ("00-called", hello(called=False)), ("00-changed", hello(lambda who: {"message": f"Hello, {who}"})),
    *[(f"01-{step}", pricing(change=without(name))) for step, name in (
        ("sync", PRICING), ("async", QUEUES[0]), ("polled", QUEUES[1]), ("dead-letter", QUEUES[2]))],
    ("01-sync", pricing("pricing async-1")), ("01-async", pricing()), ("01-polled", pricing()),
    ("01-dead-letter", pricing()), ("01-1", pricing(*priced(*FOUR), sent=None)),
    ("01-1", pricing(sent=None, change=without("PricingOrders"))),
]  # fmt: skip
RIGHT: list[tuple[str, Case]] = [
    ("00-deployed", hello()), ("00-deployed", hello(called=False)), ("00-deployed", hello(status="UPDATE_COMPLETE")),
    *[(f"00-{step}", hello(greet)) for step in ("called", "changed") for greet in (
        lambda who: {"message": f"Good to see you, {who}"}, lambda who: {"message": f"{who}!", "at": "noon"},
        lambda who: {"message": f"Hello, {who}!"})],
    ("00-called", hello(lambda who: {"message": f"Hello, {who}"})),
    ("01-sync", sync("25.0", "25.0", "25.0")), ("01-sync", sync("25", "25.00", "25.0 (called)")),
    ("01-sync", pricing("sync-1 costs 2", *sync("25.0", "25.0", "25.0")[1]["logs"]().message, "pricing sync-bad")),
    ("01-async", pricing(*ASYNC, Failures=[failed()])), ("01-async", pricing(*ASYNC, Failures=[failed(runs=2)])),
    ("01-async", pricing(*ASYNC * 2, Failures=[failed("async-1"), failed(), failed()])),
    ("01-polled", pricing(*priced(*FOUR))), ("01-polled", pricing(*priced(*FOUR[::-1], *FOUR), Orders=[LETTER])),
    ("01-polled", pricing("a batch of 4", *priced(*FOUR, total="10.0"), change=paused)),
    ("01-dead-letter", pricing(*TRIED, DeadLetters=[LETTER])),
    ("01-dead-letter", pricing(*TRIED * 2, DeadLetters=[LETTER] * 2)),
    ("01-dead-letter", pricing(*TRIED * 2, DeadLetters=[*MESSAGES, LETTER], Orders=[LETTER])),
    ("01-1", pricing(*priced(*EX), sent=SENT)), ("01-1", pricing(*priced(*EX[::-1]), sent={**SENT, "More": 1})),
    ("01-1", pricing(*priced(*EX, how="called"), *priced(*EX), sent=SENT, DeadLetters=[NO_JSON, LETTER])),
]  # fmt: skip


def judge(patch: Patch, check: str, case: Case) -> Verdict:
    """What a check says of Hello and Pricing, after a change, when there is this to see."""
    change, to_see, given = case
    at_once = {"poll": lambda look, *_, **__: look(), "queue": messages}
    with checks_on_moto(patch, chapter_00, chapter_01, frames, **at_once | to_see):
        urls = {name: queue(name)[0] for name in QUEUES}
        deaths = {"deadLetterTargetArn": queue("PricingDeadLetters")[1], "maxReceiveCount": 2}
        client("sqs").set_queue_attributes(
            QueueUrl=urls["PricingOrders"], Attributes={"RedrivePolicy": json.dumps(deaths), "VisibilityTimeout": "60"}
        )
        for name, bodies in to_see.get("bodies", {}).items():
            for body in bodies:
                client("sqs").send_message(QueueUrl=urls[f"Pricing{name}"], MessageBody=body)
        for name in (HELLO, PRICING):
            function(name)
        outputs = {HELLO: HELLO, PRICING: PRICING} | urls
        orders = queue("PricingOrders")[1]  # polled only now, since moto would start Docker for each message
        client("lambda").create_event_source_mapping(FunctionName=PRICING, EventSourceArn=orders)
        change(outputs)
        for module in (chapter_00, chapter_01):
            patch.setattr(module, "outputs", outputs)
        patch.setattr(chapter_01, "judged_caller", lambda _: None)  # its own test: test_gap_judgements_01.py
        return exercises._looked_at(check, (print,) if check == "01-sync" else given)


def messages(url: str) -> pd.DataFrame:
    """The messages of a queue of moto's."""
    return pd.DataFrame({"body": [message["Body"] for message in _received(url)]}, dtype=object)


def _received(url: str) -> list[dict[str, Any]]:
    """Up to ten messages, given back at once."""
    return frames.target.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0
    ).get("Messages", [])
