"""The event log: every event there is, as it came through the queue."""

import json
import sys
import time
from decimal import Decimal

import pytest
from services import delivered, denied, queue_event, refusing, stored

EVENT = delivered(
    {
        "Source": "shop.basket",
        "DetailType": "BasketCheckedOut",
        "Detail": json.dumps({"data": {"totalPrice": 0.1, "items": [{"price": 19.99}]}}),
    }
)


@pytest.fixture
def write_down(event_log, event_log_table):
    """Hands the event log some events; the lines that it logs."""
    return lambda *events: event_log(queue_event(*map(json.dumps, events)))[1]


def test_it_keeps_what_the_event_says_exactly(write_down, event_log_table):
    write_down(EVENT)
    [row] = stored(event_log_table)
    kept = {name: EVENT[name] for name in ("id", "time", "source", "detail-type", "detail")}
    assert abs(int(row.pop("expiresAt")) - time.time() - 30 * 24 * 3600) < 60
    assert row == json.loads(json.dumps(kept), parse_float=Decimal)


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"any": ["thing", None, True, {"deep": {"er": [1.5]}}]},
        {"empty": ""},
        {"number": 123456789012345678},
        {"💡": "Ж"},
    ],
)
def test_whatever_it_is_and_whoever_it_is_from(write_down, event_log_table, detail):
    write_down(EVENT | {"source": "somebody.else", "detail-type": "Unheard of", "detail": detail})
    [row] = stored(event_log_table)
    assert (row["source"], row["detail-type"], row["detail"]) == (
        "somebody.else",
        "Unheard of",
        json.loads(json.dumps(detail), parse_float=Decimal),
    )


def test_told_twice_it_is_one_row(write_down, event_log_table):
    write_down(EVENT, EVENT), write_down(EVENT)
    assert len(stored(event_log_table)) == 1


def test_each_event_of_a_batch_is_a_row_of_its_own(write_down, event_log_table):
    write_down(*(EVENT | {"id": f"event-{n}"} for n in range(3)))
    assert {row["id"] for row in stored(event_log_table)} == {"event-0", "event-1", "event-2"}


@pytest.mark.parametrize("bad", [EVENT | {"id": ""}, {}, 5])
def test_what_cannot_be_kept_is_named_so_that_it_comes_again_and_nothing_else_does(event_log, event_log_table, bad):
    answer, logged = event_log(queue_event(json.dumps(bad), json.dumps(EVENT)))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert [row["id"] for row in stored(event_log_table)] == [EVENT["id"]]
    assert [(line["message"], line["level"]) for line in logged] == [
        ("Not written down", "ERROR"),
        ("Written down", "INFO"),
    ]


def test_the_log_says_which_events_and_not_what_is_in_them(write_down):
    logged = write_down(EVENT, EVENT | {"id": "another", "detail": {"secret": "nobodys business"}})
    assert [(line["message"], line["event_id"], line["source"]) for line in logged] == [
        ("Written down", EVENT["id"], "shop.basket"), ("Written down", "another", "shop.basket")
    ]  # fmt: skip
    assert "nobodys business" not in json.dumps(logged)


# What fits into no item


def nested(levels):
    return {"a": nested(levels - 1)} if levels else 1


UNFIT = {
    "39 digits": '{"n": 123456789012345678901234567890123456789}',
    "many decimals": '{"n": 0.' + "1" * 60 + "}",
    "a huge exponent": '{"n": 1e200}',
    "no number": '{"n": NaN}',
    "half a character": '{"s": "\\ud800"}',
    "half a character in a name": '{"\\udfff": 1}',
    "600 levels": json.dumps(nested(600)),
    "420 KB": json.dumps({"s": "x" * 420_000}),
    "900 KB of letters with 3 bytes": json.dumps({"s": "久" * 300_000}, ensure_ascii=False),
}


def body_of(detail, **more):
    return json.dumps(EVENT | {"detail": "@@"} | more, ensure_ascii=False).replace('"@@"', detail)


@pytest.mark.parametrize("detail", UNFIT.values(), ids=UNFIT)
def test_what_fits_into_no_item_is_kept_as_text_and_nothing_beside_it_is_held_up(event_log, event_log_table, detail):
    body = body_of(detail)
    answer, logged = event_log(queue_event(body, json.dumps(EVENT | {"id": "the next"}), body))
    assert answer == {"batchItemFailures": []}
    rows = sorted((row for row in stored(event_log_table) if row["id"] != "the next"), key=place)
    assert "".join(row["text"] for row in rows) == body
    assert [place(row) for row in rows] == [*range(0, len(body), 90_000)]  # characters, of up to 4 bytes each
    assert {(row["source"], row["detail-type"], row["time"], str(row["detail"])) for row in rows} == {
        ("shop.basket", "BasketCheckedOut", EVENT["time"], "{}")
    }
    assert all(abs(int(row["expiresAt"]) - time.time() - 30 * 24 * 3600) < 60 for row in rows)
    assert rows[0]["id"] == EVENT["id"] and len(rows) == len(stored(event_log_table)) - 1
    assert [line["message"] for line in logged] == ["Written down"] * 3


def place(row):
    return int(row["id"].partition("#")[2] or 0)


def test_half_a_character_in_a_source_does_no_harm_either(event_log, event_log_table):
    body = json.dumps(EVENT | {"source": "\ud800", "detail-type": "\udfff"})
    assert event_log(queue_event(body))[0] == {"batchItemFailures": []}
    assert stored(event_log_table)[0]["text"] == body


def test_of_a_text_a_long_source_is_kept_to_its_thousandth_character(event_log, event_log_table):
    event_log(queue_event(body_of(UNFIT["no number"], source="s" * 1001, time="t" * 1000)))
    [row] = stored(event_log_table)
    assert (row["source"], row["time"]) == ("s" * 1000, "t" * 1000)


def test_while_the_table_takes_nothing_an_event_comes_again_and_is_no_text(event_log, event_log_table, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["app"].table, "put_item", refusing(denied("PutItem")))
        assert event_log(queue_event(json.dumps(EVENT)))[0] == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert stored(event_log_table) == []
