"""Answers to the exercises of chapter 12."""

from __future__ import annotations

from answers import Answer, changed

HMAC = 'hmac.new(secret, data["userName"].encode(), hashlib.sha256).hexdigest()'
PEOPLE = '("firstName", "lastName", "email", "address")'
COPY = 'data = {name: value for name, value in event["data"].items() if name not in people}'
INDEX, BUS = '"Resource": f"{table_arn}/index/by-category"', '"Resource": bus_arn'
QUERY, PUT = '"dynamodb:Query"', '"events:PutEvents"'
WRONG = [
    changed("12-1", "all actions on the index", "too wide", (QUERY, '"dynamodb:*"')),
    changed("12-1", "whatever begins with Q", "a star also allows", (QUERY, '"dynamodb:Q*"')),
    changed("12-1", "a scan as well", "too wide", (QUERY, f'[{QUERY}, "dynamodb:Scan"]')),
    changed("12-1", "another right on the index", "no more than two rights",
            (QUERY, f'[{QUERY}, "dynamodb:GetItem"]')),
    changed("12-1", "a right on something else", "no more than two rights",
            ('"Statement": [', '"Statement": [{**query, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/b"}, ')),
    changed("12-1", "all rights", "too wide", (QUERY, '"*"'), (INDEX, '"Resource": "*"')),
    changed("12-1", "one statement", "too wide", ("[query, publish]", """[{
        "Effect": "Allow", "Action": [query["Action"], publish["Action"]],
        "Resource": [table_arn, query["Resource"], publish["Resource"]],
    }]""")),
    changed("12-1", "one statement for both", "no more than two rights", ("[query, publish]", """[{
        "Effect": "Allow", "Action": [query["Action"], publish["Action"]],
        "Resource": [query["Resource"], publish["Resource"]],
    }]""")),
    changed("12-1", "any index", "a star also allows", ("by-category", "*")),
    changed("12-1", "the table and its index", "too wide",
            (INDEX, '"Resource": [table_arn, f"{table_arn}/index/by-category"]')),
    changed("12-1", "table and all below it", "too wide", (INDEX, '"Resource": f"{table_arn}*"')),
    changed("12-1", "the table instead of the index", "too narrow", (INDEX, '"Resource": table_arn')),
    changed("12-1", "another index", "too narrow", ("by-category", "by-name")),
    changed("12-1", "a scan instead", "too narrow", (QUERY, '"dynamodb:Scan"')),
    changed("12-1", "any bus", "too wide", (BUS, '"Resource": "*"')),
    changed("12-1", "all actions on the bus", "a star also allows", (PUT, '"events:*"')),
    changed("12-1", "all that puts", "too wide", (PUT, '"events:Put*"'), (BUS, '"Resource": "*"')),
    changed("12-1", "publishing only", "too narrow", ("[query, publish]", "[publish]")),
    changed("12-1", "querying only", "too narrow", ("[query, publish]", "[query]")),
    changed("12-1", "denied", "too narrow",
            ('"Effect": "Allow", "Action": "events', '"Effect": "Deny", "Action": "events')),
    changed("12-1", "NotAction", "too wide", ('"Action": "dynamodb:Query"', '"NotAction": "dynamodb:DeleteItem"')),
    changed("12-1", "an action without its service", "the form service:Name", (QUERY, '"Query"')),
    changed("12-1", "no Action", "has Effect, Action and Resource", ('"Action": "dynamodb:Query",', "")),
    changed("12-1", "JSON text", "not its JSON text", ("return {", "return json.dumps({"), ("publish]}", "publish]})")),
    changed("12-1", "statements only", "not its JSON text",
            ('return {"Version": "2012-10-17", "Statement": [query, publish]}', "return [query, publish]")),
    changed("12-1", "in a name that is another's", "too wide", (BUS, '"Resource": "*", "Condition": '
            '{"StringEquals": {"events:source": "shop.product"}}')),
    *(
        changed("12-2", f"{name} stays", "leave the fields out", (PEOPLE, PEOPLE.replace(f'"{name}"', '"none"')))
        for name in ("firstName", "lastName", "email", "address")
    ),
    changed("12-2", "hash()", "changes with each start of Python", (HMAC, 'str(hash((secret, data["userName"])))')),
    changed("12-2", "hash() of both", "changes with each start of Python",
            (HMAC, 'hex(hash(data["userName"] + str(secret)))')),
    changed("12-2", "a plain hash", "try all names", (HMAC, 'hashlib.sha256(data["userName"].encode()).hexdigest()')),
    changed("12-2", "a hash with a constant in it", "try all names", ("hmac.new(secret", 'hmac.new(b"shop"')),
    changed("12-2", "the hash of the secret beside it", "try all names",
            (HMAC, 'hashlib.md5(data["userName"].encode()).hexdigest() + hashlib.md5(secret).hexdigest()')),
    changed("12-2", "the secret beside it", "whoever reads it",
            (HMAC, HMAC + " + secret.hex()")),
    changed("12-2", "a random name", "must be known again", (HMAC, "__import__('uuid').uuid4().hex")),
    changed("12-2", "the same for all", "must be known again", (HMAC, '"anonymous"')),
    changed("12-2", "the secret only", "must be known again", (HMAC, "hashlib.sha256(secret).hexdigest()")),
    changed("12-2", "in small letters", "nobody taken for another",
            ('["userName"].encode', '["userName"].lower().encode')),
    changed("12-2", "ASCII only", "of its own", (".encode()", '.encode("ascii")')),
    changed("12-2", "the secret as text", "of its own", ("hmac.new(secret,", "hmac.new(secret.decode().encode(),")),
    changed("12-2", "the first letters", "nobody taken for another",
            ('["userName"].encode', '["userName"][:0].encode')),
    changed("12-2", "four characters", "two would soon have the same", (".hexdigest()", ".hexdigest()[:4]")),
    changed("12-2", "eight characters", "two would soon have the same", (".hexdigest()", ".hexdigest()[:8]")),
    changed("12-2", "backwards", "no trace of the name", (HMAC, 'data["userName"][::-1] + secret.hex()')),
    changed("12-2", "in base64", "read backwards",
            (HMAC, 'base64.b64encode(secret + data["userName"].encode()).decode()'), ("import hmac", "import base64")),
    changed("12-2", "in hexadecimal", "read backwards", (HMAC, 'data["userName"].encode().hex() + secret.hex()')),
    changed("12-2", "the name stays", "no trace of the name", (f'    data["userName"] = {HMAC}\n', "")),
    changed("12-2", "the name stays beside it", "no trace of the name", (HMAC, f'data["userName"] + {HMAC}')),
    changed("12-2", "the name is gone", "the pseudonym is a text",
            (f'data["userName"] = {HMAC}', 'del data["userName"]')),
    changed("12-2", "bytes", "the pseudonym is a text", ("hexdigest", "digest")),
    changed("12-2", "in place", "copy before you change", (COPY, """\
data = event["data"]
    for name in people:
        del data[name]""")),
    changed("12-2", "a copy that is not deep", "copy before you change", (COPY, """\
data = dict(event)["data"]
    for name in people:
        data.pop(name)""")),
    changed("12-2", "without metadata", "everything else as it was", ("{**event, ", "{")),
    changed("12-2", "data only", "in the same shape", ('return {**event, "data": data}', "return data")),
    changed("12-2", "what is known only", "also what is new", (
        "if name not in people",
        'if name in ("checkoutId", "userName", "items", "totalPrice", "paymentMethod")',
    )),
    changed("12-2", "without how it was paid", "everything else as it was",
            ('"address")', '"address", "paymentMethod")')),
    changed("12-2", "blanked out", "leave the fields out", (COPY, """\
data = {name: "***" if name in people else value for name, value in event["data"].items()}""")),
    changed("12-2", "as JSON", "in the same shape", ("return {**event", "return json.dumps({**event"),
            ("data}", "data})")),
]  # fmt: skip
RIGHT = [
    changed("12-1", "in one name only", "",
            (BUS, BUS + ', "Condition": {"StringEquals": {"events:source": "shop.prices"}}')),
    changed("12-1", "in one name only, as in step 6", "",
            (BUS, BUS + ', "Condition": {"ForAllValues:StringEquals": {"events:source": ["shop.product"]}}')),
    changed("12-1", "in lists, with names", "",
            (QUERY, f"[{QUERY}]"), (PUT, f"[{PUT}]"), (BUS, '"Resource": [bus_arn]'),
            ('"Effect": "Allow", "Action": ["dyn', '"Sid": "Query", "Effect": "Allow", "Action": ["dyn')),
    changed("12-1", "in small letters, and a denial", "", (QUERY, '"dynamodb:query"'), ("publish]", """publish, {
        "Effect": "Deny", "Action": "dynamodb:*", "Resource": table_arn,
    }]""")),
    Answer("12-2", "a deep copy", """
import copy
import hashlib
import hmac


def without_people(event, secret):
    mine = copy.deepcopy(event)
    user = mine["data"]["userName"]
    for name in ("firstName", "lastName", "email", "address"):
        mine["data"].pop(name, None)
    mine["data"]["userName"] = hmac.digest(secret, user.encode("utf-8"), "sha512").hex()
    return mine
"""),
    Answer("12-2", "blake2b with a key", """
from hashlib import blake2b


def without_people(event, secret):
    data = dict(event["data"])
    name = blake2b(data["userName"].encode(), key=secret, digest_size=16).hexdigest()
    for gone in ["firstName", "lastName", "email", "address"]:
        del data[gone]
    return event | {"data": data | {"userName": f"user-{name}"}}
"""),
    Answer("12-2", "a slow hash", """
import base64
import hashlib
import json


def without_people(event, secret):
    clone = json.loads(json.dumps(event))
    data = clone["data"]
    digest = hashlib.pbkdf2_hmac("sha256", data["userName"].encode(), secret, 1000)
    data["userName"] = base64.urlsafe_b64encode(digest).decode()
    clone["data"] = {k: v for k, v in data.items() if k not in {"firstName", "lastName", "email", "address"}}
    return clone
"""),
    Answer("12-2", "a UUID made of both", """
import hashlib
import uuid


def without_people(event, secret):
    space = uuid.UUID(bytes=hashlib.sha256(secret).digest()[:16])
    data = {k: v for k, v in event["data"].items() if k not in ("firstName", "lastName", "email", "address")}
    data["userName"] = str(uuid.uuid5(space, event["data"]["userName"]))
    return {"metadata": event["metadata"], "data": data}
"""),
]  # fmt: skip
