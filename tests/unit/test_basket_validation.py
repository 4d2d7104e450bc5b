"""Basket, sent anything: what is valid is kept and added up exactly, and the rest is refused and does no harm.

That every answer has the contract's headers and shape is checked by `basket` itself.
"""

import json
import re
import unicodedata
from decimal import Decimal, localcontext
from urllib.parse import quote

import pytest
from anything import (
    BROKEN_UTF_8, LARGEST, as_json, fit_text, is_user_name, json_values, no_prices, no_text, prices, refused,
)  # fmt: skip
from hypothesis import assume, example, given
from hypothesis import strategies as st
from samples import ADA

ITEM = {"productId": (1, 100), "productName": (1, 200), "color": (1, 50)}
CUSTOMER = {"firstName": (1, 100), "lastName": (1, 100), "email": (3, 254), "address": (1, 500)}
CHAIR = {"productId": "p2", "productName": "Chair", "quantity": 1, "price": Decimal(45)}
# Numbers that pass Luhn's test and belong to nobody: those that payment companies give out for tests.
CARDS = [
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "4222222222222",
    "6304000000000000",
]

pytestmark = pytest.mark.usefixtures("basket")

user_names = st.text(st.characters(categories=["L", "Mn", "Mc", "Nd"], include_characters="_.@+-"), min_size=1)
user_names = user_names.filter(is_user_name)
items = st.fixed_dictionaries(
    {
        "productId": fit_text(*ITEM["productId"]),
        "productName": fit_text(*ITEM["productName"]),
        "quantity": st.integers(1, 999),
        "price": prices,
    },
    optional={"color": fit_text(*ITEM["color"])},
)
cheap = st.fixed_dictionaries(
    {
        "productId": st.just("p"),
        "productName": st.just("n"),
        "quantity": st.integers(1, 999),
        "price": st.decimals(0, 100_000, places=2),
    }
)
customers = st.fixed_dictionaries(
    {name: fit_text(*lengths) for name, lengths in CUSTOMER.items()}
    | {"paymentMethod": st.sampled_from(["card", "invoice"])}
)
cards = st.builds(
    lambda number, sizes, by: by.join(re.findall(rf"\d{{1,{sizes}}}", number)),
    st.sampled_from(CARDS),
    st.integers(4, 19),
    st.sampled_from([" ", "-", ""]),
)


def total_of(items):
    with localcontext(prec=100):
        return sum(Decimal(item["price"]) * item["quantity"] for item in items)


def put(basket, items, user_name="ada"):
    return basket("POST", "/basket", as_json({"userName": user_name, "items": items}))


# POST /basket


@given(
    user_name=user_names, items=st.lists(items, min_size=1, max_size=5), ascii_only=st.booleans(), encoded=st.booleans()
)
def test_a_valid_basket_is_kept_exactly(basket, user_name, items, ascii_only, encoded):
    assume(total_of(items) <= LARGEST)
    valid = {"userName": user_name, "items": items}
    made = basket("POST", "/basket", as_json(valid, ascii_only), encoded=encoded)
    assert made.status in (200, 201)
    assert made.body == valid | {"userName": unicodedata.normalize("NFC", user_name)}
    for form in ("NFC", "NFD"):
        assert basket("GET", "/basket/" + quote(unicodedata.normalize(form, user_name))).body == made.body
    assert basket("GET", f"/basket/{user_name}").body == made.body  # as the local cloud hands it over


@given(items=st.lists(items, min_size=1, max_size=5))
@example([CHAIR | {"price": LARGEST}])
@example([CHAIR | {"price": LARGEST}, CHAIR | {"price": Decimal("0.01")}])
@example([CHAIR | {"price": Decimal("10010010010.01"), "quantity": 999}] * 2)
def test_a_basket_is_refused_just_if_its_total_has_more_than_15_digits(basket, items):
    made = put(basket, items)
    assert made.status in (200, 201) if total_of(items) <= LARGEST else refused(made, "together")


@given(body=st.text() | st.binary() | json_values.map(as_json))
@example("[" * 100_000)
@example('{"userName": "ada", "items": ' + "[" * 100_000)
def test_a_body_that_happens_to_be_anything_is_refused(basket, body):
    assert refused(basket("POST", "/basket", body))
    assert refused(basket("POST", "/basket/checkout", body))


@given(item=items, name=st.sampled_from(sorted(ITEM)), value=no_text)
def test_text_that_is_no_text_is_refused(basket, item, name, value):
    assert refused(put(basket, [item | {name: value}]), f"items[0].{name} must")


