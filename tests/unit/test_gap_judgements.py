"""What the checks of gaps make of a key, an index, rights, an API, a refusal: wrong things are told why.

Without a cloud; with one, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from workbook.clients.rest import Answer
from workbook.learning import exercises
from workbook.learning.checks import chapter_02, chapter_03
from workbook.learning.checks.judging import found_anyway, infrastructure
from workbook.learning.checks.judging.infrastructure import judged_api, judged_index, judged_key, judged_reading
from workbook.learning.checks.judging.refusals import judged_refusal
from workbook.learning.exercises import NotRight, NotYet, Right

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/Products"
ITEMS = {(f"dynamodb:{action}", TABLE) for action in ("GetItem", "PutItem", "DeleteItem", "Scan")}
QUERY = ("dynamodb:Query", f"{TABLE}/index/by-category")
ORDERING = "arn:aws:lambda:us-east-1:000000000000:function:Ordering"


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


@pytest.mark.parametrize(
    ("names", "kind", "words"),
    [
        (["name"], "S", "found by its id"),
        (["id", "name"], "S", "the key id and name"),
        (["id"], "N", "the type N"),
        (["id"], "B", "their type is TEXT"),
    ],
)
def test_a_key_that_is_not_the_id(names, kind, words):
    schema = [{"AttributeName": name} for name in names]
    assert words in told(judged_key(schema, [{"AttributeName": "id", "AttributeType": kind}]))


def test_the_key_is_the_id_whatever_other_attributes_are_described():
    others = [{"AttributeName": "category", "AttributeType": "N"}, {"AttributeName": "id", "AttributeType": "S"}]
    assert judged_key([{"AttributeName": "id"}], others) is None


REGIONAL = {"EndpointConfiguration": {"Types": ["REGIONAL"]}}


@pytest.mark.parametrize(
    ("properties", "outputs", "words"),
    [
        (REGIONAL, {"ProductTable": "t", "ApiUrl": "http://a", "HelloFunction": "h"}, "ProductTable, ApiUrl"),
        (REGIONAL, {"ProductApiUrl": "abc123"}, "the address of the API is api.url"),
        ({}, {"ProductApiUrl": "http://a"}, "of the type EDGE"),
        ({"EndpointConfiguration": {"Types": ["PRIVATE"]}}, {"ProductApiUrl": "http://a"}, "of the type PRIVATE"),
    ],
)
def test_an_api_without_its_address_or_of_another_type(properties, outputs, words):
    assert words in told(judged_api(properties, outputs))


def test_a_regional_api_with_its_address():
    assert judged_api(REGIONAL, {"ProductApiUrl": "http://a"}) is None


def index(name, *keys):
    return {"IndexName": name, "KeySchema": [{"AttributeName": key} for key in keys]}


@pytest.mark.parametrize(
    ("indexes", "words"),
    [
        ([], "none"),
        ([index("categories", "category", "name")], "categories"),
        ([index("by-category", "name", "category")], "name and category"),
        ([index("by-category", "category")], "the keys category and name"),
    ],
)
def test_an_index_that_finds_something_else(indexes, words):
    assert words in told(judged_index(indexes, "by-category", "category", "name"))


def test_the_index_is_right_beside_others():
    there = [index("by-price", "price"), index("by-category", "category", "name")]
    assert judged_index(there, "by-category", "category", "name") is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (ITEMS - {("dynamodb:Scan", TABLE)} | {QUERY}, "scans the table"),
        (ITEMS, "no such right"),
        (ITEMS | {("dynamodb:Query", TABLE)}, f"Query on {TABLE}"),
        (ITEMS | {("dynamodb:Query", f"{TABLE}/index/by-price")}, "a resource of its own"),
        (ITEMS | {("dynamodb:Query", "*")}, "on no other"),
        (ITEMS | {("dynamodb:*", QUERY[1])}, "a star allows more"),
    ],
)
def test_rights_that_are_too_few_or_elsewhere(found, words):
    assert words in told(judged_reading(found, TABLE))


@pytest.mark.parametrize("query", [QUERY, ("dynamodb:Query", f"{TABLE}/index/*")])
def test_rights_that_are_enough(query):
    assert judged_reading(ITEMS | {query}, TABLE) is None


def answer(status, message=None):
    return Answer(status, {"error": {"message": message}} if message else {}, {}, 1)


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (201, None, "201: it was taken"),
        (200, None, "What may price not be?"),
        (400, "Missing field: price.", "not for price"),
        (400, "prices must be few", "begins with price"),
        (500, "price", "500: price"),
    ],
)
def test_a_request_that_is_taken_or_refused_for_something_else(status, message, words):
    assert words in told(judged_refusal(answer(status, message), "price"))


def test_a_request_that_is_refused_for_what_it_should_be():
    assert isinstance(judged_refusal(answer(400, "price must be a number."), "price"), Right)


@pytest.fixture
def cloud(monkeypatch):
    """What the cloud answers, by operation; and what outputs and rights there are."""
    answers: dict[str, Any] = {}
    client = SimpleNamespace(
        describe_table=lambda **_: {"Table": {"KeySchema": [{"AttributeName": answers["key"]}], "TableArn": TABLE}},
        get_function_configuration=lambda FunctionName: answers[FunctionName],  # noqa: N803
        get_function_concurrency=lambda **_: answers["concurrency"],
    )
    for module in (infrastructure, chapter_02, chapter_03):
        monkeypatch.setattr(module, "target", SimpleNamespace(client=lambda _: client))
    monkeypatch.setattr(infrastructure, "rights", lambda _: answers["rights"])
    names = {"ProductFunction": "Function", "ProductTable": "Products", "OrderingFunction": "Ordering"}
    for module in (chapter_02, chapter_03):
        monkeypatch.setattr(module, "outputs", names)
    return answers


@pytest.mark.parametrize(
    ("key", "rights", "words"),
    [
        ("name", ITEMS | {QUERY}, "the key name"),
        ("id", set(), "a statement that no role has"),
        ("id", ITEMS, "an index is a resource of its own"),
    ],
)
def test_a_construct_with_another_key_or_without_rights(cloud, key, rights, words):
    cloud |= {"key": key, "rights": rights}
    assert words in told(infrastructure.judged_construct("Function", "Products"))


def test_a_construct_as_it_should_be(cloud):
    cloud |= {"key": "id", "rights": ITEMS | {QUERY}}
    assert infrastructure.judged_construct("Function", "Products") is None


CALLS = ("lambda:InvokeFunction", ORDERING)


@pytest.mark.parametrize(
    ("variables", "rights", "words"),
    [
        ({}, {CALLS}, "no such variable"),
        ({"ORDERING_FUNCTION": "Ordered"}, {CALLS}, "Ordered"),
        ({"ORDERING_FUNCTION": "Ordering"}, set(), "no such right"),
        ({"ORDERING_FUNCTION": "Ordering"}, {("lambda:*", ORDERING)}, "nothing wider"),
        ({"ORDERING_FUNCTION": "Ordering"}, {CALLS, ("lambda:GetFunction", ORDERING)}, "lambda:GetFunction on"),
        ({"ORDERING_FUNCTION": "Ordering"}, {("lambda:InvokeFunction", "*")}, "InvokeFunction on *"),
        ({"ORDERING_FUNCTION": "Ordering"}, {("*", "*")}, "* on *"),
    ],
)
def test_a_call_that_does_not_know_whom_or_may_not(cloud, variables, rights, words):
    cloud |= {"Basket": {"Environment": {"Variables": variables}}, "Ordering": {"FunctionArn": ORDERING}}
    cloud |= {"rights": rights | {("dynamodb:GetItem", TABLE)}}
    assert words in told(infrastructure.judged_call("Basket", "Ordering"))


@pytest.mark.parametrize("name", ["Ordering", ORDERING])
def test_a_call_that_knows_whom_and_may(cloud, name):
    variables = {"Environment": {"Variables": {"ORDERING_FUNCTION": name}}}
    cloud |= {"Basket": variables, "Ordering": {"FunctionArn": ORDERING}, "rights": {CALLS}}
    assert infrastructure.judged_call("Basket", "Ordering") is None


def test_before_it_is_built_in_there_is_nothing_to_judge(cloud):
    cloud |= {"Basket": {}, "Ordering": {"FunctionArn": ORDERING}, "rights": {("dynamodb:GetItem", TABLE)}}
    assert isinstance(infrastructure.judged_call("Basket", "Ordering"), NotYet)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "none"),
        ({"Environment": {"Variables": {"TABLE": "Products"}}}, "a variable TABLE_NAME"),
        ({"Environment": {"Variables": {"TABLE_NAME": "products"}}}, "table.table_name stands for that name"),
    ],
)
def test_a_function_that_is_not_told_its_table(cloud, found, words):
    cloud["Function"] = found
    assert words in told(chapter_02.function_knows_its_table())


def test_a_function_that_is_told_its_table(cloud):
    cloud["Function"] = {"Environment": {"Variables": {"TABLE_NAME": "Products", "LEVEL": "INFO"}}}
    assert isinstance(chapter_02.function_knows_its_table(), Right)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ({}, NotYet),
        ({"ReservedConcurrentExecutions": 0}, Right),
        ({"ReservedConcurrentExecutions": 1}, NotRight),
        ({"ReservedConcurrentExecutions": 100}, NotRight),
    ],
)
def test_a_function_is_stopped_if_none_may_run(cloud, found, kind):
    cloud["concurrency"] = found
    assert isinstance(chapter_03.stopped(), kind)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "return what api.post gives"),
        (Answer(400, {"error": {"message": "Missing field: email."}}, {}, 1), "400: Missing field: email."),
        (Answer(201, {"userName": "checked"}, {}, 1), "this is no checkout"),
        (Answer(200, {"checkoutId": "1"}, {}, 1), "all that customer(user) gives"),
    ],
)
def test_what_is_no_checkout(given, words):
    assert words in told(chapter_03._judged_answer(given))


def test_what_is_a_checkout():
    assert isinstance(chapter_03._judged_answer(Answer(201, {"checkoutId": "1"}, {}, 230)), Right)


def test_a_function_in_which_nothing_was_written_is_not_yet_attempted():
    def as_basket(_line):
        raise NotImplementedError("put Basket in place of Product")

    verdict = exercises._looked_at("03-copies", (as_basket,))
    assert verdict == NotYet("Still to be written: put Basket in place of Product.")


def test_the_mistake_changes_nothing_but_404():
    item = SimpleNamespace(funcargs={"product": lambda status: SimpleNamespace(status=status, body="b")})
    found_anyway.pytest_pyfunc_call(item)
    assert [vars(item.funcargs["product"](status)) for status in (404, 400)] == [
        {"status": 200, "body": "b"},
        {"status": 400, "body": "b"},
    ]
    found_anyway.pytest_pyfunc_call(SimpleNamespace(funcargs={}))  # a test without the fixture
