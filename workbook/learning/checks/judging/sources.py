"""What starts a function in chapter 10: a schedule's target, the filter of a bucket's events, that of a stream's."""

from __future__ import annotations

import json
from typing import Any

from workbook.clients import raw_events
from workbook.learning.checks.judging.patterns import NoPattern, checkout, fits
from workbook.learning.exercises import NotRight, Verdict

RULES = {"prefix": "products/", "suffix": ".csv"}


def judged_target(
    goal: dict[str, Any], function: str, role: str, failures: str, event: dict[str, Any]
) -> Verdict | None:
    """What is wrong with the target of a schedule, if anything.

    Args:
        goal: the target, as Scheduler has it.
        function: the ARN of the function that is to be called.
        role: the ARN of the role that may do so.
        failures: the ARN of the queue for what could not be delivered.
        event: what the function is to get.
    """
    if goal.get("Arn") != function:
        return NotRight(function, str(goal.get("Arn")), "Arn says whom to call: the report function, REPORT.")
    if goal.get("RoleArn") != role:
        mistake = 'Scheduler calls in a role that may do that: outputs["ReportSchedulerRole"].'
        return NotRight(role, str(goal.get("RoleArn")), mistake)
    if _parsed(goal.get("Input")) != event:
        mistake = "Input is what the function gets: the event, as JSON."
        return NotRight(json.dumps(event), str(goal.get("Input")), mistake)
    if goal.get("DeadLetterConfig", {}).get("Arn") != failures:
        mistake = "what could not be delivered is lost without a dead-letter queue: DeadLetterConfig names FAILURES."
        return NotRight(failures, str(goal.get("DeadLetterConfig", "none")), mistake)
    return None


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return None


def judged_rules(found: list[dict[str, str]]) -> Verdict | None:
    """What is wrong with the rules for the keys of objects that are events, if anything.

    Args:
        found: the rules, as S3 has them.
    """
    rules = {rule["Name"].lower(): rule["Value"] for rule in found}
    if rules == RULES:
        return None
    expected = ", ".join(f"{name} {value}" for name, value in RULES.items())
    shown = ", ".join(f"{name} {value}" for name, value in rules.items()) or "no rule"
    if "prefix" not in rules:
        mistake = (
            "what the function writes below rejects/ would be an event, too, and it would call itself for ever: a "
            "prefix keeps it out."
        )
    elif "suffix" not in rules:
        mistake = "whatever is put below products/ would be an event, a picture too: a suffix says which files."
    else:
        mistake = "prefix and suffix are compared letter by letter, with the slash and with the dot."
    return NotRight(expected, shown, mistake)


def judged_filter(mappings: list[dict[str, Any]]) -> Verdict | None:
    """What is wrong with the filter of what follows a table's stream, if anything.

    Args:
        mappings: the function's event source mappings.
    """
    if not mappings:
        return NotRight("a mapping from the stream to the function", "none", "EventSourceMapping is missing.")
    filters = mappings[0].get("FilterCriteria", {}).get("Filters", [])
    if not filters:
        mistake = "the function is called for each record, and a new product has no old price, a deleted one no new."
        return NotRight("a filter", "none", mistake)
    patterns = [json.loads(one["Pattern"]) for one in filters]
    for name, wanted in (("MODIFY", True), ("INSERT", False), ("REMOVE", False)):
        event = checkout() | {"detail": raw_events.dynamodb(name, "1")["Records"][0]}
        try:
            called = any(fits({"detail": pattern}, event) for pattern in patterns)
        except NoPattern as error:
            return NotRight("a pattern", str(error), "Lambda does not take this for a filter: values stand in lists.")
        if called != wanted:
            must = "must" if wanted else "need not"
            mistake = f"the function {must} be called for {name}: only a change has both images."
            return NotRight("MODIFY, and nothing else", json.dumps(patterns), mistake)
    return None
