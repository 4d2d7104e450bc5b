"""Tells the shop of a refund. Whoever pays knows the order by its id: no name, no address."""

import os
import uuid
from datetime import UTC, datetime

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from shop_http.answers import as_json

NAMESPACE = uuid.UUID("0b7b0a3e-5d0c-4c55-8f0e-6a4f0a1d9c27")  # ours alone, made once
logger = Logger(service="backoffice")
bus = boto3.client(
    "events", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
)


class NotPublished(Exception):
    """The bus did not take the event."""


def publish(refund):
    """Publish that a refund is approved; its id, the same each time for the same checkout."""
    refund_id = str(uuid.uuid5(NAMESPACE, refund["checkoutId"]))
    metadata = {
        "eventId": str(uuid.uuid4()),
        "correlationId": logger.get_correlation_id(),
        "schemaVersion": "1",
        "occurredAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    entry = {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": "shop.backoffice",
        "DetailType": "RefundApproved",
        "Detail": as_json({"metadata": metadata, "data": {"refundId": refund_id, **refund}}),
    }
    try:
        failed = bus.put_events(Entries=[entry])["FailedEntryCount"]
    except (BotoCoreError, ClientError) as error:
        logger.error("Not published", error=type(error).__name__)
        raise NotPublished from None
    if failed:
        raise NotPublished
    return refund_id
