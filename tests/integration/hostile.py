"""What nobody should send: the same for every service, each with paths and bodies of its own."""

from __future__ import annotations

import gzip
import json
from urllib.parse import quote

MB = 1_000_000
TEXTS = {
    "not UTF-8": b'"\xff\xfe"',
    "overlong UTF-8": b'"\xc0\xaf"',
    "a NUL": b'"a\x00b"',
    "an escaped NUL": b'"a\\u0000b"',
    "a raw newline": b'"a\nb"',
    "an escaped newline": b'"a\\nb"',
    "an escape sequence": b'"\\u001b[31mred"',
    "a C1 control": b'"a\\u0085b"',
    "half a character": b'"\\ud800"',
    "a half character's other half": b'"\\udc00\\ud800"',
    "1 MB": b'"%s"' % (b"x" * MB),
    "a value of DynamoDB's": b'{"S": "Lamp"}',
}
NUMBERS = {
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "hexadecimal": b"0x10",
    "a leading zero": b"01",
    "64 digits": b"9" * 64,
    "64 digits after the point": b"0." + b"1" * 64,
    "5000 digits": b"9" * 5000,
    "a great exponent": b"1e400",
    "an enormous exponent": b"1e999999999999",
    "a tiny number": b"1e-400",
    "a negative number": b"-1",
    "too much money": b"10000000000000",
    "a number of DynamoDB's": b'{"N": "1"}',
}


def filled(template: bytes, text: bytes = b'"Lamp"', number: bytes = b"1") -> bytes:
    """A body of which TEXT and NUMBER are these; by default a valid one."""
    return template.replace(b"TEXT", text).replace(b"NUMBER", number)


def bodies(template: bytes) -> dict[str, bytes]:
    """Bodies of which each must be refused.

    Args:
        template: a JSON object in which TEXT stands for some text and NUMBER for an amount, if it has one.
    """
    valid = filled(template)
    found = {
        "nothing": b"",
        "spaces": b"   \n\t ",
        "half an object": valid[:-1],
        "no quotes": valid.replace(b'"', b""),
        "single quotes": valid.replace(b'"', b"'"),
        "a comma too many": valid[:-1] + b",}",
        "two objects": valid + valid,
        "a comment": valid + b" // cheap",
        "null": b"null",
        "true": b"true",
        "a number": b"12",
        "text": b'"Lamp"',
        "a list": b"[]",
        "a list of it": b"[" + valid + b"]",
        "each field twice": valid[:-1] + b", " + valid[1:],
        "UTF-16": valid.decode().encode("utf-16"),
        "a byte order mark": b"\xef\xbb\xbf" + valid,
        "gzip": gzip.compress(valid, mtime=0),
        "a field's name of 1 MB": b'{"%s": 1}' % (b"x" * MB),
        "text of 1 MB": b'"%s"' % (b"x" * MB),
        "1 MB of brackets": b"[" * MB,
        "1 MB of numbers": b"[" + b"1," * (MB // 2) + b"1]",
        "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "a thousand unknown fields": json.dumps({f"field {n}": n for n in range(1000)}).encode(),
        "an unknown field": valid[:-1] + b', "colour": "red"}',
        "a field of Python's": valid[:-1] + b', "__class__": {"__init__": {}}}',
        "a form": b"name=Lamp&price=1",
        "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        **{f"text: {name}": filled(template, text=text) for name, text in TEXTS.items()},
    }
    if b"NUMBER" in template:
        found |= {f"a number: {name}": filled(template, number=number) for name, number in NUMBERS.items()}
    return found


def paths(collection: str, nobody: str) -> list[str]:
    """Paths at which there is nothing.

    Args:
        collection: where the list is, such as `/product`.
        nobody: where an item would be, if there was one.
    """
    below = [
        "/..", "/./x", "/x/y/z", "/%2e%2e", "/%00", "/%", "/%zz", "/%ff", "/%c0%af", "/a%2Fb", "/a%0d%0aX:%20y",
        "/%F0%9F%92%A1", "/" + "x" * 30_000, "/" + "a/" * 2000, ";x=1", "/*", "/{id}", "/1'%20OR%20'1'='1", "/$(id)",
        "/<script>",
        "%3flimit=1",
    ]  # fmt: skip
    return [
        f"/{collection}", f"{collection}//x", f"{collection}/..{collection}/../x!", collection.upper(),
        f"{nobody}%20", f"{nobody}%0a",
        "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/_ministack/health", *(collection + path for path in below),
    ]  # fmt: skip


QUERIES = [
    "limit", "limit=", "limit=1&limit=2", "limit=%ff", "limit=%00", "limit=1;2", "limit=%2B1", "limit=0x1",
    "limit=1%0a", "limit=" + "1" * 10_000,
    "next=", "next=%00", "next=%ff", "next=" + "A" * 50_000, "next=....", "next=bnVsbA", "next=W10",
    "next=e30&next=e30",
    "next=" + quote("[" * 10_000),
]  # fmt: skip
HARMLESS = [
    "&&=&",
    "%ff=1",
    "x=" + "y" * 50_000,
    "&".join(f"a{n}=1" for n in range(2000)),
    "limit[]=1",
    "__proto__[x]=1",
]
METHODS = ["PATCH", "OPTIONS", "TRACE", "LOCK", "PROPFIND", "X"]
HEADERS = {
    "another type of content": {"content-type": "text/xml; charset=utf-16"},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "no type at all": {"content-type": ""},
    "what it cannot accept": {"accept": "image/png", "accept-encoding": "br;q=0, *;q=0"},
    "8 KB": {"x-large": "x" * 8000},
    "a hundred": {f"x-{n}": "y" for n in range(100)},
    "bytes": {"x-bytes": b"\xff\xfe"},
    "a signature": {
        "authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/execute-api/aws4_request, "
        "SignedHeaders=host, Signature=00"
    },
    "another service's target": {"x-amz-target": "DynamoDB_20120810.ListTables"},
    "a token": {"x-amz-security-token": "x", "cookie": "a=b; a=c"},
    "another method": {"x-http-method-override": "DELETE"},
    "another host": {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example", "x-original-url": "/admin"},
    "ranges": {"range": "bytes=0-0", "if-none-match": "*"},
}  # fmt: skip
CORRELATION_IDS = ["", " ", "x" * 129, "x" * 7000, b"\xff", "ä".encode(), "a\tb", "\x7f"]


def short(text: str | bytes) -> str:
    """A parameter's name in the report."""
    return repr(text[:30])
