"""Backoffice: what a refund may be, and what the shop is told of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import services
from botocore.exceptions import ClientError, EndpointConnectionError
from services import BUS, caller, invoker, loaded, only_moto, proxy_event

ORIGIN = "https://backoffice.example.com"
CHECKOUT = "5f1c9f6e-3c1b-4f0e-9a43-0f4f6f8d2a11"
GOOD = {"checkoutId": CHECKOUT, "amount": 12.5, "reason": "late"}
BAD = [
    ({}, "Missing field: amount, checkoutId, reason"),
    (GOOD | {"iban": "unknown"}, "Unknown field: iban"),
    (GOOD | {"checkoutId": CHECKOUT[:18]}, "checkoutId"),
    (GOOD | {"checkoutId": CHECKOUT.upper()}, "checkoutId"),
    (GOOD | {"checkoutId": CHECKOUT + "\n"}, "checkoutId"),
    (GOOD | {"checkoutId": 5}, "checkoutId"),
    (GOOD | {"amount": 0}, "amount"),
    (GOOD | {"amount": -1}, "amount"),
    (GOOD | {"amount": 10_000.01}, "amount"),
    (GOOD | {"amount": 12.505}, "two decimals"),
    (GOOD | {"amount": "12.50"}, "amount"),
    (GOOD | {"amount": True}, "amount"),
    (GOOD | {"amount": None}, "amount"),
    (GOOD | {"reason": "because"}, "reason"),
    (GOOD | {"reason": ["late"]}, "reason"),
    ([GOOD], "JSON object"),
    (b"{", "valid JSON"),
]


@pytest.fixture(scope="module")
def service() -> Iterator[Any]:
    with only_moto():
        boto3.client("events").create_event_bus(Name=BUS)
        with loaded("backoffice", BUS_NAME=BUS, ORIGIN=ORIGIN) as app:
            yield app


ADA = {"userArn": "arn:aws:sts::000000000000:assumed-role/Clerk/ada"}


def signed(*request, by=ADA, **how):
    """The event of a request whose signature API Gateway has checked."""
    event = proxy_event(*request, **how)
    event["requestContext"]["identity"] = by
    return event


@pytest.fixture
def backoffice(service, monkeypatch):
    """Calls the service as Ada, who has signed."""
    monkeypatch.setattr(services, "proxy_event", signed)
    return caller(service)


@pytest.fixture
def told(service, monkeypatch) -> list[dict]:
    """The entries that were put on the bus."""
    entries: list[dict] = []

    def put_events(Entries):  # as boto3 names it
        entries.extend(Entries)
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "an-event"} for _ in Entries]}

    monkeypatch.setattr(service.refunds.events.bus, "put_events", put_events)
    return entries


def test_the_shop_is_told_of_a_refund(backoffice, told):
    answer = backoffice("POST", "/refund", GOOD, headers={"x-correlation-id": "a-test"})
    assert (answer.status, answer.body["status"]) == (202, "accepted")
    [entry] = told
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == (BUS, "shop.backoffice", "RefundApproved")
    detail = json.loads(entry["Detail"])
    assert detail["data"] == {"refundId": answer.body["refundId"], **GOOD}
    assert detail["metadata"].keys() == {"eventId", "correlationId", "schemaVersion", "occurredAt"}
    assert detail["metadata"]["correlationId"] == "a-test"


def test_the_event_has_nothing_of_a_person_in_it(backoffice, told):
    backoffice("POST", "/refund", GOOD)
    assert json.loads(told[0]["Detail"])["data"].keys() == {"refundId", "checkoutId", "amount", "reason"}


def test_a_checkout_is_refunded_under_one_id_however_often(backoffice, told):
    ids = {backoffice("POST", "/refund", GOOD).body["refundId"] for _ in range(2)}
    assert len(ids) == 1
    assert backoffice("POST", "/refund", GOOD | {"checkoutId": str(uuid.uuid4())}).body["refundId"] not in ids


@pytest.mark.parametrize("amount", [0.01, 10_000, 9_999.99, 12.5, 19.99])
def test_money_goes_along_to_the_cent(backoffice, told, amount):
    assert backoffice("POST", "/refund", GOOD | {"amount": amount}).status == 202
    assert f'"amount": {amount}' in told[0]["Detail"]


@pytest.mark.parametrize(("body", "about"), BAD)
def test_what_is_no_refund_is_refused_and_nobody_is_told(backoffice, told, body, about):
    answer = backoffice("POST", "/refund", body)
    assert answer.status == 400 and about in answer.body["error"]["message"]
    assert told == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/refund"), ("POST", "/"), ("DELETE", "/refund"), ("POST", "/refund/1")]
)
def test_there_is_no_other_route(backoffice, told, method, path):
    assert backoffice(method, path, GOOD).status == 404


def fails(error):
    def put_events(**_):
        raise error

    return put_events


@pytest.mark.parametrize(
    "put_events",
    [
        fails(
            ClientError(
                {"Error": {"Code": "AccessDeniedException", "Message": "role/x is not authorized"}}, "PutEvents"
            )
        ),
        fails(EndpointConnectionError(endpoint_url="https://events.example.com")),
        lambda **_: {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]},
    ],
)
def test_what_the_bus_did_not_take_is_not_accepted(service, backoffice, monkeypatch, put_events):
    monkeypatch.setattr(service.refunds.events.bus, "put_events", put_events)
    answer = backoffice("POST", "/refund", GOOD)
    assert answer.status == 503 and "authorized" not in answer.text


def test_a_bus_that_does_not_answer_is_given_up_before_lambda_gives_up(service):
    """The function has 10 s; two tries of 3 s, after which it still has time to say so."""
    config = service.refunds.events.bus.meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (1, 2, 2)


@pytest.mark.parametrize("by", [{}, {"userArn": None}, {"apiKey": "a-key", "userArn": None}])
def test_whoever_is_not_named_is_refused_here_too(service, told, by):
    """As if somebody had taken the authorizer away."""
    answer, _ = invoker(service)(signed("POST", "/refund", GOOD, by=by))
    assert answer["statusCode"] == 403 and told == []


def test_the_log_says_who_approved_what_and_nothing_that_proves_it(service, told):
    event = signed("POST", "/refund", GOOD, headers={"x-api-key": "a-key", "authorization": "a-signature"})
    answer, lines = invoker(service)(event)
    assert answer["statusCode"] == 202
    [approved] = [line for line in lines if line["message"] == "Refund approved"]
    assert approved["approved_by"].endswith("/ada") and approved["checkout_id"] == CHECKOUT
    assert "a-key" not in json.dumps(lines) and "a-signature" not in json.dumps(lines)


def test_a_page_of_the_back_office_may_read_the_answer(service, told):
    answer, _ = invoker(service)(signed("POST", "/refund", GOOD, headers={"Origin": ORIGIN}))
    assert answer["multiValueHeaders"]["Access-Control-Allow-Origin"] == [ORIGIN]
