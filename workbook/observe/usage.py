"""`usage(...)`: how often functions ran, for how long, and how much they logged, by what Lambda says of each call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

import pandas as pd

from workbook.cloud import local, target
from workbook.cloud.stacks import outputs
from workbook.observe.frames import log_events

DURATION = re.compile(r"^REPORT .*?(?<!Init )(?<!Billed )\bDuration: ([\d.]+) ms")
LINE = 26  # bytes that CloudWatch adds to each event: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs


def usage(names: Iterable[str], since: datetime) -> pd.DataFrame:
    """What some functions used since a moment.

    Args:
        names: of the outputs with the functions' names, such as `"BasketFunction"`.
        since: the moment.

    Returns:
        A row for each name: its `calls`, the `p50` of a call in seconds, the `seconds` of all calls, and the `bytes`
        of its log as they are billed. A function that did not run has zeros.
    """
    if target.is_local():
        local.ensure()
    return pd.DataFrame({name: _of(outputs[name], int(since.timestamp() * 1000)) for name in names}).T


def _of(function: str, start: int) -> dict[str, float]:
    client = target.client("logs")
    try:
        messages = [event["message"] for event in log_events(client, f"/aws/lambda/{function}", start)]
    except client.exceptions.ResourceNotFoundException:
        messages = []  # the group comes with the first line
    seconds = pd.Series([float(m[1]) / 1000 for text in messages if (m := DURATION.match(text))], dtype=float)
    size = sum(len(text.encode()) + LINE for text in messages)
    return {"calls": len(seconds), "p50": seconds.median() if len(seconds) else 0.0, "seconds": seconds.sum(),
            "bytes": size}  # fmt: skip
