"""What the checks of chapter 05's gaps make of what is deployed, of functions and of answers to its questions.

Queues, tables and rules on moto; with a cloud, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from deployed import CHECKOUTS, Ordering, checks_on_moto, client, rule

from workbook.clients.invoke import Invocation
from workbook.learning import exercises
from workbook.learning.checks import chapter_05
from workbook.learning.checks.judging import deliveries, infrastructure, own_queue
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

ORDERS = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"
BASKETS = "arn:aws:dynamodb:us-east-1:000000000000:table/baskets"
READING = {("dynamodb:GetItem", ORDERS), ("dynamodb:Scan", ORDERS)}
QUERY = ("dynamodb:Query", f"{ORDERS}/index/by-date")


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


@pytest.fixture
def ordering(monkeypatch):
    """Ordering on moto; what it and the checks' own queues are looked up with."""
    with checks_on_moto(monkeypatch, own_queue, soon=lambda look, _: look()):
        made = Ordering()
        monkeypatch.setattr(chapter_05, "outputs", made.outputs)
        yield made


def attributes(url: str, *names: str) -> dict[str, str]:
    return client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[*names])["Attributes"]


def handle(message: dict[str, Any]) -> str:
    return message["ReceiptHandle"]


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (lambda url, message: None, "it is still there"),
        (lambda url, message: client("sqs").purge_queue(QueueUrl=url), "delete this message alone"),
        (lambda url, message: client("sqs").delete_message(QueueUrl=url, ReceiptHandle="x"), "named by the Receipt"),
        (lambda url, message: message["Handle"], "the call is refused"),
    ],
)
def test_a_message_that_is_not_deleted_or_not_alone(ordering, done, words):
    assert words in told(chapter_05.deleted(done))


def test_a_message_that_is_deleted(ordering):
    done = lambda url, message: client("sqs").delete_message(QueueUrl=url, ReceiptHandle=handle(message))
    assert isinstance(chapter_05.deleted(done), Right)


def open_gap(*_: Any) -> Any:
    raise NotImplementedError("do it")


@pytest.mark.parametrize("name", ["05-delete", "05-count", "05-six-times", "05-q2", "05-q3"])
def test_a_function_in_which_nothing_was_written(ordering, name):
    assert exercises._looked_at(name, (open_gap,)) == NotYet("Still to be written: do it.")


@pytest.mark.parametrize(
    "call",
    [
        lambda url: attributes(f"{url}-of-nobody", "QueueArn"),
        lambda url: client("sqs").get_queue_attributes(QueueUrl=1),
        lambda url: client("sqs").get_queue_attributes(),
    ],
)
def test_a_call_that_is_refused_is_said_in_a_sentence(ordering, call):
    assert "a call is refused" in told(exercises._looked_at("05-q3", (call,)))


WAITING, IN_FLIGHT = own_queue.COUNTS


@pytest.mark.parametrize(
    ("how_many", "words"),
    [
        (lambda url: int(attributes(url, WAITING)[WAITING]), "in flight are not done"),
        (lambda url: int(attributes(url, IN_FLIGHT)[IN_FLIGHT]), "those that wait count, too"),
        (lambda url: "".join(attributes(url, WAITING, IN_FLIGHT).values()), "that is text"),
        (lambda url: 10, "of this queue, as a number"),
        (lambda url: None, "return the sum"),
    ],
)
def test_a_count_that_is_another_one(ordering, how_many, words):
    assert words in told(chapter_05.count(how_many))


def test_a_count_of_all_messages(ordering):
    assert isinstance(chapter_05.count(lambda url: sum(own_queue.counts(url))), Right)


def test_the_queue_of_a_check_is_gone_afterwards(ordering):
    before = client("sqs").list_queues()["QueueUrls"]
    chapter_05.count(lambda url: 1)
    assert client("sqs").list_queues()["QueueUrls"] == before


FIRST = ["25", "25"]
LOGGED = ["Order stored", "Order was there"]


