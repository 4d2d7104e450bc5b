"""The gaps of chapter 12: a refusal in the log, forged and changed requests, rights to publish, who must sign."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.clients.rest import Answer
from workbook.cloud import target
from workbook.cloud.roles import as_list, statements
from workbook.cloud.stacks import deployed_template, outputs
from workbook.learning.checks.judging.policy_trial import BUS
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

PUBLISHERS = {  # by their names among the outputs: in whose name each may publish
    "BasketPublisher": "shop.basket", "ProductPriceChanges": "shop.product", "BackofficeFunction": "shop.backoffice",
}  # fmt: skip
ONE, ALL, ANY = "", "forallvalues:", "foranyvalue:"  # how an operator takes several values
DAY = 24 * 3600  # seconds
NOT_DEPLOYED = NotYet("Run the cell that deploys.")


def judged_refusal(found: Any, lines: pd.DataFrame, correlation_id: str) -> Verdict:
    """What is to be said of the lines that are said to tell of a refusal.

    Args:
        found: the learner's.
        lines: the whole log.
        correlation_id: of the answer that the customer got.
    """
    if not isinstance(found, pd.DataFrame) or not {"level", "correlation_id", "time"} <= set(found.columns):
        mistake = "what comes back must be the lines with all their columns: lines[…], with a condition in it."
        return NotRight("a frame", type(found).__name__, mistake)
    right = lines[(lines.correlation_id == correlation_id) & (lines.level == "ERROR")]
    if sorted(found.time) == sorted(right.time):
        return Right("One line says who was refused what, and only who may read the log can read it.")
    if len(others := set(found.correlation_id.dropna()) - {correlation_id}):
        mistake = "other requests have failed, too: the answer's correlation id tells this one from them."
        return NotRight("lines of one request", f"{len(found)} lines, {len(others)} other requests' with it", mistake)
    if found.empty:
        mistake = "no line fits: its level is ERROR, in capitals, and its correlation_id that of the answer's header."
        return NotRight(f"{len(right)} line", "none", mistake)
    mistake = "of all lines of this request, the one is meant that says what went wrong: its level is ERROR."
    return NotRight(f"{len(right)} line", f"{len(found)} lines: {', '.join(map(str, found.message))}", mistake)


def judged_forgery(entry: dict[str, Any]) -> Verdict | None:
    """What is wrong with an event that pretends to be Product's, if anything.

    Args:
        entry: as PutEvents takes it.
    """
    if other := next((name for name in entry if name.lower() == "source" and name != "Source"), ""):
        return NotRight("Source", other, "in an entry of PutEvents each name begins with a capital letter.")
    if "Source" not in entry:
        return NotYet("Still to be written: the Source of the forged event.")
    if entry["Source"] == "shop.basket":
        mistake = "that is Basket's own name: whoever has broken into Basket wants to be somebody else."
        return NotRight("shop.product", "shop.basket", mistake)
    if entry["Source"] != "shop.product":
        mistake = "rules compare it letter by letter: Product's events say shop.product."
        return NotRight("shop.product", str(entry["Source"]), mistake)
    return None


def judged_publishers() -> Verdict | None:
    """What is wrong with the rights to publish, as they are deployed; if anything."""
    if "BackofficeFunction" not in outputs:
        return NOT_DEPLOYED
    bus = target.client("events").describe_event_bus(Name=BUS)["Arn"]
    found = (judged_publisher(name, statements(outputs[name]), bus, source) for name, source in PUBLISHERS.items())
    return next(filter(None, found), None)


def judged_publisher(name: str, statements: list[dict[str, Any]], bus: str, source: str) -> Verdict | None:
    """What is wrong with a function's right to publish, if anything.

    Args:
        name: the function's, among the outputs.
        statements: of its own policies.
        bus: the ARN of the shop's bus.
        source: in whose name it publishes.
    """
    found = [it for it in statements if any(action.startswith(("events:", "*")) for action in as_list(it["Action"]))]
    found = [it for it in found if it["Effect"] == "Allow"]
    right = f"{name}: events:PutEvents on {bus}"
    if not found:
        mistake = "nothing lets it publish: function.add_to_role_policy gives a statement to its role."
        return NotRight(right, "no such right", mistake)
    actions = sorted({action for it in found for action in as_list(it["Action"])})
    if actions != ["events:PutEvents"]:
        mistake = "a publisher publishes: it changes no rule, and deletes no bus. One action is enough."
        return NotRight(right, ", ".join(actions), mistake)
    resources = sorted({resource for it in found for resource in as_list(it["Resource"])})
    if resources != [bus]:
        mistake = "the account has buses of others, too: bus.event_bus_arn is the shop's."
        return NotRight(right, ", ".join(resources), mistake)
    return next(filter(None, (_judged_name(name, it.get("Condition", {}), source) for it in found)), None)


def _judged_name(name: str, condition: dict[str, Any], source: str) -> Verdict | None:
    """What is wrong with the condition of a right to publish, if anything."""
    right = f"{name}: ForAllValues:StringEquals, events:source: {source}"
    shown = json.dumps(condition) if condition else "no condition"
    named = {
        operator.lower(): value
        for operator, keys in condition.items()
        for key, value in keys.items()
        if key.lower() == "events:source"
    }
    if not named:
        mistake = "whoever breaks in here may publish as anybody: a condition on events:source holds it to one name."
        return NotRight(right, shown, mistake)
    for operator, value in named.items():
        if operator.startswith(ANY):
            mistake = "with ForAnyValue one entry in that name is enough, and the others may say what they like."
            return NotRight(right, shown, mistake)
        if operator.removeprefix(ALL) not in ("stringequals", "stringlike"):
            return NotRight(right, shown, "this operator does not say that the name is the same: StringEquals does.")
        if as_list(value) != [source]:
            mistake = "it is to publish in its own name, the one that may_publish is given, and in nobody else's."
            return NotRight(right, shown, mistake)
    return None


def judged_methods() -> Verdict | None:
    """What is wrong with who may call Backoffice, as it is deployed; if anything."""
    if "BackofficeFunction" not in outputs:
        return NOT_DEPLOYED
    resources = deployed_template("Backoffice")["Resources"].values()
    methods = [it["Properties"] for it in resources if it["Type"] == "AWS::ApiGateway::Method"]
    return judged_method(next(it for it in methods if it["HttpMethod"] == "POST"))


def judged_method(method: dict[str, Any]) -> Verdict | None:
    """What is wrong with who may call Backoffice, if anything.

    Args:
        method: its POST, in the template.
    """
    kind = method.get("AuthorizationType", "NONE")
    if kind == "AWS_IAM":
        return None
    mistake = "anybody with the key gets in, and nobody knows who it was: callers must sign, which is IAM's to check."
    return NotRight("the authorization type AWS_IAM", kind, mistake)


def judged_late(answer: Answer) -> Verdict:
    """What is to be said of a refund that the model was to let pass, and the function to refuse.

    Args:
        answer: what came of it.
    """
    said = answer.body.get("error", {}).get("message", "") if isinstance(answer.body, dict) else ""
    found = f"{answer.status} {said}".strip()
    if answer.status == 202:
        mistake = "the function has nothing against it. What does money say of an amount that no schema here says?"
        return NotRight("400, by the function", found, mistake)
    if answer.status != 400 or not said.startswith("amount "):
        mistake = "API Gateway refuses it already: the amount must be a number from 0.01 to 10,000."
        return NotRight("400, and a sentence that begins with amount", found, mistake)
    return Right("A number within the limits: so says the model. Cents have no halves: so says the function.")


def judged_days(days: Callable[[str], Any], waiting: int, dead: int) -> Verdict | None:
    """What is wrong with a function that says how long a queue keeps a message, if anything.

    Args:
        days: the learner's.
        waiting: the seconds of Ordering's queue.
        dead: the seconds of its dead letters.
    """
    for queue, seconds in (("OrderingQueue", waiting), ("OrderingDeadLetters", dead)):
        found, right = days(queue), seconds / DAY
        if isinstance(found, bool) or not isinstance(found, int | float):
            mistake = "return a number: what SQS says of a queue is text, and in seconds."
            return NotRight(f"{right:g} for {queue}", repr(found), mistake)
        if found != right:
            mistake = "each queue has a time of its own, the MessageRetentionPeriod of the queue that is asked for."
            if found in (seconds, seconds / 3600, seconds / 60):
                mistake = "the attribute is in seconds, and a day has 86,400 of them."
            return NotRight(f"{right:g} for {queue}", f"{found:g}", mistake)
    return None


def judged_change(tampered: dict[str, Any]) -> Verdict | None:
    """What is wrong with a request that was to be changed after it was signed, if anything.

    Args:
        tampered: what `refund` is called with.
    """
    if "changed" not in tampered:
        return NotYet("Still to be written: what is sent in place of the body that Ada has signed.")
    if tampered["changed"] in (None, tampered["body"]):
        mistake = "this is what Ada has signed, so the signature fits: something in it must be another."
        return NotRight("another refund than the one signed", str(tampered["changed"]), mistake)
    return None


def judged_refunds(found: Any, told: list[str]) -> Verdict:
    """What is to be said of the refunds that are paid for one checkout.

    Args:
        found: the learner's answer, their ids.
        told: the id in each event of them.
    """
    if not isinstance(found, set | list | tuple):
        return NotRight("a set of ids", type(found).__name__, "return the ids themselves; len counts them.")
    if len(found) != len(set(found)):
        mistake = "each id once, however often it was told: a set does that."
        return NotRight(f"{len(set(told))} id", f"{len(found)}, and some of them are the same", mistake)
    if set(found) != set(told):
        mistake = "refundId is the same each time for the same checkout; what else an event has is its own."
        shown = ", ".join(sorted(map(str, found))[:3]) or "none"
        return NotRight(f"{len(set(told))} id: {', '.join(sorted(set(told)))}", f"{len(set(found))}: {shown}", mistake)
    return Right("Many events, one refund: made from the checkout's id, it is the same however often somebody asks.")


def judged_sources(found: Any) -> Verdict:
    """What is to be said of who may publish, and in whose name.

    Args:
        found: the learner's answer.
    """
    if not isinstance(found, dict):
        return NotRight("a dict", type(found).__name__, "return a dict: from a function's name to its source.")
    said = {name: as_list(source) for name, source in found.items()}
    shown = ", ".join(f"{name}: {source}" for name, source in found.items()) or "nobody"
    expected = ", ".join(f"{name}: {source}" for name, source in PUBLISHERS.items())
    if missing := [name for name in PUBLISHERS if name not in said]:
        mistake = f"{missing[0]} may publish, too: one of its statements has events:PutEvents among its Action."
        return NotRight(expected, shown, mistake)
    if len(said) > len(PUBLISHERS):
        return NotRight(expected, shown, "the names are those of PUBLISHERS, and nobody else may publish.")
    if said != {name: [source] for name, source in PUBLISHERS.items()}:
        mistake = "in whose name stands below the condition's operator, as events:source; Resource says on which bus."
        return NotRight(expected, shown, mistake)
    return Right("Three functions, each in its own name. Nobody else may tell the shop anything.")


def judged_rings(found: Any, right: list[str]) -> Verdict:
    """What is to be said of the alarms that are said to look at a queue.

    Args:
        found: the learner's answer, their names.
        right: their names.
    """
    if isinstance(found, NotRight):
        return found
    if not isinstance(found, list | set | tuple):
        return NotRight("a list of names", type(found).__name__, "return the AlarmNames, in a list.")
    if not all(isinstance(name, str) for name in found):
        return NotRight("names", type(next(iter(found))).__name__, "return of each alarm its AlarmName only.")
    if set(found) != set(right):
        mistake = "an alarm looks at the queue that its dimension QueueName names, and at no other."
        return NotRight(", ".join(right), ", ".join(sorted(found)) or "none", mistake)
    return Right("The construct of chapter 11 asked the stack what it has, and found a queue that nobody polls.")
