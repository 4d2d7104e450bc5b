"""The Ordering service's API: what was ordered. Orders come through the queue."""

import dates
import orders
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from shop_http import paging
from shop_http.answers import answer, error, respond, shape_errors
from shop_http.validation import user_name_in_path

logger = Logger(service="ordering")
app = APIGatewayRestResolver()
shape_errors(app, logger)


@app.exception_handler(orders.NoSuchOrder)
def no_such_order(_):
    return error(404, "There is no such order, or not yet.")


@app.get("/order")
def list_orders():
    request = app.current_event
    items, last = orders.page(paging.limit(request), paging.start(request, orders.ALL))
    return answer(200, {"items": items, "next": paging.token(last)})


@app.get("/order/<user_name>")
def list_orders_of_user(user_name):
    request, user = app.current_event, user_name_in_path(user_name)
    span = dates.span(paging.parameter(request, "from"), paging.parameter(request, "to"))
    start = paging.start(request, orders.of_user(user, *span))
    items, last = orders.page_of_user(user, *span, paging.limit(request), start)
    return answer(200, {"items": items, "next": paging.token(last)})


@app.get("/order/<user_name>/<order_id>")
def get_order(user_name, order_id):
    return answer(200, orders.get(user_name_in_path(user_name), order_id))


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    return respond(app, logger, event, context)
