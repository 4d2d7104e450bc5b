"""The table of prices is whole, and costs follow from it: free amounts once, tiers one after the other."""

from __future__ import annotations

from datetime import date
from itertools import groupby, pairwise

import pytest

from workbook.costs.prices import cost, prices

M = 1_000_000


def tiers():
    return [[*rows] for _, rows in groupby(prices(), key=lambda price: (price.service, price.item))]


def test_each_price_has_its_day_its_region_and_aws_s_page_for_it():
    for price in prices():
        assert date.fromisoformat(price.date) >= date(2026, 11, 25), price
        assert price.region == "us-east-1"
        assert price.read in ("aws", "elsewhere", "not")
        assert price.source.startswith("https://aws.amazon.com/") and "/pricing/" in price.source


def test_what_is_priced_stands_there_once_and_its_tiers_go_up_from_nothing():
    named = [(rows[0].service, rows[0].item) for rows in tiers()]
    assert len(named) == len({*named})
    for rows in tiers():
        assert rows[0].above == 0
        for one, next_one in pairwise(rows):
            assert next_one.above > one.above and next_one.usd < one.usd
            assert (next_one.per, next_one.unit, next_one.free) == (one.per, one.unit, 0)


@pytest.mark.parametrize(
    ("service", "item", "units", "usd"),
    [
        ("API Gateway", "REST API calls", 3 * M, 10.50),
        ("API Gateway", "REST API calls", 400 * M, 333 * 3.50 + 67 * 2.80),
        ("API Gateway", "REST API calls", 2_000 * M, 333 * 3.50 + 667 * 2.80 + 1_000 * 2.38),
        ("SQS", "standard requests", M // 2, 0),
        ("SQS", "standard requests", 3 * M, 0.80),
        ("DynamoDB", "write units", 12 * M, 7.50),
        ("Lambda", "time, x86", 452_500, 52_500 * 0.0000166667),
        ("CloudWatch", "alarms", 27, 1.70),
        ("CloudWatch", "dashboards", 1, 0),
    ],
)
def test_a_month_costs_what_the_price_list_says(service, item, units, usd):
    assert cost(service, item, units) == pytest.approx(usd)


def test_whoever_has_used_up_what_is_free_pays_for_all():
    assert cost("SQS", "standard requests", M // 2, free=False) == pytest.approx(0.20)
    assert cost("CloudWatch", "dashboards", 1, free=False) == 3


def test_what_is_not_in_the_table_has_no_price():
    with pytest.raises(KeyError, match="no 'oranges' of 'SQS'"):
        cost("SQS", "oranges", 1)
