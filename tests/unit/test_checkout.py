"""Checking a basket out: what is told to the world, and what happens when something comes in between."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from samples import ADA, CHAIR, UUID
from services import OUTBOX, TABLE, denied, loaded, make_table, refusing, stored

LAMP = {"productId": "p1", "productName": "Lamp", "quantity": 3, "price": 19.99, "color": "red"}
BEN = ADA | {"userName": "ben", "firstName": "Ben"}
KEY = {"Idempotency-Key": "once"}

pytestmark = pytest.mark.usefixtures("basket_table")


@pytest.fixture
def adas_basket(basket, basket_table):
    """Ada's basket, which costs 104.97."""
    return put(basket)


@pytest.fixture
def remembered(basket_service):
    """The table of checkouts."""
    return basket_service.checkout.checkouts.table


def put(basket, *items, user_name="ada"):
    return basket("POST", "/basket", {"userName": user_name, "items": list(items or (LAMP, CHAIR))}).body


def check_out(basket, customer=ADA, **how):
    return basket("POST", "/basket/checkout", customer, **how)


def is_there(basket):
    return basket("GET", "/basket/ada").status == 200


# 202


@pytest.mark.usefixtures("adas_basket")
def test_a_checkout_is_accepted_and_the_basket_is_gone(basket, basket_table):
    answer = check_out(basket)
    assert answer.status == 202
    assert answer.body == {
        "checkoutId": answer.body["checkoutId"],
        "status": "accepted",
        "totalPrice": Decimal("104.97"),
    }
    assert UUID.fullmatch(answer.body["checkoutId"])
    assert stored(basket_table) == []


@pytest.mark.usefixtures("adas_basket")
def test_only_this_users_basket_is(basket):
    put(basket, user_name="ben")
    check_out(basket, BEN)
    assert is_there(basket)


@pytest.mark.usefixtures("adas_basket")
@pytest.mark.parametrize("method", ["card", "invoice"])
def test_the_event_has_the_contracts_shape_and_nothing_else(basket, told, method):
    sent = ADA | {"paymentMethod": method}
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    answer = check_out(basket, sent, headers={"x-correlation-id": "order-1"})
    [event] = map(json.loads, told)
    occurred_at = event["metadata"]["occurredAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", occurred_at)
    assert before <= datetime.fromisoformat(occurred_at) <= datetime.now(UTC)
    assert UUID.fullmatch(event["metadata"]["eventId"]) and event["metadata"]["eventId"] != answer.body["checkoutId"]
    assert event == {
        "metadata": {"eventId": event["metadata"]["eventId"], "correlationId": "order-1", "schemaVersion": "1",
                     "occurredAt": occurred_at},
        "data": {"checkoutId": answer.body["checkoutId"], "items": [LAMP, CHAIR], "totalPrice": 104.97, **sent},
    }  # fmt: skip


@pytest.mark.usefixtures("adas_basket")
def test_the_event_and_the_log_carry_the_answers_correlation_id(basket, told):
    answer = check_out(basket)
    event = json.loads(told[0])
    assert event["metadata"]["correlationId"] == answer.headers["x-correlation-id"]
    [line] = [line for line in answer.logged if line["message"] == "Accepted"]
    assert line["checkout_id"] == answer.body["checkoutId"]


def test_each_basket_is_a_checkout_and_an_event_of_its_own(basket, told):
    found = [(put(basket), check_out(basket))[1].body["checkoutId"] for _ in range(3)]
    assert len(set(found)) == len({json.loads(e)["metadata"]["eventId"] for e in told}) == 3


