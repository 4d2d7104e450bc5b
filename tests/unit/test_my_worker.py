import json
import uuid

from services import queue_event


def checkout():
    """The body of a good message."""
    lamp = {
        "productId": "lamp-1", "productName": "Lamp", "quantity": 1, "price": 12.5, "color": "red",
    }
    customer = {
        "userName": "ada", "firstName": "Ada", "lastName": "Example", "email": "ada@example.com",
    }
    more = {
        "address": "1 Main Street", "paymentMethod": "invoice", "items": [lamp], "totalPrice": 12.5,
    }
    metadata = {"correlationId": "a-test", "occurredAt": "2026-01-31T09:30:00.000Z"}
    data = {"checkoutId": str(uuid.uuid4()), **customer, **more}
    return json.dumps({"detail": {"metadata": metadata, "data": data}})


def test_nothing_is_named_when_all_went_well(ordering_worker):
    answer, _ = ordering_worker(queue_event(checkout(), checkout()))
    assert answer == {"batchItemFailures": []}


def test_just_the_bad_one_is_named_by_its_message_id(ordering_worker):
    answer, _ = ordering_worker(queue_event(checkout(), "no checkout", checkout()))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
