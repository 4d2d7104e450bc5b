"""Product, sent anything: what is valid is kept exactly, and the rest is refused as the contract says.

That every answer has the contract's headers and shape is checked by `product` itself.
"""

import base64
import json
from decimal import Decimal

import pytest
from anything import (
    BROKEN_UTF_8, LARGEST, UNFIT, as_json, fit_text, is_seen, json_values, no_prices, no_text, prices, refused,
)  # fmt: skip
from hypothesis import assume, example, given
from hypothesis import strategies as st
from samples import UUID

LENGTHS = {"name": (1, 200), "category": (1, 100), "description": (0, 2000), "imageFile": (0, 500)}

pytestmark = pytest.mark.usefixtures("product")


products = st.fixed_dictionaries(
    {"name": fit_text(*LENGTHS["name"]), "price": prices},
    optional={name: fit_text(*LENGTHS[name]) for name in ("category", "description", "imageFile")},
)

# What is valid


@given(valid=products, new=products, ascii_only=st.booleans(), encoded=st.booleans())
@example({"name": "\u2028x", "price": LARGEST}, {"name": "💡" * 200, "price": Decimal("0.00")}, False, True)
def test_a_valid_product_is_kept_exactly(product, valid, new, ascii_only, encoded):
    made = product("POST", "/product", as_json(valid, ascii_only), encoded=encoded)
    assert made.status == 201 and UUID.fullmatch(made.body["id"])
    address = f"/product/{made.body['id']}"
    assert made.body == valid | {"id": made.body["id"]} == product("GET", address).body
    assert float(json.loads(made.text)["price"]) == float(valid["price"])

    replaced = product("PUT", address, as_json(new, ascii_only), encoded=encoded)
    assert replaced.status == 200
    assert replaced.body == new | {"id": made.body["id"]} == product("GET", address).body

    if "category" in new:
        found = product("GET", "/product", query={"category": new["category"], "limit": "100"})
        assert replaced.body in found.body["items"]
    assert product("DELETE", address).status == 204


@given(price=prices, exponent=st.integers(-40, 40))
def test_a_price_may_be_written_in_any_way_that_json_allows(product, price, exponent):
    written = f"{price.scaleb(-exponent):f}e{exponent}"
    assert Decimal(written) == price
    answer = product("POST", "/product", f'{{"name": "Lamp", "price": {written}}}')
    assert (answer.status, answer.body["price"]) == (201, price)


# What is not


@given(body=st.text() | st.binary() | json_values.map(as_json))
@example("[" * 100_000)
@example('{"name": "Lamp", "price": 1}'.encode("utf-32"))
def test_a_body_that_happens_to_be_anything_is_refused(product, body):
    assert refused(product("POST", "/product", body))
    assert refused(product("PUT", "/product/00000000-0000-4000-8000-000000000000", body))


@given(valid=products, cut=st.integers(1))
def test_half_a_body_is_refused(product, valid, cut):
    whole = as_json(valid)
    assert refused(product("POST", "/product", whole[: -(1 + cut % (len(whole) - 1))]), "JSON")


@given(valid=products, at=st.integers(0), byte=BROKEN_UTF_8)
def test_a_body_that_is_not_utf_8_is_refused(product, valid, at, byte):
    name = valid["name"].encode()
    spoilt = as_json(valid | {"name": "@@@@"}, ascii_only=False).encode()
    assume(spoilt.count(b"@@@@") == 1)
    at %= len(name) + 1
    broken = json.dumps(name[:at].decode(errors="ignore"), ensure_ascii=False)[1:-1].encode() + byte
    assert refused(product("POST", "/product", spoilt.replace(b"@@@@", broken)), "JSON")


@given(valid=products, names=st.sets(st.text(), min_size=1, max_size=8), value=json_values)
@example({"name": "Lamp", "price": Decimal(1)}, {"x" * 1_000_000}, "y" * 1_000_000)
def test_unknown_fields_are_named(product, valid, names, value):
    names -= LENGTHS.keys() | {"price"}
    assume(names)
    answer = product("POST", "/product", as_json(valid | dict.fromkeys(names, value)))
    printable = [name for name in names if name.isprintable() and len(name) <= 40]
    assert refused(answer, "Unknown field", *(printable if len(names) <= 5 else []))


@given(valid=products, without=st.sampled_from(["name", "price"]))
def test_a_missing_field_is_named(product, valid, without):
    del valid[without]
    assert refused(product("POST", "/product", as_json(valid)), "Missing field", without)


@given(valid=products, field=st.sampled_from(sorted(LENGTHS)), value=no_text)
def test_text_that_is_no_text_is_refused(product, valid, field, value):
    assert refused(product("POST", "/product", as_json(valid | {field: value})), field)


