"""The Backoffice service: what staff decide, told to the rest of the shop."""

import os

import refunds
import rules
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig
from shop_http.answers import answer, error, respond, shape_errors
from shop_http.events import NotPublished
from shop_http.validation import json_object

logger = Logger(service="backoffice")
app = APIGatewayRestResolver(cors=CORSConfig(allow_origin=os.environ["ORIGIN"]))
shape_errors(app, logger)


@app.exception_handler(NotPublished)
def not_published(_):
    return error(503, "The refund could not be accepted. Try again; it will not be paid twice.")


@app.post("/refund")
def approve_refund():
    identity = app.current_event["requestContext"].get("identity", {})
    clerk = identity.get("userArn")  # API Gateway has checked the signature
    if clerk is None:
        return error(403, "Only staff may do this, and nothing says who you are.")
    refund = rules.refund(json_object(app.current_event))
    refund_id = refunds.publish(refund)
    logger.info(
        "Refund approved", refund_id=refund_id, checkout_id=refund["checkoutId"], approved_by=clerk
    )
    return answer(202, {"refundId": refund_id, "status": "accepted"})


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    return respond(app, logger, event, context)
