"""The checks of chapter 04.

What they publish or check out leaves no trace in the tables that the learner looks at.
"""

from __future__ import annotations

import uuid
from typing import Any

from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.roles import granted, role_of
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging import bus_functions, patterns
from workbook.learning.checks.judging.checkouts import (
    TOTAL,
    USER,
    check_out,
    logged,
    logged_checkout,
    ordered,
    part,
    put,
    remembered,
    rules,
    says,
    sweep,
)  # fmt: skip
from workbook.learning.checks.judging.infrastructure import judged_checkouts
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import table

METADATA = {"eventId", "correlationId", "schemaVersion", "occurredAt"}
DATA = {"checkoutId", "userName", "items", "totalPrice", "firstName", "lastName", "email", "address", "paymentMethod"}
OTHER_ID = "an event that comes again makes another order: the orderId must be the event's checkoutId."
EARLY = {"gina", "hans", "ida"}  # who checked out before Ordering listened


@checks("04-bus")
def bus_stands() -> Verdict:
    """The bus is there, under the name that the contract gives it."""
    if "EventBusName" not in outputs:
        return NotYet('Write the stack and run deploy("EventBus").')
    if outputs["EventBusName"] != "ShopEventBus":
        return NotRight("ShopEventBus", outputs["EventBusName"], "publishers and consumers know the bus by that name.")
    return Right("The bus is there, under the name by which publishers and consumers find it.")


@checks(
    "04-log",
    "event_pattern=events.EventPattern(source=…): a pattern may name several fields, and one is enough here.",
    'events.Match.prefix("shop.") fits each source that begins with shop. Which beginning do all have?',
)
def log_catches_all() -> Verdict:
    """An event of any source arrives in the log."""
    if "EventLogTable" not in outputs:
        return NotYet('Write the function and the stack, and run deploy("EventLog").')
    if not rules():
        return NotRight(
            "a rule on ShopEventBus", "none", "the rule is on another bus: event_bus=shop_bus(self) is missing."
        )
    others = (("shop.check", "Checked"), ("a", "b"))
    if not all(any(patterns.takes(rule, *other) for rule in rules()) for other in others):
        return NotRight(
            "a pattern that fits every event",
            rules()[0].get("EventPattern", "a schedule"),
            "it asks of a field what not every event has there.",
        )
    sent = str(uuid.uuid4())
    put("shop.check", "Checked", {"eventId": sent}, {"userName": USER})
    found = logged(lambda detail: part(detail, "metadata").get("eventId") == sent)
    if found:
        return Right("Whatever its source, an event on the bus is in the log.")
    if says(outputs["EventLogFunction"], "AccessDenied"):
        return NotRight(
            "a function that may write", "AccessDenied in its log", "dynamodb:PutItem on the table is not granted."
        )
    return NotRight("the event in the log", "nothing", "the rule has no target, or the function fails: see its log.")


@checks("04-rule")
def rule_sends() -> Verdict:
    """Audit's rule wants checkouts, and has the queue as its target."""
    there = [rule for rule in rules() if rule["Name"] == "audit"]
    if not there:
        return NotYet("Make the rule audit on the bus.")
    if not patterns.takes(there[0], "shop.basket", "BasketCheckedOut"):
        return NotRight(
            "a pattern that fits a checkout", there[0]["EventPattern"], "a checkout is not what it asks for."
        )
    if patterns.takes(there[0], "shop.basket", "BasketEmptied"):
        return NotRight(
            "a pattern that fits checkouts only", there[0]["EventPattern"], "it does not name the detail-type."
        )
    if any(patterns.takes(there[0], source) for source in ("other.basket", "shop.ordering", "shop.basket.test")):
        mistake = "it names no source, or more than Basket's."
        return NotRight("a pattern that fits Basket's checkouts", there[0]["EventPattern"], mistake)
    events = target.client("events")
    targets = events.list_targets_by_rule(Rule="audit", EventBusName=outputs["EventBusName"])["Targets"]
    if not any(t["Arn"].endswith(":audit") for t in targets):
        return NotRight("the queue audit as the target", f"{len(targets)} targets", "put_targets was not called.")
    return Right("Checkouts go to Audit, other events do not.")


