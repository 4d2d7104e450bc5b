"""What the book says of costs is what the templates have: alarms, and queues that are polled."""

from __future__ import annotations

import re

import pytest
from templates import App

from workbook.base.paths import NOTEBOOKS
from workbook.cloud import consent
from workbook.costs import shop

pytestmark = pytest.mark.slow


def alarms(app: App) -> int:
    return sum(len(app.resources(stack, "AWS::CloudWatch::Alarm")) for stack in app.stacks)


def polled(app: App) -> int:
    """How many queues are polled; a stream is read for nothing."""
    mappings = [m for stack in app.stacks for m in app.resources(stack, "AWS::Lambda::EventSourceMapping").values()]
    return sum("StreamArn" not in mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"] for mapping in mappings)


def said(pattern: str, chapter: str) -> tuple[str, ...]:
    """What a chapter says."""
    [found] = re.findall(pattern, (NOTEBOOKS / chapter).read_text(encoding="utf-8"))
    return found


def test_whoever_is_asked_hears_what_the_whole_shop_costs_idle(app: App) -> None:
    assert (alarms(app), polled(app)) == (shop.ALARMS, shop.POLLED_QUEUES)
    assert sum(len(app.resources(stack, "AWS::CloudWatch::Dashboard")) for stack in app.stacks) == shop.DASHBOARDS
    idle = shop.bill(shop.IDLE, free=True)
    # the prices: 0.10 USD an alarm beyond ten, 0.40 USD a million requests beyond one
    assert idle["CloudWatch"] == pytest.approx((alarms(app) - 10) * 0.1)
    assert idle["SQS"] == pytest.approx((polled(app) * 0.657 - 1) * 0.4)
    [line] = [line for line in consent.costs().splitlines() if line.startswith("together")]
    assert line.split()[3] == f"{sum(idle.values()):.2f}"


def test_the_publisher_looks_once_a_minute_as_is_counted(app: App) -> None:
    rates = [
        rule["Properties"]["ScheduleExpression"]
        for stack in app.stacks
        for rule in app.resources(stack, "AWS::Events::Rule").values()
        if "ScheduleExpression" in rule["Properties"]
    ]
    assert [rate for rate in rates if rate.startswith("rate")] == ["rate(1 minute)"]


def test_chapter_99_says_it_too(app: App) -> None:
    number, queues, millions = said(
        r"the whole shop has (\d+);.*? (\w+) in the whole shop, with ([\d.]+) million requests", "99_clean_up.ipynb"
    )
    assert (number, queues) == (str(alarms(app)), {4: "four"}[polled(app)])
    assert float(millions) == round(shop.POLLS / 1e6, 1)


def test_chapter_11_counts_its_own_alarms(chapter_11: App) -> None:
    number, paid, cost = said(
        r"This shop has (\d+) alarms, so (\d+) are paid for: ([\d.]+) USD", "11_watch_it_run.ipynb"
    )
    assert (int(number), int(paid)) == (alarms(chapter_11), alarms(chapter_11) - 10)
    assert float(cost) == pytest.approx(int(paid) * 0.1)
