"""The Product service, one row of the contract after the other."""

import base64
import json
import uuid
from decimal import Decimal
from urllib.parse import urljoin

import pytest
from samples import UUID, exact, token_of
from services import STAGE, TABLE, context, denied, pages_of, proxy_event, refusing, that_stops_like_dynamodb

LAMP = {"name": "Lamp", "price": 19.99, "category": "light", "description": "Bends", "imageFile": "lamp.png"}
NOBODY = "/product/00000000-0000-4000-8000-000000000000"
NOT_AN_ID = [
    "1",
    NOBODY.rsplit("/")[-1] + "0",
    "x" * 3000,
    NOBODY.rsplit("/")[-1].upper().replace("0", "A"),
    "%00",
    "a b",
    "ä",
    "..",
    "id\n",
]

pytestmark = pytest.mark.usefixtures("product_table")


@pytest.fixture
def requests_to_dynamodb(product_table):
    """The requests that the service sends to DynamoDB: operation and parameters."""
    sent = []
    events = product_table.meta.client.meta.events
    events.register(
        "provide-client-params.dynamodb", record := lambda params, model, **_: sent.append((model.name, params))
    )
    yield sent
    events.unregister("provide-client-params.dynamodb", record)


def fill(product, count, **fields):
    return [product("POST", "/product", {"price": 1, "name": f"Product {n:03}", **fields}).body for n in range(count)]


def pages(product, **query):
    return pages_of(product, "/product", **query)


# POST /product


def test_post_makes_a_product(product, product_table):
    answer = product("POST", "/product", LAMP)
    assert answer.status == 201
    assert uuid.UUID(answer.body["id"]).version == 4 and UUID.fullmatch(answer.body["id"])
    assert answer.body == exact(LAMP) | {"id": answer.body["id"]}
    assert product_table.scan()["Items"] == [answer.body]


def test_post_makes_another_one_each_time(product):
    first, second = product("POST", "/product", LAMP), product("POST", "/product", LAMP)
    assert first.body["id"] != second.body["id"]


@pytest.mark.parametrize("path", ["/product", "/product/"])
@pytest.mark.parametrize(
    "before", [f"https://an-api.example/{STAGE}", "http://127.0.0.1:4566/_aws/an-api/prod", "https://shop.example"]
)
def test_location_leads_to_the_product_whatever_stands_before_it(product, before, path):
    answer = product("POST", path, LAMP)
    assert urljoin(before + path, answer.headers["location"]) == f"{before}/product/{answer.body['id']}"


def test_post_takes_name_and_price_alone(product):
    answer = product("POST", "/product", {"name": "Lamp", "price": 0})
    assert answer.status == 201
    assert answer.body == {"id": answer.body["id"], "name": "Lamp", "price": 0}


def test_post_takes_a_body_in_base64(product):
    assert product("POST", "/product", LAMP | {"name": "Lämpchen"}, encoded=True).body["name"] == "Lämpchen"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("0", "0"), ("-0", "0"), ("-0.0", "0"), ("5", "5"), ("5.0", "5"), ("5e2", "500"), ("1E+2", "100"), ("0.1", "0.1"),
     ("0.10", "0.1"), ("0.29", "0.29"), ("19.990", "19.99"), ("1e-2", "0.01"), ("1005.01", "1005.01"),
     ("0.00000", "0"), ("4503599627370.49", "4503599627370.49"), ("9999999999999.99", "9999999999999.99")],
)  # fmt: skip
def test_prices_are_kept_to_the_cent(product, product_table, sent, kept):
    answer = product("POST", "/product", f'{{"name": "Lamp", "price": {sent}}}')
    assert answer.status == 201
    assert f'"price": {kept}}}' in answer.text
    stored = product_table.scan()["Items"][0]["price"]
    assert stored == Decimal(kept) and not stored.is_signed()
    again = product("GET", f"/product/{answer.body['id']}")
    assert f'"price": {kept}' in again.text
    assert str(json.loads(again.text)["price"]) == kept  # also for a reader that makes floats of numbers


