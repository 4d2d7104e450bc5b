"""OpenAPI descriptions of the three APIs, made from the handlers: their routes, and their rules for what is sent.

`python -m workbook.maintenance.openapi basket` prints one, for Schemathesis, Swagger UI and the like. What a
handler does not say of itself, such as the answers that a route may give, stands in `ROUTES`.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from types import ModuleType
from typing import Any
from unittest.mock import patch

from workbook.base.paths import CDK_APP, LAMBDA_SRC

Schema = dict[str, Any]


@dataclass(frozen=True)
class Route:
    """What may come of a request.

    Attributes:
        gives: for each status, the name of the answer's schema; None if there is no body.
        takes: the name of the body's schema, if there is a body.
        reads: the parameters in query and headers.
    """

    gives: dict[int, str | None]
    takes: str | None = None
    reads: tuple[str, ...] = ()


PAGE = ("limit", "next")
ROUTES = {
    "GET /product": Route({200: "Products", 400: "Error"}, reads=(*PAGE, "category")),
    "POST /product": Route({201: "Product", 400: "Error"}, takes="NewProduct"),
    "GET /product/{id}": Route({200: "Product", 404: "Error"}),
    "PUT /product/{id}": Route({200: "Product", 400: "Error", 404: "Error"}, takes="ChangedProduct"),
    "DELETE /product/{id}": Route({204: None, 404: "Error"}),
    "GET /basket": Route({200: "Baskets", 400: "Error"}, reads=PAGE),
    "POST /basket": Route({200: "Basket", 201: "Basket", 400: "Error"}, takes="Basket"),
    "GET /basket/{userName}": Route({200: "Basket", 400: "Error", 404: "Error"}),
    "DELETE /basket/{userName}": Route({204: None, 400: "Error", 404: "Error"}),
    "POST /basket/checkout": Route(
        {202: "Accepted", 400: "Error", 404: "Error", 409: "Error", 422: "Error", 503: "Error"},
        takes="Checkout",
        reads=("Idempotency-Key",),
    ),
    "GET /order": Route({200: "Orders", 400: "Error"}, reads=PAGE),
    "GET /order/{userName}": Route({200: "Orders", 400: "Error", 404: "Error"}, reads=(*PAGE, "from", "to")),
    "GET /order/{userName}/{orderId}": Route({200: "Order", 400: "Error", 404: "Error"}),
}
LOCATED = ("POST /product", "POST /basket")  # whose success says where the item is
# The handlers' names, and what they are in JSON.
IN_PATH = {"product_id": "id", "user_name": "userName", "order_id": "orderId"}
UUID = {"type": "string", "format": "uuid"}


def describe(app: ModuleType) -> Schema:
    """The OpenAPI description of the API that a handler's module serves.

    Raises:
        KeyError: the handler has a route that `ROUTES` has not.
    """
    known, paths, ids = schemas(app), {}, {}
    for route in app.app._static_routes + app.app._dynamic_routes:
        path = route.openapi_path.format_map({name: f"{{{field}}}" for name, field in IN_PATH.items()})
        ids[f"{route.method} {path}"] = route.func.__name__
    for name, id in ids.items():
        method, path = name.split()
        paths.setdefault(path, {})[method.lower()] = {"operationId": id} | operation(name, known, ids)
    components = {"schemas": known, "parameters": parameters(app)}
    return {
        "openapi": "3.1.0",
        "info": {"title": app.logger.service, "version": "1"},
        "paths": paths,
        "components": components,
    }


def operation(name: str, known: Schema, ids: dict[str, str]) -> Schema:
    """One route, as OpenAPI has it."""
    route, responses = ROUTES[name], {}
    for status, schema in route.gives.items():
        headers = {
            "x-correlation-id": {"required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 128}}
        }
        if name in LOCATED and status < 300:
            headers["Location"] = {"required": True, "schema": {"type": "string", "format": "uri-reference"}}
        found = responses[str(status)] = {"description": HTTPStatus(status).phrase, "headers": headers}
        if schema:
            found |= content(schema) | {"links": links(known[schema], known, ids)}
    read = [
        {"$ref": f"#/components/parameters/{parameter}"}
        for parameter in (*in_path(name), *route.reads, "x-correlation-id")
    ]
    body = {"requestBody": {"required": True} | content(route.takes)} if route.takes else {}
    return {"parameters": read, "responses": responses} | body


def links(given: Schema, known: Schema, ids: dict[str, str]) -> Schema:
    """Where an answer, or the first item of a page, leads: to whatever asks for its name."""
    item, at = given["properties"], "$response.body#/"
    if "next" in item:
        item, at = item["items"]["items"]["properties"], at + "items/0/"
    found = {}
    for name, id in ids.items():
        body = known[ROUTES[name].takes]["properties"] if ROUTES[name].takes else {}
        names, in_body = in_path(name), [field for field in IN_PATH.values() if field in body]
        if item.keys() >= {*names, *in_body} != set():
            found[id] = {"operationId": id, "parameters": {n: at + n for n in names}} | (
                {"requestBody": {n: at + n for n in in_body}} if in_body else {}
            )
    return found


def in_path(name: str) -> list[str]:
    return [field for field in IN_PATH.values() if f"{{{field}}}" in name]


def content(schema: str) -> Schema:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def schemas(app: ModuleType) -> Schema:
    """All that an API takes and gives, by name."""
    error = exactly(code={"type": "string", "pattern": "^[A-Za-z]+$"}, message={"type": "string", "minLength": 1})
    found = {"Error": exactly(error=error)}
    match app.logger.service:
        case "product":
            new = taken_by(app.rules.product)
            changed = new | {"properties": {"id": UUID} | new["properties"]}
            product = changed | {"required": ["id", *new["required"]]}
            found |= {"NewProduct": new, "ChangedProduct": changed, "Product": product, "Products": page(product)}
        case "basket":
            basket, money = taken_by(app.rules.basket), schema_of(app.rules.money)
            accepted = exactly(checkoutId=UUID, status={"const": "accepted"}, totalPrice=money)
            found |= {
                "Basket": basket,
                "Baskets": page(basket),
                "Checkout": taken_by(app.rules.checkout),
                "Accepted": accepted,
            }
        case "ordering":
            order = dict.fromkeys(app.orders.CUSTOMER, {"type": "string"}) | {
                "orderId": UUID,
                "orderDate": {"type": "string", "format": "date-time"},
            }
            items = {"type": "array", "items": {"type": "object"}, "minItems": 1}
            order = exactly(**order, items=items, totalPrice={"type": "number", "minimum": 0})
            found |= {"Order": order, "Orders": page(order)}
    return found


def parameters(app: ModuleType) -> Schema:
    """All that an API reads outside of bodies, by name."""
    from shop_http import answers, validation  # is on the path by now

    date = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
    path = {"id": UUID, "orderId": UUID, "userName": schema_of(validation.user_name)}
    query = {
        "limit": {"type": "integer", "minimum": 1, "maximum": 100},
        "next": {"type": "string"},
        "from": date,
        "to": date,
    }
    if app.logger.service == "product":
        query["category"] = schema_of(app.rules.FIELDS["category"])
    header = {
        "x-correlation-id": {"type": "string"},
        "Idempotency-Key": {"type": "string", "pattern": f"^{answers.IDEMPOTENCY_KEY.pattern}$"},
    }
    return {
        name: {"name": name, "in": place, "required": place == "path", "schema": schema}
        for place, found in {"path": path, "query": query, "header": header}.items()
        for name, schema in found.items()
    }


def taken_by(rule: Callable) -> Schema:
    """The schema of the bodies that a rule takes, which it tells by the way in which it checks one."""
    with patch.dict(
        rule.__globals__, checked=lambda body, fields, required: (_ for _ in ()).throw(Checked(fields, required))
    ):
        try:
            rule({})
        except Checked as told:
            return fields_of(*told.args)
    raise TypeError(f"{rule.__name__} checks no body.")


class Checked(Exception):
    """How a rule checks a body: the fields, and which of them are required."""


def schema_of(check: Callable) -> Schema:
    """The schema of the values that a check lets through; its bounds are what its closure holds."""
    from shop_http import validation

    # halves of characters are no text to JSON Schema
    unfit = validation.UNFIT.pattern[1:-1].replace(r"\ud800-\udfff", "")
    fillers = validation.FILLERS.pattern[1:-1]
    bounds = inspect.getclosurevars(check).nonlocals
    match check.__qualname__.split(".")[0], bounds:
        case "text", {"shortest": shortest, "longest": longest}:
            seen = rf"[^{unfit}{_ranges_of('Z', 'Cf')}{fillers}][^{unfit}]*" if shortest else ""
            return {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": f"^[^{unfit}]*{seen}$"}
        case "one_of", {"words": words}:
            return {"enum": list(words)}
        case "whole", {"lowest": lowest, "highest": highest}:
            return {"type": "integer", "minimum": lowest, "maximum": highest}
        case "several", {"fewest": fewest, "most": most, "fields": fields, "required": required}:
            return {"type": "array", "minItems": fewest, "maxItems": most, "items": fields_of(fields, required)}
        case "money", {}:
            return {"type": "number", "minimum": 0, "maximum": float(validation.LARGEST), "multipleOf": 0.01}
        case "user_name", {}:
            one = r"[\p{L}\p{M}\p{N}" + validation.IN_NAMES.replace("-", r"\-") + "]"
            return {"type": "string", "pattern": rf"^(?!\.+$)(?=.*[^{fillers}]){one}{{1,100}}$"}
    raise TypeError(f"{check.__qualname__} is a check that has no schema yet.")


@functools.cache
def _ranges_of(*categories: str) -> str:
    r"""What stands in a regular expression for the characters of some categories; not all readers of it know `\p`."""
    found = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c).startswith(categories)]
    runs: list[list[str]] = []
    for character in found:
        if runs and ord(character) == ord(runs[-1][-1]) + 1:
            runs[-1].append(character)
        else:
            runs.append([character])
    return "".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def fields_of(fields: dict[str, Callable], required: Iterable[str]) -> Schema:
    return exactly(**{name: schema_of(check) for name, check in fields.items()}) | {"required": sorted(required)}


def exactly(**fields: Schema) -> Schema:
    """An object with these fields and no other."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def page(item: Schema) -> Schema:
    return exactly(items={"type": "array", "items": item, "maxItems": 100}, next={"type": ["string", "null"]})


def main(service: str) -> None:
    sys.path[:0] = [str(LAMBDA_SRC / service), str(CDK_APP / "layer")]
    os.environ |= dict.fromkeys(("TABLE_NAME", "CHECKOUTS_NAME", "OUTBOX_NAME"), "none") | {
        "AWS_DEFAULT_REGION": "us-east-1"
    }
    print(json.dumps(describe(importlib.import_module("app")), indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