@given(item=items, price=no_prices)
def test_a_price_that_is_no_amount_of_money_is_refused(basket, item, price):
    assert refused(put(basket, [CHAIR, item | {"price": price}]), "items[1].price")


@given(
    quantity=json_values.filter(lambda v: isinstance(v, bool) or not isinstance(v, int | Decimal))
    | st.integers(1000)
    | st.integers(max_value=0)
       | st.decimals(1, 999).filter(lambda d: d != int(d)))  # fmt: skip
def test_a_quantity_that_is_none_is_refused(basket, quantity):
    assert refused(put(basket, [CHAIR | {"quantity": quantity}]), "items[0].quantity")


# Blanks, controls and formats, and letters and marks that nobody sees.
UNSEEN = st.characters(categories=["Zs", "Zl", "Zp", "Cf"])
UNSEEN |= st.sampled_from("\u034f\u115f\u17b4\u2800\u3164\ufe0f\uffa0")


@given(name=st.sampled_from(sorted(ITEM)), text=st.text(UNSEEN, max_size=50))
def test_text_of_which_nothing_is_seen_is_empty(basket, name, text):
    assert refused(put(basket, [CHAIR | {name: text}]), f"items[0].{name} must")
    assert refused(put(basket, [CHAIR], text), "userName")
    assert put(basket, [CHAIR | {name: f"{text[:20]}ก็"}]).status in (200, 201)


@given(names=st.sets(st.text(), min_size=1, max_size=5), value=json_values)
def test_unknown_fields_are_named_with_the_item_they_stand_in(basket, names, value):
    names -= CHAIR.keys() | {"color"}
    assume(names)
    printable = [f"items[1].{name}" for name in names if name.isprintable() and len(name) <= 40]
    assert refused(put(basket, [CHAIR, CHAIR | dict.fromkeys(names, value)]), "Unknown field", *printable)


@given(user_name=st.text() | no_text)
def test_any_user_name_is_kept_or_refused(basket, user_name):
    made = put(basket, [CHAIR], user_name)
    assert made.status in (200, 201) if is_user_name(user_name) else refused(made, "userName")


@given(byte=BROKEN_UTF_8, path=st.sampled_from(["/basket", "/basket/checkout"]))
def test_a_body_that_is_not_utf_8_is_refused(basket, byte, path):
    body = (
        ADA | {"address": "@@@@"}
        if "checkout" in path
        else {"userName": "ada", "items": [CHAIR | {"productName": "@@@@"}]}
    )
    assert refused(basket("POST", path, as_json(body).encode().replace(b"@@@@", byte)), "JSON")


@given(user_name=st.text(min_size=1), method=st.sampled_from(["GET", "DELETE"]))
def test_an_address_that_is_none_of_ours_is_not_found_or_refused(basket, user_name, method):
    assume(not is_user_name(user_name))
    assert basket(method, f"/basket/{user_name}").status in (400, 404)


# POST /basket/checkout


@given(items=st.lists(cheap, min_size=1, max_size=100), customer=customers)
@example([CHAIR | {"price": LARGEST}], ADA)
@example([CHAIR | {"price": Decimal("0.1"), "quantity": 3}], ADA)
@example([CHAIR | {"price": Decimal("90090090090.09"), "quantity": 111}], ADA)
@example([CHAIR | {"price": Decimal("0.07"), "quantity": 999}] * 100, ADA)
def test_the_total_is_exact_in_the_answer_the_event_and_the_memory(basket, basket_service, all_told, items, customer):
    all_told.clear()
    assert put(basket, items).status in (200, 201)
    answer = basket("POST", "/basket/checkout", as_json(customer | {"userName": "ada"}))
    assert answer.status == 202
    total = total_of(items)
    assert answer.body["totalPrice"] == total
    # also for a reader that makes floats of numbers
    assert float(json.loads(answer.text)["totalPrice"]) == float(total)
    [event] = all_told
    data = json.loads(event, parse_float=Decimal)["data"]
    assert data["totalPrice"] == total == total_of(data["items"])
    assert data["items"] == items and {name: data[name] for name in customer} == customer
    kept = basket_service.checkout.checkouts.table.get_item(Key={"requestId": answer.body["checkoutId"]})["Item"]
    assert kept["totalPrice"] == total


@pytest.fixture(scope="module")
def adas_basket(basket, all_told):
    """A basket that must survive whatever is refused; nothing is told meanwhile."""
    all_told.clear()
    assert put(basket, [CHAIR]).status in (200, 201)
    return basket("GET", "/basket/ada").body


