"""The Basket service: parse, do, answer."""

import baskets
import checkout
import checkouts
import outbox
import rules
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from shop_http import paging
from shop_http.answers import answer, error, here, idempotency_key, respond, shape_errors
from shop_http.validation import json_object, user_name_in_path

logger = Logger(service="basket")
app = APIGatewayRestResolver()
shape_errors(app, logger)


@app.exception_handler(baskets.NoSuchBasket)
def no_such_basket(_):
    return error(404, "This user has no basket.")


@app.exception_handler(outbox.Taken)
def taken(_):
    return error(409, "The basket has changed, or was checked out meanwhile. Look at it again.")


@app.exception_handler(checkouts.KeyReused)
def key_reused(_):
    message = "This Idempotency-Key was sent with another request before. Make up a new one."
    return error(422, message, "IdempotencyKeyReused")


@app.exception_handler(outbox.NotStored)
def not_stored(_):
    return error(503, "The checkout could not be accepted. The basket is still there; try again.")


@app.post("/basket/checkout")
def check_out():
    customer = rules.checkout(json_object(app.current_event))
    return answer(202, checkout.check_out(customer, idempotency_key(app.current_event)))


@app.post("/basket")
def put_basket():
    basket = rules.basket(json_object(app.current_event))
    replaced = baskets.put(basket)
    location = here(app.current_event, f"basket/{basket['userName']}")
    return answer(200 if replaced else 201, basket, Location=location)


@app.get("/basket")
def list_baskets():
    request = app.current_event
    items, last = baskets.page(paging.limit(request), paging.start(request, baskets.KEY))
    return answer(200, {"items": items, "next": paging.token(last)})


@app.get("/basket/<user_name>")
def get_basket(user_name):
    return answer(200, baskets.shown(baskets.get(user_name_in_path(user_name))))


@app.delete("/basket/<user_name>")
def delete_basket(user_name):
    baskets.delete(user_name_in_path(user_name))
    return answer(204)


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    return respond(app, logger, event, context)
