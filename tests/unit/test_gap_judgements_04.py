"""What the checks of chapter 04's gaps make of functions, of a replay, of a table, and of answers to its questions.

Rules and queues on moto, patterns by the local cloud's own matcher; with a cloud, `tests/notebooks/test_gaps.py` tries
whole lines.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from deployed import BUS, checks_on_moto, client, function, queue, rule

from workbook.learning import exercises
from workbook.learning.checks.judging import bus_functions, checkouts, infrastructure
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

CHECKOUTS = {"source": ["shop.basket"], "detail-type": ["BasketCheckedOut"]}


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


@pytest.fixture
def bus(monkeypatch):
    """The shop's bus on moto, with the rules of EventLog and Ordering."""
    names = {"EventBusName": BUS, "EventLogFunction": "log", "OrderingFunction": "ordering", "OrderingTable": "orders"}
    with checks_on_moto(monkeypatch, bus_functions, checkouts, outputs=names):
        client("events").create_event_bus(Name=BUS)
        rule("EventLog-Rule", {"source": [{"prefix": ""}]})
        rule("Ordering-Rule", CHECKOUTS)
        yield client("events")


def open_gap(*_: Any) -> Any:
    raise NotImplementedError("do it")


@pytest.mark.parametrize("name", ["04-rules", "04-over", "04-why", "04-half", "04-q1"])
def test_a_function_in_which_nothing_was_written(bus, name):
    rule("audit", CHECKOUTS)
    assert exercises._looked_at(name, (open_gap,)) == NotYet("Still to be written: do it.")


def called(bus: Any, name: str, by: str) -> list[str]:
    return [one[by] for one in bus.list_rules(EventBusName=name)["Rules"]]


@pytest.mark.parametrize(
    ("rules_of", "words"),
    [
        (lambda bus, name: bus.list_rules()["Rules"], "each bus has rules of its own"),
        (lambda bus, name: bus.list_rules(EventBusName=BUS)["Rules"], "EventLog-Rule, Ordering-Rule"),
        (lambda bus, name: bus.list_rules(EventBusName=name), 'stands under "Rules"'),
        (lambda bus, name: bus.list_rules(EventBusName=BUS)["Rules"], "the name that the function is given"),
        (lambda bus, name: called(bus, name, "Name"), "only what they are called"),
        (lambda bus, name: called(bus, name, "Arn"), "only what they are called"),
        (lambda bus, name: None, "a list of rules"),
        (lambda bus, name: bus.list_event_buses()["EventBuses"], "each bus has rules of its own"),
    ],
)
def test_rules_of_another_bus(bus, rules_of, words):
    assert words in told(bus_functions.judged_rules(lambda name: rules_of(bus, name)))
    assert {one["Name"] for one in bus.list_event_buses()["EventBuses"]} == {BUS, "default"}


def test_the_rules_of_a_bus(bus):
    assert isinstance(bus_functions.judged_rules(lambda name: bus.list_rules(EventBusName=name)["Rules"]), Right)


def over(**data: Any) -> dict[str, Any]:
    return CHECKOUTS | {"detail": {"data": data}}


def number(*compared: Any) -> list[dict[str, Any]]:
    return [{"numeric": [*compared]}]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (lambda price: over(totalPrice=number(">=", price)), "a price of just as much"),
        (lambda price: CHECKOUTS, "a price of just as much"),
        (lambda price: over(totalPrice=number(">", 100)), "detail.data.totalPrice does not fit"),
        (lambda price: over(totalPrice=number("<", price)), "detail.data.totalPrice does not fit"),
        (lambda price: CHECKOUTS | {"detail": {"totalPrice": number(">", price)}}, "detail.totalPrice does not fit"),
        (lambda price: over(totalPrice=number(">", price, "<", price + 50)), "even more"),
        (lambda price: over(totalPrice=number(">", price)) | {"source": [{"prefix": ""}]}, "not Basket's"),
        (lambda price: {"source": ["shop.basket"], "detail": over(totalPrice=number(">", price))["detail"]},
         "what is no checkout"),
        (lambda price: over(totalPrice={"numeric": [">", price]}), "detail.data.totalPrice has a condition without a"),
        (lambda price: None, "return the pattern"),
    ],
)  # fmt: skip
def test_a_pattern_that_fits_others(bus, pattern, words):
    assert words in told(bus_functions.judged_over(pattern))


def test_a_pattern_that_changes_another_one(bus):
    checkouts = dict(CHECKOUTS)

    def changing(price: float) -> dict[str, Any]:
        checkouts["detail"] = {"data": {"totalPrice": number(">", price)}}
        return checkouts

    assert "CHECKOUTS itself is changed" in told(bus_functions.judged_over(changing))


