"""Backoffice over HTTP: who gets in, what gets in, and how much of it."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from calls import Answer, Api, keeps_the_contract
from learner import Learner, until
from samples import UUID

from workbook import leaks

PAGE = "https://backoffice.example.com"


@pytest.fixture(scope="module")
def key(shop: Learner) -> str:
    return shop.client("apigateway").get_api_key(apiKey=shop.outputs["BackofficeKey"], includeValue=True)["value"]


@pytest.fixture(scope="module")
def lend(shop: Learner) -> Callable[..., Credentials]:
    """Credentials of the clerk's role, in somebody's name."""

    def credentials(name: str, **limits: str) -> Credentials:
        answer = shop.client("sts").assume_role(RoleArn=shop.outputs["BackofficeClerk"], RoleSessionName=name, **limits)
        lent = answer["Credentials"]
        return Credentials(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])

    return credentials


@pytest.fixture
def refund(shop: Learner, key: str, lend) -> Callable[..., Answer]:
    """Sends a refund that Ada has signed, unless told otherwise, as soon as the usage plan has room for it."""
    api, ada = Api(shop.outputs["BackofficeApiUrl"]), lend("ada")

    def send(
        body: Any,
        *,
        by: Credentials | None = ada,
        key: str | None = key,
        changed: Any = None,
        patient: bool = True,
        **headers: str,
    ) -> Answer:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = AWSRequest("POST", f"{api.url}/refund", {"content-type": "application/json", **headers}, text)
        if key:
            request.headers["x-api-key"] = key
        if by:
            SigV4Auth(by, "execute-api", "us-east-1").add_auth(request)
        sent = {name.lower(): value for name, value in request.headers.items()}

        def once() -> Answer:
            return api("POST", "/refund", json.dumps(changed).encode() if changed else text, headers=sent)

        return until(lambda: (answer := once()).status != 429 and answer) if patient else once()

    return send


def good(**more: Any) -> dict[str, Any]:
    return {"checkoutId": str(uuid.uuid4()), "amount": 12.5, "reason": "late", **more}


def logged(shop: Learner) -> list[dict]:
    pages = (
        shop.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=f"/aws/lambda/{shop.outputs['BackofficeFunction']}")
    )
    lines = [event["message"] for page in pages for event in page["events"]]
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_who_signs_and_has_the_right_is_let_in_and_known(shop, refund):
    sent = good()
    answer = refund(sent)
    assert answer.status == 202 and UUID.fullmatch(answer.body["refundId"])
    [line] = until(lambda: [x for x in logged(shop) if x.get("checkout_id") == sent["checkoutId"]])
    assert line["approved_by"].endswith("/ada")


def test_the_shop_is_told(shop, refund):
    sent = good()
    refund_id = refund(sent).body["refundId"]

    def rows() -> list[dict]:
        mine = [i for i in shop.rows("EventLogTable") if sent["checkoutId"] in json.dumps(i)]
        return [i for i in mine if i["source"]["S"] == "shop.backoffice"]

    [row] = until(rows)
    assert refund_id in json.dumps(row) and "expiresAt" in row


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ("no signature", {"by": None}),
        ("neither signature nor key", {"by": None, "key": None}),
        ("no key", {"key": None}),
        ("a key of somebody else's", {"key": "0" * 32}),
        ("a wrong secret", {"by": "wrong secret"}),
        ("an unknown key id", {"by": "nobody"}),
        ("a body that was not signed", {"changed": good(amount=9999)}),
    ],
)
def test_who_does_not_is_kept_out_in_the_shape_of_every_error(shop, refund, lend, what, how):
    ada, sent = lend("ada"), good()
    people = {
        "wrong secret": Credentials(ada.access_key, "x" * 40, ada.token),
        "nobody": Credentials("AKIA" + "X" * 16, "x" * 40),
    }
    answer = refund(
        sent,
        **{
            name: people.get(value, value) if isinstance(value, str) and name == "by" else value
            for name, value in how.items()
        },
    )
    assert answer.status == 403  # and `Api` has seen that it keeps the contract
    assert not [line for line in logged(shop) if line.get("checkout_id") == sent["checkoutId"]]


def test_the_same_role_with_less_of_its_rights_is_kept_out(shop, key, lend):
    """In a shape of the local cloud's own: test_differences_12.py."""
    nothing = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
    }
    request = AWSRequest("POST", f"{shop.outputs['BackofficeApiUrl']}refund", {"x-api-key": key}, json.dumps(good()))
    SigV4Auth(lend("eve", Policy=json.dumps(nothing)), "execute-api", "us-east-1").add_auth(request)
    assert requests.post(request.url, data=request.body, headers=dict(request.headers), timeout=300).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        good(amount="12.50"),
        good(amount=0),
        good(amount=10_001),
        good(iban="unknown"),
        good(reason="because"),
        good(checkoutId="1"),
        [good()],
        b"{",
        b"",
    ],
)
def test_the_model_keeps_out_what_is_no_refund_before_anybody_is_called(shop, refund, body):
    answer = refund(body)
    assert answer.status == 400 and answer.body["error"]["message"] == "The body does not fit what this route takes."
    assert answer.header("x-correlation-id") not in {line.get("correlation_id") for line in logged(shop)}


