"""Product as deployed, over HTTP: one row of the contract after the other.

That every answer has the contract's headers, and every error its shape, `Api` checks for each call.
"""

from __future__ import annotations

import base64
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from urllib.parse import urljoin, urlsplit

import pytest
from calls import Api, refused
from samples import UUID, exact, token_of

LAMP = {"name": "Lämp 💡", "price": 19.99, "category": "light", "description": "Bends", "imageFile": "lamp.png"}
NOBODY = "/product/00000000-0000-4000-8000-000000000000"
SOME = 23


@pytest.fixture
def lamp(product):
    """A product that is there."""
    return product("POST", "/product", LAMP).body


@pytest.fixture(scope="module")
def category(shop):
    """A category of its own, with SOME products."""
    name = f"cätegory & {uuid.uuid4()}"
    product = Api(shop.outputs["ProductApiUrl"])
    with ThreadPoolExecutor(4) as pool:
        bodies = [{"name": f"Product {n:03}", "price": n / 4, "category": name} for n in range(SOME)]
        assert {a.status for a in pool.map(lambda body: product("POST", "/product", body), bodies)} == {201}
    return name


def pages(product, **query):
    found = [product("GET", "/product", query=query)]
    while found[-1].body["next"]:
        assert found[-1].status == 200
        found.append(product("GET", "/product", query=query | {"next": found[-1].body["next"]}))
        assert len(found) < 500
    assert found[-1].status == 200
    return [page.body["items"] for page in found]


# POST /product


def test_post_answers_201_with_the_item_and_where_it_is(product):
    made = product("POST", "/product", LAMP)
    assert made.status == 201
    assert UUID.fullmatch(made.body["id"])
    assert made.body == exact(LAMP) | {"id": made.body["id"]}

    place = urljoin(made.address, made.header("location"))
    assert place == f"{product.url}/product/{made.body['id']}"
    assert product("GET", urlsplit(place).path.removeprefix(urlsplit(product.url).path)).body == made.body


def test_what_was_posted_is_a_row_in_the_table(shop, product, lamp):
    answer = shop.client("dynamodb").get_item(TableName=shop.outputs["ProductTable"], Key={"id": {"S": lamp["id"]}})
    item = answer["Item"]
    assert item["price"] == {"N": "19.99"} and item["name"] == {"S": LAMP["name"]}


@pytest.mark.parametrize("price", ["0", "0.1", "0.10", "1e2", "9999999999999.99", "0.29", "1.005e3"])
def test_a_price_comes_back_exactly(product, price):
    made = product("POST", "/product", b'{"name": "Lamp", "price": %s}' % price.encode())
    assert made.status == 201
    assert Decimal(str(product("GET", f"/product/{made.body['id']}").body["price"])) == Decimal(price)


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({"price": 1}, "name"),
        ({"name": "Lamp"}, "price"),
        ({"name": "", "price": 1}, "name"),
        ({"name": "x" * 201, "price": 1}, "name"),
        ({"name": "Lamp", "price": -0.01}, "price"),
        ({"name": "Lamp", "price": 0.001}, "price"),
        ({"name": "Lamp", "price": 1, "id": str(uuid.uuid4())}, "id"),
        ({"name": "Lamp", "price": 1, "colour": "red"}, "colour"),
    ],
)
def test_post_refuses_and_names_the_field(product, body, about):
    assert refused(product("POST", "/product", body), 400, about)


def test_a_name_may_have_200_characters(product):
    assert product("POST", "/product", {"name": "ä" * 200, "price": 1}).status == 201


# GET /product/{id}


def test_get_answers_with_the_item(product, lamp):
    answer = product("GET", f"/product/{lamp['id']}")
    assert (answer.status, answer.body) == (200, lamp)


def test_get_of_nothing_is_404(product):
    assert refused(product("GET", NOBODY), 404)


# PUT /product/{id}


def test_put_replaces_the_whole_item(product, lamp):
    answer = product("PUT", f"/product/{lamp['id']}", {"name": "New", "price": 1})
    assert (answer.status, answer.body) == (200, {"id": lamp["id"], "name": "New", "price": 1})
    assert product("GET", f"/product/{lamp['id']}").body == answer.body


def test_put_takes_the_id_in_the_body_if_it_agrees(product, lamp):
    assert product("PUT", f"/product/{lamp['id']}", {"id": lamp["id"], "name": "New", "price": 1}).status == 200


def test_put_refuses_another_id_in_the_body(product, lamp):
    assert refused(
        product("PUT", f"/product/{lamp['id']}", {"id": str(uuid.uuid4()), "name": "New", "price": 1}), 400, "id"
    )
    assert product("GET", f"/product/{lamp['id']}").body == lamp


def test_put_refuses_what_post_refuses(product, lamp):
    assert refused(product("PUT", f"/product/{lamp['id']}", {"name": "New", "price": "1"}), 400, "price")
    assert product("GET", f"/product/{lamp['id']}").body == lamp


def test_put_makes_nothing(product):
    assert refused(product("PUT", NOBODY, {"name": "New", "price": 1}), 404)
    assert product("GET", NOBODY).status == 404


# DELETE /product/{id}


def test_delete_answers_204_once_and_404_then(product, lamp):
    path = f"/product/{lamp['id']}"
    assert product("DELETE", path).status == 204
    assert refused(product("DELETE", path), 404)
    assert refused(product("GET", path), 404)


# GET /product


def test_a_list_has_items_and_next(product, category):
    answer = product("GET", "/product", query={"limit": "1"})
    assert answer.status == 200
    assert answer.body.keys() == {"items", "next"} and len(answer.body["items"]) == 1 and answer.body["next"]


