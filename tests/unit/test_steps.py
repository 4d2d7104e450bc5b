"""Checks of steps that build a service: code with a mistake is told, code of another form is right.

With the handlers in this process, on moto; what is wrong is put into the shop's own code.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest
import services
from services import CHECKOUTS, OUTBOX, TABLE, context, loaded, make_product_table, make_table, only_moto, proxy_event

from workbook.base.paths import LAMBDA_SRC
from workbook.clients.rest import Answer
from workbook.learning.checks import chapter_02, chapter_03, deliveries
from workbook.learning.exercises import NotRight, NotYet, Right

Change = tuple[str, str, str]  # the file, what stands there, what stands there instead
EXISTS = ', ConditionExpression=Attr("id").exists()'
CRUD: list[tuple[str, list[Change]]] = [
    ("is it written to the table", [("product/products.py", "    table.put_item(Item=item)\n", "")]),
    ("the server adds the id", [
        ("product/products.py", '{"id": str(uuid.uuid4()), **product}', '{"id": "1" + product["name"]}'),
    ]),
    ("money must come back", [("product/app.py", "answer(201, product,", 'answer(201, product | {"price": "1.25"},')]),
    ("creating answers 201", [("product/app.py", "answer(201", "answer(200")]),
    ("creating answers 201", [("product/rules.py", '"category": text', '"kind": text')]),
    ("PUT replaces a product", [
        ("product/app.py", '@app.put("/product/<product_id>")', '@app.patch("/product/<product_id>")'),
    ]),
    ("what is not in the new version is gone", [
        ("product/products.py", "item = {**key(product_id), **product}", "item = {**get(product_id), **product}"),
    ]),
    ("must not be created", [("product/products.py", f"Item=item{EXISTS}", "Item=item")]),
    ("nothing to say", [("product/app.py", "answer(204)", 'answer(200, {"deleted": True})')]),
    ("a condition, and NoSuchProduct", [
        ("product/products.py", 'Key=key(product_id), ConditionExpression=Attr("id").exists()', "Key=key(product_id)"),
    ]),
    ("is not there any more", [("product/products.py", "        table.delete_item(", "        dict(")]),
    ("logs(outputs", [
        ("product/products.py", "def create(product):\n", "def create(product):\n    raise RuntimeError\n"),
    ]),
]  # fmt: skip
LIST: list[tuple[str, list[Change]]] = [
    ("limit does not reach", [("product/app.py", "paging.limit(request)", "50")]),
    ("must say where it goes on", [("product/app.py", "paging.token(last)", "None")]),
    ("where the next page begins", [("product/app.py", "catalogue.page(category, paging.limit(request), start)",
                                     "catalogue.page(category, paging.limit(request), None)")]),
    ("ignores the category", [("product/app.py", "catalogue.page(category,", "catalogue.page(None,")]),
    ("something else than the category", [("product/catalogue.py", ".eq(category)", '.eq("category")')]),
    ("logs(outputs", [("product/app.py", "    category = rules", "    raise RuntimeError\n    category = rules")]),
    ("route for the list", [("product/app.py", '@app.get("/product")', '@app.get("/products")')]),
]  # fmt: skip
BASKET: list[tuple[str, list[Change]]] = [
    ("is created", [("basket/app.py", "200 if replaced else 201", "200")]),
    ("put says which", [("basket/app.py", "200 if replaced else 201", "201")]),
    ("is it written to the table", [("basket/baskets.py", 'table.put_item(Item=item, ReturnValues="ALL_OLD")',
                                     '{"Attributes": 1} if globals().setdefault("n", []) else n.append(1) or {}')]),
    ("without items must be refused", [("basket/rules.py", "several(1, 100,", "several(0, 100,")]),
    ("a field that is not known", [("basket/rules.py", "found = checked(body, BASKET, required=BASKET)",
                                    'body.pop("totalPrice", 0)\n    found = checked(body, BASKET, required=BASKET)')]),
    ("nothing of the server's", [("basket/app.py", "baskets.shown(baskets.get(user_name_in_path(user_name)))",
                                  "baskets.get(user_name_in_path(user_name))")]),
    ("needs its route", [("basket/app.py", '@app.get("/basket")', '@app.get("/baskets")')]),
    ("is not there any more", [("basket/baskets.py", "        table.delete_item(\n", "        str(\n"),
                               (
                                   "basket/baskets.py",
                                   'Key={"userName": user_name}, ConditionExpression=Attr("userName").exists()\n',
                                   "user_name\n",
                               )]),
    ("nor to be deleted once more", [("basket/baskets.py", ', ConditionExpression=Attr("userName").exists()', "")]),
]  # fmt: skip
RIGHT: list[tuple[str, list[Change]]] = [
    ("crud", []),
    ("crud", [("product/products.py", "ConsistentRead=True", "ConsistentRead=bool(1)")]),
    ("crud", [("product/products.py", '{"id": str(uuid.uuid4()), **product}', 'dict(product, id=f"{uuid.uuid4()}")')]),
    ("lists", []),
    ("lists", [
        ("product/app.py", '{"items": items, "next": paging.token(last)}',
         "dict(items=items, next=paging.token(last))"),
    ]),
    ("basket", []),
    ("basket", [("basket/app.py", "200 if replaced else 201", "{True: 200, False: 201}[replaced]")]),
]  # fmt: skip
CHECKS = {"crud": chapter_02.crud, "lists": chapter_02.lists, "basket": chapter_03.basket}


@pytest.fixture
def verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, list[Change]], Any]:
    """What a check says of the shop's code, in which something is replaced."""

    def judge(check: str, changes: list[Change]) -> Any:
        source = tmp_path / "lambda_src"
        shutil.copytree(LAMBDA_SRC, source, ignore=shutil.ignore_patterns("__pycache__"))
        for path, old, new in changes:
            text = (source / path).read_text(encoding="utf-8")
            assert old in text, f"{old!r} is not in {path}"
            (source / path).write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.setattr(services, "SERVICES", source)
        service = "basket" if check == "basket" else "product"
        with only_moto():
            tables = {"product": (), "basket": ((TABLE, "userName"), (CHECKOUTS, "requestId"), (OUTBOX, "checkoutId"))}
            for name, key in tables[service]:
                make_table(name, key)
            if service == "product":
                make_product_table()
                _stock()
            with loaded(service, TABLE_NAME=TABLE, CHECKOUTS_NAME=CHECKOUTS, OUTBOX_NAME=OUTBOX) as app:
                for module in (chapter_02, chapter_03):
                    _wire(module, app.handler, monkeypatch)
                return CHECKS[check]()

    return judge