@pytest.mark.parametrize(
    "body",
    [
        good(amount=12.505),
        good(amount=0.011),
        b'{"checkoutId": "5f1c9f6e-3c1b-4f0e-9a43-0f4f6f8d2a11", "amount": 1, "amount": 2, "reason": "late"}',
    ],
)
def test_the_function_keeps_out_what_a_model_lets_through(shop, refund, body):
    answer = refund(body, **{"x-correlation-id": (correlation_id := str(uuid.uuid4()))})
    assert (answer.status, answer.header("x-correlation-id")) == (400, correlation_id)
    assert until(lambda: correlation_id in {line.get("correlation_id") for line in logged(shop)})


def test_too_many_at_once_are_told_to_wait(refund):
    with ThreadPoolExecutor(20) as pool:
        counts = Counter(pool.map(lambda _: refund(good(), patient=False).status, range(60)))
    assert counts.keys() <= {202, 429} and counts[429] > counts[202]  # how many are in depends on who was here before
    assert refund(good()).status == 202  # after a moment


def test_a_flood_of_one_api_does_not_touch_another(shop, refund, product):
    with ThreadPoolExecutor(20) as pool:
        assert 429 in list(pool.map(lambda _: refund(good(), patient=False).status, range(40)))
    assert product("GET", "/product").status == 200


def test_a_browser_is_told_which_page_may_read_the_answers(shop, refund):
    url = f"{shop.outputs['BackofficeApiUrl']}refund"
    for origin in (PAGE, "https://evil.example.com"):
        asked = requests.options(url, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}, timeout=300)
        assert asked.status_code == 204
        assert (asked.headers["Access-Control-Allow-Origin"], asked.headers["Access-Control-Allow-Methods"]) == (
            PAGE,
            "POST",
        )
        assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    for answer in (refund(good(), origin=PAGE), refund(good(), by=None), refund({})):
        assert answer.header("access-control-allow-origin") == PAGE


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/refund"), ("PUT", "/refund"), ("POST", "/"), ("POST", "/refund/1"), ("GET", "/nothing")],
)
def test_there_is_no_other_way_in(shop, method, path):
    assert Api(shop.outputs["BackofficeApiUrl"])(method, path, good()).status == 403


# The shop, as it is deployed


def functions(shop: Learner) -> list[dict]:
    pages = shop.client("lambda").get_paginator("list_functions").paginate()
    return [f for page in pages for f in page["Functions"] if f["FunctionName"] in shop.outputs.values()]


