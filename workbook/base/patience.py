"""How long to wait for something on a machine that may be slow or busy: measured when the time is up."""

from __future__ import annotations

import os
import time

STEPS, QUIET_SECONDS = 1_000_000, 0.05  # a piece of work, and what it took on a quiet machine of 2026
MOST = 12.0
AT_LEAST = 0.0  # seconds for which a cell waits; on AWS what is changed may take effect, and be told, a minute later
ON_AWS = 120.0


def out_of_time(waited: float, seconds: float) -> bool:
    """Whether a wait has lasted its time: `seconds` on a quiet machine, more on one that is slow just now."""
    return waited >= seconds and waited >= seconds * slowness()


def slowness() -> float:
    """How many times longer than a quiet machine this one takes just now: 1 to 12, by a twentieth of a second of work.

    A short piece of work may slip in between what else there is to do, so what waits for a processor counts, too.
    """
    started = time.perf_counter()
    sum(range(STEPS))
    for _ in range(STEPS):
        pass
    measured = (time.perf_counter() - started) / QUIET_SECONDS
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return min(max(1.0, measured, waiting), MOST)