@pytest.mark.parametrize(
    "more",
    [{"name": "n"}, {"name": "n" * 200}, {"name": "💡" * 200}, {"category": "c" * 100}, {"category": "💡" * 100},
     {"description": ""}, {"description": "d" * 2000}, {"imageFile": ""}, {"imageFile": "i" * 500}, {"name": " n"},
     {"name": '"\\/<b>'}],
)  # fmt: skip
def test_text_of_every_allowed_length_is_kept(product, more):
    answer = product("POST", "/product", LAMP | more)
    assert answer.status == 201
    assert product("GET", f"/product/{answer.body['id']}").body == exact(LAMP | more) | {"id": answer.body["id"]}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (LAMP | {"id": str(uuid.uuid4())}, "id"),
        (LAMP | {"colour": "red"}, "Unknown field: colour."),
        (LAMP | {"b": 1, "a": 1}, "Unknown field: a, b."),
        (LAMP | dict.fromkeys(("a", "b", "c", "d", "e", "f"), 1), "Unknown field: a, b, c, d, e."),
        (LAMP | {"x" * 1_000_000: 1}, f"Unknown field: {'x' * 40}."),
        (LAMP | {"\ud800\u0000é": 1}, "Unknown field: ??é."),
        (LAMP | {f"field {n}": 1 for n in range(1000)}, "Unknown field"),
        ({"price": 1}, "Missing field: name."),
        ({}, "Missing field: name, price."),
        (LAMP | {"name": ""}, "name must be text of 1 to 200 characters."),
        (LAMP | {"name": "n" * 201}, "name must"),
        (LAMP | {"name": "n" * 1_000_000}, "name must"),
        (LAMP | {"name": None}, "name must"),
        (LAMP | {"name": 5}, "name must"),
        (LAMP | {"name": ["Lamp"]}, "name must"),
        (LAMP | {"name": "a\u0000b"}, "control"),
        (LAMP | {"name": "a\nb"}, "control"),
        (LAMP | {"name": "a\u007fb"}, "control"),
        (LAMP | {"name": "a\u0085b"}, "control"),
        (LAMP | {"name": "a\ud800b"}, "control"),
        (LAMP | {"name": "a\ufffdb"}, "control"),
        (LAMP | {"category": ""}, "category must"),
        (LAMP | {"category": "c" * 101}, "category must"),
        (LAMP | {"category": None}, "category must"),
        (LAMP | {"description": "d" * 2001}, "description must"),
        (LAMP | {"description": "a\tb"}, "description must"),
        (LAMP | {"imageFile": "i" * 501}, "imageFile must"),
        (LAMP | {"imageFile": {}}, "imageFile must"),
        (LAMP | {"price": "19.99"}, "price must be a number"),
        (LAMP | {"price": True}, "price must be a number"),
        (LAMP | {"price": None}, "price must be a number"),
        (LAMP | {"price": [1]}, "price must be a number"),
        (LAMP | {"price": -1}, "price must be a number"),
        (LAMP | {"price": -0.01}, "price must be a number"),
        (LAMP | {"price": 10_000_000_000_000}, "price must be a number"),
        (LAMP | {"price": int("9" * 64)}, "price must be a number"),
        (LAMP | {"price": 0.001}, "two decimals"),
        (LAMP | {"price": 0.1 + 0.2}, "two decimals"),
    ],
)
def test_post_refuses_and_says_why(product, product_table, body, says):
    answer = product("POST", "/product", body)
    assert (answer.status, answer.body["error"]["code"]) == (400, "BadRequest")
    assert says in answer.body["error"]["message"]
    assert product_table.scan()["Count"] == 0


