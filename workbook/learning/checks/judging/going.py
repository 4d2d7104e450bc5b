"""What the checks of chapter 14 find in keys, budgets, quotas and bills, in a rollout, and in whom a role trusts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd

from workbook.cloud.roles import as_list
from workbook.costs.prices import HOURS
from workbook.costs.shop import IDLE, ORDER, bill
from workbook.learning.checks.judging.asked import called
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

AN_ID = "IOSFODNN7EXAMPLE"  # AWS's own; whole, an id of a key would be a leak here
KEYS = {f"AKIA{AN_ID}": "long", f"ASIA{AN_ID}": "short", "000000000000": "none", "": "none"}
WHEN = {("ACTUAL", 50.0), ("ACTUAL", 80.0), ("ACTUAL", 100.0), ("FORECASTED", 100.0)}
CLOSE = 0.02  # by which part of it a sum may be off: a month has 30 days for some
CANARY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
ISSUER = "token.actions.githubusercontent.com"
REPOSITORY = "ada/shop"
STRANGERS = {  # subjects that must not get in where the main branch of REPOSITORY does
    f"repo:{REPOSITORY}:ref:refs/heads/try": "another branch, which nobody has reviewed, gets in",
    f"repo:{REPOSITORY}:ref:refs/heads/main-2": "another branch, whose name begins alike, gets in",
    f"repo:{REPOSITORY}:pull_request": "a pull request, which nobody has reviewed, gets in",
    f"repo:{REPOSITORY}-copy:ref:refs/heads/main": "another repository, whose name begins alike, gets in",
    "repo:eve/shop:ref:refs/heads/main": "somebody else's repository gets in",
}


def judged_lifetime(lifetime: Callable[[str], Any]) -> NotRight | None:
    """What is wrong with what is said of keys, if anything.

    Args:
        lifetime: says of an id how long its key lives.
    """
    for key_id, right in KEYS.items():
        said = lifetime(key_id)
        if said != right:
            mistake = {
                "long": "ids that begin with AKIA are of keys that live until somebody deletes them.",
                "short": "ids that begin with ASIA are of temporary keys.",
                "none": "what begins with neither is no key of AWS's, such as the local cloud's.",
            }[right]
            return NotRight(f"{right} for {key_id!r}", repr(said), mistake)
    return None


def judged_notifications(found: Sequence[Mapping[str, Any]], subscribers: int) -> NotRight | NotYet | None:
    """What is wrong with the notifications of a budget, if anything.

    Args:
        found: the notifications, as Budgets tells them.
        subscribers: how many of them tell somebody by e-mail.
    """
    if not found:
        return NotYet("Write notifications, and run the cell that makes the budget.")
    if {it["ComparisonOperator"] for it in found} != {"GREATER_THAN"}:
        mistake = "you want to hear of it when it is more than the threshold: GREATER_THAN."
        return NotRight("GREATER_THAN", ", ".join(it["ComparisonOperator"] for it in found), mistake)
    if {it.get("ThresholdType", "PERCENTAGE") for it in found} != {"PERCENTAGE"}:
        return NotRight("PERCENTAGE", "ABSOLUTE_VALUE", "the thresholds are per cent of the limit, and not dollars.")
    when = {(it["NotificationType"], float(it["Threshold"])) for it in found}
    if any(percent <= 1 for _, percent in when):
        return NotRight(_listed(WHEN), _listed(when), "the thresholds are per cent: 50 for a half.")
    if missing := sorted(WHEN - when):
        kind, percent = missing[0]
        mistake = (
            "a forecast tells before the money is spent: its kind is FORECASTED."
            if kind == "FORECASTED"
            else f"nobody hears when {percent:.0f} per cent are spent."
        )
        return NotRight(f"{kind} {percent:.0f}", _listed(when), mistake)
    if more := sorted(when - WHEN):
        mistake = "who is told too often reads none of it: these four are enough."
        return NotRight(_listed(WHEN), _listed(more), mistake)
    if subscribers != len(found):
        mistake = "each notification has its own Subscribers: one of SubscriptionType EMAIL, with the address."
        return NotRight(f"{len(found)} that tell somebody by e-mail", f"{subscribers}", mistake)
    return None


def _listed(when: Any) -> str:
    return ", ".join(f"{kind} {percent:g}" for kind, percent in sorted(when))


def judged_first(binds_first: Callable[[pd.Series, pd.Series], Any]) -> NotRight | None:
    """What is wrong with what is said of the quota that binds first, if anything.

    Args:
        binds_first: is given quotas, and how much of each an order takes.
    """
    tried = (
        ({"a": 100, "b": 10}, {"a": 50, "b": 1}, "a", "what binds is not the smallest quota, but that which is used "
         "up by the fewest orders: divide by what an order takes."),
        ({"a": 10, "b": 100}, {"a": 1, "b": 5}, "a", "what binds is not what an order takes most of: divide the "
         "quota by it."),
        ({"a": 1000, "b": 10}, {"a": 1, "b": 0.1}, "b", "the quota that is enough for the fewest orders binds: "
         "idxmin gives its name."),
    )  # fmt: skip
    for limits, takes, right, mistake in tried:
        said = binds_first(pd.Series(limits), pd.Series(takes))
        if isinstance(said, int | float) and not isinstance(said, bool):
            return NotRight("the name of a quota", repr(said), "that is a number: idxmin gives the name, and min not.")
        if said != right:
            return NotRight(f"{right} of {limits}, of which an order takes {takes}", repr(said), mistake)
    return None


def judged_foretold(foretold: Callable[[float, float], Any]) -> NotRight | None:
    """What is wrong with a foretold bill, if anything.

    Args:
        foretold: USD for so many orders and so many days.
    """
    for orders, days in ((0, 2), (1_000_000, 0), (1000, 10)):
        units = {key: ORDER.get(key, 0) * orders + IDLE.get(key, 0) * days * 24 / HOURS for key in {**IDLE, **ORDER}}
        right = sum(bill(units, free=False).values())
        said = foretold(orders, days)
        if isinstance(said, pd.Series | dict):
            return NotRight("a number", type(said).__name__, "that is a price for each part: return their sum.")
        if isinstance(said, bool) or not isinstance(said, int | float):
            return NotRight("a number", repr(said), "return USD, as a number.")
        if math.isnan(said):
            mistake = "the sum of two Series is nan where one lacks a name of the other's: add them with fill_value=0."
            return NotRight("a number", "nan", mistake)
        if abs(said - right) > CLOSE * right:
            others = {
                sum(bill(units, free=True).values()): "what is free is taken off: free=False counts all of it.",
                sum(bill({k: IDLE[k] * days for k in IDLE}, free=False).values()): "IDLE is of a month: a day is 24 of "
                "its HOURS.",
                sum(bill({k: v * days / HOURS for k, v in IDLE.items()}, free=False).values()): "that is an hour for "
                "each day: a day has 24.",
                0.0: "the shop costs something while nobody orders, and so does each order.",
            }
            likely = next((why for value, why in others.items() if abs(said - value) <= 0.001 * max(value, 1e-9)), "")
            mistake = likely or "add up IDLE for these days and ORDER for these orders, and cost of each."
            return NotRight(f"{right:.4f} USD for {orders} orders and {days} days", f"{said:.4f}", mistake)
    return None


def judged_roll_out(roll_out: Callable[..., Any]) -> NotRight | None:
    """What is wrong with a rollout, if anything: tried with an alias that only notes what it is told.

    Args:
        roll_out: moves an alias from one version to another by degrees.
    """
    for share, fails in ((0.1, True), (0.25, False)):
        told: list[Any] = []

        def shift(version: str, weights: Mapping[str, float], told: list[Any] = told) -> None:
            told.append((version, dict(weights)))

        def watch(version: str, told: list[Any] = told, fails: bool = fails) -> bool:
            told.append(version)
            return fails

        said = roll_out("1", "2", share, shift, watch)
        if verdict := _judged_way(told, said, share, fails):
            return verdict
    return None


def _judged_way(told: list[Any], said: Any, share: float, fails: bool) -> NotRight | None:
    """What is wrong with the way of one rollout, if anything."""
    went = ", then ".join(f"watch {it}" if isinstance(it, str) else f"shift to {it[0]}, {it[1]}" for it in told)
    if not told or isinstance(told[0], str):
        mistake = "first shift: before the new version has any calls there is nothing to watch."
        return NotRight(f"shift to 1, {{'2': {share}}}", went or "nothing", mistake)
    if told[0] != ("1", {"2": share}):
        mistake = "the alias points to the old version, and the new one has its share: shift(old, {new: share})."
        return NotRight(f"shift to 1, {{'2': {share}}}", went, mistake)
    watched = [it for it in told if isinstance(it, str)]
    if watched != ["2"]:
        return NotRight("watch 2", went, "the new version is watched, once, while it has its share.")
    goal = ("1" if fails else "2", {})
    last = told[-1]
    if last != goal:
        if goal in told:
            mistake = "watch first: what comes of it decides who gets all calls."
        elif not isinstance(last, str) and last[0] == goal[0]:
            mistake = f"beside who gets all calls no weights are left: shift({'old' if fails else 'new'}, {{}})."
        elif fails:
            mistake = "the alarm goes off, and customers still meet the new version: shift(old, {})."
        elif last[0] == "1" or isinstance(last, str):
            mistake = "no alarm goes off, and the new version never gets all calls: shift(new, {})."
        else:
            mistake = "once it has all calls, no weights are left: shift(new, {})."
        return NotRight(f"in the end, shift to {goal[0]}, {goal[1]}", went, mistake)
    word = "rolled back" if fails else "rolled out"
    return None if said == word else NotRight(word, repr(said), "what came of it is what is returned.")


def judged_canary(template: Mapping[str, Any]) -> NotRight | NotYet | None:
    """What is wrong with the rollout in a template, if anything.

    Args:
        template: of the stack.
    """
    found = template.get("Resources", {}) if isinstance(template, Mapping) else {}
    groups = [it for it in found.values() if it["Type"] == "AWS::CodeDeploy::DeploymentGroup"]
    if not groups:
        return NotYet("Write the rollout and app.py, and synthesize Hello with canary=true.")
    group = groups[0]["Properties"]
    if group.get("DeploymentConfigName") != CANARY:
        mistake = "a tenth for five minutes, then all, is CANARY_10_PERCENT_5_MINUTES."
        return NotRight(CANARY, str(group.get("DeploymentConfigName")), mistake)
    watched = group.get("AlarmConfiguration", {})
    if watched.get("IgnorePollAlarmFailure"):
        mistake = "an alarm that cannot be asked is no reason to go on: leave ignore_poll_alarms_failure away."
        return NotRight("an alarm that counts", "IgnorePollAlarmFailure", mistake)
    alarms = {name for name, it in found.items() if it["Type"] == "AWS::CloudWatch::Alarm" and _is_of_an_alias(it)}
    named = {it.get("Name", {}).get("Ref") if isinstance(it.get("Name"), Mapping) else it.get("Name")
             for it in watched.get("Alarms", [])}  # fmt: skip
    if not named or not watched.get("Enabled"):
        mistake = "no alarm is watched, so nothing ever rolls back: alarms takes a list with the one above."
        return NotRight("the alarm Failing", "none", mistake)
    if not named <= alarms:
        mistake = "the alarm that the construct makes watches this very alias."
        return NotRight("the alarm Failing", ", ".join(map(str, named)), mistake)
    if "DEPLOYMENT_STOP_ON_ALARM" not in (events := group.get("AutoRollbackConfiguration", {}).get("Events", [])):
        mistake = "the alarm stops the deployment, and nothing goes back: leave auto_rollback as it is."
        return NotRight("DEPLOYMENT_STOP_ON_ALARM", ", ".join(events) or "nothing", mistake)
    return None


def _is_of_an_alias(alarm: Mapping[str, Any]) -> bool:
    """Whether an alarm looks at the calls of an alias, and not at all of the function's."""
    return any(it["Name"] == "Resource" for it in alarm["Properties"].get("Dimensions", ()))