@pytest.mark.parametrize("letter", ["💡", '"', "\\", "ก", "x"])
def test_the_biggest_basket_fits_into_one_event(basket, told, letter):
    """256 KB, or 1 MB since January 2026.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
    """
    item = {
        "productId": letter * 100,
        "productName": letter * 200,
        "quantity": 999,
        "price": 100_000_000.01,
        "color": letter * 50,
    }
    name = "𝒜" * 100
    big = ADA | {
        "userName": name,
        "firstName": letter * 100,
        "lastName": letter * 100,
        "email": letter * 254,
        "address": letter * 500,
    }
    assert basket("POST", "/basket", {"userName": name, "items": [item] * 100}).status == 201
    answer = check_out(basket, big, headers={"x-correlation-id": "c" * 128})
    assert (answer.status, answer.body["totalPrice"]) == (202, Decimal("9990000000999.00"))
    [event] = told
    # and some room for what EventBridge puts around it, for queue and function
    assert len(event.encode()) + 14 < 200_000


@pytest.mark.usefixtures("adas_basket")
@pytest.mark.parametrize("secret", ["Ada", "Lane", "ada@example.com", "1 Main Street", "Lamp"])
def test_the_log_does_not_say_who_bought_what(basket, secret):
    assert secret not in json.dumps(check_out(basket).logged)


# 400

LENGTHS = {"firstName": (1, 100), "lastName": (1, 100), "email": (3, 254), "address": (1, 500)}


@pytest.mark.usefixtures("adas_basket")
@pytest.mark.parametrize("field", LENGTHS)
def test_text_of_a_customer_has_its_limits(basket, told, field):
    shortest, longest = LENGTHS[field]
    for length in (shortest - 1, longest + 1):
        answer = check_out(basket, ADA | {field: "x" * length})
        says = f"{field} must be text of {shortest} to {longest} characters."
        assert (answer.status, answer.body["error"]["message"]) == (400, says)
    assert is_there(basket) and told == []
    for length in (shortest, longest):
        put(basket)
        assert check_out(basket, ADA | {field: "x" * length}).status == 202


# 404


@pytest.mark.parametrize("headers", [None, KEY])
def test_without_a_basket_it_is_404(basket, told, headers):
    answer = check_out(basket, headers=headers)
    assert (answer.status, answer.body["error"]["message"]) == (404, "This user has no basket.")
    assert told == []


@pytest.mark.usefixtures("adas_basket")
def test_checked_out_once_it_is_404(basket, told):
    check_out(basket)
    assert check_out(basket).status == 404
    assert len(told) == 1


# 503: nothing could be stored

URL = {"endpoint_url": "https://dynamodb.example"}


def cancelled(*codes):
    """What a transaction fails with: a reason for each of its items."""
    reasons = [{"Code": code, "Message": f"{TABLE} is not there"} for code in codes]
    error = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
    return ClientError({"Error": error, "CancellationReasons": reasons}, "TransactWriteItems")


NOT_STORED = {
    "access is denied": denied("TransactWriteItems"),
    "it is throttled": cancelled("None", "ThrottlingError", "None"),
    "something is wrong with one, and the basket changed": cancelled(
        "ConditionalCheckFailed", "ValidationError", "None"
    ),
    "no connection": EndpointConnectionError(**URL),
    "no connection in time": ConnectTimeoutError(**URL),
    "no answer in time": ReadTimeoutError(**URL),
}
TAKEN = {
    "the basket changed": cancelled("ConditionalCheckFailed", "None", "None"),
    "the request was answered": cancelled("None", "ConditionalCheckFailed", "None"),
    "another transaction is at it": cancelled("TransactionConflict", "None", "None"),
}


def failing(basket_service, monkeypatch, error):
    """The transaction fails so, until the test or the context is over."""
    client = basket_service.outbox.client
    if isinstance(error, ClientError) and "CancellationReasons" in error.response:
        error = client.exceptions.TransactionCanceledException(error.response, error.operation_name)
    monkeypatch.setattr(client, "transact_write_items", refusing(error))


@pytest.mark.parametrize("headers", [None, KEY])
@pytest.mark.parametrize("why", NOT_STORED)
def test_what_is_not_stored_is_503_and_can_be_checked_out_afterwards(
    basket, basket_service, told, remembered, adas_basket, monkeypatch, why, headers
):
    with monkeypatch.context() as patch:
        failing(basket_service, patch, NOT_STORED[why])
        refused = check_out(basket, headers=headers)
    assert (refused.status, refused.body["error"]["code"]) == (503, "ServiceUnavailable")
    assert [line["message"] for line in refused.logged if line["level"] == "ERROR"] == ["Not stored"]
    assert stored(remembered) == [] and told == []
    assert basket("GET", "/basket/ada").body == adas_basket

    accepted = check_out(basket, headers=headers)
    assert accepted.status == 202 and len(told) == 1
    assert not is_there(basket)


