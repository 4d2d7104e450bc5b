"""Basket's publisher: what is in the outbox gets onto the bus, and out of the outbox, in this order."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ReadTimeoutError
from services import BUS, REFUSED, denied, invoker, refusing, stored

IDS = [f"0000000{n}-0000-4000-8000-000000000000" for n in range(10)]


def row(checkout_id, age=0):
    event = {
        "metadata": {"eventId": f"event of {checkout_id}", "correlationId": f"request of {checkout_id}"},
        "data": {"checkoutId": checkout_id},
    }
    at = (datetime.now(UTC) - timedelta(seconds=age)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"checkoutId": checkout_id, "event": json.dumps(event), "acceptedAt": at}


def inserted(*rows):
    """The event that the table's stream brings."""
    images = [{name: {"S": value} for name, value in row.items()} for row in rows]
    return {
        "Records": [
            {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": {"NewImage": image}} for image in images
        ]
    }


@pytest.fixture
def published(publisher, monkeypatch):
    """The entries that the bus took. Those in `published.refused` it does not take."""
    taken = type("Published", (list,), {"refused": set()})()

    def put_events(Entries):
        failed = [json.loads(entry["Detail"])["data"]["checkoutId"] in taken.refused for entry in Entries]
        taken.extend(entry for entry, no in zip(Entries, failed, strict=True) if not no)
        return {"FailedEntryCount": sum(failed), "Entries": [REFUSED if no else {"EventId": "an id"} for no in failed]}

    monkeypatch.setattr(publisher.bus, "put_events", put_events)
    return taken


@pytest.fixture
def put(outbox):
    def put(*rows):
        for one in rows:
            outbox.put_item(Item=one)
        return rows

    return put


def in_it(outbox):
    return sorted(one["checkoutId"] for one in stored(outbox))


def test_it_is_published_as_it_stands_there_and_then_gone(publisher, outbox, put, published):
    rows = put(row(IDS[0]), row(IDS[1]))
    _, logged = invoker(publisher)(inserted(*rows))
    assert published == [
        {"EventBusName": BUS, "Source": "shop.basket", "DetailType": "BasketCheckedOut", "Detail": one["event"]}
        for one in rows
    ]  # fmt: skip
    assert in_it(outbox) == []
    assert [(line["message"], line["checkout_id"], line["event_id"], line["correlation_id"]) for line in logged] == [
        ("Published", i, f"event of {i}", f"request of {i}") for i in IDS[:2]
    ]


def test_what_the_bus_refuses_stays_and_comes_again(publisher, outbox, put, published):
    rows = put(row(IDS[0]), row(IDS[1]), row(IDS[2]))
    published.refused = {IDS[1]}
    with pytest.raises(publisher.NotPublished, match="1 of 3"):
        invoker(publisher)(inserted(*rows))
    assert in_it(outbox) == [IDS[1]] and len(published) == 2
    published.refused = set()
    invoker(publisher)(inserted(*rows))  # all of the batch, as the mapping brings it
    assert in_it(outbox) == []
    assert {json.loads(entry["Detail"])["data"]["checkoutId"] for entry in published} == set(IDS[:3])


@pytest.mark.parametrize("error", [denied("PutEvents"), ReadTimeoutError(endpoint_url="https://events.example")])
def test_whatever_goes_wrong_it_stays(publisher, outbox, put, monkeypatch, error):
    rows = put(row(IDS[0]))
    monkeypatch.setattr(publisher.bus, "put_events", refusing(error))
    with pytest.raises(type(error)):
        invoker(publisher)(inserted(*rows))
    assert in_it(outbox) == [IDS[0]]


def test_each_minute_what_is_left_over_is_published(publisher, outbox, put, published):
    put(row(IDS[0], age=61), row(IDS[1], age=50), row(IDS[2], age=100_000))
    invoker(publisher)({"source": "aws.events", "detail-type": "Scheduled Event"})
    assert in_it(outbox) == [IDS[1]]  # that is still the stream's
    assert len(published) == 2


def test_what_is_left_over_may_be_more_than_one_page(publisher, outbox, put, published):
    """A scan reads 1 MB at a time."""
    put(*({**row(f"{n:08}-0000-4000-8000-000000000000", age=100), "more": "x" * 100_000} for n in range(25)))
    invoker(publisher)({"source": "aws.events"})
    assert in_it(outbox) == [] and len(published) == 25


def test_many_are_published_ten_at_a_time(publisher, outbox, put, monkeypatch):
    put(*(row(f"{n:08}-0000-4000-8000-000000000000", age=100) for n in range(25)))
    sizes = []
    monkeypatch.setattr(
        publisher.bus,
        "put_events",
        lambda Entries: sizes.append(len(Entries)) or {"FailedEntryCount": 0, "Entries": [{}] * len(Entries)},
    )
    invoker(publisher)({"source": "aws.events"})
    assert sizes == [10, 10, 5] and in_it(outbox) == []


def test_of_many_those_after_one_that_fails_are_published_all_the_same(publisher, outbox, put, published):
    rows = put(*(row(f"{n:08}-0000-4000-8000-000000000000", age=100) for n in range(25)))
    published.refused = {rows[3]["checkoutId"]}
    with pytest.raises(publisher.NotPublished, match="1 of 25"):
        invoker(publisher)({"source": "aws.events"})
    assert in_it(outbox) == [rows[3]["checkoutId"]] and len(published) == 24


def test_with_nothing_left_over_nothing_is_asked_of_the_bus(publisher, outbox, monkeypatch):
    monkeypatch.setattr(publisher.bus, "put_events", refusing(AssertionError("asked")))
    invoker(publisher)({"source": "aws.events"})


def test_a_bus_that_does_not_answer_is_given_up_before_lambda_gives_up(publisher):
    """The function has 10 s; two tries of 3 s, after which it still has time to say so."""
    config = publisher.bus.meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (1, 2, 2)
