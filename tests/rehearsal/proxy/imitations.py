"""What the cloud that plays AWS has not, and the proxy answers itself: the quotas of an account."""

from __future__ import annotations

import csv
from pathlib import Path

from calls import Call
from mitmproxy import http

QUOTAS = Path(__file__).parents[3] / "workbook" / "costs" / "quotas.csv"  # AWS's defaults


def answer(call: Call) -> http.Response | None:
    """The answer to a call that the cloud cannot play; None if it can."""
    if call.service == "servicequotas" and call.operation in ("ListServiceQuotas", "ListAWSDefaultServiceQuotas"):
        wanted = call.parameters["ServiceCode"]
        with QUOTAS.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["service"] == wanted]
        found = [
            {"ServiceCode": wanted, "QuotaName": row["name"], "Value": float(row["default"])} for row in rows
        ]
        return call.done({"Quotas": found})
    return None
