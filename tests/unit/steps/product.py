"""Steps of chapter 02 that build Product piece by piece: its table, its function, its rights, its API, its test."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from deployed import Api, Patch, checks_on_moto, client, function

from workbook.clients.invoke import Invocation
from workbook.learning import exercises
from workbook.learning.checks import chapter_02
from workbook.learning.checks.judging import infrastructure, own_test
from workbook.learning.exercises import Verdict

TABLE, FUNCTION = "products", "product"
Change = Callable[[dict[str, str]], Any]  # of what is deployed, given its outputs
Case = tuple[Change, dict[str, Any]]  # what is changed, and what there is to see


class Outputs(dict):
    """The outputs of the stack, looked up at once."""

    def now(self) -> dict[str, str]:
        return self


def nothing(_: dict[str, str]) -> None:
    """As it was deployed."""


def without(name: str) -> Change:
    return lambda outputs: outputs.pop(name)


def key(*parts: str, kind: str = "S", items: int = 1) -> Case:
    """The table, with a key of these attributes and so many items in it."""

    def put(_: dict[str, str]) -> None:
        client("dynamodb").delete_table(TableName=TABLE)
        make(*parts, kind=kind)

    return put, {"table": lambda _: pd.DataFrame({"id": range(items)})}


def make(*parts: str, kind: str = "S") -> None:
    client("dynamodb").create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": part, "AttributeType": kind} for part in parts],
        KeySchema=[{"AttributeName": p, "KeyType": k} for p, k in zip(parts, ("HASH", "RANGE"), strict=False)],
    )  # fmt: skip


def with_index(_: dict[str, str]) -> None:
    """The table has an index, too, so that an attribute is described that is no part of its key."""
    index = {"IndexName": "by-name", "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "ALL"}}  # fmt: skip
    client("dynamodb").update_table(
        TableName=TABLE, GlobalSecondaryIndexUpdates=[{"Create": index}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "name")],
    )  # fmt: skip


def told(**variables: str) -> Case:
    """The function with these variables."""
    how = {"FunctionName": FUNCTION, "Environment": {"Variables": variables}}
    return lambda _: client("lambda").update_function_configuration(**how), {}


ARN = f"arn:aws:dynamodb:us-east-1:123456789012:table/{TABLE}"
THREE = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem")
WIDE = "AmazonDynamoDBFullAccess"


def rights(
    *actions: str, on: str | list[str] = ARN, more: dict[str, str] | None = None, policy: str = "", error: str = ""
) -> Case:
    """The function with a right to these actions, and with a policy of that name; it ends with that error when called.

    Args:
        more: further actions, each with its resource.
    """

    def put(_: dict[str, str]) -> None:
        allowed = [{"Effect": "Allow", "Action": [*actions], "Resource": on}] if actions else []
        allowed += [{"Effect": "Allow", "Action": one, "Resource": at} for one, at in (more or {}).items()]
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        if allowed:
            client("iam").put_role_policy(RoleName=FUNCTION, PolicyName="own", PolicyDocument=document)
        if policy:
            wide = document if allowed else document.replace("[]", '{"Effect":"Allow","Action":"*","Resource":"*"}')
            arn = client("iam").create_policy(PolicyName=policy, PolicyDocument=wide)["Policy"]["Arn"]
            client("iam").attach_role_policy(RoleName=FUNCTION, PolicyArn=arn)

    return put, {"invoke": lambda *_: Invocation(200, None, error or None, 1)}


REGIONAL = {"EndpointConfiguration": {"Types": ["REGIONAL"]}}


def api(status: int = 200, properties: dict[str, Any] | None = REGIONAL, change: Change = nothing) -> Case:
    """The API as it was deployed, if it was, and the status of its answer."""
    there = {} if properties is None else {"Api": {"Type": chapter_02.REST_API, "Properties": properties}}
    found = {"Resources": there | {"Function": {"Type": "AWS::Lambda::Function"}}}
    answers = Api({("GET", "product/1"): (status, {})})
    return change, {"deployed_template": lambda _: found, "Rest": lambda _: answers}


def address(name: str, value: str = "http://here") -> Change:
    def put(outputs: dict[str, str]) -> None:
        del outputs["ProductApiUrl"]
        outputs[name] = value

    return put


def own(body: str, name: str = own_test.TEST, *, there: bool = True) -> Case:
    """A test of one's own, with this body and this name."""

    def put(outputs: dict[str, str]) -> None:
        folder = Path(outputs["folder"])
        (folder / "conftest.py").write_text(NOT_FOUND, encoding="utf-8")
        if there:
            (folder / "test_my_product.py").write_text(f"def {name}(product):\n    {body}\n", encoding="utf-8")

    return put, {}


