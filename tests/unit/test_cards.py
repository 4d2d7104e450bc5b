"""Basket finds a card's number however it is grouped and in whatever digits, and takes nothing else for one."""

from __future__ import annotations

import string
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from services import loaded

# What stands between groups: blanks, dashes, points, what nobody sees; two or three of them.
BETWEEN = [" ", "-", ".", "/", ",", "_", ":", "|", "*", "'", "\t", "  ", "   ", " - ", ", ", " / ", "\u00a0", "\u2009"]
BETWEEN += [
    "\u202f",
    "\u3000",
    "\u2010",
    "\u2011",
    "\u2012",
    "\u2013",
    "\u2014",
    "\u2212",
    "\uff0d",
    "\u00b7",
    "\u200b",
]
BETWEEN += [
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\ufe0f\u20e3",
    "\u0301",
    "\U0001f4b3",
    "\r\n",
    ") (",
    "\u200b \u200b",
]
ZEROS = "0０٠۰०๐𝟎🯰"  # each the first of ten
CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@pytest.fixture(scope="module")
def cards():
    with loaded("basket", "shop_http.cards") as module:
        yield module


def check_digit(digits: str) -> str:
    """Luhn's, worked out in another way than Basket does."""
    doubled = sum(int(d) if place % 2 else sum(divmod(2 * int(d), 10)) for place, d in enumerate(reversed(digits)))
    return str(-doubled % 10)


def with_check_digit(digits: str) -> str:
    return digits + check_digit(digits)


def grouped(number: str, cuts: list[int], between: list[str]) -> str:
    """The digits with something between them at some places."""
    places = sorted({1 + cut % (len(number) - 1) for cut in cuts})
    parts = [number[a:b] for a, b in zip([0, *places], [*places, None], strict=True)]
    return parts[0] + "".join(between[n % len(between)] + part for n, part in enumerate(parts[1:]))


def in_digits_of(number: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in number)


numbers = st.text(string.digits, min_size=11, max_size=17).map(lambda rest: with_check_digit("4" + rest))
cuts = st.lists(st.integers(0, 18), max_size=18)
between = st.lists(st.sampled_from(BETWEEN), min_size=1, max_size=18)


@given(number=numbers, cuts=cuts, between=between, before=st.sampled_from(["", "card ", "No. ", "№"]))
@example("4111111111111111", [3, 7, 11], ["  "], "")
def test_a_card_number_is_found_however_it_is_grouped(cards, number, cuts, between, before):
    assert cards.has_card_number(f"{before}{grouped(number, cuts, between)} please")


@given(number=numbers, cuts=cuts, zero=st.sampled_from(ZEROS))
def test_a_card_number_is_found_in_the_digits_of_all_alphabets(cards, number, cuts, zero):
    assert cards.has_card_number(grouped(in_digits_of(number, zero), cuts, [" "]))
    assert cards.has_card_number(grouped(number, cuts, [" "]).translate(POWERS))
    assert cards.has_card_number(grouped(number, cuts, [" "]).translate(CIRCLED))


@given(number=numbers, at=st.integers(0, 18), letter=st.characters(categories=["L"]))
def test_digits_with_a_letter_between_them_are_no_card_number(cards, number, at, letter):
    place = len(number) // 2 + at % 2  # so that neither part is as long as a card number
    assert not cards.has_card_number(f"{number[:place]} {letter} {number[place:]}")


@given(number=numbers, other=st.integers(1, 9))
def test_digits_that_do_not_pass_luhns_rule_are_no_card_number(cards, number, other):
    assert not cards.has_card_number(number[:-1] + str((int(number[-1]) + other) % 10))


@given(digits=st.text(string.digits, min_size=1, max_size=11) | st.text(string.digits, min_size=19, max_size=30))
def test_digits_that_are_too_few_or_too_many_are_no_card_number(cards, digits):
    assert not cards.has_card_number(with_check_digit(digits))


