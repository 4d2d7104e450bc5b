"""What anybody may send: strategies for Hypothesis, and the JSON they are sent as."""

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

LARGEST = Decimal("9999999999999.99")
UNFIT = [chr(c) for c in [*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xDFFF, 0xFFFD]]
BROKEN_UTF_8 = st.sampled_from([b"\x80", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf8"])

prices = st.decimals(0, LARGEST, places=2) | st.integers(0, 10**13 - 1).map(Decimal)
no_prices = (
    st.decimals(max_value=0, allow_nan=False, allow_infinity=False).filter(lambda d: d < 0)
    | st.decimals(min_value=LARGEST, allow_nan=False, allow_infinity=False).filter(lambda d: d > LARGEST)
    | st.decimals(0, LARGEST, allow_nan=False).filter(lambda d: d != round(d, 2))
    | st.integers(10**13)
    | st.integers(max_value=-1)
    | st.integers(10**63, 10**64 - 1)
).map(Decimal)
numbers = st.decimals(allow_nan=False, allow_infinity=False) | st.integers()
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=10,
)
no_text = json_values.filter(lambda value: not isinstance(value, str))


def fit_text(shortest: int, longest: int) -> st.SearchStrategy[str]:
    found = st.text(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffd"), min_size=shortest, max_size=longest
    )
    return found.filter(is_seen) if shortest else found


def is_seen(text: str) -> bool:
    """Whether a person would see anything of a text; blanks, formats and fillers show nothing."""
    return any(unicodedata.category(c) not in ("Zs", "Zl", "Zp", "Cf", "Cc") and not is_filler(c) for c in text)


def is_filler(c: str) -> bool:
    return c in "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" or "VARIATION SELECTOR" in unicodedata.name(c, "")


def is_user_name(value: Any) -> bool:
    """What the contract takes for one, said in another way than the services do."""
    found = unicodedata.normalize("NFC", value) if isinstance(value, str) else ""
    kinds = [unicodedata.category(c)[0] for c in found if c not in "._-@+"]
    return 1 <= len(found) <= 100 and set(kinds) <= set("LMN") and found.strip(".") != "" and is_seen(found)


def as_json(value: Any, ascii_only: bool = True) -> str:
    """JSON in which Decimals are numbers written as they are: 1.10, 1E+2."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(k, ensure_ascii=ascii_only)}: {as_json(v, ascii_only)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(as_json(v, ascii_only) for v in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=ascii_only)


def refused(answer: SimpleNamespace, *about: str) -> bool:
    return answer.status == 400 and answer.body["error"]["code"] == "BadRequest" and all(
        word in answer.body["error"]["message"] for word in about
    )