def judged_trust(template: Mapping[str, Any]) -> NotRight | NotYet | None:
    """What is wrong with whom the roles of the pipeline trust, if anything.

    Args:
        template: of the stack `Pipeline` for REPOSITORY.
    """
    found = template.get("Resources", {}) if isinstance(template, Mapping) else {}
    statements = {
        name: it["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
        for name, it in found.items()
        if it["Type"] == "AWS::IAM::Role"
    }
    deploys = next((it for name, it in statements.items() if name.startswith("Deploys")), None)
    if deploys is None:
        return NotYet("Write the pipeline, and synthesize it for a repository.")
    if "Federated" not in deploys.get("Principal", {}):
        mistake = "whoever GitHub vouches for is an iam.FederatedPrincipal of its provider."
        return NotRight("a federated principal", str(deploys.get("Principal")), mistake)
    provider = deploys["Principal"]["Federated"]
    if isinstance(provider, str) and not provider.startswith("arn:"):
        mistake = "AWS knows a provider by its ARN, and not by its address: hand the provider's on."
        return NotRight("the ARN of GitHub's provider", provider, mistake)
    if deploys["Action"] != "sts:AssumeRoleWithWebIdentity":
        mistake = "with a token one takes a role on by sts:AssumeRoleWithWebIdentity."
        return NotRight("sts:AssumeRoleWithWebIdentity", str(deploys["Action"]), mistake)
    condition = deploys.get("Condition", {})

    def token(subject: str, audience: str = "sts.amazonaws.com") -> dict[str, str]:
        return {f"{ISSUER}:aud": audience, f"{ISSUER}:sub": subject}

    main = f"repo:{REPOSITORY}:ref:refs/heads/main"
    for subject, who in STRANGERS.items():
        if gets_in(condition, token(subject)):
            mistake = f"{who}: StringEquals with {ISSUER}:sub lets in the one subject that is given."
            return NotRight(f"{main}, and nobody else", subject, mistake)
    if not gets_in(condition, token(main)):
        mistake = f"the main branch does not get in: the keys are {ISSUER}:aud and {ISSUER}:sub, letter by letter."
        return NotRight(main, str(condition), mistake)
    if gets_in(condition, token(main, "https://github.com/ada")):
        mistake = f"a token that was made for somebody else gets in: {ISSUER}:aud must be sts.amazonaws.com."
        return NotRight("a token for AWS", "any token", mistake)
    return None


def gets_in(condition: Mapping[str, Mapping[str, Any]], token: Mapping[str, str]) -> bool:
    """Whether IAM lets a token in: all conditions of a trust hold; a key that the token does not have never fits.

    Args:
        condition: of StringEquals and StringLike.
        token: its claims.
    """
    fits = {"StringEquals": lambda value, wanted: value == wanted, "StringLike": fnmatchcase}
    return all(
        key in token and any(fits[operator](token[key], one) for one in as_list(wanted))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


MAIN = "repo:ada/shop:ref:refs/heads/main"
TRIED = (  # condition, token, what is right, and what it shows if it is otherwise
    ({"StringEquals": {"sub": MAIN}}, {"sub": MAIN}, True, "the same letters fit."),
    ({"StringEquals": {"sub": MAIN}}, {"sub": MAIN + "-2"}, False, "StringEquals compares to the last letter."),
    ({"StringEquals": {"sub": MAIN}}, {"sub": MAIN.upper()}, False, "StringEquals tells large letters from small."),
    ({"StringEquals": {"sub": "repo:ada/*"}}, {"sub": MAIN}, False, "in StringEquals a star is a star."),
    ({"StringLike": {"sub": "repo:ada/*"}}, {"sub": MAIN}, True, "in StringLike * stands for any letters."),
    ({"StringLike": {"sub": "repo:ada/*"}}, {"sub": "a-" + MAIN}, False, "a pattern fits the whole text, or not."),
    ({"StringLike": {"sub": "*:main"}}, {"sub": "x:main:y"}, False, "a pattern fits the whole text, or not."),
    ({"StringLike": {"sub": "v?"}}, {"sub": "v1"}, True, "in StringLike ? stands for one letter."),
    ({"StringLike": {"sub": "v?"}}, {"sub": "v12"}, False, "in StringLike ? stands for one letter, and not for two."),
    ({"StringLike": {"sub": "a.c"}}, {"sub": "abc"}, False, "a dot is a dot: these are no regular expressions."),
    ({"StringEquals": {"sub": MAIN, "aud": "aws"}}, {"sub": MAIN, "aud": "other"}, False, "all keys must fit."),
    ({"StringEquals": {"aud": "aws"}, "StringLike": {"sub": "repo:ada/*"}}, {"aud": "aws", "sub": "repo:eve/x"}, False,
     "all conditions must hold."),
    ({"StringEquals": {"aud": "aws"}, "StringLike": {"sub": "repo:ada/*"}}, {"aud": "aws", "sub": MAIN}, True,
     "both conditions hold."),
    ({"StringLike": {"sub": "*"}}, {"aud": "aws"}, False, "a key that the token does not have never fits."),
    ({}, {"sub": MAIN}, True, "with no condition, everybody gets in."),
)  # fmt: skip


def judged_gets_in(function: Callable[[dict[str, Any], dict[str, str]], Any]) -> Verdict:
    """Whether a function lets in whom IAM lets in.

    Args:
        function: is given a condition and a token.
    """
    for condition, token, right, why in TRIED:
        said = called(function, {k: dict(v) for k, v in condition.items()}, dict(token))
        if isinstance(said, NotRight):
            return said
        if said is None:
            return NotYet("Write the function; it returns nothing yet.")
        if not isinstance(said, bool):
            return NotRight("True or False", repr(said), "it says whether: return True or False.")
        if said != right:
            return NotRight(f"{right} for {condition} and {token}", str(said), why)
    return Right("All conditions, all keys, letter by letter or by pattern: so IAM decides.")
