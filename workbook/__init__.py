"""What the notebooks import: the plumbing that is not the lesson.

Importing it makes this process see only the local cloud, unless `WORKBOOK_TARGET=aws`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from workbook import cloud, target
from workbook.errors import WorkbookError

if TYPE_CHECKING:
    from workbook.alarms import evaluate_alarms
    from workbook.book import remove
    from workbook.bookkeeping import ledger
    from workbook.breaking import break_shop, mend_shop
    from workbook.chapters import chapter, finish
    from workbook.checks import check, hint, solution
    from workbook.cleaning import clean_up, leftovers
    from workbook.deploying import deploy, diff
    from workbook.diagrams import diagram
    from workbook.health import doctor
    from workbook.frames import logs, queue, table
    from workbook.functions import invoke
    from workbook.deployed import outputs
    from workbook.leaking import leaks
    from workbook.nagging import nag
    from workbook.rest import Rest
    from workbook.samples import raw_events
    from workbook.tracing import timings, trace
    from workbook.waiting import wait_until

_HOME = {
    "Rest": "rest",
    "break_shop": "breaking",
    "chapter": "chapters",
    "check": "checks",
    "clean_up": "cleaning",
    "deploy": "deploying",
    "diagram": "diagrams",
    "diff": "deploying",
    "doctor": "health",
    "evaluate_alarms": "alarms",
    "finish": "chapters",
    "hint": "checks",
    "invoke": "functions",
    "ledger": "bookkeeping",
    "leaks": "leaking",
    "leftovers": "cleaning",
    "logs": "frames",
    "mend_shop": "breaking",
    "nag": "nagging",
    "outputs": "deployed",
    "queue": "frames",
    "raw_events": "samples",
    "remove": "book",
    "solution": "checks",
    "table": "frames",
    "timings": "tracing",
    "trace": "tracing",
    "wait_until": "waiting",
}

__all__ = [  # noqa: PLE0604
    "Rest", "break_shop", "chapter", "check", "clean_up", "deploy", "diagram", "diff", "doctor", "evaluate_alarms", "finish", "hint",
    "invoke", "leaks", "ledger", "leftovers", "logs", "mend_shop", "nag", "outputs", "queue", "raw_events", "remove", "solution", "table",
    "timings", "trace", "wait_until",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the command line starts sooner."""
    if name not in _HOME:
        raise AttributeError(f"module 'workbook' has no attribute {name!r}")
    return getattr(importlib.import_module(f"workbook.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "cloud", "target"]


try:
    _local = target.is_local()
except WorkbookError:  # said at the first use; until then nothing may reach a real account
    _local = True
if _local:
    _cloud = cloud.running()
    target.point_process_at(_cloud.url if _cloud else target.NOT_STARTED)
else:
    target.agree_on_region()
