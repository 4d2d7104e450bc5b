"""`leaks(text)`: what stands in a text that should stand in none: keys, tokens, passwords, card numbers.

`leaks_in_the_shop()` looks wherever the shop keeps text.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from workbook.base.paths import CDK_APP, LAMBDA_SRC
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.observe.frames import logs, table

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


def leaks_in_the_shop() -> pd.DataFrame:
    """What leaks in the shop: a row for each place where it keeps text, with the kinds that stand there.

    The notebooks are those of the folder that the kernel runs in.
    """
    pages = target.client("lambda").get_paginator("list_functions").paginate()
    known = set(outputs.values())
    functions = [it for page in pages for it in page["Functions"] if it["FunctionName"] in known]
    books = [json.loads(file.read_text(encoding="utf-8")) for file in Path().glob("*.ipynb")]
    code = [file for folder in (LAMBDA_SRC, CDK_APP / "shop", CDK_APP / "layer") for file in folder.glob("**/*.py")]
    places = {
        "code": [file.read_text(encoding="utf-8") for file in code],
        "environments": [function.get("Environment") for function in functions],
        "logs": [logs(function["FunctionName"]).to_json(date_format="iso") for function in functions],
        "events": [table(outputs["EventLogTable"]).to_json(date_format="iso")],
        "orders": [table(outputs["OrderingTable"]).to_json(date_format="iso")],
        "notebooks' outputs": [cell.get("outputs") for book in books for cell in book["cells"]],
    }
    found = {place: {leak for text in texts for leak in leaks(text)} for place, texts in places.items()}
    rows = [(place, sorted(kinds) or "none") for place, kinds in found.items()]
    return pd.DataFrame(rows, columns=["in", "leaks"])


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the one that Luhn's rule gives: so in every card number, else in one of ten."""
    digits = [int(digit) * (1 + place % 2) for place, digit in enumerate(d for d in reversed(number) if d.isdigit())]
    return sum(digit // 10 + digit % 10 for digit in digits) % 10 == 0
