"""Ordering as deployed, over HTTP: one row of the contract after the other.

Its orders come through the queue, as those of the shop do; when they happened is the test's to say.
"""

from __future__ import annotations

import json
import uuid

import pytest
from calls import refused
from learner import until
from samples import DAYS, NO_ORDER
from shopping import ADA, LAMP, Customer


@pytest.fixture(scope="module")
def customer(shop):
    """Somebody who ordered on each of these days; `ids` are the orders', newest first."""
    one = Customer(shop)
    one.ids = [tell(shop, one, f"{day}T09:30:00.000Z") for day in DAYS][::-1]
    until(lambda: len(one.orders()) == len(DAYS))
    return one


def tell(shop, customer, occurred_at):
    """Tell the bus of a checkout; its id."""
    data = {"checkoutId": str(uuid.uuid4()), "userName": customer.name, "items": [LAMP], "totalPrice": 59.97, **ADA}
    metadata = {
        "eventId": str(uuid.uuid4()),
        "correlationId": "a test",
        "schemaVersion": "1",
        "occurredAt": occurred_at,
    }
    entry = {"EventBusName": shop.outputs["EventBusName"], "Source": "shop.basket", "DetailType": "BasketCheckedOut"}
    answer = shop.client("events").put_events(
        Entries=[{**entry, "Detail": json.dumps({"metadata": metadata, "data": data})}]
    )
    assert answer["FailedEntryCount"] == 0
    return data["checkoutId"]


def listed(customer, **query):
    """The ids on all pages of a customer's list, and how many are on each."""
    pages = [customer.ordering("GET", f"/order/{customer.name}", query=query)]
    while pages[-1].body["next"]:
        pages.append(
            customer.ordering("GET", f"/order/{customer.name}", query=query | {"next": pages[-1].body["next"]})
        )
    assert {page.status for page in pages} == {200}
    return [order["orderId"] for page in pages for order in page.body["items"]], [
        len(page.body["items"]) for page in pages
    ]


def test_an_order_is_as_the_contract_has_it(customer):
    answer = customer.ordering("GET", f"/order/{customer.name}/{customer.ids[0]}")
    assert answer.status == 200
    assert json.loads(answer.text) == {
        "userName": customer.name, "orderId": customer.ids[0], "orderDate": "2026-02-02T09:30:00.000Z",
        "totalPrice": 59.97,
        "items": [LAMP], **ADA,
    }  # fmt: skip


def test_an_order_that_is_not_there_is_404_and_so_is_another_users(ordering, customer):
    assert refused(ordering("GET", f"/order/{customer.name}/{NO_ORDER}"), 404, "not yet")
    assert refused(ordering("GET", f"/order/nobody/{customer.ids[0]}"), 404, "not yet")


def test_whoever_ordered_nothing_has_an_empty_list(shop):
    assert listed(Customer(shop)) == ([], [0])


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (100, [5])])
def test_orders_come_newest_first_each_once(customer, limit, sizes):
    assert listed(customer, limit=limit) == (customer.ids, sizes)


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ({"from": "2026-01-30", "to": "2026-02-01"}, slice(1, 4)),
        ({"from": "2026-01-31"}, slice(0, 3)),
        ({"to": "2026-01-31"}, slice(2, 5)),
        ({"from": "2026-01-31T09:30:00Z", "to": "2026-01-31T10:30:00+01:00"}, slice(2, 3)),
        ({"from": "2026-01-31T09:30:00.001Z", "to": "2026-02-01T09:29:59.999Z"}, slice(0, 0)),
        ({"from": "9999-12-31"}, slice(0, 0)),
    ],
)
def test_from_and_to_belong_to_it(customer, query, which):
    assert listed(customer, limit=2, **query)[0] == customer.ids[which]


@pytest.mark.parametrize(
    "query", [{"from": "yesterday"}, {"from": "2026-02-30"}, {"from": "2026-02-01", "to": "2026-01-31"}]
)
def test_dates_that_are_none_are_refused(ordering, customer, query):
    assert refused(ordering("GET", f"/order/{customer.name}", query=query), 400, "from")


def test_a_token_belongs_to_its_list(ordering, customer):
    path = f"/order/{customer.name}"
    mine = ordering("GET", path, query={"limit": 1}).body["next"]
    everything = ordering("GET", "/order", query={"limit": 1}).body["next"]
    for other, token in [("/order/nobody", mine), ("/order", mine), (path, everything)]:
        assert refused(ordering("GET", other, query={"next": token}), 400, "next")
    assert refused(ordering("GET", path, query={"next": mine, "to": "2026-01-30"}), 400, "next")


def test_paging_through_everything_finds_each_order_once(shop, ordering, customer):
    found, token = [], {}
    while token is not None:
        page = ordering("GET", "/order", query={"limit": 3, **token})
        assert page.status == 200
        found += [(order["userName"], order["orderId"]) for order in page.body["items"]]
        token = page.body["next"] and {"next": page.body["next"]}
    assert sorted(found) == sorted((i["userName"]["S"], i["orderId"]["S"]) for i in shop.rows("OrderingTable"))
    assert len(set(found)) == len(found) and {(customer.name, one) for one in customer.ids} <= set(found)


def test_what_another_version_of_the_event_says_is_left_alone(shop, ordering):
    """Ordering's rule asks for the version that it understands."""
    somebody = Customer(shop)
    entry = {"EventBusName": shop.outputs["EventBusName"], "Source": "shop.basket", "DetailType": "BasketCheckedOut"}
    detail = {"metadata": {"schemaVersion": "2"}, "data": {"checkoutId": str(uuid.uuid4()), "userName": somebody.name}}
    shop.client("events").put_events(Entries=[{**entry, "Detail": json.dumps(detail)}])
    order_id = tell(shop, somebody, "2026-01-31T09:30:00.000Z")  # when this is there, the other would be
    until(somebody.orders)
    assert [order["orderId"]["S"] for order in somebody.orders()] == [order_id]
    dead = shop.client("sqs").receive_message(QueueUrl=shop.outputs["OrderingDeadLetters"])
    assert "Messages" not in dead


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/order"), ("PUT", f"/order/ada/{NO_ORDER}"), ("DELETE", f"/order/ada/{NO_ORDER}"), ("GET", "/orders")],
)
def test_orders_are_only_read_here(ordering, method, path):
    assert refused(ordering(method, path, {}), 404)


def test_a_correlation_id_comes_back(ordering):
    for path in ("/order", "/order/nobody", f"/order/nobody/{NO_ORDER}"):
        sent = f"order {uuid.uuid4()}"
        assert ordering("GET", path, headers={"x-correlation-id": sent}).header("x-correlation-id") == sent
