"""Product's publisher of price changes: old and new price, once an event, whatever comes again."""

import json
import sys
import uuid

import boto3
import pytest
from services import BUS, REFUSED, invoker, loaded, only_moto


@pytest.fixture(scope="module")
def price_changes():
    with only_moto():
        boto3.client("events").create_event_bus(Name=BUS)
        with loaded("product", "price_changes", BUS_NAME=BUS) as module:
            yield module


@pytest.fixture
def published(price_changes, monkeypatch):
    """The entries that the bus took, in the requests that brought them. What is in `refused` it does not take."""
    taken = type("Published", (list,), {"refused": set()})()

    def put_events(Entries):
        assert len(Entries) <= 10
        failed = [json.loads(entry["Detail"])["data"]["productId"] in taken.refused for entry in Entries]
        taken.append([entry for entry, no in zip(Entries, failed, strict=True) if not no])
        return {"FailedEntryCount": sum(failed), "Entries": [REFUSED if no else {"EventId": "an id"} for no in failed]}

    monkeypatch.setattr(sys.modules["shop_http.events"].bus, "put_events", put_events)
    return taken


def changed(product_id, old, new, event_id=None, **more):
    images = {"OldImage": {"price": {"N": old}}, "NewImage": {"price": {"N": new}}}
    for image in images.values():
        image |= {"id": {"S": product_id}, "name": {"S": "Lamp"}}
    return {
        "eventID": event_id or uuid.uuid4().hex, "eventName": "MODIFY", "eventSource": "aws:dynamodb",
        "dynamodb": {"ApproximateCreationDateTime": 1769851800, "Keys": {"id": {"S": product_id}}, **images} | more,
    }  # fmt: skip


def details(published):
    return [json.loads(entry["Detail"]) for request in published for entry in request]


def test_the_event(price_changes, published):
    _, logged = invoker(price_changes)({"Records": [changed("p-1", "12.5", "10")]})
    [[entry]] = published
    assert {k: v for k, v in entry.items() if k != "Detail"} == {
        "EventBusName": BUS, "Source": "shop.product", "DetailType": "ProductPriceChanged",
    }  # fmt: skip
    detail = json.loads(entry["Detail"])
    assert detail["data"] == {"productId": "p-1", "name": "Lamp", "oldPrice": 12.5, "newPrice": 10}
    assert detail["metadata"].keys() == {"eventId", "correlationId", "schemaVersion", "occurredAt"}
    assert (detail["metadata"]["schemaVersion"], detail["metadata"]["occurredAt"]) == ("1", "2026-01-31T09:30:00.000Z")
    assert str(uuid.UUID(detail["metadata"]["eventId"])) == detail["metadata"]["eventId"]
    assert [line["message"] for line in logged] == ["Changes seen", "Published"]


@pytest.mark.parametrize(("old", "new"), [("12.5", "12.50"), ("10", "10.0"), ("0", "-0")])
def test_the_same_price_written_otherwise_is_no_change(price_changes, published, old, new):
    _, logged = invoker(price_changes)({"Records": [changed("p-1", old, new)]})
    assert published == []
    assert [(line["records"], line["of_the_price"]) for line in logged] == [(1, 0)]


def test_a_record_that_comes_again_is_the_same_event_to_the_letter(price_changes, published):
    record = changed("p-1", "1", "2")
    for _ in range(2):
        invoker(price_changes)({"Records": [record]})
    first, second = details(published)
    assert first == second


def test_two_changes_of_one_product_are_two_events_in_their_order(price_changes, published):
    invoker(price_changes)({"Records": [changed("p-1", "1", "2"), changed("p-1", "2", "1")]})
    first, second = details(published)
    assert [d["data"]["newPrice"] for d in (first, second)] == [2, 1]
    assert first["metadata"]["eventId"] != second["metadata"]["eventId"]


def test_many_go_ten_at_a_time(price_changes, published):
    invoker(price_changes)({"Records": [changed(f"p-{n}", "1", "2") for n in range(23)]})
    assert [len(request) for request in published] == [10, 10, 3]


def test_what_the_bus_refuses_fails_the_batch_and_comes_again_with_the_same_id(price_changes, published):
    batch = {"Records": [changed("p-1", "1", "2"), changed("p-2", "1", "2")]}
    published.refused = {"p-2"}
    with pytest.raises(sys.modules["shop_http.events"].NotPublished, match="1 of 2"):
        invoker(price_changes)(batch)
    published.refused = set()
    invoker(price_changes)(batch)
    ids = {d["data"]["productId"]: set() for d in details(published)}
    for d in details(published):
        ids[d["data"]["productId"]].add(d["metadata"]["eventId"])
    assert {product: len(found) for product, found in ids.items()} == {"p-1": 1, "p-2": 1}
    assert len(details(published)) == 3