@pytest.mark.parametrize("limit", [7, 100])
def test_paging_through_everything_finds_each_product_once(shop, product, category, limit):
    found = [item["id"] for page in pages(product, limit=limit) for item in page]
    assert sorted(found) == sorted(item["id"]["S"] for item in shop.rows("ProductTable"))
    assert len(set(found)) == len(found) >= SOME


@pytest.mark.parametrize("limit", [1, 10, SOME, SOME + 1])
def test_a_category_is_found_whole_sorted_and_in_full_pages(product, category, limit):
    found = pages(product, category=category, limit=limit)
    assert [len(page) for page in found] == [len(range(SOME)[n : n + limit]) for n in range(0, SOME, limit)]
    assert [item["name"] for page in found for item in page] == [f"Product {n:03}" for n in range(SOME)]


def test_a_category_is_exact(product, category):
    for other in (category[:-1], category.upper(), f" {category}", "%"):
        assert product("GET", "/product", query={"category": other}).body == {"items": [], "next": None}


def test_without_a_limit_a_page_has_50(shop, product, category):
    for _ in range(60 - SOME):
        product("POST", "/product", {"name": "Filler", "price": 1})
    assert len(product("GET", "/product").body["items"]) == 50


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "", "٣", "1e1", " 1", "9" * 64])
def test_a_limit_that_is_none_is_refused(product, limit):
    assert refused(product("GET", "/product", query={"limit": limit}), 400, "limit")


def test_a_forged_token_is_refused(product, category):
    page = product("GET", "/product", query={"category": category, "limit": 1})
    mine = page.body["next"]
    key = json.loads(base64.urlsafe_b64decode(mine + "=" * (-len(mine) % 4)))
    forged = [
        "", "x", "null", "e30", mine + "A", mine[:-1], mine + "=", mine + "%", "ä", mine[::-1], mine * 50,
        token_of(key | {"more": "x"}),
        token_of({k: key[k] for k in list(key)[:-1]}),
        token_of(key | {"category": "another"}),
        token_of(key | {"id": 5}),
        token_of(key | {"id": {"S": key["id"]}}),
        token_of(key | {"name": "x" * 2000}),
        token_of([key]),
    ]  # fmt: skip
    for token in forged:
        assert refused(product("GET", "/product", query={"category": category, "next": token}), 400, "next"), token


def test_a_token_belongs_to_its_list(product, category):
    everything = product("GET", "/product", query={"limit": 1}).body["next"]
    mine = product("GET", "/product", query={"category": category, "limit": 1}).body["next"]
    assert refused(product("GET", "/product", query={"next": mine}), 400, "next")
    assert refused(product("GET", "/product", query={"category": category, "next": everything}), 400, "next")
    assert refused(product("GET", "/product", query={"category": "another", "next": mine}), 400, "next")


def test_a_list_goes_on_after_its_place_was_deleted(product, category):
    page = product("GET", "/product", query={"category": category, "limit": 5})
    gone = page.body["items"][-1]
    product("DELETE", f"/product/{gone['id']}")
    try:
        rest = product("GET", "/product", query={"category": category, "limit": 1, "next": page.body["next"]})
        assert rest.body["items"][0]["name"] == "Product 005"
    finally:
        product("POST", "/product", {k: float(v) if k == "price" else v for k, v in gone.items() if k != "id"})


def test_a_category_is_looked_up_in_the_index_not_scanned_for(shop, product, category):
    """Where the service may not scan, a category is still found; the index is a resource of its own."""
    iam = shop.client("iam")
    function = shop.client("lambda").get_function(FunctionName=shop.outputs["ProductFunction"])
    role = function["Configuration"]["Role"].split("/")[-1]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    before = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    without = json.loads(json.dumps(before).replace("dynamodb:Scan", "dynamodb:DescribeTable"))
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(without))
    try:
        assert product("GET", "/product").status == 500  # it needs the right, and does not have it
        assert len(product("GET", "/product", query={"category": category}).body["items"]) == SOME
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(before))
    assert product("GET", "/product").status == 200


# Every answer


@pytest.mark.parametrize(("method", "path"), [("GET", "/product"), ("GET", NOBODY), ("POST", "/product"), ("GET", "/")])
def test_a_correlation_id_comes_back(product, method, path):
    sent = f"order {uuid.uuid4()}"
    assert product(method, path, headers={"X-Correlation-ID": sent}).header("x-correlation-id") == sent


def test_without_one_a_new_one_is_made_each_time(product):
    made = {product("GET", NOBODY).header("x-correlation-id") for _ in range(3)}
    assert len(made) == 3 and all(UUID.fullmatch(one) for one in made)


def test_a_correlation_id_is_in_the_log_and_what_was_sent_is_not(shop, product):
    sent, secret = f"c-{uuid.uuid4()}", f"s-{uuid.uuid4()}"
    product("POST", "/product", {"name": secret, "price": 1}, headers={"x-correlation-id": sent})
    answer = shop.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{shop.outputs['ProductFunction']}")
    logged = answer["events"]
    text = "\n".join(event["message"] for event in logged)
    assert sent in text and secret not in text


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/products"), ("PATCH", NOBODY), ("POST", NOBODY), ("PUT", "/product")]
)
def test_other_routes_are_404(product, method, path):
    assert refused(product(method, path), 404)


def test_many_callers_at_once(product):
    with ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(lambda n: product("POST", "/product", {"name": f"One of many {n}", "price": n}), range(40))
        )
    assert {answer.status for answer in made} == {201}
    assert len({answer.body["id"] for answer in made}) == 40