def test_a_pattern_that_fits_what_costs_more(bus):
    assert isinstance(bus_functions.judged_over(lambda price: over(totalPrice=number(">", price))), Right)


WRONG_KIND = {"source": ["shop.basket"], "detail-type": ["BasketCheckedout"]}


def fits(pattern: dict[str, Any], event: str) -> bool:
    return client("events").test_event_pattern(EventPattern=json.dumps(pattern), Event=event)["Result"]


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (lambda event: {field: fits(WRONG_KIND, event) for field in WRONG_KIND}, "each field is tried alone"),
        (lambda event: fits(WRONG_KIND, event), "it is a dict"),
        (lambda event: {"source": fits({"source": ["shop.basket"]}, event)}, "with each field"),
        (lambda event: {"source": True, "detail-type": False}, "each field is tried alone"),
    ],
)
def test_what_does_not_tell_why(bus, why, words):
    rule("audit", WRONG_KIND)
    assert words in told(bus_functions.judged_why(why))


def test_what_tells_why(bus):
    each = lambda event: {field: fits({field: wanted}, event) for field, wanted in WRONG_KIND.items()}
    assert isinstance(bus_functions.judged_why(each), NotYet)
    rule("audit", WRONG_KIND)
    assert isinstance(bus_functions.judged_why(each), Right)


@pytest.mark.parametrize(
    ("not_taken", "words"),
    [
        (lambda sent, answer: sent if answer["FailedEntryCount"] else [], "look at every one"),
        (lambda sent, answer: [], "look at every one"),
        (lambda sent, answer: [one for one in answer["Entries"] if "ErrorCode" in one], "what was sent"),
        (lambda sent, answer: [sent[n] for n, one in enumerate(answer["Entries"]) if "EventId" in one], "were taken"),
        (lambda sent, answer: answer["FailedEntryCount"], "a list of entries"),
        (lambda sent, answer: None, "a list of entries"),
    ],
)
def test_others_than_what_was_not_taken(not_taken, words):
    assert words in told(bus_functions.judged_taken(not_taken))


def test_what_was_not_taken():
    right = lambda sent, answer: [s for s, a in zip(sent, answer["Entries"], strict=True) if "ErrorCode" in a]
    assert isinstance(bus_functions.judged_taken(right), Right)


NAMES = {"arn:o": "Ordering-Rule", "arn:l": "EventLog-Rule"}


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ({"Arn": "bus"}, "without FilterArns"),
        ({"Arn": "bus", "FilterArns": []}, "without FilterArns"),
        ({"Arn": "bus", "FilterArns": ["arn:o", "arn:l"]}, "name Ordering's rule alone"),
        ({"Arn": "bus", "FilterArns": ["arn:l"]}, "name Ordering's rule alone"),
        ({"Arn": "bus", "FilterArns": ["Ordering-Rule"]}, "FilterArns has ARNs"),
    ],
)
def test_a_replay_for_others(goal, words):
    assert words in told(bus_functions.judged_destination(goal, NAMES))


def test_a_replay_for_ordering():
    assert isinstance(bus_functions.judged_destination({"Arn": "bus", "FilterArns": ["arn:o"]}, NAMES), Right)


TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/checkouts"
PUT = {("dynamodb:PutItem", TABLE)}
BOTH = PUT | {("dynamodb:GetItem", TABLE)}
NAMED = {"CHECKOUTS_NAME": "checkouts"}


@pytest.fixture
def memory(monkeypatch):
    """What is wrong with Basket's memory, if its table has this key, and its function these variables and rights."""

    def judge(key: str, variables: dict[str, str], found: set[tuple[str, str]], *needed: str) -> Any:
        cloud = SimpleNamespace(
            describe_table=lambda **_: {"Table": {"KeySchema": [{"AttributeName": key}], "TableArn": TABLE}},
            get_function_configuration=lambda **_: {"Environment": {"Variables": variables}},
        )
        monkeypatch.setattr(infrastructure, "target", SimpleNamespace(client=lambda _: cloud))
        monkeypatch.setattr(infrastructure, "rights", lambda _: found | {("dynamodb:Scan", "another")})
        return infrastructure.judged_checkouts("basket", "checkouts", *(needed or ("GetItem", "PutItem")))

    return judge


