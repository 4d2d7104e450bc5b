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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "lambda_src"
LAYER = ROOT / "cdk_app" / "layer"  # what the services share
TABLE = "the-table-of-this-test"  # a name that must show up in no answer
STAGE = "prod"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
def loaded(service: str, **environment: str) -> Iterator[ModuleType]:
    """A service's `app`, imported anew with its folder and the layer on the path; forgotten afterwards.

    Args:
        service: the name of its folder in `lambda_src`.
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
            yield importlib.import_module("app")
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
    logged = io.StringIO()
    app.logger.logger_handler.setStream(logged)

    def call(method: str, path: str, body: Any = None, **how: Any) -> SimpleNamespace:
        logged.seek(0)
        logged.truncate()
        event = proxy_event(method, path, body, **how)
        response = app.handler(event, context())
        answer = SimpleNamespace(
            status=response["statusCode"],
            headers={k.lower(): v for k, [v] in response["multiValueHeaders"].items()},
            text=response["body"],
            body=json.loads(response["body"], parse_float=Decimal) if response["body"] else None,
            logged=[json.loads(line) for line in logged.getvalue().split("\n") if line],
        )
        check_every_answer(event, answer)
        return answer

    return call


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
    elif answer.status == 204:
        assert answer.text == ""
    answer.text.encode()  # is UTF-8, so has no halves of characters
    for internal in (TABLE, "Traceback", "dynamodb", "DynamoDB", "Exception", ".py"):
        assert internal not in answer.text or internal in (event["body"] or "")
    assert {line["correlation_id"] for line in answer.logged} == {correlation_id}
    assert [(line["method"], line["path"], line["status"]) for line in answer.logged if line["level"] == "INFO"] == [
        (event["httpMethod"], event["path"], answer.status)
    ]


def make_product_table() -> None:
    """The table as the stack makes it."""
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("id", "category", "name")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-category",
                "KeySchema": [
                    {"AttributeName": "category", "KeyType": "HASH"},
                    {"AttributeName": "name", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
