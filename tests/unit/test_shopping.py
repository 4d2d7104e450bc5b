"""`fill_basket` and `check_out` send what the shop's own rules take, with the headers that are asked for."""

from __future__ import annotations

import json

import pytest
from services import CHECKOUTS, OUTBOX, TABLE, caller, loaded, make_table, only_moto

from workbook.clients import shopping
from workbook.clients.rest import Answer


@pytest.fixture
def answered(monkeypatch):
    """Basket in this process, in place of its API."""
    with only_moto():
        for name, key in ((TABLE, "userName"), (CHECKOUTS, "requestId"), (OUTBOX, "checkoutId")):
            make_table(name, key)
        with loaded("basket", TABLE_NAME=TABLE, CHECKOUTS_NAME=CHECKOUTS, OUTBOX_NAME=OUTBOX) as app:
            call = caller(app)

            class Api:
                def send(self, method, path, *, headers, **how):
                    found = call(method, f"/{path}", how["json"], headers=headers or None)
                    return Answer(found.status, found.body, found.headers, 1)

            monkeypatch.setattr(shopping, "outputs", {"BasketApiUrl": "here"})
            monkeypatch.setattr(shopping, "_api", lambda _: Api())
            yield app


def test_what_is_put_into_a_basket_is_checked_out(answered):
    filled = shopping.fill_basket("ada", "Chair", 4, 49.9, x_correlation_id="a-visit")
    assert (filled.status, filled.headers["x-correlation-id"]) == (201, "a-visit")
    [item] = filled.body["items"]
    assert (item["productName"], item["quantity"], float(item["price"])) == ("Chair", 4, 49.9)
    accepted = shopping.check_out("ada", x_correlation_id="a-visit")
    assert (accepted.status, accepted.headers["x-correlation-id"]) == (202, "a-visit")


def test_more_may_be_said_at_the_checkout_or_something_else(answered):
    shopping.fill_basket("ada")
    refused = shopping.check_out("ada", {"coupon": "spring"})
    assert refused.status == 400 and "coupon" in json.dumps(refused.body)
    assert shopping.check_out("ada", {"paymentMethod": "card"}).status == 202
    assert shopping.check_out("ada").status == 404, "the basket is gone"
