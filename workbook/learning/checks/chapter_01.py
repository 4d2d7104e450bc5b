"""The checks of chapter 01."""

from __future__ import annotations

import json

from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs, queue

ORDERS = ("ex-1", "ex-2", "ex-3")
CHOICES = {
    "the product page": ("synchronous", "somebody looks at an empty page until the price is there"),
    "a resized picture": ("asynchronous", "nobody waits for it, and a few tries by Lambda are enough"),
    "10,000 orders": (
        "polled",
        "they come faster than they can be worked on, and only a queue that is polled holds them until then",
    ),
}


@checks("01-sync")
def synchronous() -> Verdict:
    """The function was called synchronously, and priced an order."""
    if "PricingFunction" not in outputs:
        return NotYet('Run deploy("Pricing") first.')
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


@checks("01-async")
def asynchronous() -> Verdict:
    """A failing event was retried, and then delivered to the on-failure destination."""
    if "PricingFailures" not in outputs:
        return NotYet('Write the stack with the failures queue and run deploy("Pricing").')
    tries = _lines().count("pricing async-bad")
    if not tries:
        return NotYet("Call the function asynchronously with the bad order.")
    if queue(outputs["PricingFailures"]).empty:
        return NotRight(
            "one event in the failures queue",
            f"none, after {tries} tries",
            "the function still has tries left (wait a little), or no on-failure destination.",
        )
    return Right(f"The event was tried {tries} times, then kept in the failures queue.")


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
        return NotRight(
            "four orders in the function's log",
            f"{len(waiting)} messages that wait in the queue",
            "nobody polls: the mapping is paused. polling(True) lets it go on.",
        )
    return Right(f"{len(priced)} messages priced; the poller deleted them.")


@checks("01-dead-letter")
def dead_letter() -> Verdict:
    """A message that failed too often is in the dead-letter queue, and not in the other one."""
    if "PricingDeadLetters" not in outputs:
        return NotYet("Deploy the orders queue first.")
    tries = _lines().count("pricing polled-bad")
    if not tries:
        return NotYet("Send the bad order through the queue.")
    if queue(outputs["PricingDeadLetters"]).empty:
        return NotRight(
            "the message in the dead-letter queue",
            f"{tries} tries so far",
            "it is still in flight: after each try it is hidden for the visibility timeout. Wait for it.",
        )
    return Right(f"Tried {tries} times, then moved away. Nothing is lost, and nothing is stuck.")


@checks(
    "01-1",
    "send_message_batch takes a QueueUrl and a list, Entries; each entry has an Id and a MessageBody.",
    'A MessageBody is text: json.dumps({"orderId": "ex-1", "items": [...]}).',
    "The Id tells the entries of one call apart; the orderId itself will do.",
)
def one_call_three_orders() -> Verdict:
    """ex-1 to ex-3 came through the queue and were priced."""
    if "PricingOrders" not in outputs:
        return NotYet("Deploy the orders queue first.")
    lines = _wait_for_orders()
    started = {o for o in ORDERS if f"pricing {o}" in lines}
    polled_ones = {o for o in ORDERS if any(line.startswith(f"{o} costs") and "(polled)" in line for line in lines)}
    called = {o for o in ORDERS if any(line.startswith(f"{o} costs") and "(called)" in line for line in lines)}
    missing = [o for o in ORDERS if o not in polled_ones]
    if not missing:
        return Right("One call to send three orders, and the poller did the rest.")
    for body in queue(outputs["PricingOrders"]).body:
        if "ex-" in body and not _is_json(body):
            return NotRight(
                "JSON in each MessageBody",
                body,
                "a dict was turned into text by str, not into JSON: use json.dumps.",
            )
    if not started:
        return NotYet("Send ex-1, ex-2 and ex-3 to the orders queue, then run this cell.")
    if called - polled_ones:
        return NotRight(
            "all three through the queue",
            f"{', '.join(sorted(called))} came by a direct call",
            "the function was invoked by you; send the orders to outputs['PricingOrders'] instead.",
        )
    if missing[0] in started:
        return NotRight(
            "a price for each order",
            f"{missing[0]} was started and failed",
            "each order needs items, a list of dicts with price and quantity.",
        )
    return NotRight(
        "the orders ex-1, ex-2 and ex-3",
        f"only {', '.join(sorted(polled_ones))}",
        "some orders are not among the Entries of the call.",
    )


@checks(
    "01-2",
    "Ask of each one: does somebody wait for the result?",
    "And then: may the work come faster than it can be done?",
)
def which_way(choice: dict[str, str | None]) -> Verdict:
    """The three situations have the way that suits them."""
    if not any(choice.values()):
        return NotYet("Replace each None by synchronous, asynchronous or polled, in quotes.")
    for beginning, (right, why) in CHOICES.items():
        given = next((way for situation, way in choice.items() if situation.startswith(beginning)), None)
        if given is None:
            return NotRight(f"a choice for {beginning!r}", "None", "one situation has no answer yet.")
        if given != right:
            return NotRight(f"another way for {beginning!r}", given, f"{why}.")
    return Right("Somebody waits, nobody waits, or the work must be held until there is time for it.")


def _lines() -> list[str]:
    return list(logs(outputs["PricingFunction"]).message)


def _wait_for_orders() -> list[str]:
    """The log, once the poller had a moment for messages that were sent just now."""
    from workbook.base.errors import WorkbookError
    from workbook.base.waiting import poll

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