@checks("04-silences")
def silences_mended() -> Verdict:
    """The rule is mended."""
    there = [rule for rule in rules() if rule["Name"] == "audit"]
    if not there:
        return NotYet("Make the rule audit, and the three mistakes.")
    if not patterns.takes(there[0], "shop.basket", "BasketCheckedOut"):
        return NotRight(
            "BasketCheckedOut in the rule's pattern",
            there[0]["EventPattern"],
            "the rule still has the typo: put it again.",
        )
    return Right("Three mistakes that nobody reported, each found where its trail ends.")


@checks(
    "04-accepted",
    "checkouts = ServiceTable(self, …, …), as RestService makes its own. Its table_arn is for the grant.",
    'basket.function.allow(…, "dynamodb:PutItem"), and the variable CHECKOUTS_NAME by basket.function.add_environment.',
)
def accepted_is_written_down() -> Verdict:
    """There is a table for what was accepted, and Basket may put something there."""
    if "BasketCheckouts" not in outputs:
        return NotYet('Write the table into Basket\'s stack, and run deploy("Basket").')
    if verdict := judged_checkouts(outputs["BasketFunction"], outputs["BasketCheckouts"], "PutItem"):
        return verdict
    return Right("A table of what was accepted, into which Basket may put, and no more.")


@checks(
    "04-publish",
    "publish is given three things, in this order: the detail type, the data, and the moment.",
    "checkouts.remember is given the id of the request, here the checkoutId, and a dict: the checkout, and acceptedAt.",
    "The status for what is accepted, and not done yet, is 202; answer(201, …) stood there before.",
)
def publishes() -> Verdict:
    """A checkout is answered 202, its event has the contract's shape, and the basket is gone."""
    if "BasketApiUrl" not in outputs or "EventLogTable" not in outputs:
        return NotYet("Build the bus, the log and Basket first.")
    answer = check_out()
    if answer.status in (200, 201):
        if not logged_checkout(answer):
            return NotYet('Write the files of this step, and run deploy("Basket").')
        mistake = "Basket cannot know whether there is an order: 202 says accepted, and promises no more."
        return NotRight("202", str(answer.status), mistake)
    if answer.status == 503:
        return NotRight(
            "202",
            "503",
            "Basket could not publish: events:PutEvents on the bus is not granted, or BUS_NAME is missing.",
        )
    if answer.status != 202:
        return NotRight("202", str(answer.status), "the checkout fails: see the log of outputs['BasketFunction'].")
    event = logged_checkout(answer)
    if not event:
        return NotRight("the event in the log", "nothing", "it was published with another source, or to another bus.")
    if (event["source"], event["detail-type"]) != ("shop.basket", "BasketCheckedOut"):
        return NotRight(
            "shop.basket and BasketCheckedOut",
            f"{event['source']} and {event['detail-type']}",
            "a typo here is one that nobody reports.",
        )
    missing = (METADATA - {*part(event["detail"], "metadata")}) | (DATA - {*part(event["detail"], "data")})
    if missing:
        gone = f"no {', '.join(sorted(missing))}"
        return NotRight("all fields of the contract", gone, "a consumer relies on each of them.")
    if (total := event["detail"]["data"]["totalPrice"]) != TOTAL:
        return NotRight(f"a totalPrice of {TOTAL}", str(total), "the total is the sum of price × quantity.")
    if Rest(outputs["BasketApiUrl"]).delete(f"basket/{USER}").status != 404:
        return NotRight(
            "no basket after the checkout", "the basket", "the basket is to be removed once it is published."
        )
    if verdict := _judged_memory(answer.body, remembered(answer), event["detail"]["metadata"]["occurredAt"]):
        return verdict
    return Right("Accepted, published in the shop's shape, written down, and the basket is gone.")


