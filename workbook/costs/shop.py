"""What the whole shop costs on AWS: in a month in which nobody uses it, and on a day of learning.

What is counted is what the templates have and what the handlers do; what is charged for it is in `prices.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbook.costs.prices import HOURS, cost

Usage = Mapping[tuple[str, str], float]  # units of what the table of prices has: by service and item

ALARMS, DASHBOARDS, POLLED_QUEUES = 29, 1, 4  # of the whole shop; a test counts them in its templates
METRICS = 3  # that Ordering's worker writes into its log: two from the start, one when something fails
MINUTES = HOURS * 60  # of a month; the publisher looks for forgotten rows in each of them
POLLS = POLLED_QUEUES * 5 * 3 * MINUTES  # of a month: five pollers a queue, each of which asks for 20 s
LINES = 600  # bytes of log of a call that finds nothing: START, END, REPORT, and a line of its own

IDLE: Usage = {  # of a month
    ("CloudWatch", "alarms"): ALARMS,
    ("CloudWatch", "custom metrics"): METRICS,
    ("CloudWatch", "dashboards"): DASHBOARDS,
    ("CloudWatch", "logs taken in"): MINUTES * LINES / 1e9,
    ("DynamoDB", "read units"): MINUTES,
    ("Lambda", "requests"): MINUTES,
    ("Lambda", "time, x86"): MINUTES * 0.25 * 0.03,  # 256 MB, 30 ms
    ("SQS", "standard requests"): POLLS,
}
ORDER: Usage = {  # a basket, its checkout, a look at the order, and all that follows of itself
    ("API Gateway", "REST API calls"): 3,
    ("CloudWatch", "logs taken in"): 6950 / 1e9,
    ("DynamoDB", "read units"): 3,
    ("DynamoDB", "write units"): 12,
    ("EventBridge", "custom events"): 1,
    ("Lambda", "requests"): 7,
    ("Lambda", "time, x86"): 0.0525,
    ("SQS", "standard requests"): 9,
}
ORDERS = 2000  # on a day of learning: more than all chapters together make


def bill(usage: Usage, *, free: bool) -> dict[str, float]:
    """What is charged for what is used in a month.

    Args:
        usage: how much of what.
        free: whether what is free each month is still there to be used.

    Returns:
        US dollars, by service.
    """
    by_service: dict[str, float] = {}
    for (service, item), units in usage.items():
        by_service[service] = by_service.get(service, 0) + cost(service, item, units, free=free)
    return by_service


def day_of_learning() -> Usage:
    """What is used on a day of learning, with the whole shop deployed all day."""
    return {key: ORDERS * ORDER.get(key, 0) + IDLE.get(key, 0) * 24 / HOURS for key in {**IDLE, **ORDER}}
