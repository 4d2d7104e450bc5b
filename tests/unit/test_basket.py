"""The Basket service's baskets, one row of the contract after the other. The checkout has a page of its own."""

import json
from urllib.parse import quote, unquote, urljoin

import pytest
from samples import CHAIR, UUID, exact, token_of
from services import (
    CHECKOUTS, STAGE, TABLE, context, denied, pages_of, proxy_event, refusing, stored, that_stops_like_dynamodb,
)  # fmt: skip

LAMP = {"productId": "p1", "productName": "Lamp", "quantity": 2, "price": 19.99, "color": "red"}
ADAS = {"userName": "ada", "items": [LAMP, CHAIR]}
NAMES = ["a", "x" * 100, "ada.lovelace@example.com", "a+b-c_d", "Žofie", "Жанна", "久美子", "𝒜" * 100, "checkout", "007"]
NAMES += ["हिन्दी", "สมหญิง", "مُحَمَّد", "é" * 100]  # marks that stand with a letter, and those that are a part of one
NO_NAMES = [".", "..", "\u200b", "\u3164", "\ufe0f", "a\u200bb", "a\ufeff", "क़" * 51, "\ud800"]
NO_NAMES += ["", " ", "a b", "x" * 101, "a/b", "a%b", "a\nb", "a\x00", "ada!", "💡", "a:b", None, 5, [], {}]

pytestmark = pytest.mark.usefixtures("basket_table")


def having(**fields):
    """A basket whose item has these fields."""
    return ADAS | {"items": [CHAIR | fields]}


def test_a_name_is_the_same_however_its_marks_are_written(basket, basket_table):
    one, other = "Zoe\u0301", "Zo\u00e9"
    assert basket("POST", "/basket", ADAS | {"userName": one}).status == 201
    replaced = basket("POST", "/basket", ADAS | {"userName": other})
    assert (replaced.status, replaced.body["userName"]) == (200, other)
    assert basket("GET", "/basket/" + quote(one)).body == basket("GET", "/basket/" + quote(other)).body
    assert [row["userName"] for row in stored(basket_table)] == [other]
    assert basket("POST", "/basket", ADAS | {"userName": "e\u0301" * 100}).status == 201  # counted as they are stored
    assert basket("DELETE", "/basket/" + quote(one)).status == 204


# POST /basket


def test_the_first_is_201_and_one_that_replaces_it_200(basket):
    assert basket("POST", "/basket", ADAS).status == 201
    again = basket("POST", "/basket", ADAS | {"items": [CHAIR]})
    assert (again.status, again.body) == (200, ADAS | {"items": [CHAIR]})
    assert basket("GET", "/basket/ada").body == again.body


def test_the_answer_is_the_basket_and_it_stays(basket, basket_table):
    answer = basket("POST", "/basket", ADAS)
    assert answer.body == exact(ADAS) == basket("GET", "/basket/ada").body
    [row] = stored(basket_table)
    assert {name: row[name] for name in ADAS} == exact(ADAS)


def test_each_basket_has_the_id_of_a_checkout_of_its_own_which_nobody_sees(basket, basket_table):
    ids = set()
    for _ in range(3):
        assert basket("POST", "/basket", ADAS).body.keys() == ADAS.keys()
        ids |= {row["checkoutId"] for row in stored(basket_table)}
    assert len(ids) == 3 and all(UUID.fullmatch(one) for one in ids)
    assert basket("GET", "/basket/ada").body.keys() == ADAS.keys() == basket("GET", "/basket").body["items"][0].keys()


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:8]))
@pytest.mark.parametrize("before", [f"https://an-api.example/{STAGE}", "https://shop.example"])
def test_location_leads_to_the_basket_whoever_it_is(basket, before, name):
    made = basket("POST", "/basket", ADAS | {"userName": name})
    assert made.status == 201
    place = urljoin(f"{before}/basket", made.headers["location"])
    assert place.isascii()  # a header carries nothing else
    assert unquote(place) == f"{before}/basket/{name}"
    assert basket("GET", place.removeprefix(before)).body == made.body


@pytest.mark.parametrize("price", ["0", "-0", "0.1", "0.10", "1e2", "19.990", "0.29", "9999999999999.99"])
def test_prices_are_kept_to_the_cent(basket, price):
    made = basket("POST", "/basket", json.dumps(having(price=5)).replace('"price": 5', f'"price": {price}'))
    assert made.status == 201
    [item] = basket("GET", "/basket/ada").body["items"]
    assert item["price"] == exact(float(price)) and float(item["price"]) == float(price)


