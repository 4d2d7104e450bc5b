"""What several suites send and compare: goods, a customer, days, and the forms that ids and tokens have."""

from __future__ import annotations

import base64
import json
import re
from decimal import Decimal
from typing import Any

from workbook.base.paths import NOTEBOOKS

CHAPTERS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_ORDER = "00000000-0000-4000-8000-000000000000"
DAYS = ["2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"]
CHAIR = {"productId": "p2", "productName": "Chair", "quantity": 1, "price": 45}
ADA = {
    "userName": "ada", "firstName": "Ada", "lastName": "Lane", "email": "ada@example.com",
    "address": "1 Main Street", "paymentMethod": "card",
}  # fmt: skip


def exact(sent: Any) -> Any:
    """What was sent, with its numbers as Decimals."""
    return json.loads(json.dumps(sent), parse_float=Decimal)


def token_of(key: Any) -> str:
    """A key as the tokens of the lists have it."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