NOT_FOUND = """
import types, pytest


@pytest.fixture
def product():
    return lambda method, path, body=None: types.SimpleNamespace(status=404, body=None)
"""
STATUS = 'product("GET", "/product/2").status'
WRONG: list[tuple[str, str, Case]] = [
    ("02-table", "an item is found by its id", key("name")),
    ("02-table", "written so", key("Id")),
    ("02-table", "by nothing else", key("id", "name")),
    ("02-table", "by nothing else", key("name", "id")),
    ("02-table", "their type is TEXT", key("id", kind="N")),
    ("02-table", "their type is TEXT", key("id", kind="B")),
    ("02-function", "reads os.environ", told()),
    ("02-function", "reads os.environ", told(TABLE=TABLE)),
    ("02-function", "reads os.environ", told(table_name=TABLE)),
    ("02-function", "stands for that name", told(TABLE_NAME="Product")),
    ("02-function", "stands for that name", told(TABLE_NAME=ARN)),
    ("02-function", "stands for that name", told(TABLE_NAME="table.table_name", TABLE=TABLE)),
    ("02-grant", "a star allows more", rights("dynamodb:*")),
    ("02-grant", "a star allows more", rights("*")),
    ("02-grant", "a star allows more", rights(*THREE, "dynamodb:Get*")),
    ("02-grant", "on no other", rights(*THREE, on="*")),
    ("02-grant", "on no other", rights(*THREE, on=ARN + "s")),
    ("02-grant", "on no other", rights(*THREE, on=[ARN, ARN.replace("products", "baskets")])),
    ("02-grant", "what it never does", rights(*THREE, "dynamodb:UpdateItem")),
    ("02-grant", "what it never does", rights(*THREE, "dynamodb:BatchWriteItem", "dynamodb:DescribeTable")),
    ("02-grant", "are a right each", rights(THREE[0])),
    ("02-grant", "are a right each", rights(*THREE[1:])),
    ("02-grant", "are a right each", rights(*THREE, on=f"{ARN}/index/by-category")),
    ("02-grant", "is AWS's", rights(*THREE, policy=WIDE)),
    ("02-grant", "is AWS's", rights(policy=WIDE)),
    ("02-grant", "a policy denies it", rights(*THREE, error="AccessDeniedException: not authorized")),
    ("02-api", "nobody learns its address", api(change=address("ApiUrl"))),
    ("02-api", "nobody learns its address", api(change=address("productApiUrl"))),
    ("02-api", "is api.url", api(change=address("ProductApiUrl", "abc123"))),
    ("02-api", "edge locations in front", api(properties={})),
    ("02-api", "edge locations in front", api(properties={"EndpointConfiguration": {"Types": ["EDGE"]}})),
    ("02-api", "edge locations in front", api(properties={"EndpointConfiguration": {"Types": ["REGIONAL", "EDGE"]}})),
    ("02-api", "no route that leads", api(403)),
    ("02-api", "the function fails", api(502)), ("02-api", "the function fails", api(500)),
    ("02-test", "a test that cannot fail", own('product("GET", "/product/2")')),
    ("02-test", "a test that cannot fail", own(f"assert {STATUS} in (200, 404)")),
    ("02-test", "fails with a service that is right", own(f"assert {STATUS} == 200")),
    ("02-test", "whose names begin with test_", own(f"assert {STATUS} == 404", "what_is_not_there")),
]  # fmt: skip
NOT_YET: list[tuple[str, Case]] = [
    ("02-table", (without("ProductTable"), {})), ("02-table", key("id", items=0)),
    ("02-function", (without("ProductFunction"), {})), ("02-grant", (without("ProductFunction"), {})),
    ("02-grant", rights()), ("02-api", api(properties=None)), ("02-test", own("", there=False)),
]  # fmt: skip
RIGHT: list[tuple[str, Case]] = [
    ("02-table", key("id")), ("02-table", key("id", items=5)),
    ("02-table", (with_index, key("id")[1])),
    ("02-function", told(TABLE_NAME=TABLE)), ("02-function", told(TABLE_NAME=TABLE, LEVEL="INFO")),
    ("02-function", told(LEVEL="", TABLE_NAME=TABLE, TABLE=ARN)),
    ("02-grant", rights(*THREE)), ("02-grant", rights(more=dict.fromkeys(THREE, ARN))),
    ("02-grant", rights(*THREE, more={"dynamodb:Query": f"{ARN}/index/*", "dynamodb:Scan": ARN})),
    ("02-grant", rights(*THREE, on=[ARN, f"{ARN}/index/*"])), ("02-grant", rights(*THREE, error="'Item'")),
    ("02-api", api()), ("02-api", api(404)), ("02-api", api(properties=REGIONAL | {"Name": "Products"})),
    ("02-test", own(f"assert 200 != {STATUS}")),
    ("02-test", own('answer = product("GET", "/product/2")\n    assert answer.status == 404, answer')),
]  # fmt: skip


def judge(patch: Patch, check: str, case: Case) -> Verdict:
    """What a check says of Product, after a change, when there is this to see."""
    change, to_see = case
    with checks_on_moto(patch, chapter_02, infrastructure, **to_see), tempfile.TemporaryDirectory() as folder:
        make("id")
        function(FUNCTION)
        found = {"ProductTable": TABLE, "ProductFunction": FUNCTION, "ProductApiUrl": "http://here", "folder": folder}
        outputs = Outputs(found)
        change(outputs)
        patch.setattr(chapter_02, "outputs", outputs)
        for module in (chapter_02, own_test):
            patch.setattr(module, "FILE", Path(folder, "test_my_product.py"))
        return exercises._looked_at(check, ())
