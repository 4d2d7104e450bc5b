"""The Ordering service: orders that come from messages, and are found through the API."""

import json
import uuid
from decimal import Decimal

import pytest
from anything import as_json, json_values
from hypothesis import assume, given
from hypothesis import strategies as st
from samples import ADA, DAYS, NO_ORDER, UUID, exact, token_of
from services import delivered, denied, pages_of, queue_event, refusing, stored, that_stops_like_dynamodb

ITEMS = [{"productId": "p1", "productName": "Lamp", "quantity": 3, "price": 19.99, "color": "red"}]

pytestmark = pytest.mark.usefixtures("order_table")


def checkout(occurred_at="2026-01-31T09:30:00.000Z", *, metadata=None, **data):
    """A message in the queue: what the bus puts there for a checkout."""
    detail = {
        "metadata": {"eventId": str(uuid.uuid4()), "correlationId": "order-1", "schemaVersion": "1",
            "occurredAt": occurred_at} | (metadata or {}),
        "data": {"checkoutId": str(uuid.uuid4()), "items": ITEMS, "totalPrice": 59.97, **ADA} | data,
    }  # fmt: skip
    return delivered({"Source": "shop.basket", "DetailType": "BasketCheckedOut", "Detail": json.dumps(detail)})


@pytest.fixture
def work(ordering_worker):
    """Hands messages to the worker: the numbers of those that are to come again, and the lines of the log."""

    def work(*messages):
        result, logged = ordering_worker(queue_event(*(m if isinstance(m, str) else json.dumps(m) for m in messages)))
        assert result.keys() == {"batchItemFailures"}
        failures = [failure.pop("itemIdentifier") for failure in result["batchItemFailures"]]
        assert not any(result["batchItemFailures"])
        return [int(failure.removeprefix("m")) for failure in failures], logged

    return work


@pytest.fixture
def adas_orders(work):
    """Five orders of Ada's on five days, and one of Ben's; the ids of hers, newest first."""
    made = [checkout(f"{day}T09:30:00.000Z") for day in DAYS]
    assert work(*made[::2], checkout(userName="ben"), *made[1::2])[0] == []
    return [message["detail"]["data"]["checkoutId"] for message in reversed(made)]


def ids(answer):
    assert answer.status == 200
    return [order["orderId"] for order in answer.body["items"]]


def refused(answer, about):
    return (answer.status, answer.body["error"]["message"].split()[0]) == (400, about)


# The worker


def test_a_checkout_becomes_an_order(work, ordering):
    message = checkout()
    assert work(message)[0] == []
    order_id = message["detail"]["data"]["checkoutId"]
    expected = ADA | {"orderId": order_id, "orderDate": "2026-01-31T09:30:00.000Z", "items": ITEMS, "totalPrice": 59.97}
    assert ordering("GET", f"/order/ada/{order_id}").body == exact(expected)


def test_told_twice_it_is_one_order(work, order_table):
    message = checkout()
    assert [work(message, message)[0], work(message)[0]] == [[], []]
    assert len(stored(order_table)) == 1


def test_told_of_again_with_other_words_the_order_stays(work, order_table):
    """As when a checkout is tried again, and the first time did get through."""
    first = checkout()
    work(
        first,
        checkout("2026-02-01T00:00:00.000Z", checkoutId=first["detail"]["data"]["checkoutId"], address="2 Main Street"),
    )
    [order] = stored(order_table)
    assert (order["address"], order["orderDate"]) == ("1 Main Street", "2026-01-31T09:30:00.000Z")


@pytest.mark.parametrize("total", [0, 0.1, 0.29, 4503599627370.49, 9999999999999.99])
def test_totals_stay_exact(work, ordering, total):
    message = checkout(totalPrice=total)
    work(message)
    answer = ordering("GET", f"/order/ada/{message['detail']['data']['checkoutId']}")
    assert f'"totalPrice": {total}' in answer.text and answer.body["totalPrice"] == Decimal(str(total))


def test_what_it_does_not_know_is_ignored(work, order_table):
    message = checkout(metadata={"shard": 7}, coupon="SPRING", gift={"wrapped": True})
    assert work(message | {"replay-name": "again", "new": [1]})[0] == []
    [order] = stored(order_table)
    assert order.keys() == ADA.keys() | {"orderId", "orderDate", "items", "totalPrice"}