@pytest.mark.parametrize(
    ("errors", "totals", "lines", "words"),
    [
        (["Unable to import module 'worker'", None], [None, None], [], "cannot be loaded"),
        (["'data'", None], [None, None], [], "the last lines of"),
        ([None, None], [None, None], LOGGED[1:] * 2, "nothing is written"),
        ([None, "The conditional request failed"], FIRST, LOGGED[:1], "told again is no error"),
        ([None, None], ["25", "30"], LOGGED[:1] * 2, "took the place of the first"),
        ([None, None], FIRST, LOGGED[:1] * 2, "returns True for a new order"),
        ([None, None], FIRST, LOGGED[1:] * 2, "returns True for a new order"),
        ([None, None], FIRST, [], "returns True for a new order"),
    ],
)
def test_a_checkout_that_comes_twice_and_is_not_one_order(errors, totals, lines, words):
    assert words in told(deliveries.judged_storing(errors, totals, lines))


def test_a_checkout_that_comes_twice_is_one_order():
    assert deliveries.judged_storing([None, None], FIRST, LOGGED) is None


DONE, FAILED = {"batchItemFailures": []}, {"batchItemFailures": [{"itemIdentifier": "a"}]}


def answers(*results: Any) -> list[Invocation]:
    return [Invocation(200, result, None, 1) for result in results]


@pytest.mark.parametrize(
    ("given", "stored", "words"),
    [
        ([None] * 3, False, "return what invoke gives"),
        ([DONE, DONE, FAILED], True, "return what invoke gives"),
        ([Invocation(200, None, "string indices", 1)] * 3, False, "something else than a batch"),
        ([Invocation(202, None, None, 1)] * 3, True, "nobody waits"),
        (answers(FAILED, FAILED, FAILED), False, "the body that is given"),
        (answers(DONE, DONE, DONE), True, "the body that is given"),
        (answers(DONE, DONE, FAILED), False, "the body that is given"),
        (answers(DONE, FAILED, FAILED), True, "the body that is given"),
    ],
)
def test_what_is_no_answer_to_a_message(given, stored, words):
    assert words in told(deliveries.judged_answers(given, stored=stored))


def test_what_is_an_answer_to_a_message():
    assert isinstance(deliveries.judged_answers(answers(DONE, DONE, FAILED), stored=True), Right)


@pytest.mark.parametrize(
    ("advised", "words"),
    [
        (lambda name: {"worker": 5, "api": 10}[name], "the function's own timeout"),
        (lambda name: 30, "of the function that is given"),
        (lambda name: None, "return a number"),
        (lambda name: "30", "return a number"),
    ],
)
def test_a_timeout_that_is_not_advised(ordering, advised, words):
    client("lambda").update_function_configuration(FunctionName="api", Timeout=10)
    assert words in told(chapter_05.six_times(advised))


def test_a_timeout_that_is_advised(ordering):
    client("lambda").update_function_configuration(FunctionName="api", Timeout=10)
    assert isinstance(chapter_05.six_times({"worker": 30, "api": 60.0}.get), Right)


@pytest.fixture
def listing(monkeypatch, ordering):
    """What is wrong with the list of orders, if the table has these indexes and the API's function these rights."""

    def judge(found: set[tuple[str, str]], name: str = "by-date", *keys: str) -> Any:
        index = {"IndexName": name, "KeySchema": [{"AttributeName": key} for key in keys or ("userName", "orderDate")]}
        described = {"Table": {"TableArn": ORDERS, "GlobalSecondaryIndexes": [index]}}
        monkeypatch.setattr(client("dynamodb"), "describe_table", lambda **_: described)
        monkeypatch.setattr(infrastructure, "rights", lambda _: found)
        return infrastructure.judged_by_date("api", "orders")

    return judge


@pytest.mark.parametrize(
    ("found", "index", "words"),
    [
        (READING | {QUERY}, ["dates"], "userName is found through an index of that name"),
        (READING | {QUERY}, ["by-date", "orderDate", "userName"], "by its partition key, here userName"),
        (READING | {QUERY}, ["by-date", "userName", "orderId"], "userName and orderId"),
        (READING, ["by-date"], "a resource of its own"),
        (set(), ["by-date"], "no rights"),
        (READING | {("dynamodb:Query", ORDERS)}, ["by-date"], f"Query on {ORDERS}"),
        (READING | {("dynamodb:GetItem", QUERY[1])}, ["by-date"], "a resource of its own"),
        (READING | {QUERY, ("dynamodb:PutItem", ORDERS)}, ["by-date"], "dynamodb:PutItem"),
        (READING | {QUERY, ("dynamodb:*", QUERY[1])}, ["by-date"], "dynamodb:*"),
    ],
)
def test_an_index_or_rights_that_list_no_orders(listing, found, index, words):
    assert words in told(listing(found, *index))