@pytest.mark.parametrize(
    "body",
    [None, "", " ", "{", "{'name': 'Lamp', 'price': 1}", "Lamp", "\ufeff{}", "null", "true", "5", '"Lamp"', "[]",
     "[{}]",
     '{"name": "Lamp", "price": 1} x', '{"name": "Lamp", "price": 1,}', '{"name": "a\nb", "price": 1}',
     '{"name": "Lamp", "price": NaN}', '{"name": "Lamp", "price": Infinity}', '{"name": "Lamp", "price": -Infinity}',
     '{"name": "Lamp", "price": 01}', '{"name": "Lamp", "price": 0x1}', '{"name": "Lamp", "price": .5}',
     '{"name": "Lamp", "price": 1, "price": 2}', '{"name": "Lamp", "price": 1, "x": {"y": 1, "y": 2}}',
     '{"name": "Lamp", "price": ' + "9" * 1_000_000 + "}", '{"name": "Lamp", "price": 0.' + "1" * 64 + "}",
     '{"name": "Lamp", "price": 1e999999999}', '{"name": "Lamp", "price": 1e-999999999}',
     '{"name": "Lamp", "price": 1e99999999999999999999}', '{"name": "Lamp", "price": 1e-99999999999999999999}',
     "[" * 1_000_000, '{"a":' * 200_000, b"\xff", b'{"name": "L\xe4mp", "price": 1}',
     b'{"name": "\xed\xa0\x80", "price": 1}',
     '{"name": "Lamp", "price": 1}'.encode("utf-16")],
)  # fmt: skip
def test_post_refuses_what_is_no_json_object(product, product_table, body):
    answer = product("POST", "/product", body)
    assert (answer.status, answer.body["error"]["code"]) == (400, "BadRequest")
    assert product_table.scan()["Count"] == 0


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_not_even_json(product, word):
    answer = product("POST", "/product", f'{{"name": "Lamp", "price": {word}}}')
    assert answer.body["error"]["message"] == "The body is not valid JSON."


IN_BASE64 = base64.b64encode(json.dumps(LAMP).encode()).decode()


@pytest.mark.parametrize(
    "body",
    ["no base64", "e30", "ä", "{}", '{"name": "Lamp", "price": 1}', f"{IN_BASE64[:8]}!{IN_BASE64[8:]}", IN_BASE64[:-1]],
)
def test_post_refuses_what_only_claims_to_be_base64(product_service, body):
    event = proxy_event("POST", "/product", "{}", encoded=True) | {"body": body}
    assert product_service.handler(event, context())["statusCode"] == 400


# GET /product/{id}


def test_get_one(product):
    made = product("POST", "/product", LAMP).body
    answer = product("GET", f"/product/{made['id']}")
    assert (answer.status, answer.body) == (200, made)


def test_get_sees_what_was_just_written(product, requests_to_dynamodb):
    """On AWS an ordinary read may be a moment behind; what a Location leads to must be there."""
    product("GET", NOBODY)
    [(_, parameters)] = requests_to_dynamodb
    assert parameters["ConsistentRead"] is True


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_is_not_there_is_404(product, product_table, method):
    answer = product(method, NOBODY, LAMP if method == "PUT" else None)
    assert (answer.status, answer.body["error"]["code"]) == (404, "NotFound")
    assert answer.body["error"]["message"] == "There is no product with this id."
    assert product_table.scan()["Count"] == 0


@pytest.mark.parametrize("no_id", NOT_AN_ID)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_cannot_be_one_is_404_too(product, product_table, requests_to_dynamodb, method, no_id):
    assert product(method, f"/product/{no_id}", LAMP if method == "PUT" else None).status == 404
    assert requests_to_dynamodb == []


# PUT /product/{id}


@pytest.mark.parametrize("with_id", [True, False])
def test_put_replaces_the_whole_product(product, with_id):
    made = product("POST", "/product", LAMP).body
    new = {"name": "Torch", "price": 5}
    answer = product("PUT", f"/product/{made['id']}", new | ({"id": made["id"]} if with_id else {}))
    assert (answer.status, answer.body) == (200, new | {"id": made["id"]})
    assert product("GET", f"/product/{made['id']}").body == new | {"id": made["id"]}


def test_what_get_gives_put_takes(product):
    made = product("POST", "/product", LAMP)
    assert product("PUT", f"/product/{made.body['id']}", made.text).body == made.body


@pytest.mark.parametrize("other", [NOBODY.rsplit("/")[-1], "", None, 5, [], {"id": 1}])
def test_put_refuses_another_id(product, other):
    made = product("POST", "/product", LAMP).body
    answer = product("PUT", f"/product/{made['id']}", LAMP | {"name": "Torch", "id": other})
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (400, "id")
    assert product("GET", f"/product/{made['id']}").body == made


