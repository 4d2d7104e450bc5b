"""What the notebooks import: the plumbing that is not the lesson.

Importing it makes this process see only the local cloud, unless `WORKBOOK_TARGET=aws`.
"""

from __future__ import annotations

import gc
import importlib
from typing import TYPE_CHECKING, Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import check_checkout
from workbook.cloud import local, target

if TYPE_CHECKING:
    from workbook.base.display import progress
    from workbook.base.waiting import wait_until
    from workbook.clients.intruder import broken_in
    from workbook.clients.invoke import invoke
    from workbook.clients.raw_events import raw_events
    from workbook.clients.rest import Rest
    from workbook.clients.shopping import check_out, fill_basket
    from workbook.cloud.stacks import outputs
    from workbook.costs.prices import cost
    from workbook.command.doctor import doctor
    from workbook.deployment.cdk_nag import nag
    from workbook.deployment.deploy import deploy
    from workbook.deployment.diff import diff
    from workbook.deployment.templates import template
    from workbook.deployment.workflow import run_job
    from workbook.learning.chapters import chapter, finish
    from workbook.learning.clean_up import clean_up, leftovers
    from workbook.learning.exercises import check, hint, solution
    from workbook.learning.learner_files import remove
    from workbook.learning.lost_order.shop import break_shop, mend_shop
    from workbook.learning.predictions import outcome, predict
    from workbook.observe.alarms import alarm_states, alarms_become, goes_off
    from workbook.observe.diagrams import diagram
    from workbook.observe.frames import logs, queue, table
    from workbook.observe.leaks import leaks, leaks_in_the_shop
    from workbook.observe.ledger import ledger
    from workbook.observe.load import load
    from workbook.observe.quotas import quotas
    from workbook.observe.rights import policies, rights
    from workbook.observe.side_by_side import side_by_side
    from workbook.observe.streams import stream
    from workbook.observe.taking_effect import in_force, rule_in_force
    from workbook.observe.traces import timings, trace
    from workbook.observe.usage import usage

_HOME = {
    "Rest": "clients.rest",
    "alarm_states": "observe.alarms",
    "alarms_become": "observe.alarms",
    "break_shop": "learning.lost_order.shop",
    "broken_in": "clients.intruder",
    "chapter": "learning.chapters",
    "check": "learning.exercises",
    "check_out": "clients.shopping",
    "clean_up": "learning.clean_up",
    "cost": "costs.prices",
    "deploy": "deployment.deploy",
    "diagram": "observe.diagrams",
    "diff": "deployment.diff",
    "doctor": "command.doctor",
    "fill_basket": "clients.shopping",
    "finish": "learning.chapters",
    "goes_off": "observe.alarms",
    "hint": "learning.exercises",
    "in_force": "observe.taking_effect",
    "invoke": "clients.invoke",
    "ledger": "observe.ledger",
    "leaks": "observe.leaks",
    "leaks_in_the_shop": "observe.leaks",
    "leftovers": "learning.clean_up",
    "load": "observe.load",
    "logs": "observe.frames",
    "mend_shop": "learning.lost_order.shop",
    "nag": "deployment.cdk_nag",
    "outcome": "learning.predictions",
    "outputs": "cloud.stacks",
    "policies": "observe.rights",
    "predict": "learning.predictions",
    "progress": "base.display",
    "queue": "observe.frames",
    "quotas": "observe.quotas",
    "raw_events": "clients.raw_events",
    "remove": "learning.learner_files",
    "rights": "observe.rights",
    "rule_in_force": "observe.taking_effect",
    "run_job": "deployment.workflow",
    "side_by_side": "observe.side_by_side",
    "solution": "learning.exercises",
    "stream": "observe.streams",
    "table": "observe.frames",
    "template": "deployment.templates",
    "timings": "observe.traces",
    "trace": "observe.traces",
    "usage": "observe.usage",
    "wait_until": "base.waiting",
}

__all__ = [  # noqa: PLE0604
    "Rest", "alarm_states", "alarms_become", "break_shop", "broken_in", "chapter", "check", "check_out", "clean_up",
    "cost", "deploy", "diagram", "diff", "doctor", "fill_basket", "finish", "goes_off", "hint", "in_force", "invoke",
    "leaks", "leaks_in_the_shop", "ledger", "leftovers", "load", "logs", "mend_shop", "nag", "outcome", "outputs",
    "policies", "predict", "progress", "queue", "quotas", "raw_events", "remove", "rights", "rule_in_force",
    "run_job", "side_by_side", "solution", "stream", "table", "template", "timings", "trace", "usage", "wait_until",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the command line starts sooner."""
    if name not in _HOME:
        raise AttributeError(f"module 'workbook' has no attribute {name!r}")
    check_checkout()
    return getattr(importlib.import_module(f"workbook.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)


gc.set_threshold(50_000, 20, 100)  # new objects between two looks for garbage; with 700, loading takes a tenth longer

try:
    _local = target.is_local()
except WorkbookError:  # said at the first use; until then nothing may reach a real account
    _local = True
if _local:
    _cloud = local.running()
    target.point_process_at(_cloud.url if _cloud else target.NOT_STARTED)
else:
    from workbook.base import patience
    from workbook.cloud import guard

    patience.AT_LEAST = patience.ON_AWS
    target.agree_on_region()
    guard.watch()
