"""Product, sent what nobody should send: always a 4xx with the contract's error, never a 5xx.

`Api` checks for each answer that it has the contract's headers and shape, and that nothing internal
is in it. What only reaches the gateway, not the service, is at the end.
"""

from __future__ import annotations

import gzip
import json
import socket
from urllib.parse import quote, urlsplit

import pytest
from calls import refused

VALID = b'{"name": "Lamp", "price": 1}'
NOBODY = "/product/00000000-0000-4000-8000-000000000000"
WRITES = [("POST", "/product"), ("PUT", NOBODY)]
MB = 1_000_000

BODIES = {
    "nothing": b"",
    "spaces": b"   \n\t ",
    "half an object": b'{"name": "Lamp"',
    "no quotes": b"{name: Lamp, price: 1}",
    "single quotes": b"{'name': 'Lamp', 'price': 1}",
    "a comma too many": b'{"name": "Lamp", "price": 1,}',
    "two objects": VALID + VALID,
    "a comment": b'{"name": "Lamp", "price": 1} // cheap',
    "NaN": b'{"name": "Lamp", "price": NaN}',
    "Infinity": b'{"name": "Lamp", "price": -Infinity}',
    "hexadecimal": b'{"name": "Lamp", "price": 0x10}',
    "a leading zero": b'{"name": "Lamp", "price": 01}',
    "null": b"null",
    "true": b"true",
    "a number": b"12",
    "text": b'"Lamp"',
    "a list": b"[]",
    "a list of products": b"[" + VALID + b"]",
    "a field twice": b'{"name": "Lamp", "name": "Lamp", "price": 1}',
    "not UTF-8": b'{"name": "\xff\xfe", "price": 1}',
    "UTF-16": VALID.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + VALID,
    "overlong UTF-8": b'{"name": "\xc0\xaf", "price": 1}',
    "gzip": gzip.compress(VALID, mtime=0),
    "a NUL": b'{"name": "a\x00b", "price": 1}',
    "an escaped NUL": b'{"name": "a\\u0000b", "price": 1}',
    "a raw newline": b'{"name": "a\nb", "price": 1}',
    "an escaped newline": b'{"name": "a\\nb", "price": 1}',
    "an escape sequence": b'{"name": "\\u001b[31mred", "price": 1}',
    "a C1 control": b'{"name": "a\\u0085b", "price": 1}',
    "half a character": b'{"name": "\\ud800", "price": 1}',
    "a half character's other half": b'{"name": "\\udc00\\ud800", "price": 1}',
    "64 digits": b'{"name": "Lamp", "price": %s}' % (b"9" * 64),
    "64 digits after the point": b'{"name": "Lamp", "price": 0.%s}' % (b"1" * 64),
    "5000 digits": b'{"name": "Lamp", "price": %s}' % (b"9" * 5000),
    "a great exponent": b'{"name": "Lamp", "price": 1e400}',
    "an enormous exponent": b'{"name": "Lamp", "price": 1e999999999999}',
    "a tiny number": b'{"name": "Lamp", "price": 1e-400}',
    "a negative number": b'{"name": "Lamp", "price": -1}',
    "too much money": b'{"name": "Lamp", "price": 10000000000000}',
    "a name of 1 MB": b'{"name": "%s", "price": 1}' % (b"x" * MB),
    "a description of 1 MB": b'{"name": "Lamp", "price": 1, "description": "%s"}' % (b"x" * MB),
    "a field's name of 1 MB": b'{"%s": 1}' % (b"x" * MB),
    "text of 1 MB": b'"%s"' % (b"x" * MB),
    "1 MB of brackets": b"[" * MB,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a thousand unknown fields": json.dumps({f"field {n}": n for n in range(1000)}).encode(),
    "an unknown field": b'{"name": "Lamp", "price": 1, "colour": "red"}',
    "a field of Python's": b'{"name": "Lamp", "price": 1, "__class__": {"__init__": {}}}',
    "a field of DynamoDB's": b'{"name": {"S": "Lamp"}, "price": {"N": "1"}}',
    "a form": b"name=Lamp&price=1",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
}
WRONG = [None, True, False, 0, 1.5, "", [], {}, ["Lamp"], {"S": "Lamp"}, [[[]]]]
FIELDS = {"name": WRONG, "price": [*WRONG[:3], *WRONG[5:], "1", "1.5"], "category": WRONG, "description": [w for w in WRONG if w != ""], "imageFile": [w for w in WRONG if w != ""]}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused(product, name):
    for method, path in WRITES:
        assert refused(product(method, path, BODIES[name])), method