def test_an_index_and_rights_that_list_orders(listing):
    assert listing(READING | {QUERY}) is None


@pytest.fixture
def tables(monkeypatch, ordering):
    """Who may put items into which table."""
    arns = {"orders": ORDERS, "baskets": BASKETS}
    ordering.outputs |= {"BasketTable": "baskets", "BasketFunction": "basket", "ProductFunction": "product"}
    described = lambda TableName: {"Table": {"TableArn": arns[TableName]}}
    monkeypatch.setattr(client("dynamodb"), "describe_table", described)
    there = {"worker": ORDERS, "basket": BASKETS, "product": f"{ORDERS}-of-products"}
    monkeypatch.setattr(
        chapter_05, "rights", lambda name: {("dynamodb:PutItem", there[name])} if name in there else READING
    )


@pytest.mark.parametrize(
    ("writers", "words"),
    [
        (lambda name: ["ProductFunction", "BasketFunction", "OrderingWorker"], "into another table"),
        (lambda name: ["OrderingWorker"], "into another table"),
        (lambda name: [], "compare with its own ARN"),
        (lambda name: None, "in a list"),
        (lambda name: "OrderingWorker", "in a list"),
        (lambda name: True, "in a list"),
        (lambda name: [("OrderingWorker", "dynamodb:PutItem")], "in a list"),
    ],
)
def test_others_than_those_who_may_write(tables, writers, words):
    assert words in told(chapter_05.whose_roles_write(writers))


def test_those_who_may_write(tables):
    right = {"orders": {"OrderingWorker"}, "baskets": ["BasketFunction"]}
    assert isinstance(chapter_05.whose_roles_write(right.get), Right)


@pytest.mark.parametrize(
    ("hears_of", "words"),
    [
        (lambda event: True, "Ordering's own rule"),
        (lambda event: False, "Ordering's own rule"),
        (lambda event: event["source"] == "shop.basket", "False for a later version"),
        (lambda event: event["detail"]["metadata"]["schemaVersion"] == "1", "False for a basket emptied"),
        (lambda event: {"Result": True}, "return True or False"),
        (lambda event: None, "return True or False"),
    ],
)
def test_other_events_than_those_of_the_rule(ordering, hears_of, words):
    rule("EventLog-Rule", {"source": [{"prefix": ""}]}, {"Arn": ordering.dead_arn})
    assert words in told(chapter_05.what_ordering_hears_of(hears_of))


def test_the_events_of_the_rule(ordering):
    tried = lambda event: client("events").test_event_pattern(EventPattern=json.dumps(CHECKOUTS), Event=event)["Result"]
    assert isinstance(chapter_05.what_ordering_hears_of(lambda event: tried(json.dumps(event))), Right)


def kept(url: str) -> int:
    return int(attributes(url, "MessageRetentionPeriod")["MessageRetentionPeriod"])


@pytest.mark.parametrize(
    ("days_away", "words"),
    [
        (kept, "these are seconds"),
        (lambda url: 4, "keeps messages for"),  # right for two of the three queues
        (lambda url: str(kept(url) / 86400), "keeps messages for"),
        (lambda url: int(attributes(url, "VisibilityTimeout")["VisibilityTimeout"]) / 86400, "not kept"),
        (lambda url: None, "keeps messages for"),
    ],
)
def test_days_that_are_others(ordering, days_away, words):
    assert words in told(chapter_05.how_long_away(days_away))


@pytest.mark.parametrize("days_away", [lambda url: kept(url) / 86400, lambda url: kept(url) // 86400])
def test_days_as_the_queue_has_them(ordering, days_away):
    assert isinstance(chapter_05.how_long_away(days_away), Right)
