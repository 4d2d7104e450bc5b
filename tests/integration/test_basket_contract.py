"""Basket as deployed, over HTTP: one row of the contract after the other.

That every answer has the contract's headers, and every error its shape, `Api` checks for each call.
"""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from urllib.parse import quote, urljoin, urlsplit

import pytest
from calls import refused
from samples import CHAIR, UUID
from shopping import ADA, LAMP, TOTAL, Customer

NAMES = ["a.b@example.com", "a+b-c_d", "Žofie", "Жанна", "久美子", "𝒜" * 10]


def path_of(customer):
    return f"/basket/{customer.name}"


# POST /basket


def test_the_first_is_201_and_one_that_replaces_it_200(basket, customer):
    first, second = customer.fill(), customer.fill(CHAIR)
    assert (first.status, second.status) == (201, 200)
    assert second.body == {"userName": customer.name, "items": [CHAIR]} == basket("GET", path_of(customer)).body


def test_the_answer_is_the_basket(customer):
    answer = customer.fill()
    assert answer.body == json.loads(
        json.dumps({"userName": customer.name, "items": [LAMP, CHAIR]}), parse_float=Decimal
    )


@pytest.mark.parametrize("name", NAMES)
def test_location_leads_to_the_basket_whoever_it_is(basket, name):
    name = f"{name}{uuid.uuid4()}"
    made = basket("POST", "/basket", {"userName": name, "items": [CHAIR]})
    assert made.status == 201
    place = urljoin(made.address, made.header("location"))
    assert place.isascii() and place.startswith(basket.url)
    found = basket("GET", urlsplit(place).path.removeprefix(urlsplit(basket.url).path))
    assert (found.status, found.body) == (200, made.body)


@pytest.mark.parametrize("price", ["0", "0.1", "0.10", "1e2", "0.29", "9999999999999.99"])
def test_a_price_comes_back_exactly(basket, customer, price):
    body = json.dumps({"userName": customer.name, "items": [CHAIR | {"price": 5}]}).replace(
        '"price": 5', f'"price": {price}'
    )
    assert basket("POST", "/basket", body.encode()).status == 201
    [item] = basket("GET", path_of(customer)).body["items"]
    assert Decimal(str(item["price"])) == Decimal(price)


@pytest.mark.parametrize(
    ("items", "about"),
    [
        ([], "items"),
        ([CHAIR] * 101, "items"),
        ([CHAIR | {"quantity": 0}], "items[0].quantity"),
        ([CHAIR | {"quantity": 1000}], "items[0].quantity"),
        ([CHAIR, CHAIR | {"quantity": 1.5}], "items[1].quantity"),
        ([CHAIR | {"price": -0.01}], "items[0].price"),
        ([CHAIR | {"price": 0.001}], "items[0].price"),
        ([CHAIR | {"size": "XL"}], "items[0].size"),
        ([{"productId": "p"}], "items[0].productName"),
        ([CHAIR | {"price": 9999999999999.99, "quantity": 2}], "together"),
    ],
)
def test_post_refuses_and_names_what_is_wrong_and_the_basket_stays(basket, customer, items, about):
    before = customer.fill().body
    assert refused(basket("POST", "/basket", {"userName": customer.name, "items": items}), 400, about)
    assert basket("GET", path_of(customer)).body == before


def test_a_basket_may_have_100_items(basket, customer):
    items = [CHAIR | {"productId": f"p{n}"} for n in range(100)]
    assert customer.fill(*items).status == 201
    assert basket("GET", path_of(customer)).body["items"] == items


# GET and DELETE /basket/{userName}


def test_without_a_basket_it_is_404(basket, customer):
    assert refused(basket("GET", path_of(customer)), 404) and refused(basket("DELETE", path_of(customer)), 404)


def test_delete_answers_204_once_and_404_then(basket, customer):
    customer.fill()
    assert basket("DELETE", path_of(customer)).status == 204
    assert refused(basket("DELETE", path_of(customer)), 404) and not customer.has_a_basket()


def test_a_name_may_be_written_with_percents(basket):
    name = f"Žofie+{uuid.uuid4()}@example.com"
    basket("POST", "/basket", {"userName": name, "items": [CHAIR]})
    assert basket("GET", f"/basket/{quote(name, safe='')}").status == 200


# GET /basket


@pytest.mark.parametrize("limit", [3, 100])
def test_paging_through_everything_finds_each_basket_once(shop, basket, limit):
    for _ in range(4):
        Customer(shop).fill(CHAIR)
    names, token = [], {}
    while token is not None:
        page = basket("GET", "/basket", query={"limit": limit, **token})
        assert page.status == 200 and page.body.keys() == {"items", "next"} and len(page.body["items"]) <= limit
        assert all(one.keys() == {"userName", "items"} for one in page.body["items"])  # nothing of ours shows
        names += [one["userName"] for one in page.body["items"]]
        token = page.body["next"] and {"next": page.body["next"]}
    assert sorted(names) == sorted(item["userName"]["S"] for item in shop.rows("BasketTable"))
    assert len(set(names)) == len(names) >= 4


def test_a_forged_token_is_refused(basket, customer):
    customer.fill()
    for token in ("", "x", "e30", "bnVsbA"):
        assert refused(basket("GET", "/basket", query={"next": token}), 400, "next")


# POST /basket/checkout


def test_a_checkout_answers_202_with_the_servers_total(customer):
    customer.fill()
    answer = customer.check_out()
    assert answer.status == 202
    assert answer.body == {
        "checkoutId": answer.body["checkoutId"],
        "status": "accepted",
        "totalPrice": Decimal(str(TOTAL)),
    }
    assert UUID.fullmatch(answer.body["checkoutId"])


@pytest.mark.parametrize("key", [None, "a key"])
def test_nothing_to_check_out_is_404(customer, key):
    assert refused(customer.check_out(key), 404)


def test_the_same_key_gives_the_same_answer(customer):
    customer.fill()
    first = customer.check_out("a key")
    assert (first.status, first.body) == (202, customer.check_out("a key").body)


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"paymentMethod": "cash"}, "card or invoice"),
        ({"email": "a@"}, "email"),
        ({"totalPrice": 0.01}, "totalPrice"),
        ({"items": []}, "items"),
        ({"cardNumber": "4111 1111 1111 1111"}, "card number"),
        ({"address": "4111 1111 1111 1111 12/27"}, "card number"),
        ({"firstName": ""}, "firstName"),
    ],
)
def test_a_bad_checkout_is_refused_and_the_basket_stays(basket, customer, change, about):
    customer.fill()
    assert refused(basket("POST", "/basket/checkout", {"userName": customer.name, **ADA, **change}), 400, about)
    assert customer.has_a_basket()


# Every answer


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/basket"), ("GET", "/basket/nobody"), ("POST", "/basket/checkout"), ("GET", "/")]
)
def test_a_correlation_id_comes_back(basket, method, path):
    sent = f"order {uuid.uuid4()}"
    assert basket(method, path, headers={"X-Correlation-ID": sent}).header("x-correlation-id") == sent


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/baskets"), ("PUT", "/basket/ada"), ("POST", "/basket/ada"), ("DELETE", "/basket")],
)
def test_other_routes_are_404(basket, method, path):
    assert refused(basket(method, path), 404)