@pytest.mark.parametrize("field", FIELDS)
def test_a_wrong_type_is_refused_and_named(product, field):
    for value in FIELDS[field]:
        body = {"name": "Lamp", "price": 1} | {field: value}
        assert refused(product("POST", "/product", body), 400, field), value


def test_nothing_of_it_was_stored(shop, product):
    for name in BODIES:
        product("POST", "/product", BODIES[name])
    rows = shop.client("dynamodb").get_paginator("scan").paginate(TableName=shop.outputs["ProductTable"])
    assert not [i for page in rows for i in page["Items"] if i["price"]["N"] != "1" and i["name"]["S"] == "Lamp"]


def test_the_service_answers_as_before(product):
    made = product("POST", "/product", VALID)
    assert made.status == 201
    assert product("DELETE", f"/product/{made.body['id']}").status == 204


# Paths

PATHS = [
    "//product", "/product//x", "/product/..", "/product/../product", "/product/./x", "/product/x/y", "/product/%2e%2e",
    "/product/%00", "/product/%", "/product/%zz", "/product/%ff", "/product/%c0%af", "/product/a%2Fb", "/product/a%0d%0aX:%20y",
    "/product/%F0%9F%92%A1", "/product/" + "x" * 30_000, "/product/" + "a/" * 2000, "/product;x=1", "/PRODUCT", "/product/*",
    "/product/{id}", "/product/null", "/product/undefined", "/product/1' OR '1'='1".replace(" ", "%20"), "/product/$(id)",
    "/product/<script>", "/product/__proto__", NOBODY.upper().replace("PRODUCT", "product") + "%20", NOBODY + "%0a", NOBODY + "/",
    "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/_ministack/health", "/product%3flimit=1",
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_an_odd_path_is_404(product, method, path):
    assert refused(product(method, path), 404)


def test_an_odd_path_cannot_be_written_to(product):
    for path in PATHS:
        assert product("PUT", path, VALID).status in (400, 404)


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE", "LOCK", "PROPFIND", "X"])
def test_an_odd_method_is_404(product, method):
    for path in ("/product", NOBODY):
        assert refused(product(method, path), 404)


# Queries

QUERIES = [
    "limit", "limit=", "limit=1&limit=2", "limit=%ff", "limit=%00", "limit=1;2", "limit=%2B1", "limit=0x1", "limit=1%0a", "limit=" + "1" * 10_000,
    "category=", "category=%00", "category=a%0ab", "category=%1b[31m", "category=%ff", "category=%ed%a0%80", "category=" + "x" * 101,
    "category=" + "x" * 50_000, "category=a&category=b", "category=" + quote("ä" * 101),
    "next=", "next=%00", "next=%ff", "next=" + "A" * 50_000, "next=....", "next=bnVsbA", "next=W10", "next=e30&next=e30",
    "next=" + quote("[" * 10_000),
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:40])
def test_a_bad_query_is_refused_and_named(product, query):
    assert refused(product("GET", f"/product?{query}"), 400, query.split("=")[0])


@pytest.mark.parametrize("query", ["&&=&", "%ff=1", "x=" + "y" * 50_000, "&".join(f"a{n}=1" for n in range(2000)), "limit[]=1", "__proto__[x]=1"], ids=lambda q: q[:20])
def test_a_query_that_nobody_reads_does_no_harm(product, query):
    assert product("GET", f"/product?{query}").status == 200


# Headers

HEADERS = {
    "another type of content": {"content-type": "text/xml; charset=utf-16"},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "no type at all": {"content-type": ""},
    "what it cannot accept": {"accept": "image/png", "accept-encoding": "br;q=0, *;q=0"},
    "8 KB": {"x-large": "x" * 8000},
    "a hundred": {f"x-{n}": "y" for n in range(100)},
    "bytes": {"x-bytes": b"\xff\xfe"},
    "a signature": {"authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00"},
    "another service's target": {"x-amz-target": "DynamoDB_20120810.ListTables"},
    "a token": {"x-amz-security-token": "x", "cookie": "a=b; a=c"},
    "another method": {"x-http-method-override": "DELETE"},
    "another host": {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example", "x-original-url": "/admin"},
    "ranges": {"range": "bytes=0-0", "if-none-match": "*"},
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_odd_headers_change_nothing(product, name):
    made = product("POST", "/product", VALID, headers=HEADERS[name])
    assert made.status == 201
    assert made.header("location") == f"./product/{made.body['id']}"  # relative: no host of the caller's is in it
    assert refused(product("POST", "/product", b"{", headers=HEADERS[name]))


CORRELATION_IDS = ["", " ", "x" * 129, "x" * 7000, b"\xff", "ä".encode(), "a\tb", "\x7f"]


@pytest.mark.parametrize("sent", CORRELATION_IDS, ids=lambda sent: repr(sent[:10]))
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
