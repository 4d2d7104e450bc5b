"""The checks of chapter 01."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.waiting import poll
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.pricing_calls import (
    judged_batch_handling, judged_caller, judged_destination, judged_redriving, judged_result,
)  # fmt: skip
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs, queue

WAYS = ("synchronous", "asynchronous", "polled")
ORDERS = ("ex-1", "ex-2", "ex-3")
CHOICES = {
    "the product page": ("synchronous", "somebody looks at an empty page until the price is there"),
    "a resized picture": ("asynchronous", "nobody waits for it, and a few tries by Lambda are enough"),
    "10,000 orders": (
        "polled",
        "they come faster than they can be worked on, and only a queue that is polled holds them until then",
    ),
}


@checks(
    "01-sync",
    "lambda_.invoke takes a FunctionName, an InvocationType, here kind, and a Payload of text, here json.dumps(order).",
    'answer["Payload"] is a stream. Put what it holds in its place: answer["Payload"] = answer["Payload"].read()',
    "time.perf_counter() before the call and after it: the difference is in seconds, and milliseconds are asked for. "
    "Return both: answer, milliseconds",
)
def synchronous(call: Callable[..., Any]) -> Verdict:
    """The learner's function calls Pricing, and has priced three orders."""
    if "PricingFunction" not in outputs:
        return NotYet('Run deploy("Pricing") first.')
    if verdict := judged_caller(call):
        return verdict
    lines = _lines()
    if not any(line.startswith("pricing sync-") for line in lines):
        return NotYet("Run the cell that calls the function three times.")
    if not any(line.startswith("sync-1 costs 25") for line in lines):
        return NotRight(
            "the line 'sync-1 costs 25.0' in the log",
            "; ".join(line for line in lines if "sync-1" in line) or "no line of sync-1",
            "the total is wrong: it is the sum of price times quantity over all items.",
        )
    return Right("Three calls, three results.")


@checks(
    "01-error",
    'Whether the code failed is said by "FunctionError" in answer, and by nothing else.',
    "raise RuntimeError(…) with the errorMessage, which stands in the payload: json.loads makes a dictionary of it.",
    'Else: return json.loads(answer["Payload"])',
)
def error_or_result(result_of: Callable[[dict[str, Any]], Any]) -> Verdict:
    """The learner's function takes no error for a result, and no result for an error."""
    return judged_result(result_of) or Right("A result is returned, and an error is raised with its reason.")


@checks(
    "01-destination",
    'A queue is made by sqs.Queue(self, "…"), and failures is its name here.',
    "function.configure_async_invoke takes on_failure: destinations.SqsDestination(…) makes a destination of a queue.",
    "function.configure_async_invoke(on_failure=destinations.SqsDestination(failures))",
)
def destination() -> Verdict:
    """What failed for the last time goes to the failures queue."""
    if "PricingFailures" not in outputs:
        return NotYet('Write the stack with the failures queue and run deploy("Pricing").')
    return judged_destination(outputs["PricingFunction"], outputs["PricingFailures"]) or Right(
        "What has failed for the last time is kept in the queue Failures."
    )


@checks("01-async")
def asynchronous() -> Verdict:
    """A failing event was retried, and then delivered to the on-failure destination."""
    if "PricingFailures" not in outputs:
        return NotYet('Write the stack with the failures queue and run deploy("Pricing").')
    tries, failed = _lines().count("pricing async-bad"), queue(outputs["PricingFailures"])
    if not tries:
        return NotYet("Call the function asynchronously with the bad order.")
    if failed.empty:
        return NotRight(
            "one event in the failures queue",
            f"none, after {tries} tries",
            "the function still has tries left (wait a little), or no on-failure destination.",
        )
    return Right(f"The event was tried {tries_of(failed.body[0])} times, then kept in the failures queue.")


def tries_of(record: str) -> int:
    """How often an event was tried, as its record in the failures queue says; several events have a record each."""
    return json.loads(record)["requestContext"]["approximateInvokeCount"]


