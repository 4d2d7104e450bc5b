"""`quotas()`: what AWS grants an account, beside what an order of the shop takes of it.

What AWS grants to everybody, in us-east-1, stands in `workbook/costs/quotas.csv`, with the day and the page of each.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from workbook.base.paths import ROOT
from workbook.cloud import local, target

TABLE = ROOT / "workbook" / "costs" / "quotas.csv"


def quotas() -> pd.DataFrame:
    """The quotas that the shop meets first; each is of so many a second, but for concurrency.

    Returns:
        A row for each quota, by service and name: its `default`; what is `granted` to this account, unknown (NA) on the
        local cloud, which has no Service Quotas; and how much of it an order takes, if one comes each second.
    """
    if target.is_local():
        local.ensure()
    table = pd.read_csv(TABLE)
    named = zip(table.service, table["name"], strict=True)
    granted = [None if target.is_local() else _granted(service).get(name) for service, name in named]
    found = table[["service", "name", "default"]].assign(
        granted=pd.array(granted, dtype="Float64"), **{"an order takes": table.order}
    )
    return found.set_index(["service", "name"])


@cache
def _granted(service: str) -> dict[str, float]:
    """What an account has of a service's quotas, by their names: what was raised for it, else AWS's default."""
    client = target.client("service-quotas")
    found: dict[str, float] = {}
    for operation in ("list_aws_default_service_quotas", "list_service_quotas"):
        for page in client.get_paginator(operation).paginate(ServiceCode=service):
            found |= {quota["QuotaName"]: quota["Value"] for quota in page["Quotas"]}
    return found
