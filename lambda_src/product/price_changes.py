"""Tells the world of prices that changed, as the table's stream shows them: before and after."""

import uuid
from datetime import UTC, datetime

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from shop_http.events import detail, publish

NAMESPACE = uuid.UUID("a1b5d2de-9f0b-4b0e-8d53-3f1f0b6a7c55")  # ours alone, made once
logger = Logger(service="product")


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    records = list(DynamoDBStreamEvent(event).records)
    details = [price_changed(record) for record in records if differs(record.dynamodb)]
    logger.info("Changes seen", records=len(records), of_the_price=len(details))
    publish(logger, "shop.product", "ProductPriceChanged", details)


def differs(images):
    return images.old_image["price"] != images.new_image["price"]


def price_changed(record):
    """The event that says so."""
    old, new = record.dynamodb.old_image, record.dynamodb.new_image
    when = datetime.fromtimestamp(record.dynamodb.approximate_creation_date_time, UTC)
    prices = {"oldPrice": old["price"], "newPrice": new["price"]}
    data = {"productId": new["id"], "name": new["name"], **prices}
    # the stream does not know which request it was
    return detail(data, id_of(record), correlation_id=id_of(record), when=when)


def id_of(record):
    """The id of the event that a record becomes. The same record gives the same one again."""
    return str(uuid.uuid5(NAMESPACE, record.event_id))