@pytest.mark.usefixtures("adas_basket")
def test_all_of_it_is_stored_or_nothing(basket, basket_service, remembered, told):
    """The last of the three cannot be written."""
    outbox = boto3.resource("dynamodb").Table(OUTBOX)
    outbox.delete()
    try:
        assert check_out(basket).status == 503
        assert is_there(basket) and stored(remembered) == [] and told == []
    finally:
        make_table(OUTBOX, "checkoutId")
    assert check_out(basket).status == 202
    assert [row["event"] for row in stored(outbox)] == told


@pytest.mark.usefixtures("adas_basket")
def test_an_answer_is_remembered_for_ninety_days(basket, remembered):
    check_out(basket, headers=KEY)
    [row] = stored(remembered)
    assert abs(int(row["expiresAt"]) - time.time() - 90 * 24 * 3600) < 60


# 409: somebody else was quicker


@pytest.mark.usefixtures("adas_basket")
@pytest.mark.parametrize("headers", [None, KEY])
@pytest.mark.parametrize("why", TAKEN)
def test_what_somebody_else_is_at_is_409_and_stays(basket, basket_service, told, monkeypatch, why, headers):
    with monkeypatch.context() as patch:
        failing(basket_service, patch, TAKEN[why])
        answer = check_out(basket, headers=headers)
    assert (answer.status, answer.body["error"]["code"]) == (409, "Conflict")
    assert is_there(basket) and told == []
    assert check_out(basket, headers=headers).status == 202


def between_reading_and_storing(basket_service, monkeypatch, happens):
    real, done = basket_service.checkout.accept, []

    def accept(*arguments, **more):
        if not done:
            done.append(True)
            happens()
        return real(*arguments, **more)

    monkeypatch.setattr(basket_service.checkout, "accept", accept)


@pytest.mark.usefixtures("adas_basket")
def test_a_basket_replaced_meanwhile_is_409_and_stays(basket, basket_service, told, monkeypatch):
    replace = lambda: basket_service.baskets.put({"userName": "ada", "items": [CHAIR]})
    between_reading_and_storing(basket_service, monkeypatch, replace)
    assert check_out(basket).status == 409
    assert basket("GET", "/basket/ada").body["items"] == [CHAIR] and told == []
    assert check_out(basket).body["totalPrice"] == 45


@pytest.mark.usefixtures("adas_basket")
def test_a_basket_deleted_meanwhile_is_409_and_comes_not_back(basket, basket_service, basket_table, told, monkeypatch):
    between_reading_and_storing(basket_service, monkeypatch, lambda: basket_service.baskets.delete("ada"))
    assert check_out(basket).status == 409
    assert stored(basket_table) == [] and told == []


@pytest.mark.usefixtures("adas_basket")
def test_a_basket_checked_out_meanwhile_is_409_and_one_event(basket, basket_service, told, monkeypatch):
    between_reading_and_storing(basket_service, monkeypatch, lambda: basket_service.checkout.check_out(ADA, None))
    assert check_out(basket).status == 409
    assert len(told) == 1


# Idempotency-Key


@pytest.mark.usefixtures("adas_basket")
@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"])
def test_the_same_key_gives_the_same_answer_and_one_event(basket, told, name):
    found = [check_out(basket, headers={name: "once"}) for _ in range(3)]
    assert [(answer.status, answer.text) for answer in found] == [(202, found[0].text)] * 3
    assert len(told) == 1


@pytest.mark.usefixtures("adas_basket")
def test_the_same_request_gets_its_answer_though_the_basket_was_filled_again(basket, told):
    """With the same things: whoever sends a request again may send all of it again."""
    first = check_out(basket, headers=KEY)
    put(basket, LAMP | {"price": 19.990}, {name: CHAIR[name] for name in reversed(CHAIR)})
    again = check_out(basket, {name: ADA[name] for name in reversed(ADA)}, headers=KEY)
    assert (again.status, again.body) == (202, first.body)
    assert is_there(basket) and len(told) == 1


