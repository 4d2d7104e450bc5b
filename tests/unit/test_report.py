"""The report: what was ordered on a day, noted from events and written as one file."""

import csv
import io
import json
from decimal import Decimal

import boto3
import pytest
from services import TABLE, delivered, emptied, invoker, loaded, make_table, only_moto, queue_event, stored

BUCKET = "the-bucket-of-this-test"
LAMP, CHAIR = (
    {"productId": "1", "productName": "Lamp", "price": 12.5},
    {"productId": "2", "productName": "Chair, red", "price": 49.99},
)


@pytest.fixture(scope="module")
def cloud():
    with only_moto():
        make_table(TABLE, "day", "checkoutId")
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield


@pytest.fixture
def orders(cloud):
    return emptied(boto3.resource("dynamodb").Table(TABLE))


@pytest.fixture
def note(orders):
    """Hands the function that takes notes some checkouts; its answer."""

    def note(*checkouts):
        bodies = [json.dumps(c) if isinstance(c, dict) else c for c in checkouts]
        with loaded("report", "notes", TABLE_NAME=TABLE) as notes:
            answer, _ = invoker(notes)(queue_event(*bodies))
        return answer

    return note


@pytest.fixture
def write(orders):
    """Calls the function that the clock calls; the reports in the bucket afterwards."""

    def write(event):
        with loaded("report", TABLE_NAME=TABLE, BUCKET_NAME=BUCKET) as app:
            invoker(app)(event)
        s3 = boto3.client("s3")
        keys = [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        found = {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() for key in keys}
        for key in keys:
            s3.delete_object(Bucket=BUCKET, Key=key)
        return found

    return write


def checkout(checkout_id, *items, at="2026-01-30T23:59:59.999Z"):
    metadata = {"eventId": "e", "correlationId": "c", "schemaVersion": "1", "occurredAt": at}
    data = {"checkoutId": checkout_id, "userName": "ada", "items": list(items), "totalPrice": 1}
    return delivered(
        {
            "Source": "shop.basket",
            "DetailType": "BasketCheckedOut",
            "Detail": json.dumps({"metadata": metadata, "data": data}),
        }
    )


def scheduled(time):
    return {"source": "aws.events", "detail-type": "Scheduled Event", "time": time, "detail": {}, "resources": ["arn"]}


def test_a_checkout_is_noted_once_and_without_its_customer(note, orders):
    told = checkout("c-1", LAMP | {"quantity": 2})
    note(told, told), note(told)
    [row] = stored(orders)
    assert row == {
        "day": "2026-01-30",
        "checkoutId": "c-1",
        "items": [{**LAMP, "price": Decimal("12.5"), "quantity": 2}],
    }


@pytest.mark.parametrize("bad", ["hello", checkout("c-3", LAMP | {"productName": "\ud800"}), checkout("\udfff")])
def test_one_bad_message_does_not_bring_the_others_back(note, orders, bad):
    assert note(checkout("c-1"), bad, checkout("c-2")) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert {row["checkoutId"] for row in stored(orders)} == {"c-1", "c-2"}


def test_the_report_adds_up_by_product(note, write):
    note(
        checkout("c-1", LAMP | {"quantity": 2}, CHAIR | {"quantity": 1}),
        checkout("c-2", LAMP | {"quantity": 1}),
        checkout("c-3", LAMP | {"quantity": 100}, at="2026-01-31T00:00:00.000Z"),  # of the next day
    )
    assert write(scheduled("2026-01-31T01:00:00Z")) == {
        "orders/2026-01-30.csv": 'product,quantity,revenue\n"Chair, red",1,49.99\nLamp,3,37.5\n'
    }


def test_the_same_lamp_at_two_prices(note, write):
    note(checkout("c-1", LAMP | {"quantity": 2}), checkout("c-2", LAMP | {"quantity": 1, "price": 0.1}))
    assert write({"day": "2026-01-30"})["orders/2026-01-30.csv"].splitlines()[1] == "Lamp,3,25.1"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "＝1", '=HYPERLINK("http://x";"y")'])
def test_no_spreadsheet_takes_a_product_for_a_formula(note, write, name):
    note(checkout("c-1", LAMP | {"quantity": 1, "productName": name}), checkout("c-2", CHAIR | {"quantity": 1}))
    _, *found = csv.reader(io.StringIO(write({"day": "2026-01-30"})["orders/2026-01-30.csv"], newline=""))
    assert sorted(found) == sorted([["'" + name, "1", "12.5"], ["Chair, red", "1", "49.99"]])


def test_a_product_has_one_line_whatever_its_name(note, write):
    note(checkout("c-1", LAMP | {"quantity": 1, "productName": "a\r=1\r\n=2\n"}))
    assert write({"day": "2026-01-30"})["orders/2026-01-30.csv"].splitlines()[1:] == ["a =1 =2,1,12.5"]


def test_a_late_try_is_still_for_the_same_day(note, write):
    """The event says when it was due, however late it is."""
    note(checkout("c-1", LAMP | {"quantity": 2}))
    event = scheduled("2026-01-31T01:00:00Z")
    assert write(event) == write(event)


def test_a_day_without_orders_has_a_report_too(write):
    assert write(scheduled("2026-03-01T01:00:00Z")) == {"orders/2026-02-28.csv": "product,quantity,revenue\n"}


def test_more_orders_than_a_page_of_the_table(orders, write):
    with orders.batch_writer() as rows:
        for n in range(40):  # 40 times some 30 KB, and a page is 1 MB
            rows.put_item(
                Item={
                    "day": "2026-01-30",
                    "checkoutId": f"c-{n}",
                    "note": "x" * 30_000,
                    "items": [{"productName": "Lamp", "quantity": 1, "price": 1}],
                }
            )
    assert write({"day": "2026-01-30"})["orders/2026-01-30.csv"].splitlines()[1] == "Lamp,40,40"


@pytest.mark.parametrize("event", [{"day": "tomorrow"}, {"day": "../x"}, {}])
def test_what_names_no_day_is_an_error(write, event):
    with pytest.raises((ValueError, KeyError)):
        write(event)
