"""The checks of chapter 14: go to AWS."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.deployment.templates import last
from workbook.learning.checks.judging import going
from workbook.learning.checks.judging.asked import asked
from workbook.learning.exercises import NotRight, Right, Verdict, checks

LATER = 0.5  # seconds after which the line is written that is waited for
GREETED = {None: "Good to see you, Ada", "fr": "Ravi de vous voir, Ada", "xx": "Good to see you, Ada"}


@checks(
    "14-key",
    "key_id[:4] are the first four letters.",
    'A dict has an answer for each: {"AKIA": "long", "ASIA": "short"}; its get takes what to say of all others.',
)
def key_lifetime(lifetime: Callable[[str], Any]) -> Verdict:
    """Long-lived keys are told from temporary ones, by their ids."""
    return going.judged_lifetime(lifetime) or Right("AKIA lives until somebody deletes it, ASIA ends by itself.")


@checks(
    "14-told",
    'What is spent: told("ACTUAL", 50, address), and the same with 80 and with 100.',
    'What is foretold: told("FORECASTED", 100, address).',
)
def somebody_is_told(watchman: Mapping[str, str]) -> Verdict:
    """The budget, read back, tells somebody at 50, 80 and 100 per cent, and what is foretold."""
    budgets, found = target.client("budgets"), []
    with suppress(budgets.exceptions.NotFoundException):
        found = budgets.describe_notifications_for_budget(**watchman)["Notifications"]
    kept = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
    told = [
        subscriber
        for it in found
        for subscriber in budgets.describe_subscribers_for_notification(
            **watchman, Notification={key: it[key] for key in kept if key in it}
        )["Subscribers"]
        if subscriber["SubscriptionType"] == "EMAIL"
    ]
    return going.judged_notifications(found, len(told)) or Right(
        "Read back from AWS Budgets: three times for what is spent, once for what is foretold."
    )


@checks("14-first", "limits / takes is how many orders a second each quota is enough for.", "idxmin gives a name.")
def first_to_bind(binds_first: Callable[..., Any]) -> Verdict:
    """The quota that binds first is the one that is enough for the fewest orders."""
    return going.judged_first(binds_first) or Right("What binds is enough for the fewest orders.")


@checks(
    "14-foretold",
    "pd.Series(IDLE) * days * 24 / HOURS is what is used in these days; likewise for orders.",
    "Two Series are added by add, with fill_value=0 where each has names that the other one lacks.",
    "sum(cost(*what, amount, free=False) for what, amount in units.items())",
)
def bill_foretold(foretold: Callable[[float, float], Any]) -> Verdict:
    """What some orders and days cost is the sum of its parts."""
    return going.judged_foretold(foretold) or Right("The shop as it stands there, and each order.")


@checks(
    "14-late",
    "started = time.monotonic() before, time.monotonic() - started after.",
    "logs(function).message.str.contains(word).any() says whether the line is there.",
    'wait_until takes a function that looks: wait_until(lambda: …, "the line").',
)
def waits_for_the_line(until_logged: Callable[[str, str], Any]) -> Verdict:
    """It waits for a line that is written half a second later, and says how long that took."""
    function, word = outputs["HelloFunction"], f"late-{uuid.uuid4()}"
    payload = json.dumps({"name": word})

    def write() -> None:
        time.sleep(LATER)
        target.client("lambda").invoke(FunctionName=function, Payload=payload)

    writer = threading.Thread(target=write)
    writer.start()
    started = time.monotonic()
    seconds = until_logged(function, word)
    took, is_there = time.monotonic() - started, not writer.is_alive()
    writer.join()
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return NotRight("seconds, as a number", repr(seconds), "return how long it took: time.monotonic() - started.")
    if not is_there or took < LATER:
        mistake = "it came back before the line was written: look again and again, until it is there."
        return NotRight(f"at least {LATER} s", f"{took:.2f} s", mistake)
    if abs(seconds - took) > 0.1 * took:
        wrong = "it took longer than it says" if seconds < took else "so long it did not take"
        mistake = f"{wrong}: note the time before you wait, and take the difference after."
        return NotRight(f"{took:.2f} s", f"{seconds:.2f} s", mistake)
    again = asked(lambda: until_logged(function, word))
    if isinstance(again, int | float) and again > LATER:
        mistake = "it waits even if the line is there already: look first, and sleep for no fixed time."
        return NotRight("no time, for a line that is there", f"{again:.2f} s", mistake)
    return Right("It looks until the line is there, and not a moment longer.")


@checks(
    "14-rollout",
    "shift(old, {new: share}) lets the new version have its share; then watch(new).",
    "if watch(new): everything back, with shift(old, {}), and return.",
    "Else shift(new, {}).",
)
def rolls_out_and_back(roll_out: Callable[..., Any]) -> Verdict:
    """A rollout goes on if nothing goes off, and back if something does."""
    return going.judged_roll_out(roll_out) or Right("A share, a look, and then all or nothing.")


@checks(
    "14-mended",
    'event.get("language") is None where there is no language, and raises nothing.',
    'GREETINGS.get(…, GREETINGS["en"]) has an answer for a language that is not there.',
)
def everybody_is_greeted(alias: str) -> Verdict:
    """All callers of the alias are greeted: without a language, in one of three, and in one that is not there."""
    for language, right in GREETED.items():
        event = {"name": "Ada"} | ({"language": language} if language else {})
        answer = target.client("lambda").invoke(FunctionName=alias, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            who = f"the language {language}" if language else "no language"
            mistake = f"with {who} it fails, so the alarm went off and it was rolled back: GREETINGS.get has a default."
            return NotRight(right, str(said.get("errorMessage")), mistake)
        if said.get("message") != right:
            mistake = (
                "customers still meet the version of chapter 00: the new one was rolled back, as it failed."
                if language == "fr" and said.get("message") == GREETED[None]
                else "greet in the language of the event, with the name after it."
            )
            return NotRight(right, str(said.get("message")), mistake)
    return Right("Everybody is greeted, and the new version has all calls.")


@checks("14-canary", "alarms takes a list.", "The alarm of this construct is called failing.")
def canary_rolls_back(template: Mapping[str, Any]) -> Verdict:
    """In the template, CodeDeploy watches the alarm while it shifts the alias."""
    return going.judged_canary(template) or Right("A tenth for five minutes; the alarm brings it back.")


@checks(
    "14-trust",
    "iam.FederatedPrincipal takes three things: the provider, the conditions, and the action.",
    'The conditions: {"StringEquals": {f"{ISSUER}:aud": …, f"{ISSUER}:sub": …}}.',
)
def trust_is_narrow() -> Verdict:
    """Only the main branch of the one repository gets the role that deploys, as it was synthesized last."""
    return going.judged_trust(last("Pipeline")) or Right("One branch of one repository gets in, with a token for AWS.")


@checks(
    "14-1",
    "Go through condition.items(): operators, each with a dict of keys and what is wanted of them.",
    "all(…) over all operators and keys; key in token first.",
    "fnmatchcase(value, pattern) knows * and ?, and tells large letters from small.",
)
def who_gets_in(function: Callable[..., Any]) -> Verdict:
    """A token gets in if all conditions of a trust hold."""
    return going.judged_gets_in(function)
