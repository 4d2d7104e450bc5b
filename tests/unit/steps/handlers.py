"""Steps of chapters 02, 03 and 12 that build a service: its handlers in this process, with a mistake, or otherwise."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import services
from deployed import Patch
from services import (
    CHECKOUTS, LAYER, OUTBOX, TABLE, context, loaded, make_product_table, make_table, only_moto, proxy_event,
)  # fmt: skip

from workbook.base.paths import LAMBDA_SRC
from workbook.clients.rest import Answer
from workbook.learning import exercises
from workbook.learning.checks import chapter_02, chapter_03, chapter_12
from workbook.learning.checks.judging import product_lists
from workbook.learning.exercises import Verdict

Change = tuple[str, str, str]  # the file, what stands there, what stands there instead
PRODUCT = {"name": "Table", "price": 99}
LAMP = {"productId": "1", "productName": "Lamp", "quantity": 2, "price": 12.5}
EXISTS = ', ConditionExpression=Attr("id").exists()'


def basket_of(*items: dict[str, Any]) -> dict[str, Any]:
    return {"userName": "ada", "items": [*items]}


def not_written() -> Any:
    raise NotImplementedError("return a request that is refused")


WRONG: list[tuple[str, str, list[Change]] | tuple[str, str, list[Change], tuple]] = [
    ("02-crud", "is it written to the table", [("product/products.py", "    table.put_item(Item=item)\n", "")]),
    ("02-crud", "the server adds the id", [
        ("product/products.py", '{"id": str(uuid.uuid4()), **product}', '{"id": "1" + product["name"]}'),
    ]),
    ("02-crud", "money must come back", [
        ("product/app.py", "answer(201, product,", 'answer(201, product | {"price": "1.25"},'),
    ]),
    ("02-crud", "creating answers 201", [("product/app.py", "answer(201", "answer(200")]),
    ("02-crud", "creating answers 201", [("product/rules.py", '"category": text', '"kind": text')]),
    ("02-crud", "PUT replaces a product", [
        ("product/app.py", '@app.put("/product/<product_id>")', '@app.patch("/product/<product_id>")'),
    ]),
    ("02-crud", "what is not in the new version is gone", [
        ("product/products.py", "item = {**key(product_id), **product}", "item = {**get(product_id), **product}"),
    ]),
    ("02-crud", "must not be created", [("product/products.py", f"Item=item{EXISTS}", "Item=item")]),
    ("02-crud", "nothing to say", [("product/app.py", "answer(204)", 'answer(200, {"deleted": True})')]),
    ("02-crud", "a condition, and NoSuchProduct", [
        ("product/products.py", 'Key=key(product_id), ConditionExpression=Attr("id").exists()', "Key=key(product_id)"),
    ]),
    ("02-crud", "is not there any more", [("product/products.py", "        table.delete_item(", "        dict(")]),
    ("02-crud", "logs(outputs", [
        ("product/products.py", "def create(product):\n", "def create(product):\n    raise RuntimeError\n"),
    ]),
    ("02-list", "limit does not reach", [("product/app.py", "paging.limit(request)", "50")]),
    ("02-list", "must say where it goes on", [("product/app.py", "paging.token(last)", "None")]),
    ("02-list", "where the next page begins", [
        ("product/app.py", "paging.limit(request), start)", "paging.limit(request), None)"),
    ]),
    ("02-list", "ignores the category", [("product/app.py", "catalogue.page(category,", "catalogue.page(None,")]),
    ("02-list", "something else than the category", [("product/catalogue.py", ".eq(category)", '.eq("category")')]),
    ("02-list", "page by page", [
        ("product/catalogue.py", "        read = partial(table.query, ",
         '        return [one for one in table.scan()["Items"] if one["category"] == category][:limit], None\n'
         "        read = partial(table.query, "),
    ]),
    ("02-list", "logs(outputs", [
        ("product/app.py", "    category = rules", "    raise RuntimeError\n    category = rules"),
    ]),
    ("03-basket", "is created", [("basket/app.py", "200 if replaced else 201", "200")]),
    ("03-basket", "put says which", [("basket/app.py", "200 if replaced else 201", "201")]),
    ("03-basket", "is it written to the table", [
        ("basket/baskets.py", 'table.put_item(Item=item, ReturnValues="ALL_OLD")',
         '{"Attributes": 1} if globals().setdefault("n", []) else n.append(1) or {}'),
    ]),
    ("03-basket", "without items must be refused", [("basket/rules.py", "several(1, 100,", "several(0, 100,")]),
    ("03-basket", "a field that is not known", [
        ("basket/rules.py", "found = checked(body, BASKET, required=BASKET)",
         'body.pop("totalPrice", 0)\n    found = checked(body, BASKET, required=BASKET)'),
    ]),
    ("03-basket", "nothing of the server's", [
        ("basket/app.py", "baskets.shown(baskets.get(user_name_in_path(user_name)))",
         "baskets.get(user_name_in_path(user_name))"),
    ]),
    ("03-basket", "uuid.uuid4() is new each time", [("basket/baskets.py", "str(uuid.uuid4())", '"checkout-1"')]),
    ("03-basket", "uuid.uuid4() is new each time", [("basket/baskets.py", "str(uuid.uuid4())", 'basket["userName"]')]),
    ("03-basket", "gets an id for its checkout", [("basket/baskets.py", "str(uuid.uuid4())", "1")]),
    ("03-basket", "needs its route", [("basket/app.py", '@app.get("/basket")', '@app.get("/baskets")')]),
    ("03-basket", "is not there any more", [
        ("basket/baskets.py", "        table.delete_item(\n", "        str(\n"),
        ("basket/baskets.py",
         'Key={"userName": user_name}, ConditionExpression=Attr("userName").exists()\n', "user_name\n"),
    ]),
    ("03-basket", "nor to be deleted once more", [
        ("basket/baskets.py", ', ConditionExpression=Attr("userName").exists()', ""),
    ]),
    ("12-cards", "looks at all of the body", [("shop_http/cards.py", " % 10 == 0", " < 0")]),
    ("12-cards", "looks at all of the body", [("shop_http/cards.py", "range(13, 20)", "range(16, 17)")]),
    ("12-cards", "looks at all of the body", [("shop_http/cards.py", r"[\W_]{1,3}", "-")]),
    ("12-cards", "says the number again", [("shop_http/cards.py", "for part in pair)", "for part in pair[1:])")]),
    ("12-cards", "only what has a card number", [("shop_http/cards.py", " % 10 == 0", " >= 0")]),
    ("12-cards", "only what has a card number", [("shop_http/cards.py", 'OTHERS.sub("another number", ', "(")]),
    ("12-cards", "only what has a card number", [("basket/rules.py", "required=CHECKOUT)", 'required={"coupon"})')]),
    ("02-refuse", "nothing against it", [], (lambda: PRODUCT,)),
    ("02-refuse", "nothing against it", [], (lambda: PRODUCT | {"category": "x" * 100},)),
    ("02-refuse", "not for category", [], (lambda: PRODUCT | {"price": -1, "category": 5},)),
    ("02-refuse", "not for category", [], (lambda: {"price": 5, "category": 5},)),
    ("02-refuse", "not for category", [], (lambda: PRODUCT | {"Category": "light"},)),
    ("02-refuse", "not for category", [], (lambda: PRODUCT | {"category": 5, "colour": "red"},)),
    ("02-refuse", "not for category", [], (lambda: None,)),
    ("03-refuse", "nothing against it", [], (lambda: basket_of(LAMP, LAMP),)),
    ("03-refuse", "nothing against it", [], (lambda: basket_of(LAMP, LAMP | {"quantity": 999}),)),
    ("03-refuse", "not for items[1].quantity", [], (lambda: basket_of(LAMP | {"quantity": 0}, LAMP),)),
    ("03-refuse", "not for items[1].quantity", [], (lambda: basket_of(LAMP, LAMP, LAMP | {"quantity": 0}),)),
    ("03-refuse", "not for items[1].quantity", [], (lambda: basket_of(LAMP, LAMP | {"price": -1}),)),
    ("03-refuse", "not for items[1].quantity", [], (lambda: basket_of(LAMP, LAMP | {"amount": 0}),)),
    ("03-refuse", "not for items[1].quantity", [], (lambda: basket_of(LAMP, LAMP | {"quantity": 0}) | {"total": 1},)),
]  # fmt: skip
NOT_YET: list[tuple[str, list[Change]] | tuple[str, list[Change], tuple]] = [
    ("02-list", [("product/app.py", '@app.get("/product")', '@app.get("/products")')]),
    ("02-refuse", [], (not_written,)), ("03-refuse", [], (not_written,)),
]  # fmt: skip
RIGHT: list[tuple[str, list[Change]] | tuple[str, list[Change], tuple]] = [
    ("02-crud", []),
    ("02-crud", [("product/products.py", "ConsistentRead=True", "ConsistentRead=bool(1)")]),
    ("02-crud", [
        ("product/products.py", '{"id": str(uuid.uuid4()), **product}', 'dict(product, id=f"{uuid.uuid4()}")'),
    ]),
    ("02-list", []),
    ("02-list", [
        ("product/app.py", '{"items": items, "next": paging.token(last)}',
         "dict(items=items, next=paging.token(last))"),
    ]),
    ("03-basket", []),
    ("03-basket", [("basket/app.py", "200 if replaced else 201", "{True: 200, False: 201}[replaced]")]),
    ("12-cards", []), ("12-cards", [("basket/rules.py", "Never send a card number here. ", "")]),
    ("12-cards", [("shop_http/cards.py", r'r"[\W_]{1,3}"', r'r"[\W_]{1,9}"')]),
    *[("02-refuse", [], (lambda of=of: PRODUCT | {"category": of},)) for of in ("", "x" * 101, " ", 5, ["light"])],
    *[("03-refuse", [], (lambda n=n: basket_of(LAMP, LAMP | {"quantity": n}),)) for n in (0, 1000, -1, 0.5, "2")],
]  # fmt: skip


def judge(patch: Patch, check: str, changes: list[Change], given: tuple = ()) -> Verdict:
    """What a check says of the shop's code, in which something is replaced, and of what it is given."""
    service = "product" if check[:2] == "02" else "basket"
    with tempfile.TemporaryDirectory() as folder, only_moto():
        source, layer = Path(folder, "lambda_src"), Path(folder, "layer")
        for there, here in ((LAMBDA_SRC, source), (LAYER, layer)):
            shutil.copytree(there, here, ignore=shutil.ignore_patterns("__pycache__"))
        for path, old, new in changes:
            [file] = [place / path for place in (source, layer) if (place / path).exists()]
            text = file.read_text(encoding="utf-8")
            assert old in text, f"{old!r} is not in {path}"
            file.write_text(text.replace(old, new), encoding="utf-8")
        patch.setattr(services, "SERVICES", source)
        patch.setattr(services, "LAYER", layer)
        if service == "product":
            make_product_table()
            _stock()
        else:
            for name, key in ((TABLE, "userName"), (CHECKOUTS, "requestId"), (OUTBOX, "checkoutId")):
                make_table(name, key)
        with loaded(service, TABLE_NAME=TABLE, CHECKOUTS_NAME=CHECKOUTS, OUTBOX_NAME=OUTBOX) as app:
            for module in (chapter_02, chapter_03, chapter_12, product_lists):
                _wire(patch, module, app.handler)
            return exercises._looked_at(check, given)