@pytest.mark.parametrize("body", ["{", [], {"name": "Torch"}, LAMP | {"price": -1}, LAMP | {"colour": "red"}, None])
def test_put_refuses_what_post_refuses(product, body):
    made = product("POST", "/product", LAMP).body
    assert product("PUT", f"/product/{made['id']}", body).status == 400
    assert product("GET", f"/product/{made['id']}").body == made


@pytest.mark.parametrize(("method", "operation"), [("PUT", "PutItem"), ("DELETE", "DeleteItem")])
def test_it_is_dynamodb_that_decides_whether_the_product_is_there(product, requests_to_dynamodb, method, operation):
    """One request with a condition: between two, somebody else could delete the product."""
    made = product("POST", "/product", LAMP).body
    requests_to_dynamodb.clear()
    product(method, f"/product/{made['id']}", LAMP if method == "PUT" else None)
    [(name, parameters)] = requests_to_dynamodb
    assert name == operation
    assert "ConditionExpression" in parameters


# DELETE /product/{id}


def test_delete(product, product_table):
    made = product("POST", "/product", LAMP).body
    answer = product("DELETE", f"/product/{made['id']}")
    assert (answer.status, answer.text) == (204, "")
    assert product_table.scan()["Count"] == 0
    assert product("DELETE", f"/product/{made['id']}").status == 404
    assert product("GET", f"/product/{made['id']}").status == 404


# GET /product


def test_an_empty_list(product):
    answer = product("GET", "/product")
    assert (answer.status, answer.body) == (200, {"items": [], "next": None})


def test_a_page_has_50_items_unless_asked_otherwise(product):
    fill(product, 51)
    assert [len(page) for page in pages(product)] == [50, 1]


@pytest.mark.parametrize(
    ("limit", "sizes"), [(1, [1] * 6), (4, [4, 2]), (5, [5, 1]), (3, [3, 3]), (6, [6]), (100, [6])]
)
@pytest.mark.parametrize("query", [{}, {"category": "light"}])
def test_pages_hold_every_product_once_and_none_is_empty(product, product_table, monkeypatch, limit, sizes, query):
    made = fill(product, 6, category="light")
    that_stops_like_dynamodb(product_table, monkeypatch)
    found = pages(product, limit=str(limit), **query)
    assert [len(page) for page in found] == sizes
    assert sorted((p for page in found for p in page), key=lambda p: p["name"]) == made


def test_a_category_is_exact_and_in_order_of_names(product):
    for name, category in [("b", "light"), ("a", "light"), ("c", "Light"), ("d", "lights"), ("e", "💡"), ("f", None)]:
        product("POST", "/product", {"name": name, "price": 1} | ({"category": category} if category else {}))
    assert [p["name"] for p in product("GET", "/product", query={"category": "light"}).body["items"]] == ["a", "b"]
    assert [p["name"] for p in product("GET", "/product", query={"category": "💡"}).body["items"]] == ["e"]
    assert product("GET", "/product", query={"category": "dark"}).body == {"items": [], "next": None}
    assert len(product("GET", "/product").body["items"]) == 6


def test_products_of_one_name_in_a_category_are_all_found(product):
    fill(product, 5, name="Lamp", category="light")
    assert [len(page) for page in pages(product, category="light", limit="2")] == [2, 2, 1]


def test_pages_go_on_where_the_last_product_was_deleted(product):
    fill(product, 4, category="light")
    first = product("GET", "/product", query={"category": "light", "limit": "2"}).body
    product("DELETE", f"/product/{first['items'][-1]['id']}")
    second = product("GET", "/product", query={"category": "light", "next": first["next"]}).body
    assert [p["name"] for p in second["items"]] == ["Product 002", "Product 003"]


@pytest.mark.parametrize("name", ["n" * 200, "💡" * 200, '"' * 200, "\\" * 200])
def test_long_names_make_tokens_that_work(product, name):
    fill(product, 3, name=name, category="💡" * 100)
    assert len(product("GET", "/product", query={"category": "💡" * 100, "limit": "1"}).body["next"]) < 2000
    assert [len(page) for page in pages(product, category="💡" * 100, limit="1")] == [1, 1, 1]