BAD = {
    "no JSON": "{",
    "nothing": "",
    "null": "null",
    "a list": "[]",
    "text": '"BasketCheckedOut"',
    "deep": "[" * 100_000,
    "half a character": json.dumps(checkout(firstName="\ud800")),
    "half a character in an item": json.dumps(checkout(items=[ITEMS[0] | {"productName": "a\udfffb"}])),
    "no detail": "{}",
    "a detail that is none": '{"detail": 5}',
    "the detail alone": json.dumps(checkout()["detail"]),
    "an id that is none": json.dumps(checkout(checkoutId=5)),
    "an empty id": json.dumps(checkout(checkoutId="")),
    "an empty user": json.dumps(checkout(userName="")),
    "a total of 60 digits": json.dumps(checkout(totalPrice=int("1" * 60))),
    **{
        f"no {name}": json.dumps(checkout()).replace(f'"{name}"', '"other"')
        for name in (*ADA, "items", "totalPrice", "checkoutId", "occurredAt", "metadata", "data")
    },
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_bad_message_fails_alone_wherever_it_stands(work, order_table, bad, at):
    good = [checkout(), checkout()]
    failures, logged = work(*good[:at], BAD[bad], *good[at:])
    assert failures == [at]
    assert {order["orderId"] for order in stored(order_table)} == {m["detail"]["data"]["checkoutId"] for m in good}
    [failure] = [line for line in logged if line["level"] == "ERROR"]
    assert (failure["message"], failure["message_id"]) == ("Not stored", f"m{at}")


def test_if_all_fail_all_come_again_and_nothing_is_raised(work, order_table):
    assert work("{", "}", "")[0] == [0, 1, 2]
    assert work("{")[0] == [0]
    assert stored(order_table) == []


def test_a_failure_of_one_batch_is_none_of_the_nexts(work):
    assert work("{", checkout())[0] == [0]
    assert work(checkout(), checkout())[0] == []


def test_what_dynamodb_does_not_take_comes_again(work, ordering_service, order_table, monkeypatch):
    message = checkout()
    with monkeypatch.context() as patch:
        patch.setattr(
            "botocore.client.BaseClient._make_api_call", lambda self, operation, _: refusing(denied(operation))()
        )
        assert work(message)[0] == [0]
    assert work(message)[0] == []
    assert len(stored(order_table)) == 1


def test_the_log_says_when_and_which_but_not_who(work):
    message = checkout()
    _, logged = work(message, message)
    order_id = message["detail"]["data"]["checkoutId"]
    assert [(line["message"], line["checkout_id"], line["correlation_id"]) for line in logged] == [
        ("Order stored", order_id, "order-1"), ("Order was there", order_id, "order-1")
    ]  # fmt: skip
    assert (logged[0]["sent_at"], logged[0]["received_at"]) == (1769851800000, 1769851800100)
    assert not [word for word in ("Ada", "Lane", "example.com", "Main Street") if word in json.dumps(logged)]


def test_what_fails_is_not_logged_under_the_name_of_the_one_before(work):
    _, logged = work(
        checkout(metadata={"correlationId": "order-1"}), "{", checkout(metadata={"correlationId": "order-2"})
    )
    assert [line.get("correlation_id") for line in logged] == ["order-1", None, "order-2"]


@given(body=st.text() | json_values.map(as_json))
def test_whatever_is_in_the_queue_the_others_become_orders(ordering_worker, body):
    assume("checkoutId" not in body)
    result, _ = ordering_worker(queue_event(json.dumps(checkout()), body, json.dumps(checkout())))
    assert result == {"batchItemFailures": [{"itemIdentifier": "m1"}]}


# GET /order/{userName}/{orderId}


def test_an_order_that_is_not_there_or_not_yet_is_404(ordering, adas_orders):
    answer = ordering("GET", f"/order/ada/{NO_ORDER}")
    assert (answer.status, answer.body["error"]["message"]) == (404, "There is no such order, or not yet.")
    assert ordering("GET", f"/order/ben/{adas_orders[0]}").status == 404


@pytest.mark.parametrize(
    "order_id", ["1", NO_ORDER + "0", "x" * 3000, "%00", "..", "a b", "ä", NO_ORDER.replace("8", "A"), "id\n"]
)
def test_an_id_that_cannot_be_one_is_404(ordering, order_id):
    assert ordering("GET", f"/order/ada/{order_id}").status == 404


# GET /order/{userName}


def test_a_user_who_ordered_nothing_has_an_empty_list(ordering):
    assert ordering("GET", "/order/nobody").body == {"items": [], "next": None}


def test_orders_come_newest_first_and_are_this_users_alone(ordering, adas_orders):
    answer = ordering("GET", "/order/ada")
    assert ids(answer) == adas_orders
    assert {order["userName"] for order in answer.body["items"]} == {"ada"}


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"from": "2026-01-30", "to": "2026-02-01"}, DAYS[1:4]),
        ({"from": "2026-01-31"}, DAYS[2:]),
        ({"to": "2026-01-31"}, DAYS[:3]),
        ({"from": "2026-01-31", "to": "2026-01-31"}, DAYS[2:3]),
        ({"from": "2026-01-31T09:30:00Z", "to": "2026-01-31T09:30:00Z"}, DAYS[2:3]),
        ({"from": "2026-01-31T09:30:00.001Z"}, DAYS[3:]),
        ({"to": "2026-01-31T09:29:59.999Z"}, DAYS[:2]),
        ({"from": "2026-01-31T10:30:00+01:00"}, DAYS[2:]),
        ({"from": "2026-01-31T10:30:00.001+01:00"}, DAYS[3:]),
        ({"from": "2026-01-31T09:30:00"}, DAYS[2:]),
        ({"from": "2026-03-01"}, []),
        ({"from": "9999-12-31"}, []),
        ({"to": "0001-01-01"}, []),
    ],
)
def test_from_and_to_are_days_or_moments_and_both_belong_to_it(ordering, adas_orders, query, days):
    found = [order["orderDate"][:10] for order in ordering("GET", "/order/ada", query=query).body["items"]]
    assert found == days[::-1]


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    "date",
    ["", " ", "today", "2026", "2026-02-30", "2026-13-01", "31.01.2026", "2026-1-31", "2026-01-31T25:00",
     "2026-01-31T09:30:00+99:00", "0000-01-01",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x" * 5000, "2026-01-31\n", "２０２６-01-31", "\ud800",
     ["2026-01-30", "2026-01-31"]],
    ids=lambda date: ascii(date)[:20],
)  # fmt: skip
def test_a_date_that_is_none_is_refused_and_named(ordering, name, date):
    assert refused(ordering("GET", "/order/ada", query={name: date}), name)


