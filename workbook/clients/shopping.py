"""`fill_basket(user)`, `check_out(user)`: what a customer sends, where a chapter is about something else."""

from __future__ import annotations

import functools
from typing import Any

from workbook.clients.rest import Answer, Rest
from workbook.cloud.stacks import outputs

_api = functools.cache(Rest)


def fill_basket(
    user: str, product: str = "Lamp", quantity: int = 1, price: float = 12.5, **headers: str
) -> Answer:
    """Put a product into a user's basket, in place of what was in it.

    Args:
        user: the user's name.
        product: the product's.
        quantity: how many of it.
        price: of one.
        headers: of the request, with `_` for `-`, such as `x_correlation_id`.
    """
    item = {"productId": f"{product.lower()}-1", "productName": product, "quantity": quantity, "price": price}
    return _send("basket", {"userName": user, "items": [item]}, headers)


def check_out(user: str, more: dict[str, Any] | None = None, **headers: str) -> Answer:
    """Check a user's basket out: somebody of that name, who pays by invoice.

    Args:
        user: the user's name.
        more: what else the checkout says, or says otherwise.
        headers: of the request, with `_` for `-`, such as `x_correlation_id`.
    """
    customer = {
        "userName": user,
        "firstName": user.title(),
        "lastName": "Example",
        "email": f"{user}@example.com",
        "address": "1 Main Street",
        "paymentMethod": "invoice",
    }
    return _send("basket/checkout", customer | (more or {}), headers)


def _send(path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _api(outputs["BasketApiUrl"]).send("POST", path, json=body, headers=named)