def test_a_category_is_asked_of_the_index_and_nothing_is_filtered(product, requests_to_dynamodb):
    product("GET", "/product", query={"category": "light"})
    product("GET", "/product")
    [(query, by_category), (scan, everything)] = requests_to_dynamodb
    assert (query, by_category["IndexName"]) == ("Query", "by-category")
    assert scan == "Scan"
    assert "FilterExpression" not in by_category | everything
    assert by_category["Limit"] == everything["Limit"] == 51  # a page and one more, which tells of a next one


@pytest.mark.parametrize("query", [{}, {"category": "light"}])
def test_a_page_cut_short_by_dynamodb_has_a_next_one(product, product_table, monkeypatch, query):
    """DynamoDB stops after 1 MB, whatever the limit; its key need not be in our order."""
    made = fill(product, 3, category="light")
    operation = "query" if query else "scan"
    real = getattr(product_table, operation)
    cut = real(**({"IndexName": "by-category", "KeyConditionExpression": "category = :c",
                   "ExpressionAttributeValues": {":c": "light"}} if query else {}) | {"Limit": 2})  # fmt: skip
    cut["LastEvaluatedKey"] = dict(reversed(cut["LastEvaluatedKey"].items()))
    with monkeypatch.context() as patch:
        patch.setattr(product_table, operation, lambda **_: cut)
        first = product("GET", "/product", query=query).body
    second = product("GET", "/product", query=query | {"next": first["next"]}).body
    assert [len(first["items"]), len(second["items"])] == [2, 1]
    assert sorted(first["items"] + second["items"], key=lambda p: p["name"]) == made
    assert second["next"] is None


@pytest.mark.parametrize(
    "limit", ["0", "101", "-1", "1.5", "ten", "", " 5", "5 ", "1e1", "050", "٣", "9" * 5000, ["1", "2"]]
)
def test_a_limit_that_is_none_is_refused(product, limit):
    answer = product("GET", "/product", query={"limit": limit})
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (400, "limit")


@pytest.mark.parametrize("category", ["", "c" * 101, "a\u0000b", "a\ufffd", ["light", "dark"]])
def test_a_category_that_is_none_is_refused(product, category):
    answer = product("GET", "/product", query={"category": category})
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (400, "category")


ID = NOBODY.rsplit("/")[-1]
IN_LIGHT = {"category": "light", "name": "Lamp", "id": ID}


@pytest.mark.parametrize(
    ("category", "token"),
    [
        *[
            (category, token)
            for category in (None, "light")
            for token in [
                "", "x", "ä", "!!!!", "e30", "bnVsbA", "W10", "=", "A" * 9000, token_of("x" * 9000), ["a", "b"],
                token_of(None), token_of(5), token_of({}), token_of([ID]), token_of({"id": 5}), token_of({"id": ""}),
                token_of({"id": {"S": ID}}), token_of({"id": "\ud800"}), token_of({"id": ID, "x": "y"}),
                base64.urlsafe_b64encode(b"[" * 6000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
            ]
        ],
        (None, token_of({"id": ID}) + "=="), (None, token_of({"id": ID}) + "!"),
        (None, base64.urlsafe_b64encode(b'{"id":"' + ID.encode() + b'"}').decode().rstrip("=")),
        (None, base64.urlsafe_b64encode(f'{{"id": "x", "id": "{ID}"}}'.encode()).decode().rstrip("=")),
        (None, token_of({"id": "x" * 1025})), (None, token_of({"id": "not an id"})), (None, token_of(IN_LIGHT)),
        ("light", token_of({"id": ID})), ("light", token_of(IN_LIGHT | {"category": "dark"})),
        ("light", token_of(IN_LIGHT | {"name": 5})), ("light", token_of(IN_LIGHT | {"name": "n" * 1025})),
        ("light", token_of(IN_LIGHT | {"name": ""})),
        ("light", token_of({"id": ID, "name": "Lamp", "category": "light"})),
    ],
)  # fmt: skip
def test_a_forged_token_is_refused_before_it_reaches_the_table(product, requests_to_dynamodb, category, token):
    answer = product("GET", "/product", query={"next": token} | ({"category": category} if category else {}))
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (400, "next")
    assert requests_to_dynamodb == []


def test_a_token_serves_only_the_list_it_came_from(product):
    fill(product, 2, category="light")
    everything = product("GET", "/product", query={"limit": "1"}).body["next"]
    light = product("GET", "/product", query={"limit": "1", "category": "light"}).body["next"]
    assert product("GET", "/product", query={"next": everything}).status == 200
    assert product("GET", "/product", query={"next": light, "category": "light"}).status == 200
    longest = token_of(IN_LIGHT | {"name": "n" * 1024})  # bytes: what DynamoDB allows a sort key
    assert product("GET", "/product", query={"next": longest, "category": "light"}).status == 200
    for query in [{"next": light}, {"next": light, "category": "dark"}, {"next": everything, "category": "light"}]:
        assert product("GET", "/product", query=query).status == 400


# Whatever else may come


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/products"), ("POST", NOBODY), ("PATCH", NOBODY), ("PUT", "/product"),
     ("DELETE", "/product"),
     ("OPTIONS", "/product"), ("GET", f"{NOBODY}/price"), ("GET", "/product\n/"),
     ("GET", "/ä/💡")],
)  # fmt: skip
def test_there_is_no_other_route(product, method, path):
    answer = product(method, path, LAMP)
    assert answer.status == 404
    assert answer.body == {"error": {"code": "NotFound", "message": "There is no such route."}}