@pytest.mark.parametrize("count", [1, 100])
def test_a_basket_has_1_to_100_items(basket, count):
    items = [CHAIR | {"productId": f"p{n}"} for n in range(count)]
    assert basket("POST", "/basket", ADAS | {"items": items}).status == 201
    assert basket("GET", "/basket/ada").body["items"] == items  # in the order in which they came


@pytest.mark.parametrize(
    "fields",
    [{"quantity": 1}, {"quantity": 999}, {"quantity": 2.0}, {"price": 0}, {"color": "c"}, {"color": "c" * 50},
     {"productId": "💡" * 100},
     {"productName": "💡" * 200}, {"productName": '"\\/<b>'}, {"productName": " x"}],
)  # fmt: skip
def test_what_an_item_may_be(basket, fields):
    assert basket("POST", "/basket", having(**fields)).status == 201
    assert basket("GET", "/basket/ada").body == exact(having(**fields))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "Missing field: items, userName."),
        ({"userName": "ada"}, "Missing field: items."),
        ({"items": [CHAIR]}, "Missing field: userName."),
        (ADAS | {"total": 1}, "Unknown field: total."),
        (ADAS | {"totalPrice": 0}, "Unknown field: totalPrice."),
        (ADAS | {"checkoutId": "x"}, "Unknown field: checkoutId."),
        (ADAS | {"claimedUntil": 0}, "Unknown field: claimedUntil."),
        *[(ADAS | {"userName": name}, "userName must be") for name in NO_NAMES],
        (ADAS | {"items": []}, "items must be a list of 1 to 100."),
        (ADAS | {"items": [CHAIR] * 101}, "items must be a list"),
        (ADAS | {"items": {}}, "items must be a list"),
        (ADAS | {"items": None}, "items must be a list"),
        (ADAS | {"items": "items"}, "items must be a list"),
        (ADAS | {"items": [CHAIR, []]}, "items[1] must be a JSON object."),
        (ADAS | {"items": [CHAIR, None]}, "items[1] must be a JSON object."),
        (ADAS | {"items": [CHAIR, LAMP | {"size": 1}]}, "Unknown field: items[1].size."),
        (
            ADAS | {"items": [CHAIR, {}]},
            "Missing field: items[1].price, items[1].productId, items[1].productName, items[1].quantity.",
        ),
        *[
            (having(quantity=n), "items[0].quantity must be a whole number from 1 to 999.")
            for n in (0, -1, 1000, 1.5, "1", None, True, [], 1e300)
        ],
        *[(having(price=n), "items[0].price must be a number") for n in (-0.01, 1e13, "1", None, True, [])],
        (having(price=0.001), "items[0].price must have at most two decimals."),
        *[(having(color=text), "items[0].color must be text of 1 to 50") for text in ("", "c" * 51, None, 5)],
        (having(productId=""), "items[0].productId must be text"),
        (having(productId="p" * 101), "items[0].productId must be text"),
        (having(productName="n" * 201), "items[0].productName must be text"),
        (having(productName="a\nb"), "items[0].productName must not contain control characters."),
        (having(price=9999999999999.99, quantity=2), "together"),
        (ADAS | {"items": [CHAIR | {"price": 9999999999999.99}, CHAIR | {"price": 0.01}]}, "together"),
    ],
)
def test_post_refuses_says_why_and_leaves_the_basket_there_was(basket, basket_table, body, says):
    basket("POST", "/basket", ADAS)
    before = stored(basket_table)
    answer = basket("POST", "/basket", body)
    assert (answer.status, answer.body["error"]["code"]) == (400, "BadRequest")
    assert says in answer.body["error"]["message"]
    assert stored(basket_table) == before


# GET and DELETE /basket/{userName}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_user_without_a_basket_is_404(basket, basket_table, method):
    answer = basket(method, "/basket/ada")
    assert (answer.status, answer.body["error"]) == (404, {"code": "NotFound", "message": "This user has no basket."})
    assert stored(basket_table) == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("name", ["a b", "%20", "a%0ab", "%00", "%F0%9F%92%A1", "%", "%ff", "x" * 101])
def test_a_name_that_cannot_be_one_is_refused(basket, method, name):
    answer = basket(method, f"/basket/{name}")
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (400, "userName")


def test_a_name_may_be_written_with_percents(basket):
    basket("POST", "/basket", ADAS | {"userName": "Žofie@example.com"})
    for written in ("Žofie@example.com", "%C5%BDofie%40example.com", "%c5%bdofie@example.com"):
        assert basket("GET", f"/basket/{written}").status == 200


def test_names_are_exact(basket):
    basket("POST", "/basket", ADAS)
    for other in ("Ada", "ad", "adaa", "ada."):
        assert basket("GET", f"/basket/{other}").status == 404


