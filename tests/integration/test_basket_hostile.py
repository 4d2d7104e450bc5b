"""Basket and Ordering, sent what nobody should send: always a 4xx with the contract's error, and the basket stays.

`Api` checks for each answer that it has the contract's headers and shape, and that nothing internal
is in it. What only reaches the gateway is in `test_hostile.py`.
"""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from calls import Api, refused
from hostile import CORRELATION_IDS, HARMLESS, HEADERS, METHODS, QUERIES, bodies, filled, paths, short

BASKET = b'{"userName": "hostile", "items": [{"productId": "p", "productName": TEXT, "quantity": 1, "price": NUMBER}]}'
CHECKOUT = (
    b'{"userName": "hostile", "firstName": "Ada", "lastName": "Lane", "email": "ada@example.com", '
    b'"address": TEXT, "paymentMethod": "card"}'
)
NOBODY = "/basket/nobody"
NO_ORDER = "/order/nobody/00000000-0000-4000-8000-000000000000"
WRONG = [None, True, 0, 1.5, "", [], {}, ["Lamp"], {"S": "Lamp"}, [[[]]]]


@pytest.fixture(scope="module", autouse=True)
def untouched(shop):
    """A basket that must survive this file, and no order and no event may come of it."""
    basket, ordering = Api(shop.outputs["BasketApiUrl"]), Api(shop.outputs["OrderingApiUrl"])
    made = basket("POST", "/basket", filled(BASKET))
    assert made.status == 201
    yield
    assert basket("GET", "/basket/hostile").body == made.body
    assert ordering("GET", "/order/hostile").body == {"items": [], "next": None}


@pytest.mark.parametrize("name", bodies(BASKET))
def test_a_bad_basket_is_refused(basket, name):
    assert refused(basket("POST", "/basket", bodies(BASKET)[name]))


@pytest.mark.parametrize("name", bodies(CHECKOUT))
def test_a_bad_checkout_is_refused(basket, name):
    assert refused(basket("POST", "/basket/checkout", bodies(CHECKOUT)[name]))


@pytest.mark.parametrize("field", ["productId", "productName", "quantity", "price", "color"])
def test_a_wrong_type_in_an_item_is_refused_and_named(basket, field):
    for value in [*WRONG, "1"][3 if field == "price" else 0 :]:
        if (field, value) in [("price", 1.5), ("productId", "1"), ("productName", "1"), ("color", "1")]:
            continue
        body = json.loads(filled(BASKET))
        body["items"][0][field] = value
        assert refused(basket("POST", "/basket", body), 400, f"items[0].{field}"), value


@pytest.mark.parametrize("field", json.loads(filled(CHECKOUT)))
def test_a_wrong_type_in_a_checkout_is_refused_and_named(basket, field):
    for value in WRONG:
        assert refused(basket("POST", "/basket/checkout", json.loads(filled(CHECKOUT)) | {field: value}), 400, field), (
            value
        )


@pytest.mark.parametrize("field", ["address", "userName", "paymentMethod", "cardNumber", "4111 1111 1111 1111"])
@pytest.mark.parametrize(
    "card", ["4111111111111111", "4111 1111 1111 1111 12/27", "3782-822463-10005", 4111111111111111]
)
def test_a_card_number_is_refused_wherever_it_stands_and_is_not_said_again(shop, basket, field, card):
    answer = basket("POST", "/basket/checkout", json.loads(filled(CHECKOUT)) | {field: card})
    assert refused(answer, 400, "card number") and "1111" not in answer.text
    found = shop.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{shop.outputs['BasketFunction']}")
    logged = found["events"]
    assert logged and not [event for event in logged if str(card) in event["message"]]


@pytest.mark.parametrize("key", ["", " ", "k" * 256, "k" * 7000, b"\xff", "ä".encode(), "a\tb", "\x7f"], ids=short)
def test_a_key_that_is_none_is_refused(basket, key):
    assert refused(
        basket("POST", "/basket/checkout", filled(CHECKOUT), headers={"idempotency-key": key}), 400, "Idempotency-Key"
    )


# Paths, queries, headers


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", paths("/basket", NOBODY), ids=short)
def test_an_odd_path_is_no_basket(basket, method, path):
    assert basket(method, path).status in (400, 404)


@pytest.mark.parametrize(
    "path", [*paths("/order", "/order/nobody"), *(NO_ORDER + end for end in ("%20", "%0a", "0", "/x"))], ids=short
)
def test_an_odd_path_is_no_order(ordering, path):
    answer = ordering("GET", path)
    assert answer.status in (400, 404) or answer.body == {"items": [], "next": None}


@pytest.mark.parametrize("method", [*METHODS, "PUT"])
def test_an_odd_method_is_404(basket, ordering, method):
    for path in ("/basket", NOBODY, "/basket/checkout"):
        assert refused(basket(method, path), 404)
    for other in (method, "POST", "DELETE"):
        for path in ("/order", "/order/nobody", NO_ORDER):
            assert refused(ordering(other, path), 404)


@pytest.mark.parametrize("query", QUERIES, ids=short)
def test_a_bad_query_is_refused_and_named(basket, ordering, query):
    name = query.split("=")[0]
    assert refused(basket("GET", f"/basket?{query}"), 400, name)
    for path in ("/order", "/order/nobody"):
        assert refused(ordering("GET", f"{path}?{query}"), 400, name)


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    "date",
    ["", "%00", "%ff", "yesterday", "2026-02-30", "x" * 10_000, quote("２０２６-01-31"), "2026-01-31&from=x&to=x"],
    ids=short,
)
def test_a_bad_date_is_refused_and_named(ordering, name, date):
    assert refused(ordering("GET", f"/order/nobody?{name}={date}"), 400, name)


@pytest.mark.parametrize("query", HARMLESS, ids=short)
def test_a_query_that_nobody_reads_does_no_harm(basket, ordering, query):
    assert basket("GET", f"/basket?{query}").status == ordering("GET", f"/order/nobody?{query}").status == 200


@pytest.mark.parametrize("name", HEADERS)
def test_odd_headers_change_nothing(basket, name):
    made = basket("POST", "/basket", filled(BASKET), headers=HEADERS[name])
    assert (made.status, made.header("location")) == (200, "./basket/hostile")
    assert refused(basket("POST", "/basket/checkout", b"{", headers=HEADERS[name]))


@pytest.mark.parametrize("sent", CORRELATION_IDS, ids=short)
def test_a_correlation_id_that_is_not_fit_is_replaced(basket, ordering, sent):
    for answer in (
        basket("GET", NOBODY, headers={"x-correlation-id": sent}),
        ordering("GET", NO_ORDER, headers={"x-correlation-id": sent}),
    ):
        assert answer.status == 404 and len(answer.header("x-correlation-id")) == 36