@given(
    date=st.text() | st.datetimes().map(str) | st.dates().map(str) | st.datetimes(timezones=st.timezones()).map(str),
    name=st.sampled_from(["from", "to"]),
)
def test_any_date_is_understood_or_refused(ordering, date, name):
    answer = ordering("GET", "/order/ada", query={name: date})
    assert answer.status == 200 or refused(answer, name)


def test_a_time_that_ends_before_it_begins_is_refused(ordering):
    """DynamoDB refuses to look between the later and the earlier; moto does not."""
    assert refused(ordering("GET", "/order/ada", query={"from": "2026-02-01", "to": "2026-01-31"}), "from")


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (4, [4, 1])])
def test_pages_hold_every_order_once_newest_first_and_none_is_empty(
    ordering, ordering_service, adas_orders, monkeypatch, limit, sizes
):
    that_stops_like_dynamodb(ordering_service.orders.table, monkeypatch)
    found = pages_of(ordering, "/order/ada", limit=str(limit))
    assert [len(page) for page in found] == sizes
    assert [order["orderId"] for page in found for order in page] == adas_orders


def test_pages_go_on_between_the_same_dates(ordering, adas_orders):
    found = pages_of(ordering, "/order/ada", limit="2", **{"from": "2026-01-30", "to": "2026-02-01"})
    assert [order["orderId"] for page in found for order in page] == adas_orders[1:4]


@pytest.mark.parametrize("day", ["2026-01-31", "20260131", "2026-W05-6", "2026W056"])
def test_a_day_is_the_whole_day_however_it_is_written(ordering, adas_orders, day):
    found = ordering("GET", "/order/ada", query={"from": day, "to": day}).body["items"]
    whole = ordering("GET", "/order/ada", query={"from": "2026-01-31T00:00Z", "to": "2026-01-31T23:59:59.999Z"})
    assert found == whole.body["items"] != []


def test_orders_of_the_same_moment_are_all_found(ordering, work):
    work(*(checkout() for _ in range(5)))
    [moment] = {order["orderDate"] for order in ordering("GET", "/order/ada").body["items"]}
    for between in ({}, {"from": moment}, {"to": moment}, {"from": moment, "to": moment}):
        assert [len(page) for page in pages_of(ordering, "/order/ada", limit="2", **between)] == [2, 2, 1]


def test_orders_are_asked_of_the_index_and_nothing_is_filtered(ordering, ordering_service, monkeypatch):
    asked = []
    monkeypatch.setattr(
        ordering_service.orders.table, "query", lambda **request: asked.append(request) or {"Items": []}
    )
    ordering("GET", "/order/ada")
    [request] = asked
    assert (request["IndexName"], request["ScanIndexForward"]) == (
        "by-date",
        False,
    ) and "FilterExpression" not in request


