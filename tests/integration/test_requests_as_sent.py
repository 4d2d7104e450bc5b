"""A request as clients send it comes to its route: HEAD for GET, and names in whatever way they are written."""

from __future__ import annotations

import unicodedata
import uuid
from urllib.parse import quote

import pytest
from calls import Api, refused

CHAIR = {"productId": "p", "productName": "Chair", "quantity": 1, "price": 45}
PATHS = {
    "ProductApiUrl": ["/product", "/product?limit=1", f"/product/{uuid.UUID(int=0)}", "/nowhere", "/product?limit=x"],
    "BasketApiUrl": ["/basket", "/basket/nobody"],
    "OrderingApiUrl": ["/order", "/order/nobody", f"/order/nobody/{uuid.UUID(int=0)}"],
}


@pytest.mark.parametrize(("api", "path"), [(api, path) for api, paths in PATHS.items() for path in paths])
def test_head_answers_as_get_does_without_a_body(shop, api, path):
    call = Api(shop.outputs[api])
    got, head = call("GET", path), call("HEAD", path)
    assert got.text and (head.status, head.text) == (got.status, "")
    assert head.header("content-type") == got.header("content-type")


@pytest.mark.parametrize("name", ["Zoé", "हिन्दी", "สมหญิง", "مُحَمَّد", "a+b@example.com", "久美子"])
def test_a_basket_is_found_however_its_users_name_is_written(basket, name):
    name += uuid.uuid4().hex
    decomposed = unicodedata.normalize("NFD", name)
    made = basket("POST", "/basket", {"userName": decomposed, "items": [CHAIR]})
    assert (made.status, made.body["userName"]) == (201, unicodedata.normalize("NFC", name))
    assert basket("POST", "/basket", {"userName": name, "items": [CHAIR]}).status == 200
    for written in (name, decomposed):
        for path in (quote(written, safe=""), quote(written)):
            assert basket("GET", f"/basket/{path}").body == made.body
    assert basket("DELETE", f"/basket/{quote(decomposed)}").status == 204


@pytest.mark.parametrize("name", ["%E2%80%8B", "a%E2%80%8Bb", "%20", "...", "%25", "%E3%85%A4"])
def test_a_name_that_can_never_exist_is_refused(basket, ordering, name):
    assert refused(basket("GET", f"/basket/{name}"), 400, "userName")
    assert refused(ordering("GET", f"/order/{name}"), 400, "userName")


def test_another_request_under_an_old_key_is_refused_and_changes_nothing(shop, customer):
    customer.fill(CHAIR)
    key = str(uuid.uuid4())
    first = customer.check_out(key=key)
    assert first.status == 202
    customer.fill(CHAIR | {"quantity": 2})
    again = customer.check_out(key=key)
    assert (again.status, again.body["error"]["code"]) == (422, "IdempotencyKeyReused")
    assert customer.has_a_basket() and customer.has_just_these_orders(first)