@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [("scan", "GET", "/product"), ("query", "GET", "/product"), ("put_item", "POST", "/product"),
     ("get_item", "GET", NOBODY), ("put_item", "PUT", NOBODY), ("delete_item", "DELETE", NOBODY)],
)  # fmt: skip
def test_a_failure_is_told_to_the_log_and_not_to_the_caller(
    product, product_table, monkeypatch, operation, method, path
):
    monkeypatch.setattr(product_table, operation, refusing(denied(operation)))
    body = LAMP if method in ("POST", "PUT") else None
    answer = product(method, path, body, query={"category": "light"} if operation == "query" else None)
    assert answer.status == 500
    assert answer.body["error"] == {
        "code": "InternalError",
        "message": "Something went wrong here, not in your request.",
    }
    [failure, answered] = answer.logged
    assert (failure["level"], failure["exception_name"]) == ("ERROR", "ClientError")
    assert "Traceback" in failure["exception"] and TABLE in failure["exception"]
    assert answered["status"] == 500


def test_a_row_that_has_no_json_is_a_failure_like_others(product, product_table):
    product_table.put_item(Item={"id": ID, "name": b"bytes"})
    assert product("GET", NOBODY).status == 500
    assert product("GET", "/product").status == 500


@pytest.mark.parametrize("header", ["x-correlation-id", "X-Correlation-Id", "X-CORRELATION-ID"])
@pytest.mark.parametrize("sent", ["order-1", "a", "a b", "!~", "x" * 128, "7f0c2a52-93d4-4c1e-8a61-0d4d5ad2f3b9"])
def test_the_callers_correlation_id_comes_back(product, header, sent):
    for method, path in [("GET", "/product"), ("GET", NOBODY), ("GET", "/nothing"), ("POST", "/product")]:
        assert product(method, path, headers={header: sent}).headers["x-correlation-id"] == sent


@pytest.mark.parametrize(
    "sent", ["", " ", "x" * 129, "x" * 10_000, "a\r\nSet-Cookie: b", "a\n", "ä", "💡", "a\u0000", "\x7f", " a"]
)
def test_a_correlation_id_that_no_header_should_carry_is_replaced(product, sent):
    assert UUID.fullmatch(product("GET", "/product", headers={"x-correlation-id": sent}).headers["x-correlation-id"])


def test_without_one_each_answer_has_a_correlation_id_of_its_own(product):
    found = [product("GET", "/product", headers=h).headers["x-correlation-id"] for h in (None, {}, {"accept": "*/*"})]
    assert len(set(found)) == 3 and all(UUID.fullmatch(one) for one in found)


def test_the_log_never_holds_a_body(product):
    secret = "this is nobody's business"
    for method, path, body in [
        ("POST", "/product", LAMP | {"name": secret}),
        ("POST", "/product", LAMP | {secret: 1}),
        ("POST", "/product", secret),
        ("PUT", NOBODY, LAMP | {"name": secret}),
    ]:
        answer = product(method, path, body)
        assert answer.logged and secret not in json.dumps(answer.logged)