# GET /order


@pytest.mark.parametrize(("limit", "sizes"), [(4, [4, 2]), (3, [3, 3]), (6, [6])])
def test_all_orders_of_all_users_once(ordering, ordering_service, adas_orders, monkeypatch, limit, sizes):
    that_stops_like_dynamodb(ordering_service.orders.table, monkeypatch)
    found = pages_of(ordering, "/order", limit=str(limit))
    assert [len(page) for page in found] == sizes
    everything = [order for page in found for order in page]
    assert {o["orderId"] for o in everything if o["userName"] == "ada"} == set(adas_orders) and len(everything) == 6


# Hostile


@pytest.mark.parametrize("path", ["/order", "/order/ada"])
@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "", "٣", ["1", "2"]])
def test_a_limit_that_is_none_is_refused(ordering, path, limit):
    assert refused(ordering("GET", path, query={"limit": limit}), "limit")


@pytest.mark.parametrize("name", ["a b", "%20", "a%0ab", "%00", "%F0%9F%92%A1", "%", "%ff", "x" * 101])
@pytest.mark.parametrize("rest", ["", f"/{NO_ORDER}"])
def test_a_name_that_cannot_be_one_is_refused(ordering, name, rest):
    assert refused(ordering("GET", f"/order/{name}{rest}"), "userName")


PLACE = {"userName": "ada", "orderDate": "2026-01-31T09:30:00.000Z", "orderId": NO_ORDER}


@pytest.mark.parametrize(
    "key",
    [None, {}, [], dict(reversed(PLACE.items())), PLACE | {"more": "x"}, PLACE | {"orderId": "x"},
     PLACE | {"orderId": 5}, PLACE | {"orderDate": ""},
     PLACE | {"orderDate": {"S": "x"}}, PLACE | {"userName": "ben"}, {"userName": "ada", "orderId": NO_ORDER},
     PLACE | {"orderDate": "x" * 2000},
     PLACE | {"orderDate": "2026-02-02T00:00:00.000Z"}, PLACE | {"orderDate": "2026-01-29T23:59:59.999Z"},
     PLACE | {"orderDate": "x"}],
)  # fmt: skip
def test_a_forged_token_is_refused(ordering, key):
    """One of another user, or beyond the dates, too: DynamoDB would refuse it, and moto does not."""
    query = {"next": token_of(key), "from": "2026-01-30", "to": "2026-02-01"}
    assert refused(ordering("GET", "/order/ada", query=query), "next")


def test_a_token_serves_only_the_list_it_came_from(ordering, adas_orders):
    everything = ordering("GET", "/order", query={"limit": "1"}).body["next"]
    adas = ordering("GET", "/order/ada", query={"limit": "1"}).body["next"]
    assert (
        ordering("GET", "/order", query={"next": everything}).status
        == ordering("GET", "/order/ada", query={"next": adas}).status
        == 200
    )
    for path, token in [("/order", adas), ("/order/ada", everything), ("/order/ben", adas)]:
        assert refused(ordering("GET", path, query={"next": token}), "next")


@given(token=st.text() | json_values.map(as_json), path=st.sampled_from(["/order", "/order/ada"]))
def test_a_token_that_happens_to_be_anything_is_refused(ordering, token, path):
    assert refused(ordering("GET", path, query={"next": token}), "next")


@given(name=st.text(min_size=1), order_id=st.text(min_size=1))
def test_an_address_that_is_none_of_ours_is_not_found_or_refused(ordering, name, order_id):
    assume(order_id.strip("/") and not UUID.fullmatch(order_id))
    assert ordering("GET", f"/order/{name}/{order_id}").status in (400, 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/order"), ("PUT", "/order/ada"), ("DELETE", f"/order/ada/{NO_ORDER}"), ("GET", "/orders"), ("GET", "/")],
)
def test_orders_are_only_read_here(ordering, method, path):
    assert ordering(method, path, {}).body["error"]["message"] == "There is no such route."


@pytest.mark.parametrize(
    ("operation", "path"), [("scan", "/order"), ("query", "/order/ada"), ("get_item", f"/order/ada/{NO_ORDER}")]
)
def test_a_failure_is_told_to_the_log_and_not_to_the_caller(ordering, ordering_service, monkeypatch, operation, path):
    monkeypatch.setattr(ordering_service.orders.table, operation, refusing(denied(operation)))
    answer = ordering("GET", path)
    assert (answer.status, answer.body["error"]["code"]) == (500, "InternalError")
    assert answer.logged[0]["exception_name"] == "ClientError"