def test_delete_answers_204_once_and_404_then(basket, basket_table):
    basket("POST", "/basket", ADAS)
    basket("POST", "/basket", ADAS | {"userName": "ben"})
    assert basket("DELETE", "/basket/ada").status == 204
    assert [row["userName"] for row in stored(basket_table)] == ["ben"]
    assert basket("DELETE", "/basket/ada").status == basket("GET", "/basket/ada").status == 404


def test_get_sees_what_was_just_written(basket, basket_table, monkeypatch):
    """On AWS an ordinary read may be a moment behind."""
    asked, get_item = {}, basket_table.get_item
    monkeypatch.setattr(basket_table, "get_item", lambda **request: asked.update(request) or get_item(**request))
    basket("GET", "/basket/ada")
    assert asked["ConsistentRead"] is True


# GET /basket


def test_an_empty_list(basket):
    assert basket("GET", "/basket").body == {"items": [], "next": None}


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 6), (4, [4, 2]), (3, [3, 3]), (6, [6]), (100, [6])])
def test_pages_hold_every_basket_once_and_none_is_empty(basket, basket_table, monkeypatch, limit, sizes):
    names = [f"Žofie{n}@example.com" for n in range(6)]
    for name in names:
        basket("POST", "/basket", ADAS | {"userName": name})
    that_stops_like_dynamodb(basket_table, monkeypatch)
    found = pages_of(basket, "/basket", limit=str(limit))
    assert [len(page) for page in found] == sizes
    assert sorted(b["userName"] for page in found for b in page) == names


def test_a_page_has_50_baskets_unless_asked_otherwise(basket):
    for n in range(51):
        basket("POST", "/basket", ADAS | {"userName": f"user{n}"})
    assert [len(page) for page in pages_of(basket, "/basket")] == [50, 1]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "", " 5", "٣", ["1", "2"]])
def test_a_limit_that_is_none_is_refused(basket, limit):
    answer = basket("GET", "/basket", query={"limit": limit})
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (400, "limit")


@pytest.mark.parametrize(
    "token",
    ["", "x", "ä", token_of(None), token_of({}), token_of(["ada"]), token_of({"id": "ada"}), token_of({"userName": 5}),
     token_of({"userName": ""}), token_of({"userName": {"S": "ada"}}), token_of({"userName": "ada", "checkoutId": "x"}),
     token_of({"userName": "x" * 2000}), token_of({"userName": "\ud800"}), token_of({"userName": "ada"}) + "="],
)  # fmt: skip
def test_a_forged_token_is_refused(basket, token):
    answer = basket("GET", "/basket", query={"next": token})
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (400, "next")


# Whatever else may come


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/baskets"), ("PUT", "/basket/ada"), ("POST", "/basket/ada"), ("DELETE", "/basket"),
     ("PATCH", "/basket/ada"),
     ("PUT", "/basket/checkout"), ("GET", "/basket/ada/items"), ("POST", "/basket/checkout/ada"),
     ("OPTIONS", "/basket")],
)  # fmt: skip
def test_there_is_no_other_route(basket, method, path):
    assert basket(method, path, ADAS).body == {"error": {"code": "NotFound", "message": "There is no such route."}}


@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [
        ("scan", "GET", "/basket"),
        ("put_item", "POST", "/basket"),
        ("get_item", "GET", "/basket/ada"),
        ("delete_item", "DELETE", "/basket/ada"),
    ],
)
def test_a_failure_is_told_to_the_log_and_not_to_the_caller(basket, basket_table, monkeypatch, operation, method, path):
    monkeypatch.setattr(basket_table, operation, refusing(denied(operation)))
    answer = basket(method, path, ADAS if method == "POST" else None)
    assert (answer.status, answer.body["error"]["code"]) == (500, "InternalError")
    [failure, _] = answer.logged
    assert (failure["level"], failure["exception_name"]) == ("ERROR", "ClientError")


def test_a_body_in_base64_is_taken_and_what_only_claims_to_be_is_not(basket, basket_service):
    assert basket("POST", "/basket", ADAS, encoded=True).status == 201
    event = proxy_event("POST", "/basket", "{}", encoded=True) | {"body": "no base64"}
    assert basket_service.handler(event, context())["statusCode"] == 400


def test_the_log_never_holds_a_body(basket):
    secret = "this is nobodys business"
    for body in (having(productName=secret), ADAS | {secret: 1}, secret):
        assert secret not in json.dumps(basket("POST", "/basket", body).logged)


def test_tests_of_baskets_have_tables_of_their_own(basket_service):
    assert (basket_service.baskets.table.name, basket_service.checkout.checkouts.table.name) == (TABLE, CHECKOUTS)
