"""The checks of chapter 01."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from workbook.base.display import a_kind
from workbook.base.errors import WorkbookError
from workbook.base.waiting import poll
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.pricing_calls import (
    judged_batch_handling,
    judged_caller,
    judged_destination,
    judged_redriving,
    judged_result,
)  # fmt: skip
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks, in_time
from workbook.observe.frames import logs, queue

WAYS = ("synchronous", "asynchronous", "polled")
POLLED = ("polled-1", "polled-2", "polled-3", "polled-4")
COSTS_25 = re.compile(r"\S+ costs 25(\.0+)?( |$)")
ORDERS = ("ex-1", "ex-2", "ex-3")
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
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
    return judged_caller(call) or in_time(_priced)


def _priced() -> Verdict:
    """Three orders were priced by a direct call."""
    lines = _lines()
    if not any(line.startswith("pricing sync-") for line in lines):
        return NotYet("Run the cell that calls the function three times.")
    for order in ("sync-1", "sync-2", "sync-3"):
        if f"pricing {order}" not in lines:
            return NotRight("three calls", f"no call with {order}", "each of the three orders has an id of its own.")
        said = [line for line in lines if line.startswith(f"{order} ")]
        if not said:
            mistake = "the function was called, and failed or printed no total: look at its log."
            return NotRight(f"the line '{order} costs 25.0' in the log", f"no line of {order}", mistake)
        if not COSTS_25.match(said[-1]):
            mistake = "the total is wrong: it is the sum of price times quantity over all items."
            return NotRight(f"the line '{order} costs 25.0' in the log", said[-1], mistake)
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
    records = [body for body in failed.body.dropna() if '"async-bad"' in body]
    if not records:
        return NotRight(
            "the event async-bad in the failures queue",
            f"{'another one' if len(failed) else 'none'}, after {tries} {'try' if tries == 1 else 'tries'}",
            "the function still has tries left (wait a little), or no on-failure destination.",
        )
    if (runs := tries_of(records[0])) < 2:
        mistake = "nobody tried it again, although the next run might have succeeded: is retry_attempts set to 0?"
        return NotRight("three tries", f"{runs}", mistake)
    return Right(f"The event was tried {runs} times, then kept in the failures queue.")


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
    lines, waiting = _lines(), queue(outputs["PricingOrders"])
    priced = [o for o in POLLED if any(line.startswith(f"{o} costs") and "(polled)" in line for line in lines)]
    started = [o for o in POLLED if f"pricing {o}" in lines]
    if not started and waiting.empty:
        return NotYet("Send the four messages, then let polling go on.")
    if len(priced) == len(POLLED):
        return Right(f"{len(priced)} messages priced; the poller deleted them.")
    missing = ", ".join(o for o in POLLED if o not in priced)
    if waiting.empty:
        mistake = "the function failed, or was called by you: look at its log, then send the four messages again."
        return NotRight("four orders priced by way of the queue", f"not {missing}", mistake)
    return _paused() or NotRight(
        "four orders in the function's log",
        f"not {missing}; {len(waiting)} messages in the queue",
        "the poller has them, and the function fails or is not done yet: look at its log, and run this again.",
    )


@checks("01-dead-letter")
def dead_letter() -> Verdict:
    """A message that failed too often is in the dead-letter queue, and not in the other one."""
    if "PricingDeadLetters" not in outputs:
        return NotYet("Deploy the orders queue first.")
    tries, dead = _lines().count("pricing polled-bad"), queue(outputs["PricingDeadLetters"])
    dead = dead[dead.body.str.contains('"polled-bad"', regex=False, na=False)] if len(dead) else dead
    if not tries and dead.empty:
        return _paused() or NotYet("Send the bad order through the queue.")
    if dead.empty:
        return _why_not_dead(tries)
    each = tries // len(dead) if tries % len(dead) == 0 else "a few"  # if it was sent several times
    return Right(f"Tried {each} times, then moved away. Nothing is lost, and nothing is stuck.")


def _why_not_dead(tries: int) -> NotRight:
    """Why a message that was tried is not in the dead-letter queue, or not yet."""
    url = outputs["PricingOrders"]
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    what = "try" if tries == 1 else "tries"
    if "RedrivePolicy" not in found:
        mistake = "the queue of orders has no dead_letter_queue, so the message comes back again and again."
        return NotRight("the message in the dead-letter queue", f"{tries} {what}, and no end", mistake)
    if not any(int(found[name]) for name in COUNTS):
        mistake = "it is in no queue any more: the function did not fail, so the poller deleted it. Let the error out."
        return NotRight("the message in the dead-letter queue", f"{tries} {what}, and no message", mistake)
    most = json.loads(found["RedrivePolicy"])["maxReceiveCount"]
    return NotRight(
        "the message in the dead-letter queue",
        f"{tries} {what} so far, of {most}",
        "it is still in flight: after each try it is hidden for the visibility timeout. Wait for it.",
    )


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
    lines = _lines() if sent is None else _wait_for_orders()
    kept = [body for name in ("PricingOrders", "PricingDeadLetters") for body in queue(outputs[name]).body.dropna()]
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
        found = "None" if sent is None else "another one" if isinstance(sent, dict) else a_kind(sent)
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
