"""The functions of chapter 06 with which an order is followed: each is tried on what is known."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd

from workbook.clients.rest import Answer
from workbook.cloud import target
from workbook.cloud.stacks import deployed_template, outputs
from workbook.learning.checks.judging import patterns
from workbook.learning.checks.judging.api_calls import noted_calls
from workbook.learning.checks.judging.asked import asked, called
from workbook.learning.checks.judging.guests import ASK, one_more_may
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict
from workbook.observe.traces import MOMENTS, Trace

BUS, TABLE, QUEUE = "ShopEventBus", "AWS::DynamoDB::Table", "AWS::SQS::Queue"
NAMED = (
    ("Basket", BUS), ("Product", BUS), ("EventBus", TABLE), ("Product", TABLE), ("Basket", QUEUE), ("Ordering", QUEUE),
)  # fmt: skip
ROWS = ["median", "95th percentile", "slowest"]
FUNCTIONS = ("OrderingWorker", "OrderingFunction", "BasketFunction", "EventLogFunction", "ProductFunction")
TOLD = {"eventId": "1", "schemaVersion": "1", "correlationId": "a-check"}


def judged_knowledge(knows: Callable[[str, str], Any]) -> Verdict:
    """Whether the function tells what a stack's template names."""
    truth = {(stack, name): name in json.dumps(deployed_template(stack)) for stack, name in NAMED}
    answers = {}
    for pair in truth:
        answers[pair] = asked(knows, *pair)
        if isinstance(answers[pair], NotRight):
            return answers[pair]
    return judged_words(answers, truth)


def judged_words(answers: dict[tuple[str, str], Any], truth: dict[tuple[str, str], bool]) -> Verdict:
    """What is to be said of answers to the question whether a stack's template names something.

    Args:
        answers: the function's, by stack and name.
        truth: what is right.
    """
    for (stack, name), right in truth.items():
        if bool(answers[stack, name]) != right:
            mistake = "it is not in its template."
            if right:
                mistake = "it is in its template, somewhere inside: `in` looks at the outermost keys of a dict only."
            return NotRight(f"{right} for {name} and {stack}", repr(answers[stack, name]), mistake)
    return Right("What a stack is told stands in its template.")


def judged_request(answer: Any, request: str) -> Verdict:
    """Whether a checkout was sent under a name of the caller's own.

    Args:
        answer: the one to the checkout.
        request: the caller's name for it.
    """
    if isinstance(answer, NotRight):
        return answer
    if not isinstance(answer, Answer):
        return NotRight("an answer", type(answer).__name__, "return what basket.send gives.")
    if answer.status != 202:
        mistake = "this is no checkout as Basket wants it: the body is shop_for(user), and nothing more."
        return NotRight("202", f"{answer.status} {answer.body}"[:200], mistake)
    if (found := answer.headers.get("x-correlation-id")) != request:
        mistake = "Basket has made up an id, for no header x-correlation-id reached it: send takes headers, a dict."
        if not _is_made_up(found):
            mistake = "this is another name than the one that the function is given."
        return NotRight(request, str(found), mistake)
    return Right("Your name for the request came back, and goes on with its event.")


def _is_made_up(found: str | None) -> bool:
    try:
        return bool(uuid.UUID(found or ""))
    except ValueError:
        return False


def judged_percentiles(percentiles: Callable[[pd.DataFrame], Any]) -> Verdict:
    """Whether the function finds median, 95th percentile and maximum."""
    numbers = pd.Series(range(101)).sample(frac=1, random_state=6)  # so that each percentile is one of them
    times = pd.DataFrame({"answered": numbers * 7.0, "queued": numbers * 1.0, "stored": numbers**2 * 1.0})
    answer = asked(percentiles, times.set_axis([str(uuid.uuid4()) for _ in numbers]))
    if isinstance(answer, NotRight):
        return answer
    if not isinstance(answer, pd.DataFrame) or not {"answered", "stored"} <= {*answer.columns}:
        mistake = "return what quantile makes of the two columns answered and stored."
        return NotRight("a frame with answered and stored", type(answer).__name__, mistake)
    if [*answer.index] != ROWS:
        found = ", ".join(map(str, answer.index))
        return NotRight(", ".join(ROWS), found, "the rows are to be called so: rename(index=names).")
    for row, place in zip(ROWS, (50, 95, 100), strict=True):
        for column, right in (("answered", place * 7), ("stored", place**2)):
            if abs((found := answer.loc[row, column]) - right) > 1:
                mistake = f"of 101 orders, {place} were quicker than the {row}, which is one of them."
                return NotRight(f"{right} for {row}, {column}", f"{found:g}", mistake)
    return Right("Half are quicker than the median, 95 of 100 quicker than the 95th percentile.")


def judged_retelling(tell_again: Callable[[Any], Any]) -> Verdict | None:
    """What is wrong with how an event is published once more, if anything; it is not sent."""
    data = {"checkoutId": str(uuid.uuid4()), "userName": "the-check", "items": [], "totalPrice": 12.5}
    event = SimpleNamespace(id="1", source="shop.basket", detail={"metadata": TOLD, "data": data}, time="now")
    with noted_calls({"PutEvents": {"FailedEntryCount": 0, "Entries": [{"EventId": "2"}]}}) as calls:
        answer = called(tell_again, event)
    if isinstance(answer, NotRight):
        return answer
    return judged_entries([entry for _, request in calls for entry in request["Entries"]], event.detail)


