"""What Basket tells the world."""

import uuid
from datetime import UTC, datetime

from aws_lambda_powertools import Logger
from shop_http.answers import as_json

logger = Logger(service="basket")


def now():
    """As the contract writes it: UTC, milliseconds, a Z at the end."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def checked_out(order, occurred_at):
    """The event that says so, as text."""
    metadata = {
        "eventId": str(uuid.uuid4()),
        "correlationId": logger.get_correlation_id(),
        "schemaVersion": "1",
        "occurredAt": occurred_at,
    }
    return as_json({"metadata": metadata, "data": order})
