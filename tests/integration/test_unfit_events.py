"""What no table takes stops nobody: half a character fails alone, and EventLog keeps any event there is."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress

import pytest
from learner import until
from samples import ADA

CHAIR = {"productId": "p", "productName": "Chair", "quantity": 1, "price": 45}


def message(**data):
    """What the bus puts into a queue for a checkout; and the checkout's id."""
    checkout_id = str(uuid.uuid4())
    metadata = {"eventId": str(uuid.uuid4()), "correlationId": "c", "schemaVersion": "1"}
    detail = {
        "metadata": metadata | {"occurredAt": "2026-01-31T09:30:00.000Z"},
        "data": {"checkoutId": checkout_id, "items": [CHAIR], "totalPrice": 45, **ADA} | data,
    }
    return checkout_id, json.dumps({"id": str(uuid.uuid4()), "detail": detail})


def test_a_message_with_half_a_character_fails_alone_and_the_others_are_done_at_once(shop):
    client, logs, url = shop.client("sqs"), shop.client("logs"), shop.outputs["OrderingQueue"]
    made = [message(), message(items=[CHAIR | {"productName": "\ud800"}]), message()]
    entries = [{"Id": str(n), "MessageBody": body} for n, (_, body) in enumerate(made)]
    client.send_message_batch(QueueUrl=url, Entries=entries)

    def said(word):
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{shop.outputs['OrderingWorker']}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []  # the group comes with the first line
        return [event["message"] for event in events if word in event["message"]]

    try:
        until(lambda: all(said(id) for id, _ in (made[0], made[2])))
        until(lambda: said("UnicodeEncodeError"))
        assert not said("timed out")
    finally:
        client.purge_queue(QueueUrl=url)


def nested(levels):
    return {"a": nested(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    "detail",
    ['{"n": 123456789012345678901234567890123456789}', '{"n": 1e200}', json.dumps(nested(40)), '{"s": "\\ud800"}',
     json.dumps({"s": "x" * 420_000}), json.dumps({"s": "\u4e45" * 150_000})],
    ids=["39 digits", "a huge exponent", "40 levels", "half a character", "420 KB", "900 KB"],
)  # fmt: skip
def test_event_log_keeps_an_event_that_fits_into_no_item(shop, detail):
    entry = {
        "EventBusName": shop.outputs["EventBusName"], "Source": "test.unfit", "DetailType": "Unfit", "Detail": detail
    }  # fmt: skip
    [put] = shop.client("events").put_events(Entries=[entry])["Entries"]
    client, table = shop.client("dynamodb"), shop.outputs["EventLogTable"]

    def row(id):
        return client.get_item(TableName=table, Key={"id": {"S": id}}).get("Item")

    def kept():
        """The event; None as long as not all of its parts are there."""
        text, parts = "", 0
        while part := row(f"{put['EventId']}#{parts * 90_000}" if parts else put["EventId"]):
            text, parts = text + part["text"]["S"], parts + 1
        with suppress(ValueError):
            return json.loads(text)

    assert until(kept)["detail"] == json.loads(detail)
    python = shop.kernel()
    assert python(f"from workbook import outputs, table; {put['EventId']!r} in set(table(outputs['EventLogTable']).id)")
