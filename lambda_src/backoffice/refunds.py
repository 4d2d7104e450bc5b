"""Tells the shop of a refund. Whoever pays knows the order by its id: no name, no address."""

import uuid
from datetime import UTC, datetime

from aws_lambda_powertools import Logger
from shop_http import events

NAMESPACE = uuid.UUID("0b7b0a3e-5d0c-4c55-8f0e-6a4f0a1d9c27")  # ours alone, made once
logger = Logger(service="backoffice")


def publish(refund):
    """Publish that a refund is approved; its id, the same each time for the same checkout."""
    refund_id = str(uuid.uuid5(NAMESPACE, refund["checkoutId"]))
    request = logger.get_correlation_id()
    approved = events.detail(
        {"refundId": refund_id, **refund}, str(uuid.uuid4()), request, datetime.now(UTC)
    )
    events.publish(logger, "shop.backoffice", "RefundApproved", [approved])
    return refund_id
