"""Events of the shop: what all of them say of themselves, and the way to the bus."""

import os
from datetime import UTC, datetime

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shop_http.answers import as_json

AT_ONCE = 10  # entries that PutEvents takes
bus = boto3.client(
    "events", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
)


class NotPublished(Exception):
    """The bus has not taken all events."""


def detail(data: dict, event_id: str, correlation_id: str, when: datetime) -> dict:
    """An event's detail, as the contract has it.

    Args:
        data: what happened.
        event_id: the event's own; the same again is the same event.
        correlation_id: of the request that brought it about.
        when: the moment at which it happened.
    """
    occurred_at = when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    about = {"eventId": event_id, "correlationId": correlation_id}
    return {"metadata": {**about, "schemaVersion": "1", "occurredAt": occurred_at}, "data": data}


def publish(logger, source: str, kind: str, details: list[dict]) -> None:
    """Publish events on the bus BUS_NAME, and log what became of each.

    Args:
        logger: the service's.
        source: who says so, such as `shop.product`.
        kind: the detail-type.
        details: of each event, its detail.

    Raises:
        NotPublished: the bus has not taken all of them.
    """
    starts = range(0, len(details), AT_ONCE)
    failed = sum(_publish(logger, source, kind, details[s : s + AT_ONCE]) for s in starts)
    if failed:
        raise NotPublished(f"{failed} of {len(details)}")


def _publish(logger, source: str, kind: str, details: list[dict]) -> int:
    """Publish as many as go at once; how many of them the bus has not taken."""
    about = {"EventBusName": os.environ["BUS_NAME"], "Source": source, "DetailType": kind}
    try:
        entries = [{**about, "Detail": as_json(one)} for one in details]
        answers = bus.put_events(Entries=entries)["Entries"]
    except (BotoCoreError, ClientError) as error:
        answers = [{"ErrorCode": type(error).__name__}] * len(details)
    for metadata, answer in zip((one["metadata"] for one in details), answers, strict=True):
        logger.set_correlation_id(metadata["correlationId"])
        if "ErrorCode" in answer:  # the status is 200 even if some failed
            logger.error("Not published", event_id=metadata["eventId"], error=answer["ErrorCode"])
        else:
            logger.info("Published", event_id=metadata["eventId"], detail_type=kind)
    return sum("ErrorCode" in answer for answer in answers)
