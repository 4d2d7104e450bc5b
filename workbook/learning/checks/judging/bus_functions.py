"""The checks of chapter 04 that try functions of the learner's: on rules, patterns and answers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging import patterns
from workbook.learning.checks.judging.api_calls import seen_calls
from workbook.learning.checks.judging.checkouts import USER, rules
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks

PRICES = (100, 12.5)
POLLED = ("EventLogFunction", "OrderingFunction", "PricingFunction")
NAMED = {"Source": "shop.check", "DetailType": "Checked"}


@checks(
    "04-rules",
    "The call is events.list_rules; it takes EventBusName.",
    "return events.list_rules(EventBusName=bus)[…]: the list has a name in the answer.",
)
def judged_rules(rules_of: Callable[[str], Any]) -> Verdict:
    """The rules of a bus are found, and no others.

    Args:
        rules_of: is given the name of a bus.
    """
    client, name = target.client("events"), f"checked-{uuid.uuid4()}"
    client.create_event_bus(Name=name)
    try:
        pattern = json.dumps({"source": ["shop.check"]})
        client.put_rule(Name=name, EventBusName=name, EventPattern=pattern, State="DISABLED")
        given, expected = rules_of(name), client.list_rules(EventBusName=name)["Rules"]
    finally:
        client.delete_rule(Name=name, EventBusName=name)
        client.delete_event_bus(Name=name)
    if given is None or isinstance(given, str | dict):
        mistake = 'the rules are a list, which stands under "Rules" in the answer: return that.'
        return NotRight("a list of rules", type(given).__name__, mistake)
    found = [rule.get("Name") if isinstance(rule, dict) else rule for rule in given]
    if found and found[0] in (name, expected[0]["Arn"]) and not isinstance(given[0], dict):
        mistake = "these are no rules, only what they are called; the questions in the end ask for their patterns, too."
        return NotRight("a list of rules", ", ".join(map(str, found)), mistake)
    if found != [name]:
        mistake = (
            "each bus has rules of its own, and this asks another one. EventBusName takes the name that the function "
            "is given; without it the account's default bus is asked."
        )
        return NotRight("the rule of the bus that is given", ", ".join(map(str, found)) or "none", mistake)
    return Right("That bus, and its rules.")


@checks(
    "04-over",
    'A numeric condition stands in a list, as each value does: [{"numeric": [">", price]}].',
    'The total stands in data, which stands in detail: {"detail": {"data": {"totalPrice": …}}}.',
    'return CHECKOUTS | {"detail": …}',
)
def judged_over(over: Callable[[float], Any]) -> Verdict:
    """The pattern fits the checkouts above a price, and nothing else.

    Args:
        over: is given the price, and returns the pattern.
    """
    for price in PRICES:
        pattern = over(price)
        before = json.dumps(pattern, default=str)
        over(price + 1000)
        if json.dumps(pattern, default=str) != before:
            mistake = "CHECKOUTS itself is changed, and later cells need it as it was: make a new dict, as | does."
            return NotRight("a pattern of its own for each price", "the same dict each time", mistake)
        if not isinstance(pattern, dict):
            return NotRight("a pattern, which is a dict", type(pattern).__name__, "return the pattern.")
        cases = [
            (patterns.checkout(totalPrice=price + 1), True, patterns.mistake_in),
            (patterns.checkout(totalPrice=price), False, "a price of just as much is not higher: >, not >=."),
            (patterns.checkout(totalPrice=price - 1), False, "it fits lower prices, too: compare with the one given."),
            (patterns.checkout(totalPrice=price * 90), True, "it misses checkouts that cost even more."),
            (patterns.checkout(kind="BasketEmptied", totalPrice=price + 1), False, "it fits what is no checkout, too."),
            (patterns.checkout(source="other", totalPrice=price + 1), False, "it fits what is not Basket's, too."),
        ]
        for event, wanted, mistake in cases:
            try:
                fits = patterns.fits(pattern, event)
            except patterns.NoPattern as error:
                return NotRight("an event pattern", str(error), "EventBridge does not take it for a pattern.")
            if fits != wanted:
                total = event["detail"]["data"]["totalPrice"]
                shown = f"{wanted} for {event['detail-type']} of {total:g}, over {price:g}"
                why = mistake(pattern, event) if callable(mistake) else mistake
                return NotRight(shown, str(fits), why)
    return Right("Checkouts that cost more than that, and nothing else.")


@checks(
    "04-why",
    "A pattern has a field for each thing that is wanted: go through its items. fits tries a pattern on an event.",
    "A pattern of one field alone is {field: wanted}.",
    "return {field: fits({field: wanted}, event) for …}",
)
def judged_why(why: Callable[[str], Any]) -> Verdict:
    """For each field of the pattern of Audit's rule it is said whether an event fits it.

    Args:
        why: is given an event, as text.
    """
    there = [rule for rule in rules() if rule["Name"] == "audit"]
    if not there:
        return NotYet("Make the rule audit, and the three mistakes.")
    pattern = json.loads(there[0]["EventPattern"])
    wrong_both = patterns.checkout("shop.baskets", "BasketCheckedout")
    for event in (patterns.checkout(), patterns.checkout("shop.baskets"), wrong_both):
        given, alone = why(json.dumps(event)), {field: {field: wanted} for field, wanted in pattern.items()}
        expected = {field: patterns.fits(one, event) for field, one in alone.items()}
        if not isinstance(given, dict) or given.keys() != expected.keys():
            mistake = "it is a dict with each field of the pattern, and True or False for each."
            return NotRight(str(expected), repr(given)[:100], mistake)
        if given != expected:
            mistake = "each field is tried alone, in a pattern that asks for nothing else: {field: wanted}."
            return NotRight(str(expected), str(given), f"{mistake} The rule may have changed: run the cell once more.")
    return Right("Field by field: the first that is False is where to look.")


@checks(
    "04-half",
    "zip(entries, answer[\"Entries\"]) gives each entry that was sent with what was answered to it.",
    'return [sent for sent, told in zip(…) if "ErrorCode" in told]',
)
def judged_taken(not_taken: Callable[[list[dict], dict], Any]) -> Verdict:
    """The entries that a bus did not take are found by the answer.

    Args:
        not_taken: is given what was sent, and the answer to it.
    """
    for failed in ((1,), (), (0, 2), (0, 1, 2)):
        sent = [NAMED | {"Detail": json.dumps({"number": n})} for n in range(3)]
        told = [{"ErrorCode": "MalformedDetail", "ErrorMessage": "no"} if n in failed else {"EventId": str(n)}
                for n in range(3)]  # fmt: skip
        answer = {"FailedEntryCount": len(failed), "Entries": told, "ResponseMetadata": {"HTTPStatusCode": 200}}
        given, expected = not_taken(sent, answer), [sent[n] for n in failed]
        if isinstance(given, tuple):
            given = [*given]
        if given == expected:
            continue
        if not isinstance(given, list):
            mistake = "return a list of entries; it is empty if all were taken."
        elif any(one not in sent for one in given):
            mistake = "return what was sent, for that has to be sent again, and not what was answered."
        elif len(given) == 3 - len(failed) and failed:
            mistake = "these are the ones that were taken: one that was not has an ErrorCode."
        else:
            mistake = "each place of the answer is about the same place of what was sent; look at every one."
        return NotRight(f"{len(failed)} of three entries", repr(given)[:100], mistake)
    return Right("Entry by entry: what was not taken can be sent again.")


@checks(
    "04-q1",
    "Each rule has a Name and an EventPattern, which is text: json.loads makes a pattern of it.",
    'return [rule["Name"] for rule in rules_of(outputs["EventBusName"]) if fits(…, event)]',
)
def judged_told(told_of: Callable[[str], Any]) -> Verdict:
    """The rules that want an event are named.

    Args:
        told_of: is given an event, as text.
    """
    events = {
        "a checkout": patterns.checkout(),
        "a basket emptied": patterns.checkout(kind="BasketEmptied"),
        "a checkout of another shop": patterns.checkout(source="other.basket"),
    }
    for what, event in events.items():
        given = told_of(json.dumps(event))
        wanted = [rule for rule in rules() if "EventPattern" in rule and _wants(rule, event)]
        expected = sorted(rule["Name"] for rule in wanted)
        if not isinstance(given, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in given):
            return NotRight(f"a list of names for {what}", repr(given)[:100], "return a list of the names of rules.")
        if sorted(given) != expected:
            mistake = "a rule wants an event if its own EventPattern fits: try each rule of our bus."
            return NotRight(f"{', '.join(expected) or 'none'} for {what}", ", ".join(given) or "none", mistake)
    return Right("EventLog is told of everything, Ordering of checkouts; Basket knows of neither.")


def _wants(rule: dict[str, Any], event: dict[str, Any]) -> bool:
    return patterns.fits(json.loads(rule["EventPattern"]), event)


@checks(
    "04-q2",
    "lambda_.list_event_source_mappings takes FunctionName.",
    'Its answer has a list under "EventSourceMappings"; each has an EventSourceArn.',
)
def judged_polling(polled_for: Callable[[str], Any]) -> Verdict:
    """The queues that are polled for functions are found.

    Args:
        polled_for: is given the name of a function.
    """
    client = target.client("lambda")
    for function in (outputs[name] for name in POLLED if name in outputs):
        given = polled_for(function)
        found = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
        expected = [one["EventSourceArn"] for one in found]
        if not isinstance(given, list | tuple | set):
            mistake = "return a list of ARNs; for a function that nobody polls for it is empty."
            return NotRight(f"{expected} for {function}", repr(given)[:100], mistake)
        if sorted(map(str, given)) != sorted(expected):
            mistake = "return the EventSourceArn of each mapping of this function, and of no other."
            return NotRight(f"{expected} for {function}", repr(given)[:100], mistake)
    return Right("Lambda polls a queue for EventLog. Ordering is called, at the speed of the events.")


@checks(
    "04-q3",
    'boto3.resource("dynamodb").Table(…) is the table; get_item takes its Key, a dict with both of its parts.',
    'The key is {"userName": …, "orderId": …}. The order stands under "Item" in the answer.',
)
def judged_cost(costs: Callable[[str, str], Any]) -> Verdict:
    """The price of an order is read by its key; the orders that are tried are removed again.

    Args:
        costs: is given the name of a user and the id of an order.
    """
    client, prices = target.client("dynamodb"), {str(uuid.uuid4()): price for price in (12, 30)}
    keys = [{"userName": {"S": USER}, "orderId": {"S": order_id}} for order_id in prices]
    try:
        for key, price in zip(keys, prices.values(), strict=True):
            client.put_item(TableName=outputs["OrderingTable"], Item=key | {"totalPrice": {"N": str(price)}})
        with seen_calls() as calls:
            given = {order_id: costs(USER, order_id) for order_id in prices}
    finally:
        for key in keys:
            client.delete_item(TableName=outputs["OrderingTable"], Key=key)
    if "Scan" in calls:
        mistake = "a Scan reads every order there is, and you pay for each. get_item reads one, by its key."
        return NotRight("one order read, by its key", "the whole table read: Scan", mistake)
    for order_id, price in prices.items():
        if given[order_id] == price:
            continue
        if isinstance(given[order_id], dict):
            mistake = 'that is more than the price: it is the totalPrice of the "Item".'
        elif given[order_id] in prices.values():
            mistake = "that is another order of the same user: the orderId is a part of the key."
        else:
            mistake = "return the totalPrice, a number."
        return NotRight(f"{price}", repr(given[order_id])[:100], mistake)
    return Right("One order, by its whole key; nothing else was read.")


def judged_destination(goal: dict[str, Any], names: dict[str, str]) -> Verdict:
    """Whether a replay goes to Ordering's rule, and to no other.

    Args:
        goal: its destination, as it was given.
        names: those of the rules of our bus, by ARN.
    """
    ours = {arn for arn, name in names.items() if name.startswith("Ordering-")}
    asked = goal.get("FilterArns") or []
    if not asked:
        mistake = "without FilterArns it goes to all rules of the bus, and EventLog would write everything down again."
        return NotRight("Ordering's rule alone", "no FilterArns", mistake)
    if unknown := [one for one in asked if one not in names]:
        return NotRight("the ARN of a rule of our bus", ", ".join(unknown), 'FilterArns has ARNs: rule["Arn"].')
    if set(asked) != ours:
        mistake = "other consumers have heard of these events: name Ordering's rule alone."
        return NotRight("Ordering's rule alone", ", ".join(names[one] for one in asked), mistake)
    return Right("The replay is for Ordering alone.")