def _stock() -> None:
    for number, category in enumerate(("furniture", "light", "furniture")):
        item = {"id": f"0000000{number}-0000-4000-8000-000000000000", "name": f"P{number}", "price": 5}
        boto3.resource("dynamodb").Table(TABLE).put_item(Item=item | {"category": category})


class _Api:
    """Speaks to a handler in this process as `Rest` does to its API."""

    def __init__(self, handler: Callable) -> None:
        self.handler = handler

    def send(self, method: str, path: str, json: Any = None) -> Answer:
        return self._ask(method, path, json)

    def get(self, path: str, **query: Any) -> Answer:
        return self._ask("GET", path, query={name: str(value) for name, value in query.items()})

    def post(self, path: str, body: Any) -> Answer:
        return self._ask("POST", path, body)

    def delete(self, path: str) -> Answer:
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, body: Any = None, query: dict | None = None) -> Answer:
        answer = self.handler(proxy_event(method, f"/{path}", body, query=query), context())
        return Answer(answer["statusCode"], json.loads(answer["body"] or "null"), {}, 1)


def _wire(patch: Patch, module: Any, handler: Callable) -> None:
    names = dict.fromkeys(("ProductApiUrl", "ProductTable", "BasketApiUrl", "BasketTable", "ProductFunction"), "here")
    patch.setattr(module, "outputs", names)
    patch.setattr(module, "_judged_ways", lambda: None, raising=False)  # there is no role here
    patch.setattr(module, "Rest", lambda _: _Api(handler))
    rows = boto3.resource("dynamodb").Table(TABLE)
    patch.setattr(module, "table", lambda _: pd.DataFrame(rows.scan()["Items"]))
