"""The checks of the questions at the end of chapter 14."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.cloud.roles import granted
from workbook.cloud.stacks import outputs
from workbook.deployment.live import everything
from workbook.learning.checks.judging.api_calls import noted_calls
from workbook.learning.checks.judging.asked import asked
from workbook.learning.exercises import NotRight, Right, Verdict, checks

SERVICE = "Product"
ALL = "those are all: leave out the groups that have a retention."
PUBLISHING = "ask for the rights of all four, and look for PutEvents in each: a right may stand beside others."
FUNCTIONS = ("BackofficeFunction", "BasketFunction", "BasketPublisher", "HelloFunction")


@checks(
    "14-q1",
    f'describe_alarms takes AlarmNamePrefix="{SERVICE}"; its MetricAlarms are dicts.',
    'Each has an AlarmName: [alarm["AlarmName"] for alarm in …].',
)
def alarms_of_product(function: Callable[[], Any]) -> Verdict:
    """The names of Product's alarms, as CloudWatch says."""
    names = {alarm["AlarmName"] for alarm in everything("cloudwatch", "describe_alarms", "MetricAlarms")}
    right = {name for name in names if name.startswith(SERVICE)}
    found = asked(function)
    if isinstance(found, NotRight):
        return found
    if isinstance(found, int | str) or not hasattr(found, "__iter__"):
        return NotRight("a list of names", repr(found), "the question is which: return their names, in a list.")
    if not all(isinstance(name, str) for name in found):
        return NotRight("names", "whole alarms", 'each alarm is a dict: its name is alarm["AlarmName"].')
    if more := sorted({*found} - right):
        return NotRight(f"{len(right)} alarms of {SERVICE}", more[0], f"only names that begin with {SERVICE} are its.")
    if missing := sorted(right - {*found}):
        return NotRight(f"{len(right)} alarms of {SERVICE}", f"none called {missing[0]}", "return all of them.")
    return Right(f"{len(right)} alarms: any of them would do for a rollout.")


@checks(
    "14-q2",
    'describe_log_groups takes logGroupNamePrefix="/aws/lambda/"; get_paginator has all pages of it.',
    'A group that is kept for ever has no "retentionInDays".',
)
def kept_for_ever(function: Callable[[], Any]) -> Verdict:
    """How many log groups of functions have no retention, as CloudWatch Logs says."""
    groups = [*everything("logs", "describe_log_groups", "logGroups", logGroupNamePrefix="/aws/lambda/")]
    for_ever = sum("retentionInDays" not in group for group in groups)
    found = asked(function)
    if isinstance(found, NotRight):
        return found
    if isinstance(found, bool) or not isinstance(found, int):
        return NotRight("a number of log groups", repr(found), "the question is how many: count them.")
    if found != for_ever:
        others = {len(groups): ALL, len(groups) - for_ever: "those that have a retention end by themselves."}
        mistake = others.get(found, "ask CloudWatch Logs once more: all pages, groups below /aws/lambda/.")
        return NotRight(f"{for_ever} log groups", str(found), mistake)
    one_ends = [{**group, "retentionInDays": 7} if group is groups[0] else group for group in groups]
    with noted_calls({"DescribeLogGroups": {"logGroups": one_ends}}):
        found, right = asked(function), sum("retentionInDays" not in group for group in one_ends)
    if found != right:
        return NotRight(f"{right} log groups, if one of {len(groups)} had a retention", str(found), ALL)
    return Right("On AWS each of them is stored, and paid for, until somebody deletes it.")


@checks(
    "14-q3",
    f"rights(*FUNCTIONS) is a frame: its columns are function, on and may; FUNCTIONS are {', '.join(FUNCTIONS)}.",
    'found[found.may.str.contains("PutEvents")] has the rows that allow it.',
)
def may_publish(function: Callable[[], Any]) -> Verdict:
    """Which of some functions may publish events, as IAM says."""
    right = {name for name in FUNCTIONS if "events:PutEvents" in granted(outputs[name])}
    found = asked(function)
    if isinstance(found, NotRight):
        return found
    if isinstance(found, int | str) or not hasattr(found, "__iter__"):
        return NotRight("a list of names", repr(found), "the question is which: return their names, in a list.")
    if isinstance(found, pd.DataFrame):
        return NotRight("a list of names", "a frame", "return the column function of those rows, each name once.")
    if more := sorted({*map(str, found)} - right):
        mistake = "that one has rights, and to publish is not among them: look at what it may."
        return NotRight(", ".join(sorted(right)), more[0], mistake)
    if missing := sorted(right - {*found}):
        return NotRight(", ".join(sorted(right)), f"{missing[0]} is missing", PUBLISHING)
    return Right("Not Basket itself: whoever breaks into its API publishes nothing in the shop's name.")