def _judged_memory(answer: dict[str, Any], row: dict[str, Any] | None, occurred_at: str) -> Verdict | None:
    """What is wrong with what Basket has written down of a checkout, if anything.

    Args:
        answer: what the caller heard.
        row: what was written down.
        occurred_at: the moment that the event has.
    """
    if row is None:
        mistake = "nobody can say any more what was accepted: checkouts.remember writes it down."
        return NotRight("the checkout in its table", "nothing of it", mistake)
    if row.get("acceptedAt") != occurred_at:
        mistake = "acceptedAt is the moment at which it happened, and the event has the same: occurred_at."
        return NotRight(f"acceptedAt {occurred_at}", str(row.get("acceptedAt")), mistake)
    if row["requestId"] != answer["checkoutId"]:
        mistake = "a request has no other name yet: it is remembered under the checkoutId."
        return NotRight(answer["checkoutId"], row["requestId"], mistake)
    return None


@checks(
    "04-fan-out",
    "event[\"detail\"] has metadata and data. order.pop(\"checkoutId\") takes one out of a dict, and gives it.",
    'An order is {"orderId": …, "orderDate": metadata["occurredAt"], **order}.',
    "table.put_item(Item=json.loads(json.dumps(order), parse_float=Decimal))",
)
def fan_out() -> Verdict:
    """A checkout gets to the log and to Ordering."""
    if not any(rule["Name"].startswith("Ordering-") for rule in rules()):
        return NotYet('Write handler and stack of Ordering, and run deploy("Ordering").')
    answer = check_out()
    if answer.status != 202:
        return NotRight("202 for a checkout", str(answer.status), "Basket does not publish: go back to step 5.")
    remembered(answer)  # that it leaves no trace
    stored, logged = ordered(answer), logged_checkout(answer)
    if not stored:
        if USER in set(table(outputs["OrderingTable"]).get("userName", [])):
            sweep()
            return NotRight("an order with the id of its checkout", "one with another id", OTHER_ID)
        wants = [rule for rule in rules() if rule["Name"].startswith("Ordering-")][0]
        if not patterns.takes(wants, "shop.basket", "BasketCheckedOut"):
            return NotRight(
                "a pattern that fits a checkout", wants["EventPattern"], "Ordering's rule does not want it."
            )
        return NotRight("an order", "none", "the rule fits, and the handler fails: see the log of OrderingFunction.")
    if not logged:
        return NotRight("the event in the log", "nothing", "the rule of EventLog has gone.")
    if stored.get("orderDate") != (happened := part(logged["detail"], "metadata").get("occurredAt")):
        mistake = "an order is of the moment at which the checkout happened, whenever it is heard of."
        return NotRight(f"the orderDate {happened}", str(stored.get("orderDate")), mistake)
    return Right("One event, two consumers.")


@checks(
    "04-started",
    "Destination is a dict: Arn is that of the bus, which bus_arn() gives; FilterArns is a list.",
    'rule is Ordering\'s, as list_rules gives it. Its ARN is rule["Arn"].',
)
def replay_is_for_ordering() -> Verdict:
    """The newest replay goes to Ordering's rule alone."""
    client = target.client("events")
    started = client.list_replays(NamePrefix="to-ordering-")["Replays"]
    if not started:
        return NotYet("Start the replay: it needs a destination.")
    newest = max(started, key=lambda one: one["ReplayStartTime"])["ReplayName"]
    goal = client.describe_replay(ReplayName=newest)["Destination"]
    return bus_functions.judged_destination(goal, {rule["Arn"]: rule["Name"] for rule in rules()})


