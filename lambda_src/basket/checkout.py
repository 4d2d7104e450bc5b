"""Checking out: the basket goes, the answer and the event stay. All of it is one transaction."""

import time

import checkouts
import events
import rules
from baskets import NoSuchBasket, get
from outbox import Taken, accept

PATIENCE = (0, 0.05, 0.1, 0.2, 0.4)  # seconds; twins of a request wait for its answer


def check_out(customer, key):
    """Accept the checkout of a basket; a request that was sent before gets its answer again."""
    for pause in PATIENCE if key else (0,):
        time.sleep(pause)
        if key and (earlier := checkouts.find(customer, key)):
            return earlier
        try:
            return check_out_now(customer, key)
        except Taken as error:
            reason = error  # perhaps by a twin of this request
        except NoSuchBasket:
            if key and (earlier := checkouts.find(customer, key)):  # it was a twin
                return earlier
            raise
    raise reason


def check_out_now(customer, key):
    basket, occurred_at = get(customer["userName"]), events.now()
    checkout = {
        "checkoutId": basket["checkoutId"], "status": "accepted", "totalPrice": rules.total(basket),
    }
    order = {
        **customer, "items": basket["items"],
        "checkoutId": checkout["checkoutId"], "totalPrice": checkout["totalPrice"],
    }
    request = {"requestId": checkout["checkoutId"]}
    if key:
        request = {
            "requestId": checkouts.request_id(customer["userName"], key),
            "customer": checkouts.fingerprint(key, customer),
            "items": checkouts.fingerprint(key, basket["items"]),
        }
    accept(
        basket,
        answer={**request, **checkout, "acceptedAt": occurred_at},
        event={
            "checkoutId": checkout["checkoutId"],
            "event": events.checked_out(order, occurred_at),
            "acceptedAt": occurred_at,
        },
    )
    return checkout