@checks(
    "01-queue",
    'The orders: batch["Records"] is a list, and each record has a body, which is JSON text.',
    'return [json.loads(record["body"]) for record in batch["Records"]]',
    "The queue: sqs.DeadLetterQueue takes a queue, dead_letters, and max_receive_count.",
    "dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=2),",
)
def queue_and_batch() -> Verdict:
    """The function unpacks a batch, and what was received too often is moved away."""
    if "PricingOrders" not in outputs:
        return NotYet('Write the stack with the orders queue and run deploy("Pricing").')
    return (
        judged_redriving(outputs["PricingOrders"], outputs["PricingDeadLetters"])
        or judged_batch_handling(outputs["PricingFunction"])
        or Right("A batch is unpacked, and a message that fails twice is moved to the dead-letter queue.")
    )


@checks("01-polled")
def polled() -> Verdict:
    """The messages of the queue were handed to the function, and deleted after it succeeded."""
    if "PricingOrders" not in outputs:
        return NotYet('Write the stack with the orders queue and run deploy("Pricing").')
    priced = [line for line in _lines() if line.startswith("polled-") and "(polled)" in line]
    waiting = queue(outputs["PricingOrders"])
    if not priced and waiting.empty:
        return NotYet("Send the four messages, then let polling go on.")
    if not priced:
        return _paused() or NotRight(
            "four orders in the function's log",
            f"{len(waiting)} messages in the queue",
            "the poller has them, and the function fails or is not done yet: look at its log, and run this again.",
        )
    return Right(f"{len(priced)} messages priced; the poller deleted them.")


@checks("01-dead-letter")
def dead_letter() -> Verdict:
    """A message that failed too often is in the dead-letter queue, and not in the other one."""
    if "PricingDeadLetters" not in outputs:
        return NotYet("Deploy the orders queue first.")
    tries, dead = _lines().count("pricing polled-bad"), queue(outputs["PricingDeadLetters"])
    if not tries and dead.empty:
        if paused := _paused():
            return paused
        return NotYet("Send the bad order through the queue.")
    if dead.empty:
        return NotRight(
            "the message in the dead-letter queue",
            f"{tries} tries so far",
            "it is still in flight: after each try it is hidden for the visibility timeout. Wait for it.",
        )
    each = tries // len(dead) if tries % len(dead) == 0 else "a few"  # if it was sent several times
    return Right(f"Tried {each} times, then moved away. Nothing is lost, and nothing is stuck.")


@checks(
    "01-1",
    "send_message_batch takes a QueueUrl and a list, Entries; each entry has an Id and a MessageBody.",
    'A MessageBody is text: json.dumps({"orderId": "ex-1", "items": [...]}).',
    "The Id tells the entries of one call apart; the orderId itself will do.",
)
def one_call_three_orders(sent: Any) -> Verdict:
    """ex-1 to ex-3 came through the queue, sent by one call, and were priced."""
    if "PricingOrders" not in outputs:
        return NotYet("Deploy the orders queue first.")
    if paused := None if sent is None else _paused():
        return paused
    lines = _wait_for_orders()
    kept = [body for name in ("PricingOrders", "PricingDeadLetters") for body in queue(outputs[name]).body]
    return judged_batch(sent, lines, kept)