@pytest.mark.parametrize(
    ("key", "variables", "found", "words"),
    [
        ("checkoutId", NAMED, BOTH, "the key checkoutId"),
        ("requestId", {}, BOTH, "no such variable"),
        ("requestId", {"CHECKOUTS_NAME": "baskets"}, BOTH, "from CHECKOUTS_NAME"),
        ("requestId", NAMED, set(), "no rights"),
        ("requestId", NAMED, {("dynamodb:PutItem", TABLE)}, "does nothing else with it"),
        ("requestId", NAMED, BOTH | {("dynamodb:Scan", TABLE)}, "dynamodb:Scan"),
        ("requestId", NAMED, {("dynamodb:*", TABLE)}, "dynamodb:*"),
    ],
)
def test_a_memory_that_is_none(memory, key, variables, found, words):
    assert words in told(memory(key, variables, found))


def test_a_memory(memory):
    assert memory("requestId", NAMED, BOTH) is None
    assert memory("requestId", NAMED, PUT, "PutItem") is None


@pytest.mark.parametrize("found", [set(), BOTH, {("dynamodb:GetItem", TABLE)}, {("dynamodb:*", TABLE)}])
def test_a_memory_that_is_written_only(memory, found):
    assert "it needs PutItem, on this table" in told(memory("requestId", NAMED, found, "PutItem"))


def wanting(event: str) -> list[str]:
    rules = client("events").list_rules(EventBusName=BUS)["Rules"]
    return [one["Name"] for one in rules if fits(json.loads(one["EventPattern"]), event)]


@pytest.mark.parametrize(
    ("told_of", "words"),
    [
        (lambda event: ["EventLog-Rule", "Ordering-Rule"], "EventLog-Rule for a basket emptied"),
        (lambda event: ["EventLog-Rule"], "EventLog-Rule, Ordering-Rule for a checkout"),
        (lambda event: wanting(event) + ["Basket-Rule"], "if its own EventPattern fits"),
        (lambda event: len(wanting(event)), "a list of names"),
        (lambda event: [{"Name": name} for name in wanting(event)], "a list of names"),
    ],
)
def test_others_than_those_who_are_told(bus, told_of, words):
    assert words in told(bus_functions.judged_told(told_of))


def test_those_who_are_told(bus):
    assert isinstance(bus_functions.judged_told(lambda event: {*wanting(event)}), Right)


def mappings(name: str | None) -> list[str]:
    how = {"FunctionName": name} if name else {}
    found = client("lambda").list_event_source_mappings(**how)["EventSourceMappings"]
    return [one["EventSourceArn"] for one in found]


@pytest.fixture
def polled(bus):
    function("log")
    function("ordering")
    client("lambda").create_event_source_mapping(FunctionName="log", EventSourceArn=queue("log")[1])


@pytest.mark.parametrize(
    ("polled_for", "words"),
    [
        (lambda name: mappings(None), "of this function"),
        (lambda name: [], "EventSourceArn of each mapping"),
        (lambda name: next(iter(mappings(name)), None), "a list of ARNs"),
        (lambda name: mappings("log"), "[] for ordering"),
    ],
)
def test_other_queues_than_those_that_are_polled(polled, polled_for, words):
    assert words in told(bus_functions.judged_polling(polled_for))


def test_the_queues_that_are_polled(polled):
    assert isinstance(bus_functions.judged_polling(mappings), Right)


@pytest.fixture
def orders(bus):
    names = ("userName", "orderId")
    client("dynamodb").create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=[{"AttributeName": n, "KeyType": kind} for n, kind in zip(names, ("HASH", "RANGE"), strict=True)],
    )  # fmt: skip
    return client("dynamodb")


def order(orders: Any, user: str, order_id: str) -> dict[str, Any]:
    key = {"userName": {"S": user}, "orderId": {"S": order_id}}
    return orders.get_item(TableName="orders", Key=key)["Item"]


def scanned(orders: Any, user: str, order_id: str) -> float:
    [one] = [one for one in orders.scan(TableName="orders")["Items"] if one["orderId"]["S"] == order_id]
    return float(one["totalPrice"]["N"])


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        (lambda orders, *key: order(orders, *key), "more than the price"),
        (lambda orders, *key: 12, "another order of the same user"),
        (lambda orders, *key: order(orders, *key)["totalPrice"]["N"], "a number"),
        (lambda orders, *key: None, "a number"),
        (lambda orders, *key: scanned(orders, *key), "reads every order"),
    ],
)
def test_what_an_order_does_not_cost(orders, costs, words):
    assert words in told(bus_functions.judged_cost(lambda *key: costs(orders, *key)))
    assert orders.scan(TableName="orders")["Count"] == 0


def test_what_an_order_costs(orders):
    costs = lambda *key: float(order(orders, *key)["totalPrice"]["N"])
    assert isinstance(bus_functions.judged_cost(costs), Right)
