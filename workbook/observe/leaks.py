"""`leaks(text)`: what stands in a text that should stand in none: keys, tokens, passwords, card numbers."""

from __future__ import annotations

import re
from typing import Any

KINDS = {
    "AWS access key id": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "API key": re.compile(r"""x-api-key["']?\s*[:=]\s*["']?[0-9A-Za-z]{20,}""", re.IGNORECASE),
    "GitHub token": re.compile(r"\bgh[pousr]_[0-9A-Za-z]{36,}\b"),
    "JSON Web Token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "password": re.compile(
        r"""\b(?:password|passwd|secret|token)["']?\s*[:=]\s*["'][^"'\s{}]{8,}["']""", re.IGNORECASE
    ),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+]{2,}://[^\s/:@\"'{}]+:[^\s/:@\"'{}]{4,}@"),
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "signature": re.compile(r"AWS4-HMAC-SHA256\s+Credential="),
}
# 13 to 19 digits that begin as those of a card do, perhaps in groups; not a part of an id, a number or an address.
DIGITS = re.compile(r"(?<![\w.%/-])(?:3[47]|4|5[1-5]|2[2-7]|6)\d(?:[ -]?\d){10,16}(?![\w%/-]|\.\d)")


def leaks(text: Any) -> list[str]:
    """The kinds of secrets that stand in a text, each once, in order.

    Args:
        text: anything; what is no text is looked at as `str` shows it.
    """
    text = str(text)
    found = [kind for kind, pattern in KINDS.items() if pattern.search(text)]
    if any(passes_luhn(number) for number in DIGITS.findall(text)):
        found.append("card number")
    return found


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the one that Luhn's rule gives: so in every card number, else in one of ten."""
    digits = [int(digit) * (1 + place % 2) for place, digit in enumerate(d for d in reversed(number) if d.isdigit())]
    return sum(digit // 10 + digit % 10 for digit in digits) % 10 == 0
