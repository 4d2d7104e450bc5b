"""A service's code on moto, and a way to call it.

Every service has an `app.py`, so each is loaded as if it were alone on the path, as in Lambda.
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import logging
import os
import re
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT

from workbook.base.paths import CDK_APP, LAMBDA_SRC

SERVICES = LAMBDA_SRC
LAYER = CDK_APP / "layer"  # what the services share
REFUSED = {"ErrorCode": "InternalFailure", "ErrorMessage": "not now"}  # an entry of PutEvents' answer
TABLE, CHECKOUTS, OUTBOX = "the-table-of-this-test", "the-checkouts-of-this-test", "the-outbox-of-this-test"
BUS = "the-bus-of-this-test"
# What must show up in no answer.
INTERNAL = (TABLE, CHECKOUTS, OUTBOX, BUS, "Traceback", "dynamodb", "DynamoDB", "Exception", ".py")
STAGE = "prod"


@contextmanager
def only_moto() -> Iterator[None]:
    """moto, with an environment that cannot lead boto3 anywhere else or change what Powertools does."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("AWS_", "POWERTOOLS_", "_X_AMZN"))]:
            patch.delenv(name)
        patch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        with mock_aws():  # which has keys of its own
            yield


@contextmanager
def loaded(service: str, handler: str = "app", **environment: str) -> Iterator[ModuleType]:
    """A service's handler, imported anew with its folder and the layer on the path; forgotten afterwards.

    Args:
        service: the name of its folder in `lambda_src`.
        handler: the module that holds the handler, of those in the folder.
        environment: the function's environment variables.
    """
    path = [SERVICES / service, LAYER]
    own = {file.stem for folder in path for file in folder.glob("*") if file.suffix == ".py" or file.is_dir()}
    with pytest.MonkeyPatch.context() as patch:
        for name in _modules(own):
            patch.delitem(sys.modules, name)
        for name, value in environment.items():
            patch.setenv(name, value)
        for folder in reversed(path):
            patch.syspath_prepend(str(folder))
        patch.setattr(sys, "dont_write_bytecode", True)  # the folders are what gets deployed
        logging.Logger.manager.loggerDict.pop(service, None)  # else it writes to a stream that is closed
        try:
            yield importlib.import_module(handler)
        finally:
            for name in _modules(own):
                del sys.modules[name]


def _modules(packages: set[str]) -> list[str]:
    return [name for name in sys.modules if name.split(".")[0] in packages]


def proxy_event(
    method: str,
    path: str,
    body: Any = None,
    *,
    query: dict[str, str | list[str]] | None = None,
    headers: dict[str, str] | None = None,
    encoded: bool = False,
) -> dict:
    """The event that a REST API hands to a function.

    Args:
        method: such as `"GET"`.
        path: without the stage, as in the event.
        body: bytes or text as they are; anything else as JSON.
        query: the query string; a list for a parameter that is given several times.
        headers: the request's.
        encoded: send the body in base64, as for a binary media type; bytes always are.
    """
    if body is not None and not isinstance(body, str | bytes):
        body = json.dumps(body)
    if encoded or isinstance(body, bytes):
        body, encoded = base64.b64encode(body.encode() if isinstance(body, str) else body).decode(), True
    several = {k: v if isinstance(v, list) else [v] for k, v in (query or {}).items()}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {k: [v] for k, v in headers.items()} if headers else None,
        "queryStringParameters": {k: v[-1] for k, v in several.items()} or None,
        "multiValueQueryStringParameters": several or None,
        "pathParameters": {"proxy": path.strip("/")},
        "stageVariables": None,
        "requestContext": {"stage": STAGE, "path": f"/{STAGE}{path}", "requestId": "a-request", "httpMethod": method},
        "body": body,
        "isBase64Encoded": encoded,
    }


def context() -> SimpleNamespace:
    """What Lambda tells a function about itself."""
    return SimpleNamespace(
        function_name="a-function",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:a-function",
        aws_request_id="a-request",
    )


def caller(app: ModuleType) -> Callable[..., SimpleNamespace]:
    """A function that calls the service, and that checks what holds for every answer there is."""
    invoke = invoker(app)

    def call(method: str, path: str, body: Any = None, **how: Any) -> SimpleNamespace:
        event = proxy_event(method, path, body, **how)
        response, logged = invoke(event)
        answer = SimpleNamespace(
            status=response["statusCode"],
            headers={k.lower(): v for k, [v] in response["multiValueHeaders"].items()},
            text=response["body"],
            body=json.loads(response["body"], parse_float=Decimal) if response["body"] else None,
            logged=logged,
        )
        check_every_answer(event, answer)
        return answer

    return call


def invoker(module: ModuleType) -> Callable[[dict], tuple[Any, list[dict]]]:
    """A function that invokes a module's handler: with an event, for its result and the lines it logs.

    Each line says of which invocation it is, and nothing that one before it left there.
    """
    logged = io.StringIO()
    module.logger.registered_handler.setStream(logged)

    def invoke(event: dict) -> tuple[Any, list[dict]]:
        logged.seek(0)
        logged.truncate()
        module.logger.append_keys(earlier="what an invocation before this one said of itself")
        result = module.handler(event, context())
        lines = [json.loads(line) for line in logged.getvalue().split("\n") if line]
        assert {line.get("function_request_id") for line in lines} <= {context().aws_request_id}
        assert not any("earlier" in line for line in lines)
        return result, lines

    return invoke