@given(
    valid=products,
    field=st.sampled_from(sorted(LENGTHS)),
    more=st.sampled_from([1, 10, 1_000_000]),
    letter=fit_text(1, 1),
)
def test_text_that_is_too_long_is_refused(product, valid, field, more, letter):
    assert refused(product("POST", "/product", as_json(valid | {field: letter * (LENGTHS[field][1] + more)})), field)


@given(valid=products, field=st.sampled_from(sorted(LENGTHS)), unfit=st.sampled_from(UNFIT), at=st.integers(0, 99))
def test_text_with_a_control_character_is_refused(product, valid, field, unfit, at):
    text = valid.get(field, "")[: LENGTHS[field][1] - 1]
    assert refused(product("POST", "/product", as_json(valid | {field: text[:at] + unfit + text[at:]})), field)


@given(valid=products, price=json_values.filter(lambda v: not isinstance(v, Decimal | int) or isinstance(v, bool)))
@example({"name": "Lamp", "price": 0}, "1")
@example({"name": "Lamp", "price": 0}, True)
def test_a_price_that_is_no_number_is_refused(product, valid, price):
    assert refused(product("POST", "/product", as_json(valid | {"price": price})), "price")


@given(price=no_prices)
def test_a_price_that_is_no_amount_of_money_is_refused(product, price):
    assert refused(product("POST", "/product", as_json({"name": "Lamp", "price": price})), "price")


@given(valid=products, field=st.sampled_from(["name", "price"]), again=json_values)
def test_a_field_sent_twice_is_refused(product, valid, field, again):
    twice = as_json(valid)[:-1] + f', "{field}": {as_json(again)}}}'
    assert refused(product("POST", "/product", twice), "twice")


# Addresses, query strings, headers


@given(product_id=st.text(min_size=1), method=st.sampled_from(["GET", "DELETE", "PUT", "PATCH"]))
def test_an_address_that_is_none_of_ours_is_not_found(product, product_id, method):
    assume(product_id.encode(errors="replace").strip(b"/"))
    assert product(method, f"/product/{product_id}", '{"name": "Lamp", "price": 1}').status == 404


@given(limit=st.text() | st.integers(-200, 200).map(str))
def test_a_limit_is_a_whole_number_from_1_to_100_or_refused(product, limit):
    answer = product("GET", "/product", query={"limit": limit})
    assert answer.status == 200 if limit in {str(n) for n in range(1, 101)} else refused(answer, "limit")


def tokens(raw):
    return base64.urlsafe_b64encode(raw if isinstance(raw, bytes) else as_json(raw).encode()).decode().rstrip("=")


@given(
    token=st.text() | st.binary().map(tokens) | json_values.map(tokens)
    | st.dictionaries(st.sampled_from(["id", "name", "category", "price"]), json_values).map(tokens),
    category=st.none() | fit_text(1, 100),
)  # fmt: skip
def test_a_token_that_is_none_of_ours_is_refused(product, token, category):
    answer = product("GET", "/product", query={"next": token} | ({"category": category} if category else {}))
    assert refused(answer, "next")


@given(data=st.data(), products=st.lists(products, min_size=2, max_size=2))
def test_a_token_with_something_changed_is_refused_or_is_a_place_in_the_same_list(product, data, products):
    made = [product("POST", "/product", as_json(p | {"category": "light"})).body["id"] for p in products]
    query = {"limit": "1", "category": "light"}
    token = product("GET", "/product", query=query).body["next"]
    at = data.draw(st.integers(0, len(token) - 1))
    changed = token[:at] + data.draw(st.characters(codec="ascii")) + token[at + 1 :]
    answer = product("GET", "/product", query=query | {"next": changed})
    for product_id in made:
        product("DELETE", f"/product/{product_id}")
    if answer.status == 200:
        assert {p["category"] for p in answer.body["items"]} <= {"light"}
    else:
        assert refused(answer, "next")


@given(category=st.text())
def test_any_category_is_found_or_refused(product, category):
    answer = product("GET", "/product", query={"category": category})
    fits = (
        len(category) <= 100
        and is_seen(category)
        and not set(category) & set(UNFIT)
        and not any("\ud800" <= c <= "\udfff" for c in category)
    )
    assert answer.body == {"items": [], "next": None} if fits else refused(answer, "category")


@given(
    name=st.sampled_from(["x-correlation-id", "X-Correlation-ID"]),
    value=st.text(st.characters(codec="ascii"), max_size=140) | st.text(),
)
def test_any_correlation_id_comes_back_or_is_replaced(product, name, value):
    found = product("GET", "/nothing", headers={name: value}).headers["x-correlation-id"]
    keeps = value.isascii() and value.isprintable() and 1 <= len(value) <= 128 and value == value.strip()
    assert found == value if keeps else UUID.fullmatch(found)