def test_no_environment_log_or_event_has_a_secret_in_it(shop, key, refund, basket):
    """After a checkout and a refund, and after a card number was refused."""
    user = f"user-{uuid.uuid4()}"
    lamp = {"productId": "lamp-1", "productName": "Lamp", "quantity": 1, "price": 12.5}
    checkout = {
        "userName": user,
        "firstName": "Nora",
        "lastName": "Example",
        "email": "nora@example.com",
        "address": "1 Main Street",
        "paymentMethod": "card",
    }
    basket("POST", "/basket", {"userName": user, "items": [lamp]})
    card = "4111" + "1111" * 3
    assert basket("POST", "/basket/checkout", checkout | {"cardNumber": card}).status == 400
    checkout_id = basket("POST", "/basket/checkout", checkout).body["checkoutId"]
    refund(good(checkoutId=checkout_id))

    def events() -> list[str]:
        found = [json.dumps(item) for item in shop.rows("EventLogTable")]
        return found if sum(checkout_id in event for event in found) >= 2 else []

    texts = {
        "events": until(events),
        "environments": [json.dumps(f.get("Environment", {})) for f in functions(shop)],
        "logs": [],
    }
    client = shop.client("logs")
    for group in [
        g["logGroupName"] for page in client.get_paginator("describe_log_groups").paginate() for g in page["logGroups"]
    ]:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
        texts["logs"] += [event["message"] for page in pages for event in page["events"]]
    assert len(texts["environments"]) >= 8 and len(texts["logs"]) > 10
    for where, found in texts.items():
        for text in found:
            assert leaks(text) == [] and key not in text and card not in text, where
    assert not [line for line in texts["logs"] if "nora@example.com" in line or "Main Street" in line]


def test_every_function_is_refused_what_is_somebody_elses(shop):
    """Each role tries the table of each other service: real calls, with credentials of the role."""
    tables = {n: v for n, v in shop.outputs.items() if n.endswith("Table")}
    assert len(tables) >= 4
    code = (
        "import boto3\nfrom botocore.exceptions import ClientError\n\n\n"
        "def handler(tables, context):\n    done = []\n    for table in tables:\n"
        "        try:\n            boto3.client('dynamodb').scan(TableName=table)\n            done.append(table)\n"
        "        except ClientError as error:\n"
        "            assert 'AccessDenied' in error.response['Error']['Code'], error\n"
        "    print(len(done))\n    return done\n"
    )
    client = shop.client("lambda")
    own = {
        "ProductFunction": ["ProductTable"],
        "BasketFunction": ["BasketTable"],
        "OrderingFunction": ["OrderingTable"],
        "BackofficeFunction": [],
        "EventLogFunction": [],
    }
    for name, may in own.items():
        victim = client.get_function_configuration(FunctionName=shop.outputs[name])
        made = f"test-{uuid.uuid4()}"
        client.create_function(
            FunctionName=made,
            Handler="app.handler",
            Runtime="python3.13",
            Role=victim["Role"],
            Timeout=30,
            Code={"ZipFile": _zipped(code)},
        )
        try:
            client.get_waiter("function_active_v2").wait(FunctionName=made)
            answer = client.invoke(FunctionName=made, Payload=json.dumps(list(tables.values())))
            assert json.loads(answer["Payload"].read()) == [tables[table] for table in may], name
        finally:
            client.delete_function(FunctionName=made)


def _zipped(code: str) -> bytes:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    return packed.getvalue()


def test_what_the_gateway_says_of_an_open_api_keeps_the_contract(shop):
    """A stage that is not there never reaches the API; what does, keeps its shape."""
    answer = requests.request("POST", f"{shop.outputs['ProductApiUrl']}product", data=b"{", timeout=300)
    keeps_the_contract(
        "POST",
        Answer(
            answer.url,
            answer.status_code,
            {n.lower(): [v] for n, v in answer.headers.items()},
            answer.text,
            answer.json(),
        ),
    )