def _stock() -> None:
    for number, category in enumerate(("furniture", "light")):
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


def _wire(module: Any, handler: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    names = dict.fromkeys(("ProductApiUrl", "ProductTable", "BasketApiUrl", "BasketTable", "ProductFunction"), "here")
    monkeypatch.setattr(module, "outputs", names)
    monkeypatch.setattr(module, "_judged_ways", lambda: None, raising=False)  # there is no role here
    monkeypatch.setattr(module, "Rest", lambda _: _Api(handler))
    rows = boto3.resource("dynamodb").Table(TABLE)
    monkeypatch.setattr(module, "table", lambda _: pd.DataFrame(rows.scan()["Items"]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "words", "changes"),
    [(check, *wrong) for check, all_of in (("crud", CRUD), ("lists", LIST), ("basket", BASKET)) for wrong in all_of],
)
def test_a_mistake_in_a_service_is_told(verdict, check, words, changes):
    found = verdict(check, changes)
    assert isinstance(found, NotRight | NotYet), found
    assert words in (found.mistake if isinstance(found, NotRight) else found.todo), found


@pytest.mark.slow
@pytest.mark.parametrize(("check", "changes"), RIGHT)
def test_code_without_a_mistake_is_right(verdict, check, changes):
    assert isinstance(verdict(check, changes), Right)


BAD = "bad-message"


@pytest.mark.parametrize(
    ("error", "result", "stored", "words"),
    [
        ("KeyError", None, True, "an error brings the whole batch back"),
        (None, None, True, "gets deleted"),
        (None, {}, True, "gets deleted"),
        (None, {"batchItemFailures": []}, True, "gets deleted"),
        (None, {"batchItemFailures": None}, True, "gets deleted"),
        (None, {"batchItemFailures": [BAD]}, True, "gets deleted"),
        (None, {"batchItemFailures": [{"messageId": BAD}]}, True, "gets deleted"),
        (None, {"batchItemFailures": [{"itemIdentifier": "good"}]}, True, "gets deleted"),
        (None, {"batchItemFailures": [{"itemIdentifier": BAD}, {"itemIdentifier": "good"}]}, True, "would come again"),
        (None, {"batchItemFailures": [{"itemIdentifier": BAD}]}, False, "got lost"),
    ],
)
def test_an_answer_that_names_other_messages_is_told(error, result, stored, words):
    assert words in deliveries.judged_answer(error, result, BAD, stored=stored).mistake


def test_an_answer_that_names_the_bad_message_alone_is_right():
    answer = {"batchItemFailures": [{"itemIdentifier": BAD}]}
    assert isinstance(deliveries.judged_answer(None, answer, BAD, stored=True), Right)
