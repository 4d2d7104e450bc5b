"""What a basket and a checkout may be."""

from shop_http.cards import has_card_number
from shop_http.validation import (
    LARGEST, BadRequestError, checked, money, one_of, several, text, user_name, whole,
)

ITEM = {
    "productId": text(1, 100),
    "productName": text(1, 200),
    "quantity": whole(1, 999),
    "price": money,
    "color": text(1, 50),
}
BASKET = {"userName": user_name, "items": several(1, 100, ITEM, required=ITEM.keys() - {"color"})}
CHECKOUT = {
    "userName": user_name,
    "firstName": text(1, 100),
    "lastName": text(1, 100),
    "email": text(3, 254),
    "address": text(1, 500),
    "paymentMethod": one_of("card", "invoice"),
}


def basket(body):
    found = checked(body, BASKET, required=BASKET)
    if total(found) > LARGEST:
        raise BadRequestError(f"The items must not cost more than {LARGEST} together.")
    return found


def checkout(body):
    if has_card_number(body):
        raise BadRequestError(
            "Never send a card number here. How to pay is enough: card or invoice."
        )
    return checked(body, CHECKOUT, required=CHECKOUT)


def total(basket):
    """What the server says it costs; nobody asks the client."""
    return sum(item["price"] * item["quantity"] for item in basket["items"])
