"""Product, sent what nobody should send: always a 4xx with the contract's error, never a 5xx.

`Api` checks for each answer that it has the contract's headers and shape, and that nothing internal
is in it. What only reaches the gateway, not the service, is at the end.
"""

from __future__ import annotations

import socket
from urllib.parse import quote, urlsplit

import pytest
from calls import refused
from hostile import CORRELATION_IDS, HARMLESS, HEADERS, MB, METHODS, QUERIES, bodies, paths, short

VALID = b'{"name": "Lamp", "price": 1}'
NOBODY = "/product/00000000-0000-4000-8000-000000000000"
WRITES = [("POST", "/product"), ("PUT", NOBODY)]
BODIES = bodies(b'{"name": TEXT, "price": NUMBER}') | {
    "a description of 1 MB": b'{"name": "Lamp", "price": 1, "description": "%s"}' % (b"x" * MB),
}
WRONG = [None, True, False, 0, 1.5, "", [], {}, ["Lamp"], {"S": "Lamp"}, [[[]]]]
FIELDS = {
    "name": WRONG,
    "price": [*WRONG[:3], *WRONG[5:], "1", "1.5"],
    "category": WRONG,
    "description": [w for w in WRONG if w != ""],
    "imageFile": [w for w in WRONG if w != ""],
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused(product, name):
    for method, path in WRITES:
        assert refused(product(method, path, BODIES[name])), method


@pytest.mark.parametrize("field", FIELDS)
def test_a_wrong_type_is_refused_and_named(product, field):
    for value in FIELDS[field]:
        body = {"name": "Lamp", "price": 1} | {field: value}
        assert refused(product("POST", "/product", body), 400, field), value


def test_nothing_of_it_is_stored(shop, product):
    def rows() -> list[dict]:
        return sorted(shop.rows("ProductTable"), key=lambda item: item["id"]["S"])

    before = rows()
    for name in BODIES:
        product("POST", "/product", BODIES[name])
    assert rows() == before


def test_the_service_answers_as_before(product):
    made = product("POST", "/product", VALID)
    assert made.status == 201
    assert product("DELETE", f"/product/{made.body['id']}").status == 204


# Paths

PATHS = [
    *paths("/product", NOBODY),
    "/product/null",
    "/product/__proto__",
    NOBODY.upper().replace("PRODUCT", "product") + "%20",
    NOBODY + "/",
]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", PATHS, ids=short)
def test_an_odd_path_is_404(product, method, path):
    assert refused(product(method, path), 404)


def test_an_odd_path_cannot_be_written_to(product):
    for path in PATHS:
        assert product("PUT", path, VALID).status in (400, 404)


@pytest.mark.parametrize("method", METHODS)
def test_an_odd_method_is_404(product, method):
    for path in ("/product", NOBODY):
        assert refused(product(method, path), 404)


# Queries

CATEGORIES = [
    "category=", "category=%00", "category=a%0ab", "category=%1b[31m", "category=%ff", "category=%ed%a0%80",
    "category=" + "x" * 101,
    "category=" + "x" * 50_000, "category=a&category=b", "category=" + quote("ä" * 101),
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES + CATEGORIES, ids=short)
def test_a_bad_query_is_refused_and_named(product, query):
    assert refused(product("GET", f"/product?{query}"), 400, query.split("=")[0])


@pytest.mark.parametrize("query", HARMLESS, ids=short)
def test_a_query_that_nobody_reads_does_no_harm(product, query):
    assert product("GET", f"/product?{query}").status == 200


# Headers


@pytest.mark.parametrize("name", HEADERS)
def test_odd_headers_change_nothing(product, name):
    made = product("POST", "/product", VALID, headers=HEADERS[name])
    assert made.status == 201
    assert made.header("location") == f"./product/{made.body['id']}"  # relative: no host of the caller's is in it
    assert refused(product("POST", "/product", b"{", headers=HEADERS[name]))


@pytest.mark.parametrize("sent", CORRELATION_IDS, ids=short)
def test_a_correlation_id_that_is_not_fit_is_replaced(product, sent):
    """One that no header can carry, or too long for a log line, does not come back."""
    made = product("GET", NOBODY, headers={"x-correlation-id": sent})
    assert made.status == 404
    assert len(made.header("x-correlation-id")) == 36


# What the local gateway answers itself. API Gateway refuses a request line of more than 10,240 bytes
# with 414, and broken HTTP with 400 or a closed connection, in its own words as well:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html


@pytest.mark.parametrize(
    "request_", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n"]
)
def test_broken_http_is_refused_by_the_gateway(product, request_):
    place = urlsplit(product.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(request_)
        said = connection.recv(100)
    assert said == b"" or said.startswith(b"HTTP/1.1 400"), said
    assert product("GET", NOBODY).status == 404