def pages_of(call: Callable[..., SimpleNamespace], path: str, **query: Any) -> list[list[dict]]:
    """All pages of a list."""
    found = [call("GET", path, query=query)]
    while found[-1].body["next"]:
        assert len(found) < 100, "the list does not end"
        found.append(call("GET", path, query=query | {"next": found[-1].body["next"]}))
    assert {page.status for page in found} == {200}
    return [page.body["items"] for page in found]


def check_every_answer(event: dict, answer: SimpleNamespace) -> None:
    """The first paragraph of the contract."""
    assert answer.headers["content-type"] == "application/json"
    correlation_id = answer.headers["x-correlation-id"]
    assert correlation_id.isascii() and correlation_id.isprintable() and 1 <= len(correlation_id) <= 128
    if answer.status >= 400:
        assert answer.body.keys() == {"error"}
        assert answer.body["error"].keys() == {"code", "message"}
        assert re.fullmatch("[A-Za-z]+", answer.body["error"]["code"])
        assert 5 < len(answer.body["error"]["message"]) < 500
        for internal in INTERNAL:  # a success repeats what callers stored, whatever it is, and the tests compare it
            assert internal not in answer.text or internal in said_by_the_caller(event)
    elif answer.status == 204:
        assert answer.text == ""
    answer.text.encode()  # is UTF-8, so has no halves of characters
    assert {line["correlation_id"] for line in answer.logged} == {correlation_id}
    assert [(line["method"], line["path"], line["status"]) for line in answer.logged if "path" in line] == [
        (event["httpMethod"], event["path"], answer.status)
    ]


def said_by_the_caller(event: dict) -> str:
    """All text of a request that an error may repeat, such as the name of an unknown field."""
    body = event["body"] or ""
    if event["isBase64Encoded"]:
        body = base64.b64decode(body).decode(errors="replace")
    return "\n".join([body, event["path"], *(event["queryStringParameters"] or {})])


def make_product_table() -> None:
    """The table as the stack makes it."""
    make_table(TABLE, "id", **{"by-category": ("category", "name")})


def make_table(name: str, *key: str, **indexes: tuple[str, str]) -> None:
    """A table as the stacks make it: its name, its key of one or two attributes, its indexes with theirs."""

    def schema(key: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"AttributeName": n, "KeyType": kind} for n, kind in zip(key, ("HASH", "RANGE"), strict=False)]

    found = [
        {"IndexName": n, "KeySchema": schema(key), "Projection": {"ProjectionType": "ALL"}}
        for n, key in indexes.items()
    ]
    boto3.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": n, "AttributeType": "S"} for n in dict.fromkeys(sum(indexes.values(), key))
        ],
        KeySchema=schema(key),
        **({"GlobalSecondaryIndexes": found} if found else {}),
    )


def that_stops_like_dynamodb(table: Any, patch: pytest.MonkeyPatch) -> None:
    """DynamoDB stops at the limit without looking whether anything follows; moto looks. Now it does not."""
    keys = {i["IndexName"]: i["KeySchema"] + table.key_schema for i in table.global_secondary_indexes or []}
    keys[None] = table.key_schema

    def stopping(operation: Callable[..., dict]) -> Callable[..., dict]:
        def stops(**request: Any) -> dict:
            found = operation(**request)
            if found["Count"] == request["Limit"]:
                key = [part["AttributeName"] for part in keys[request.get("IndexName")]]
                found["LastEvaluatedKey"] = {name: found["Items"][-1][name] for name in dict.fromkeys(key)}
            return found

        return stops

    for name in ("scan", "query"):
        patch.setattr(table, name, stopping(getattr(table, name)))


def emptied(table: Any, *others: str) -> Any:
    """A table without its rows, and others by their names; moto itself forgets them, as to scan and delete is slow."""
    tables = get_backend("dynamodb")[ACCOUNT][table.meta.client.meta.region_name].tables
    for name in (table.name, *others):
        tables[name].items.clear()
    return table


def stored(table: Any) -> list[dict[str, Any]]:
    return table.scan()["Items"]


def denied(operation: str) -> ClientError:
    """What a request fails with that the function has no right to."""
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": f"no to {TABLE}"}}, operation)


def refusing(error: Exception) -> Callable[..., Any]:
    """Something to put in place of a request to AWS that then fails."""

    def fail(**_: Any) -> Any:
        raise error

    return fail


def delivered(entry: dict[str, Any]) -> dict[str, Any]:
    """What a target of the bus gets when `entry` was put onto it."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": "123456789012",
        "time": "2026-01-31T09:30:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": json.loads(entry["Detail"]),
    }


def queue_event(*bodies: str) -> dict[str, Any]:
    """The event that a queue's mapping hands to a function: messages `m0`, `m1`, …"""
    return {
        "Records": [
            {
                "messageId": f"m{n}",
                "receiptHandle": f"handle {n}",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1769851800000",
                    "SenderId": "AIDAEXAMPLE",
                    "ApproximateFirstReceiveTimestamp": "1769851800100",
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:a-queue",
                "awsRegion": "us-east-1",
            }
            for n, body in enumerate(bodies)
        ]
    }