@given(value=st.uuids(), form=st.sampled_from([str, lambda value: str(value).upper(), lambda value: value.hex]))
@example(uuid.UUID("00000000-0000-4000-8000-000000000000"), str)
@example(uuid.UUID("41111111-1111-4111-8111-111111111111"), str)
def test_an_id_is_no_card_number(cards, value, form):
    assert not cards.has_card_number(f"order {form(value)}")
    assert not cards.has_card_number({form(value): [form(value)]})


houses = st.integers(1, 9999).map(str) | st.builds("{}-{}".format, st.integers(1, 99), st.integers(1, 99))
post_codes = st.one_of(
    st.from_regex(r"[0-9]{5}(-[0-9]{4})?", fullmatch=True, alphabet=string.printable),
    st.from_regex(r"[0-9]{3} [0-9]{2}", fullmatch=True, alphabet=string.printable),
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True, alphabet=string.printable),
    st.from_regex(r"[0-9]{3}-[0-9]{4}", fullmatch=True, alphabet=string.printable),
)
abroad = [
    r"\+49 1[567][0-9] [0-9]{7,8}", r"\+49 \(0\)[1-9][0-9]{2}/[0-9]{6,8}", r"0049 [1-9][0-9]{2} [0-9]{8}",
    r"\+55 11 9[0-9]{4}-[0-9]{4}", r"\+54 9 11 [0-9]{4}-[0-9]{4}", r"\+86 1[0-9]{2} [0-9]{4} [0-9]{4}",
    r"\+62 8[0-9]{2}-[0-9]{4}-[0-9]{4}", r"\+91 [6-9][0-9]{4} [0-9]{5}", r"\+1 \([2-9][0-9]{2}\) [0-9]{3}-[0-9]{4}",
    r"\+44 7[0-9]{3} [0-9]{6}", r"\+[1-9][0-9]{9,14}", r"\+33 [1-9]( [0-9]{2}){4}",
    r"001-[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}",
]  # fmt: skip
at_home = [
    r"\([2-9][0-9]{2}\) [0-9]{3}-[0-9]{4}", r"[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}", r"[2-9][0-9]{2}\.[0-9]{3}\.[0-9]{4}",
    r"[2-9][0-9]{2} [0-9]{3} [0-9]{4}", r"\(0[1-9][0-9]\) [0-9]{7,8}", r"\(11\) 9[0-9]{4}-[0-9]{4}",
]  # fmt: skip
telephones = st.one_of(*(st.from_regex(form, fullmatch=True, alphabet=string.printable) for form in abroad + at_home))


@given(
    house=houses, post_code=post_codes, telephone=telephones, between=st.sampled_from([", ", "; ", " - ", ", tel. "])
)
@example("1", "62704-1234", "(555) 123-4567", ", ")
@example("12", "10115", "+49 170 123 45 67", ", ")
def test_an_address_with_a_telephone_number_is_no_card_number(cards, house, post_code, telephone, between):
    assert not cards.has_card_number(f"{house} Main Street, {post_code} Springfield{between}{telephone}")
    assert not cards.has_card_number(f"Main Street {house}, Springfield {post_code}{between}{telephone}")


@given(number=numbers, telephone=telephones, between=st.sampled_from([" ", ", ", " / "]))
def test_a_card_number_beside_a_telephone_number_is_found(cards, number, telephone, between):
    assert cards.has_card_number(f"tel. {telephone} or {number}")
    assert cards.has_card_number(f"{number}, tel. {telephone}")
    assert cards.has_card_number(f"{grouped(number, [3, 7, 11], [between])} or {telephone}")


def test_each_part_of_a_list_is_looked_at_for_itself(cards):
    assert cards.has_card_number([["x" * 2000], {"card": ["y", 4111111111111111]}])
    assert not cards.has_card_number([41111111, 11111111])
    assert not cards.has_card_number({"41111111": "11111111"})


def test_no_more_of_a_text_is_looked_at_than_any_field_may_have(cards):
    """So a long one costs no more than a short one; the field refuses it."""
    card = "4111 1111 1111 1111"
    assert cards.has_card_number(f"{'x' * (1000 - len(card))}{card}")
    assert not cards.has_card_number(f"{'x' * (1001 - len(card))}{card}")