def judged_entries(entries: list[dict[str, Any]], detail: dict[str, Any]) -> Verdict | None:
    """What is wrong with what was published, if anything.

    Args:
        entries: those of PutEvents.
        detail: that of the event which was to be told again.
    """
    if not entries:
        return NotYet("Write the function; it publishes nothing yet.")
    if len(entries) > 1:
        return NotRight("one event", f"{len(entries)}", "tell it again once.")
    [entry] = entries
    if (bus := entry.get("EventBusName", "default").split("/")[-1]) != BUS:
        return NotRight(BUS, bus, "without EventBusName it goes to another bus, on which nobody listens.")
    kind = (entry.get("Source"), entry.get("DetailType"))
    if kind != ("shop.basket", "BasketCheckedOut"):
        mistake = "Ordering's rule wants these two to the letter, as the event had them the first time."
        return NotRight("shop.basket, BasketCheckedOut", ", ".join(map(str, kind)), mistake)
    try:
        same = json.loads(entry.get("Detail", "")) == detail
    except ValueError:
        same = False
    if not same:
        mistake = "the detail goes out as it came, metadata and all, as JSON: json.dumps(event.detail)."
        return NotRight(json.dumps(detail)[:150], str(entry.get("Detail"))[:150], mistake)
    return None


def judged_writers(may_store: Callable[[str], Any]) -> Verdict:
    """Whether the function finds who may write to the table of orders."""
    answers = {name: asked(may_store, outputs[name]) for name in FUNCTIONS}
    verdict = judged_right_to_store(answers)
    if not isinstance(verdict, Right):
        return verdict
    table = target.client("dynamodb").describe_table(TableName=outputs["OrderingTable"])["Table"]
    with one_more_may("dynamodb:PutItem", table["TableArn"]) as guest:
        answer = asked(may_store, outputs[guest])
    if isinstance(answer, NotRight):
        return answer
    return verdict if answer else NotRight(f"yes for {guest}", "no", ASK)


def judged_right_to_store(answers: dict[str, Any]) -> Verdict:
    """What is to be said of answers to the question whether a function may write to the table of orders."""
    for answer in answers.values():
        if isinstance(answer, NotRight):
            return answer
    found = ", ".join(name for name, answer in answers.items() if answer) or "none"
    reason = {
        "OrderingFunction": "Ordering's API reads orders, and is not allowed to write any.",
        "OrderingWorker": "the worker is allowed to: Action and Resource may stand by themselves, or in a list.",
    }
    for name, answer in answers.items():
        if bool(answer) != (name == "OrderingWorker"):
            mistake = reason.get(name, "it writes to a table of its own: look at the Resource, too.")
            return NotRight("OrderingWorker", found, mistake)
    return Right("The worker alone: services own their data, and IAM holds them to it.")


def judged_wanted(wanted_by: Callable[[dict[str, Any]], Any]) -> Verdict:
    """Whether the function finds the rules that an event fits."""
    rules = target.client("events").list_rules(EventBusName=BUS)["Rules"]
    events = {
        "a checkout": patterns.checkout(),
        "a checkout of schemaVersion 2": patterns.checkout(version="2"),
        "an event of Product's": patterns.checkout("shop.product", "PriceChanged"),
    }
    for what, event in events.items():
        wanted = {rule["Name"] for rule in rules if patterns.fits(json.loads(rule["EventPattern"]), event)}
        if verdict := judged_rules(asked(wanted_by, event), wanted, what):
            return verdict
    return Right("What a rule wants stands in its pattern, and EventBridge tells whether an event fits.")


def judged_rules(answer: Any, wanted: set[str], what: str) -> Verdict | None:
    """What is wrong with the names of the rules that an event fits, if anything.

    Args:
        answer: what the function returned.
        wanted: the names.
        what: a few words on the event.
    """
    if isinstance(answer, NotRight):
        return answer
    if not isinstance(answer, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in answer):
        return NotRight("a list of names", repr(answer)[:200], 'return the names of rules: rule["Name"].')
    expected, found = f"for {what}: {', '.join(sorted(wanted)) or 'none'}", ", ".join(sorted(answer)) or "none"
    if set(answer) - wanted:
        return NotRight(expected, found, "a rule is among them whose whole pattern does not fit the event.")
    if wanted - set(answer):
        return NotRight(expected, found, "a rule is missing whose pattern fits the event.")
    return None


def judged_waiting(waited: Callable[[Trace], Any]) -> Verdict:
    """Whether the function finds how long the caller waited."""
    for published, answered, stored in ((11, 17, 20), (11, 400, 90), (5, 30, 2500)):
        times = {"arrived": 0, "published": published, "answered": answered, "queued": 12, "received": 13}
        times |= {"accepted": None, "stored": stored, "written": 40}
        journey = Trace("a checkout", "a request", {name: times[name] for name in MOMENTS})
        answer = asked(waited, journey)
        if isinstance(answer, NotRight):
            return answer
        if not hasattr(answer, "__float__"):
            return NotRight(f"{answered} ms", repr(answer)[:200], "return a number of milliseconds.")
        if abs(float(answer) - answered) > 0.5:
            mistake = "the caller waits until the answer is there: of the hops for which it waits, the last one."
            return NotRight(f"{answered} ms, for {times}", f"{float(answer):g} ms", mistake)
    return Right("Until Basket's answer. The warehouse, which chapter 03 had to wait for, is in nobody's way.")
