"""Where the local cloud is not like AWS, as far as chapter 06 touches it: what is seen; see `differences.py`."""

from __future__ import annotations

from differences import FAILS, LONG, comes, differs, invoked, logged


@differs("a line is there after some hundredths of a second")
def test_logs_come_late(shop, functions, make):
    """What a function logs can be found after some seconds, at times only after minutes.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    name = make(FAILS)
    invoked(functions, name, {})
    assert not comes(lambda: logged(shop, name), LONG)
