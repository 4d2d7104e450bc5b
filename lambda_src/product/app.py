"""The Product service: parse, do, answer."""

import catalogue
import products
import rules
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from shop_http import paging
from shop_http.answers import answer, error, here, respond, shape_errors
from shop_http.validation import json_object

logger = Logger(service="product")
app = APIGatewayRestResolver()
shape_errors(app, logger)


@app.exception_handler(products.NoSuchProduct)
def no_such_product(_):
    return error(404, "There is no product with this id.")


@app.post("/product")
def create_product():
    product = products.create(rules.product(json_object(app.current_event)))
    return answer(201, product, Location=here(app.current_event, f"product/{product['id']}"))


@app.get("/product")
def list_products():  # new
    request = app.current_event
    category = rules.category(paging.parameter(request, "category"))
    start = paging.start(request, catalogue.page_key(category))
    items, last = catalogue.page(category, paging.limit(request), start)
    return answer(200, {"items": items, "next": paging.token(last)})


@app.get("/product/<product_id>")
def get_product(product_id):
    return answer(200, products.get(product_id))


@app.put("/product/<product_id>")
def replace_product(product_id):
    product = rules.product_with_id(json_object(app.current_event), product_id)
    return answer(200, products.replace(product_id, product))


@app.delete("/product/<product_id>")
def delete_product(product_id):
    products.delete(product_id)
    return answer(204)


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    return respond(app, logger, event, context)