OTHERS = {"firstName": "Bea", "lastName": "Other", "email": "b@example.com", "address": "2", "paymentMethod": "invoice"}


def refuses_the_key(answer):
    return (answer.status, answer.body["error"]["code"]) == (422, "IdempotencyKeyReused")


@pytest.mark.usefixtures("adas_basket")
@pytest.mark.parametrize("filled_again", [False, True])
@pytest.mark.parametrize("field", OTHERS)
def test_the_same_key_with_another_customer_is_refused_and_nothing_changes(
    basket, remembered, told, field, filled_again
):
    first = check_out(basket, headers=KEY)
    if filled_again:
        put(basket)
    before = stored(remembered)
    assert refuses_the_key(check_out(basket, ADA | {field: OTHERS[field]}, headers=KEY))
    assert is_there(basket) == filled_again and stored(remembered) == before and len(told) == 1
    assert check_out(basket, headers=KEY).body == first.body


@pytest.mark.usefixtures("adas_basket")
@pytest.mark.parametrize(
    "items", [[CHAIR], [CHAIR, LAMP], [LAMP | {"quantity": 4}, CHAIR], [LAMP, CHAIR | {"price": 45.01}]]
)
def test_the_same_key_with_another_basket_is_refused_and_the_basket_stays(basket, remembered, told, items):
    check_out(basket, headers=KEY)
    there, before = put(basket, *items), stored(remembered)
    assert refuses_the_key(check_out(basket, headers=KEY))
    assert basket("GET", "/basket/ada").body == there and stored(remembered) == before and len(told) == 1
    assert check_out(basket, headers={"Idempotency-Key": "another"}).status == 202


@pytest.mark.usefixtures("adas_basket")
def test_a_rival_with_the_same_key_that_was_quicker_is_no_twin(basket, basket_service, told, monkeypatch):
    rival = lambda: basket_service.checkout.check_out(ADA | {"address": "2"}, "once")
    between_reading_and_storing(basket_service, monkeypatch, rival)
    assert refuses_the_key(check_out(basket, headers=KEY))
    assert len(told) == 1


@pytest.mark.usefixtures("adas_basket")
def test_what_was_accepted_before_there_were_fingerprints_is_answered_again(basket, remembered):
    first = check_out(basket, headers=KEY)
    [row] = stored(remembered)
    remembered.put_item(Item={name: row[name] for name in row.keys() - {"customer", "items"}})
    assert check_out(basket, headers=KEY).body == first.body


@pytest.mark.usefixtures("adas_basket")
def test_the_memory_of_a_checkout_does_not_say_who_bought_what(basket, remembered):
    """Nor can somebody who knows Ada find out by trying: the key is stored nowhere."""
    check_out(basket, headers=KEY)
    [one] = stored(remembered)
    put(basket)
    check_out(basket, headers={"Idempotency-Key": "another"})
    [other] = [row for row in stored(remembered) if row["requestId"] != one["requestId"]]
    assert one["customer"] != other["customer"] and one["items"] != other["items"]
    told = re.sub(r"[0-9a-f-]{16,}", "…", json.dumps([one, other], default=str))  # ada may stand in an id, by chance
    assert not any(word in told for word in [*ADA.values(), "Lamp", "once", "another"] if word != "card")


def test_another_key_is_another_checkout(basket, told):
    found = [
        (put(basket), check_out(basket, headers={"Idempotency-Key": key}))[1].body["checkoutId"]
        for key in ("a", "b", "A", "a b")
    ]
    assert len(set(found)) == len(told) == 4


def test_the_same_key_of_another_user_is_another_checkout(basket, told):
    put(basket), put(basket, user_name="ben")
    assert check_out(basket, headers=KEY).body["checkoutId"] != check_out(basket, BEN, headers=KEY).body["checkoutId"]
    assert len(told) == 2