def judged_batch(sent: Any, lines: list[str], kept: list[str]) -> Verdict:
    """Whether three orders were sent by one call, and priced.

    Args:
        sent: what the call returned.
        lines: of the function's log.
        kept: the bodies of the messages that are still in the queue, or among the dead letters.
    """
    started = [o for o in ORDERS if f"pricing {o}" in lines]
    polled = [o for o in ORDERS if any(line.startswith(f"{o} costs") and "(polled)" in line for line in lines)]
    called = [o for o in ORDERS if any(line.startswith(f"{o} costs") and "(called)" in line for line in lines)]
    for body in kept if len(polled) < len(ORDERS) else ():
        if "ex-" in body and not _is_json(body):
            return NotRight("JSON in each MessageBody", body, "text made by str is no JSON: use json.dumps.")
    if called and len(polled) < len(ORDERS):
        return NotRight(
            "all three through the queue",
            f"{', '.join(called)} came by a direct call",
            "the function was invoked by you; send the orders to outputs['PricingOrders'] instead.",
        )
    if sent is None and not polled:
        return NotYet("Send ex-1, ex-2 and ex-3 to the orders queue, then run this cell.")
    if verdict := _judge_call(sent):
        return verdict
    missing = [o for o in ORDERS if o not in polled]
    if failed := [o for o in missing if o in started]:
        return NotRight(
            "a price for each order",
            f"{failed[0]} was started and failed",
            "each order needs items, a list of dicts with price and quantity.",
        )
    if missing:
        return NotRight(
            "the orders ex-1, ex-2 and ex-3 priced",
            f"{', '.join(polled) or 'none of them'}",
            "the orderId of each must be ex-1, ex-2 and ex-3, and each one's MessageBody must be such an order.",
        )
    return Right("One call to send three orders, and the poller did the rest.")


def _judge_call(sent: Any) -> Verdict | None:
    """What is wrong with the call that sent the orders, as its answer says."""
    if not isinstance(sent, dict) or "Successful" not in sent:
        found = "None" if sent is None else "another one" if isinstance(sent, dict) else f"a {type(sent).__name__}"
        return NotRight(
            "the answer of send_message_batch in sent", found,
            "one call with three Entries is asked for: send_message_batch; sent is to be what that call returns.",
        )  # fmt: skip
    if refused := sent.get("Failed"):
        return NotRight("no entry that failed", refused[0].get("Message", "one"), "the queue did not take an entry.")
    if len(sent["Successful"]) != len(ORDERS):
        return NotRight(
            f"{len(ORDERS)} entries in one call", str(len(sent["Successful"])),
            "some orders are not among the Entries of the call, or there are others.",
        )  # fmt: skip
    return None


@checks(
    "01-2",
    "Ask of each one: does somebody wait for the result?",
    "And then: may the work come faster than it can be done?",
)
def which_way(choice: dict[str, str | None]) -> Verdict:
    """The three situations have the way that suits them."""
    if not isinstance(choice, dict) or len(choice) != len(CHOICES):
        return NotRight("the three situations", "something else", "put your words in place of None, and nothing else.")
    if not any(choice.values()):
        return NotYet("Replace each None by synchronous, asynchronous or polled, in quotes.")
    for beginning, (right, why) in CHOICES.items():
        given = next((way for situation, way in choice.items() if situation.startswith(beginning)), None)
        if given is None:
            return NotRight(f"a choice for {beginning!r}", "None", "one situation has no answer yet.")
        word = str(given).strip().lower()
        if word not in WAYS:
            return NotRight(", ".join(WAYS), repr(given), "it is to be one of these three words.")
        if word != right:
            return NotRight(f"another way for {beginning!r}", word, f"{why}.")
    return Right("Somebody waits, nobody waits, or the work must be held until there is time for it.")


def _paused() -> Verdict | None:
    """That the queue is not polled, if so."""
    client = target.client("lambda")
    found = client.list_event_source_mappings(FunctionName=outputs["PricingFunction"])["EventSourceMappings"]
    if found and found[0].get("State") not in ("Disabled", "Disabling"):
        return None
    if not found:
        return NotRight("a mapping from the queue to the function", "none", "add_event_source is missing in the stack.")
    return NotRight("a queue that is polled", "nobody polls it", "the mapping is paused: polling(True) lets it go on.")


def _lines() -> list[str]:
    return list(logs(outputs["PricingFunction"]).message)


def _wait_for_orders() -> list[str]:
    """The log, once the poller had a moment for messages that were sent just now."""
    def settled() -> bool:
        if target.is_local():
            return queue(outputs["PricingOrders"]).empty
        return all(any(line.startswith(f"{o} costs") for line in _lines()) for o in ORDERS)

    try:
        poll(settled, "the queue to be empty", seconds=3 if target.is_local() else 20)
    except WorkbookError:
        pass  # what is still in the queue shows in the answer
    return _lines()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