@given(more=st.dictionaries(st.text(), json_values, min_size=1, max_size=5))
@example({"totalPrice": Decimal("0.01")})
@example({"items": []})
@example({"checkoutId": "00000000-0000-4000-8000-000000000000"})
def test_a_checkout_with_more_than_is_asked_for_is_refused_and_the_basket_stays(basket, all_told, adas_basket, more):
    assume(not more.keys() & ADA.keys())
    assert refused(basket("POST", "/basket/checkout", as_json(ADA | more)))
    assert basket("GET", "/basket/ada").body == adas_basket and all_told == []


@given(name=st.sampled_from(sorted(ADA)), value=json_values)
@example("paymentMethod", "cash")
@example("email", "a@")
@example("address", "x" * 1_000_000)
@example("address", "1 " * 500_000)
def test_a_checkout_with_a_wrong_field_is_refused_and_named(basket, all_told, adas_basket, name, value):
    shortest, longest = CUSTOMER.get(name, (1, 0))
    assume(
        not isinstance(value, str) or not shortest <= len(value) <= longest and value not in ("ada", "card", "invoice")
    )
    assume(name != "userName" or not is_user_name(value))
    answer = basket("POST", "/basket/checkout", as_json(ADA | {name: value}))
    assert refused(answer, name) or refused(answer, "card number")  # which a number may look like
    assert basket("GET", "/basket/ada").body == adas_basket and all_told == []


@given(name=st.sampled_from(sorted(ADA)))
def test_a_checkout_without_a_field_is_refused(basket, adas_basket, name):
    assert refused(
        basket("POST", "/basket/checkout", as_json({n: v for n, v in ADA.items() if n != name})), "Missing field", name
    )
    assert basket("GET", "/basket/ada").body == adas_basket


@given(
    card=cards,
    before=st.sampled_from(["", "pay with ", "card:", "No. 5, ", "12345 "]),
    after=st.sampled_from(["", ".", " please", " 12/27", " 123", "-123", " 1"]),
    place=st.sampled_from([*CUSTOMER, "userName", "paymentMethod", "cardNumber", "name", "deep"]),
)
@example("4111 1111 1111 1111", "", " 12/27", "address")
@example("4111-1111-1111-1111", "12345 ", "", "address")
def test_a_card_number_is_refused_wherever_it_stands_and_is_shown_nowhere(
    basket, all_told, adas_basket, card, before, after, place
):
    text = f"{before}{card}{after}"
    match place:
        case "name":
            body = ADA | {text: 1}
        case "deep":
            body = ADA | {"payment": [{"card": {"number": text}}, int(re.sub(r"\D", "", card))]}
        case _:
            body = ADA | {place: text}
    answer = basket("POST", "/basket/checkout", as_json(body))
    assert refused(answer, "card number")
    assert card not in answer.text + json.dumps(answer.logged)
    assert basket("GET", "/basket/ada").body == adas_basket and all_told == []


@pytest.mark.parametrize("number", [4111111111111111, 4111111111111111.0, "４１１１１１１１１１１１１１１１", "٤١١١١١١١١١١١١١١١"])
def test_a_card_number_is_refused_in_whatever_digits(basket, number):
    assert basket("POST", "/basket/checkout", ADA | {"address": number}).status == 400


@pytest.mark.parametrize(
    "address",
    [
        "1 Main Street, 12345-6789 Springfield",
        "+49 170 123 45 67",
        "2026-01-31",
        "4111 1111 1111 1112",
        "1234567890123",
        "1 2 3 4 5 6",
        "f31aeb00-4982-4407-8941-965096ee86ef",
    ],
)
def test_what_only_looks_a_little_like_a_card_number_may_stand_in_an_address(basket, address):
    put(basket, [CHAIR], "ben")
    assert basket("POST", "/basket/checkout", ADA | {"userName": "ben", "address": address}).status == 202


@given(key=st.text(st.characters(codec="ascii"), max_size=300) | st.text())
def test_any_idempotency_key_is_used_or_refused(basket, all_told, key):
    """In a header of its own; what is refused is not checked out."""
    all_told.clear()
    put(basket, [CHAIR])
    answer = basket("POST", "/basket/checkout", ADA, headers={"Idempotency-Key": key})
    if key.isascii() and key.isprintable() and 1 <= len(key) <= 255 and key == key.strip():
        assert answer.status == 202
        assert len(all_told) <= 1  # none, if this key came before
    else:
        assert refused(answer, "Idempotency-Key")
        assert all_told == [] and basket("GET", "/basket/ada").status == 200


def test_a_users_name_may_have_a_hundred_letters_however_they_are_written(basket_service):
    """Of up to four characters each, which become one."""
    name = "\u03b1\u0313\u0300\u0345" * 100
    assert basket_service.user_name_in_path(name) == "\u1f82" * 100