def test_a_key_cannot_pretend_to_be_another_users(basket, told):
    """Whatever stands in it: a line break, which would, is refused."""
    put(basket), put(basket, user_name="ben")
    check_out(basket, headers=KEY)
    for key in ("ada once", "ben\nonce", "../ada/once"):
        check_out(basket, BEN, headers={"Idempotency-Key": key})
    assert [json.loads(e)["data"]["userName"] for e in told] == ["ada", "ben"]


@pytest.mark.usefixtures("adas_basket")
@pytest.mark.parametrize(
    "key", ["", " ", "k" * 256, "k" * 100_000, "a\nb", "a\r\nx: y", "ä", "💡", "\x00", "\x7f", " a", "a "]
)
def test_a_key_that_is_none_is_refused_and_the_basket_stays(basket, told, key):
    answer = check_out(basket, headers={"Idempotency-Key": key})
    assert (answer.status, answer.body["error"]["message"]) == (
        400,
        "Idempotency-Key must be 1 to 255 printable ASCII characters.",
    )
    assert is_there(basket) and told == []


@pytest.mark.usefixtures("adas_basket")
def test_a_twin_gets_the_answer_of_the_one_that_was_quicker(basket, basket_service, told, monkeypatch):
    service, answers = basket_service.checkout, []
    between_reading_and_storing(basket_service, monkeypatch, lambda: answers.append(service.check_out(ADA, "once")))
    assert check_out(basket, headers=KEY).body == json.loads(json.dumps(answers[0], default=float), parse_float=Decimal)
    assert len(told) == 1


@pytest.mark.usefixtures("adas_basket")
def test_a_twin_that_comes_when_the_basket_was_just_removed_gets_the_answer_too(
    basket, basket_service, told, monkeypatch
):
    service, first = basket_service.checkout, []

    def find(customer, key, real=service.checkouts.find):
        found = real(customer, key)
        if not first:
            first.append(service.check_out_now(ADA, key))  # the twin's, after this one looked
        return found

    monkeypatch.setattr(service.checkouts, "find", find)
    assert check_out(basket, headers=KEY).body["checkoutId"] == first[0]["checkoutId"]
    assert len(told) == 1


@pytest.mark.usefixtures("adas_basket")
def test_a_twin_waits_while_another_transaction_is_at_it(basket, basket_service, told, monkeypatch):
    waited, real = [], basket_service.outbox.client.transact_write_items
    monkeypatch.setattr(basket_service.checkout, "PATIENCE", (0, 0.1, 5))
    monkeypatch.setattr(
        basket_service.checkout.time,
        "sleep",
        lambda seconds: (
            waited.append(seconds) or monkeypatch.setattr(basket_service.outbox.client, "transact_write_items", real)
            if seconds
            else waited.append(0)
        ),
    )
    failing(basket_service, monkeypatch, TAKEN["another transaction is at it"])
    assert check_out(basket, headers=KEY).status == 202
    assert waited == [0, 0.1] and len(told) == 1


def test_without_a_basket_nobody_waits_for_a_twin(basket, basket_service, monkeypatch):
    waited = []
    monkeypatch.setattr(basket_service.checkout, "PATIENCE", (0, 5))
    monkeypatch.setattr(basket_service.checkout.time, "sleep", waited.append)
    assert check_out(basket, headers=KEY).status == 404
    assert waited == [0]


@pytest.mark.usefixtures("adas_basket")
def test_without_a_key_nobody_waits(basket, basket_service, monkeypatch):
    waited = []
    monkeypatch.setattr(basket_service.checkout.time, "sleep", waited.append)
    assert check_out(basket).status == 202
    assert waited == [0]


def test_a_twin_is_waited_for_more_and_more_patiently_and_less_than_a_second_in_all():
    """Whoever asked waits, too; and at first it is as if there were no twin."""
    with loaded("basket", "checkout") as anew:
        first, *pauses = anew.PATIENCE
    assert first == 0 < pauses[0] and pauses == sorted(pauses) and sum(pauses) < 1
