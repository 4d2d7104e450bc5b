"""What the checks of chapter 14's gaps make of lines about keys, quotas, bills and rollouts.

Without a cloud; with one, `tests/notebooks/test_gaps.py` tries whole lines.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from answers.gaps_14 import LINES

from workbook.costs.prices import HOURS, cost
from workbook.costs.shop import IDLE, ORDER
from workbook.learning import gaps
from workbook.learning.checks.judging import going
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those

JUDGED = {
    "14-key": ("lifetime", going.judged_lifetime),
    "14-told": ("notifications", lambda told: judged_budget(told("ada@example.com"))),
    "14-first": ("binds_first", going.judged_first),
    "14-foretold": ("foretold", going.judged_foretold),
    "14-rollout": ("roll_out", going.judged_roll_out),
}
JUDGED_LINES = [lines for lines in LINES if lines.cell in JUDGED]


def judged_budget(made: list[dict[str, Any]]) -> Any:
    """What is said of a budget that was made with these notifications."""
    mails = [one for it in made for one in it["Subscribers"] if one["SubscriptionType"] == "EMAIL"]
    return going.judged_notifications([it["Notification"] for it in made], len(mails))


def told(cell: str, body: str) -> Any:
    """What is said of the function that a cell defines."""
    name, judged = JUDGED[cell]
    names: dict[str, Any] = {"pd": pd, "cost": cost, "HOURS": HOURS, "IDLE": IDLE, "ORDER": ORDER}
    exec(body.partition("\ncheck(")[0], names)
    return judged(names[name])


@pytest.mark.parametrize("lines", [it for it in JUDGED_LINES if it.words], ids=str)
def test_wrong_lines_are_told_why(lines):
    found = told(lines.cell, lines.body)
    assert isinstance(found, NotRight) and lines.words in f"{found.mistake}\n{found.expected}\n{found.found}", found


@pytest.mark.parametrize("lines", [it for it in JUDGED_LINES if not it.words], ids=str)
def test_right_lines_of_another_form(lines):
    assert told(lines.cell, lines.body) is None


@pytest.mark.parametrize("cell", JUDGED)
def test_the_published_lines_are_right(cell):
    assert told(cell, gaps.cells_of(14)[cell].published()) is None


def budget(**changes: Any) -> list[dict[str, Any]]:
    """The notifications of a right budget, with changes in each."""
    return [
        {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": percent} | changes
        for kind, percent in going.WHEN
    ]


@pytest.mark.parametrize(
    ("found", "subscribers", "words"),
    [
        (budget(ComparisonOperator="LESS_THAN"), 4, "more than the threshold"),
        (budget(ThresholdType="ABSOLUTE_VALUE"), 4, "not dollars"),
        (budget(), 3, "its own Subscribers"),
    ],
)
def test_a_budget_that_is_made_by_hand_is_looked_at_as_well(found, subscribers, words):
    assert words in going.judged_notifications(found, subscribers).mistake


def test_nothing_is_not_yet_attempted():
    assert isinstance(going.judged_notifications([], 0), NotYet)
    assert isinstance(going.judged_canary({}), NotYet)
    assert isinstance(going.judged_trust({}), NotYet)
    assert isinstance(going.judged_gets_in(lambda condition, token: None), NotYet)


def test_iam_s_own_way_gets_the_exercise_right():
    assert isinstance(going.judged_gets_in(going.gets_in), Right)


def trust(condition: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A template with a role that trusts on a condition."""
    statement = {
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition,
        "Principal": {"Federated": {"Ref": "GitHub"}},
    } | changes  # fmt: skip
    role = {"AssumeRolePolicyDocument": {"Statement": [statement]}}
    return {"Resources": {"Deploys123": {"Type": "AWS::IAM::Role", "Properties": role}}}


AUD, SUB = ({f"{going.ISSUER}:{key}": value} for key, value in (("aud", "sts.amazonaws.com"), ("sub", going.MAIN)))


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (trust({"StringEquals": AUD | SUB}), ""),
        (trust({"StringLike": AUD | SUB}), ""),
        (trust({"StringEquals": AUD | {f"{going.ISSUER}:sub": [going.MAIN]}}), ""),
        (trust({"StringEquals": AUD}), "another branch"),
        (trust({"StringLike": AUD | {f"{going.ISSUER}:sub": "repo:ada/shop*:ref:refs/heads/main"}}), "begins alike"),
        (trust({"StringLike": AUD | {f"{going.ISSUER}:sub": "repo:*/shop:ref:refs/heads/main"}}), "somebody else's"),
        (trust({"StringEquals": SUB}), "made for somebody else"),
        (trust({"StringEquals": {"sub": going.MAIN}}), "does not get in"),
        (trust({"StringLike": AUD | {f"{going.ISSUER}:sub": f"{going.MAIN}*"}}), "begins alike"),
        (trust({}, Principal={"AWS": "*"}), "FederatedPrincipal"),
        (trust({"StringEquals": AUD | SUB}, Principal={"Federated": going.ISSUER}), "by its ARN"),
        (trust({}, Action="sts:AssumeRole"), "AssumeRoleWithWebIdentity"),
    ],
)
def test_a_trust_is_judged_by_whom_it_lets_in(template, words):
    found = going.judged_trust(template)
    assert (found is None) if not words else words in found.mistake