@checks("04-replay")
def replayed() -> Verdict:
    """There is a replay that ended, and what it brought are orders, each once."""
    if "OrderingTable" not in outputs:
        return NotYet("Let Ordering subscribe first.")
    replays = target.client("events").list_replays(NamePrefix="to-ordering-")["Replays"]
    if not any(replay["State"] == "COMPLETED" for replay in replays):
        return NotYet("Start the replay, and wait for its end.")
    stored = table(outputs["OrderingTable"])
    missing = EARLY - set(stored.userName)
    if missing:
        return NotRight(
            "orders of Gina, Hans and Ida",
            f"none of {', '.join(sorted(missing)).title()}",
            "their events are outside EventStartTime and EventEndTime, or were before the archive.",
        )
    told = {part(detail, "data").get("checkoutId") for detail in table(outputs["EventLogTable"]).get("detail", [])}
    new = stored[~stored.orderId.isin(told) & stored.userName.isin(EARLY | {"jon"})]
    if len(new) and stored.userName.isin(new.userName).sum() > new.userName.nunique():
        return NotRight(
            "each order under its checkoutId",
            f"{len(new)} under another id",
            OTHER_ID,
        )
    sweep()
    return Right("Those who came too early have their orders, and nobody has one twice.")


@checks("04-refused")
def right_is_back() -> Verdict:
    """Basket has the right to publish again."""
    if "BasketFunction" not in outputs:
        return NotYet("Build Basket first.")
    role = role_of(outputs["BasketFunction"])
    if "NoEvents" in target.client("iam").list_role_policies(RoleName=role)["PolicyNames"]:
        return NotRight(
            "no policy NoEvents on Basket's role",
            "it is there",
            "the Deny is still in force: delete_role_policy takes it away.",
        )
    if "events:PutEvents" not in granted(outputs["BasketFunction"]):
        return NotRight("events:PutEvents in Basket's role", "no grant", "the grant is gone, too: deploy(\"Basket\").")
    return Right("Refused, the basket kept, and the right to publish is back.")


@checks(
    "04-1",
    "Start with the source and the detail-type, as in CHECKOUTS. Every value stands in a list.",
    "What is in the event's detail is nested in the pattern in the same way: detail, then data, then the field.",
    'A number is compared with [{"numeric": [">=", 100]}].',
)
def own_pattern(pattern: Any) -> Verdict:
    """The pattern fits large checkouts by invoice, and nothing else."""
    return patterns.of_invoices(pattern)


@checks(
    "04-2",
    "EventLog has every event that was on the bus: what it has not, the bus never had.",
    "If a function was called, the rule has done its work.",
)
def whose_mistake(mistake: dict[str, str | None]) -> Verdict:
    """Each trail ends at the right place."""
    if not isinstance(mistake, dict) or len(mistake) != len(_MISTAKES):
        return NotRight("the four situations", "something else", "put your words in place of None, and nothing else.")
    if not any(mistake.values()):
        return NotYet("Put in a word for each of them.")
    for beginning, (expected, why) in _MISTAKES.items():
        situation = next((s for s in mistake if str(s).startswith(beginning)), beginning)
        if (given := mistake.get(situation)) is None:
            return NotYet(f"One is left: {situation}.")
        word = str(given).strip().lower()
        if word not in _WORDS:
            return NotRight(", ".join(_WORDS), repr(given), "it is to be one of these four words.")
        if word != expected:
            return NotRight(f"another word for: {situation}", repr(given), why)
    return Right("The trail ends where the mistake is.")


_WORDS = ("bus", "pattern", "grant", "consumer")
_MISTAKES = {  # by how each situation begins
    "put_events reports no failed entry": (
        "bus", "EventLog has every event that was on the bus, so this one never was: what was its EventBusName?",
    ),
    "EventLog has the event; my rule": (
        "pattern", "the event was on the bus, so the publisher is right, and the rule did not want it.",
    ),
    "put_events raises": (
        "grant", "this one is not silent: the publisher itself was told that it may not.",
    ),
    "EventLog has the event, and my function": (
        "consumer", "the function was called, so bus and rule have done their work; the error is its own.",
    ),
}  # fmt: skip
