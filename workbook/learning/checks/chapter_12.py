"""The checks of chapter 12."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.base.paths import CDK_APP, read_code
from workbook.base.waiting import soon
from workbook.clients.intruder import INTRUDER
from workbook.clients.rest import Answer, Rest
from workbook.cloud import target
from workbook.cloud.roles import granted
from workbook.cloud.stacks import outputs
from workbook.learning.checks.chapter_03 import CUSTOMER
from workbook.learning.checks.judging import card_numbers, locked, policy_trial, pseudonyms, watching
from workbook.learning.checks.judging.asked import called
from workbook.learning.checks.judging.guests import one_more_rings
from workbook.learning.checks.judging.infrastructure import LATER, NEEDED
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs, table
from workbook.observe.leaks import leaks

PATIENCE = 30  # seconds until a log has what was answered


@checks(
    "12-refusal",
    "logs(…) is a frame with the columns level and correlation_id, among others. A condition in brackets leaves rows.",
    'answer.headers["x-correlation-id"] is the id that the customer has got.',
    "Two conditions at once: lines[(lines.level == \"ERROR\") & (lines.correlation_id == …)]",
)
def refusal_is_found(refusal: Callable[[], Any], answer: Answer) -> Verdict:
    """The learner's function finds what the log says of the error that the customer got, and not of the next one."""
    function, header = outputs["ProductFunction"], "x-correlation-id"
    product = Rest(outputs["ProductApiUrl"])
    made = product.post("product", {"name": "Checked", "price": 1}).body["id"]
    other = product.delete(f"product/{made}")
    if other.status == 500:  # the right is still taken away
        soon(lambda: other.headers[header] in set(logs(function).correlation_id), PATIENCE)
        target.client("dynamodb").delete_item(TableName=outputs["ProductTable"], Key={"id": {"S": made}})
    return locked.judged_refusal(refusal(), logs(function), answer.headers[header])


@checks("12-grant")
def grant() -> Verdict:
    """Product's function may do again what it needs, and nothing that nobody has thought about."""
    actions = granted(outputs["ProductFunction"])
    if any("*" in action for action in actions):
        return NotRight(
            "rights with a name each",
            ", ".join(sorted(actions)),
            "a star allows more than anyone has thought about: run the test bench's cell again.",
        )
    if more := actions - {*NEEDED, *LATER}:
        mistake = "the service does no such thing, so nobody has thought about it: deploy(\"Product\") puts it right."
        return NotRight(", ".join((*NEEDED, *LATER)), ", ".join(sorted(more)), mistake)
    product = Rest(outputs["ProductApiUrl"])
    made = product.post("product", {"name": "Checked", "price": 1})
    deleted = product.delete(f"product/{made.body['id']}")
    if deleted.status != 204:
        return NotRight(
            "204 for deleting a product", str(deleted.status), "the right is still taken away: may_delete(True)."
        )
    return Right("Taken away, refused, given back: a right is what its policy says.")


@checks(
    "12-intruder",
    "The Source of an event is a text that its publisher chooses: EventBridge does not know who Product is.",
    "Basket's events say shop.basket. What did those of chapter 10 say, when a price had changed?",
    'Source="…", with a comma behind it.',
)
def intruder(attempts: pd.DataFrame | None = None, forged: dict[str, str] | None = None) -> Verdict:
    """The intruder was refused everything that is not Basket's, and is gone."""
    if attempts is None or attempts.empty:
        return NotYet("Let the intruder try first, and give the check the frame.")
    if forged is not None and (verdict := locked.judged_forgery(forged)):
        return verdict
    client = target.client("lambda")
    there = [f["FunctionName"] for page in client.get_paginator("list_functions").paginate() for f in page["Functions"]]
    if INTRUDER in there:
        return NotRight(
            "no intruder",
            "one that is still there",
            "the cell was interrupted: run it again, it removes it.",
        )
    done = list(attempts.attempted[attempts.iloc[:, -1] == "done"])
    if done != ["read all baskets"]:
        return NotRight(
            "only read all baskets",
            ", ".join(done) or "nothing",
            'a right is wider, or narrower, than Basket needs: deploy("Basket") after mending its stack.',
        )
    return Right("Seven of eight refused. What it could do is what Basket can do.")


@checks(
    "12-method",
    "Above the gap stands what API Gateway calls; below, that a key is required. Who calls is a keyword of its own.",
    "authorization_type=apigateway.AuthorizationType.IAM, with a comma behind it.",
)
def who_calls_must_sign() -> Verdict:
    """Backoffice's method takes signed calls only."""
    return locked.judged_methods() or Right("Whoever calls must sign, and IAM looks whether they may.")


@checks(
    "12-nag",
    "One iam.PolicyStatement has actions, resources and conditions; function.add_to_role_policy gives it to the role.",
    'conditions={"StringEquals": {"events:source": source}}: an operator, the key, its value. PutEvents has as many '
    "sources as entries: with ForAllValues: before the operator, each of them is compared.",
)
def nagged(findings: pd.DataFrame | None = None) -> Verdict:
    """cdk-nag has nothing to say; stars were mended, not acknowledged; who publishes is held to one name."""
    if findings is None:
        return NotYet("Run nag(), and give the check what it finds.")
    if verdict := locked.judged_publishers():
        return verdict
    if not findings.empty:
        first = findings.iloc[0]
        return NotRight(
            "no finding",
            f"{len(findings)}; the first: {first.construct}: {first.finding}",
            "mend it, or acknowledge it with a reason that a reviewer would accept.",
        )
    acknowledged = read_code(CDK_APP / "shop" / "nag.py")
    if "Action::" in acknowledged or "Resource::*" in acknowledged:
        return NotRight(
            "no star in a policy",
            "an acknowledged one",
            "a star is mended, not acknowledged: name the action and the resource.",
        )
    return Right("Every rule is kept, or has a reason why not.")


@checks("12-signed")
def signed() -> Verdict:
    """Backoffice's API lets in who signs and has the right, and knows who it was."""
    if "BackofficeApiUrl" not in outputs:
        return NotYet("Deploy Backoffice first.")
    body = {"checkoutId": str(uuid.uuid4()), "amount": 1, "reason": "late"}
    unsigned = Rest(outputs["BackofficeApiUrl"]).post("refund", body)
    if unsigned.status != 403:
        return NotRight(
            "403 for a request that nobody signed",
            str(unsigned.status),
            "authorization_type=IAM is missing at the method.",
        )
    lines = logs(outputs["BackofficeFunction"])
    people = set(lines["approved_by"].dropna()) if "approved_by" in lines else set()
    if not people:
        return NotYet("Send a refund that is signed, by somebody who has the right.")
    if any(leaks(line) for line in lines.message):
        return NotRight("a log without secrets", "a key or a token", "log who called, never what they proved it with.")
    return Right("Nobody is refused, and somebody is known by name.")


@checks(
    "12-late",
    "The model knows kinds of values, limits, and the names of fields. It says nothing of how many decimals an amount "
    "has.",
    "rules.py calls money: an amount has at most two decimals. Which number has three, and is within the limits?",
)
def refused_late(body: dict[str, Any], send: Callable[[dict[str, Any]], Answer]) -> Verdict:
    """The learner's refund is let through by the model, and refused by the function."""
    if "amount" not in body:
        return NotYet("Still to be written: an amount that the model lets pass, and the function's rules do not.")
    return locked.judged_late(send(body))


@checks("12-gateway")
def at_the_gateway(rows: list[tuple] | None = None, counts: Counter | None = None) -> Verdict:
    """The model refuses what a schema can tell, the function the rest, and a flood is throttled."""
    if not rows or counts is None:
        return NotYet("Send the bodies and the flood first.")
    if {row[1] for row in rows} != {400}:
        return NotRight(
            "400 for each body",
            str(sorted({row[1] for row in rows})),
            "one of them was let in, or refused for another reason: look at the frame.",
        )
    who = Counter(row[2] for row in rows)
    if who != {"API Gateway": 4, "the function": 1}:
        return NotRight(
            "four by API Gateway, one by the function",
            str(dict(who)),
            "the model or the validator is missing at the method, or the log had not come yet: run the cell again.",
        )
    if not counts[429]:
        return NotRight(
            "some 429",
            str(dict(counts)),
            "the requests came too slowly to be too many, or the method wants no key, so that there is no plan.",
        )
    return Right("Refused early where a schema is enough, and late where it is not.")


@checks(
    "12-cards",
    "has_card_number(body) looks at all fields, their names, and all that is in them.",
    'What is refused is a BadRequestError with a sentence: raise BadRequestError("…"), before anything is checked.',
)
def card_numbers_are_refused() -> Verdict:
    """A card number is refused wherever it stands, what only looks like one is not."""
    api, user = Rest(outputs["BasketApiUrl"]), "checked-cards"
    api.delete(f"basket/{user}")
    return card_numbers.judged(lambda more: api.post("basket/checkout", CUSTOMER | {"userName": user} | more))


@checks(
    "12-data",
    "sqs.get_queue_attributes takes QueueUrl and a list, AttributeNames; its answer has Attributes, by their names.",
    "The attribute is text, in seconds. int(…) makes a number of it, and a day has 86,400 seconds.",
)
def personal(event: dict[str, Any] | None = None, days: Callable[[str], Any] | None = None) -> Verdict:
    """No card number travels, and copies end."""
    if event is None:
        return NotYet("Look at the event of a checkout first.")
    if days and (verdict := locked.judged_days(days, _kept_for("OrderingQueue"), _kept_for("OrderingDeadLetters"))):
        return verdict
    if found := leaks(json.dumps(event)):
        return NotRight("an event without secrets", ", ".join(found), "Basket published what it should have refused.")
    described = target.client("dynamodb").describe_time_to_live(TableName=outputs["EventLogTable"])
    if described["TimeToLiveDescription"]["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
        return NotRight(
            "a time to live",
            "none",
            'EventLog keeps people for ever: TimeToLiveSpecification in its stack, then deploy("EventLog").',
        )
    archives = [a["ArchiveName"] for a in target.client("events").list_archives(NamePrefix="chapter-12")["Archives"]]
    if archives:
        return NotRight("no archive of this chapter's", ", ".join(archives), "it keeps on keeping: delete_archive.")
    return Right("What the event carries is what Ordering needs, and each copy has an end.")


def _kept_for(queue: str) -> int:
    """For how many seconds a queue of the shop keeps a message."""
    name = "MessageRetentionPeriod"
    answer = target.client("sqs").get_queue_attributes(QueueUrl=outputs[queue], AttributeNames=[name])
    return int(answer["Attributes"][name])


@checks(
    "12-list",
    "refund(body, credentials, changed=…) signs body, and sends what changed has.",
    'good | {…} is a refund like good, with another value for something. good is for 12.50.',
)
def test_list(results: pd.DataFrame | None = None, tampered: dict[str, Any] | None = None) -> Verdict:
    """Every attempt ended as expected."""
    if results is None or len(results) < 12:
        return NotYet("Run the list, and give the check its frame.")
    if tampered is not None and (verdict := locked.judged_change(tampered)):
        return verdict
    wrong = results[results.expected.astype(str) != results.found.astype(str)]
    if not wrong.empty:
        first = wrong.iloc[0]
        return NotRight(
            f"{first.expected}, by {first['refused by']}",
            f"{first.found} for: {first.attempted}",
            "what should refuse this does not, or something else did first.",
        )
    return Right("Twelve attempts, each as expected. One of them is a decision, and not a refusal.")


# The questions


@checks(
    "12-q1",
    'table(outputs["EventLogTable"]) has rows whose source is shop.backoffice: in each detail, data has both ids.',
    "A set has each value once: {… for it in … if …}.",
)
def refunds_paid(refund_ids: Callable[[], Any], checkout_id: str) -> Verdict:
    """The refunds that the shop pays for a checkout are told apart by their ids."""
    rows = table(outputs["EventLogTable"])
    details = [it["data"] for it in rows[rows.source == "shop.backoffice"].detail]
    return locked.judged_refunds(refund_ids(), [it["refundId"] for it in details if it["checkoutId"] == checkout_id])


@checks(
    "12-q2",
    "policies(name) is a pair: the role, and its documents by their names. Each document has a list, Statement.",
    "A statement that lets publish has events:PutEvents among its Action, and a Condition: below the operator stands "
    "events:source.",
    'for document in policies(name)[1].values(): for statement in document["Statement"]: if "events:PutEvents" in …',
)
def who_publishes(sources: Callable[[], Any]) -> Verdict:
    """Each publisher is known, and the name in which it may publish."""
    return locked.judged_sources(sources())


@checks(
    "12-q3",
    'boto3.client("cloudwatch").describe_alarms()["MetricAlarms"] is a list of dicts, each with an AlarmName.',
    'Dimensions is a list of dicts such as {"Name": "QueueName", "Value": …}.',
)
def what_rings(rings: Callable[[str], Any]) -> Verdict:
    """The alarm is found that looks at EventLog's dead letters, those of other queues, and one that is new."""
    for output in ("EventLogDeadLetters", "OrderingQueue", "BasketFailures"):
        if not isinstance(verdict := _judged_rings(rings, outputs[output]), Right):
            return verdict
    url = outputs["EventLogDeadLetters"]
    with one_more_rings(url.split("/")[-1], "EventLog") as guest:
        return watching.judged_guest(called(rings, url), guest) or verdict


def _judged_rings(rings: Callable[[str], Any], url: str) -> Verdict:
    dimension = {"Name": "QueueName", "Value": url.split("/")[-1]}
    alarms = target.client("cloudwatch").describe_alarms()["MetricAlarms"]
    right = [it["AlarmName"] for it in alarms if dimension in it["Dimensions"]]
    return locked.judged_rings(called(rings, url), right)


# Exercise 1

@checks(
    "12-1",
    'A policy document is {"Version": "2012-10-17", "Statement": '
    '[...]}; each statement has Effect, Action and Resource.',
    "Two rights on two things are two statements. In one, each action would be allowed on each resource.",
    'An index has an ARN of its own: f"{table_arn}/index/by-category". Its action is dynamodb:Query.',
)
def policy_is_right(policy: Callable[[str, str], Any]) -> Verdict:
    """Real calls with a role that has the policy: what must work works, and nothing else does."""
    return policy_trial.judged_by_calls(policy)


# Exercise 2


@checks(
    "12-2",
    "Make a copy first: import copy, and copy.deepcopy(event); or a new dict for data.",
    "A hash alone is no secret: there are not so many names, and anybody can hash them all and compare.",
    'hmac.new(secret, event["data"]["userName"].encode(), hashlib.sha256).hexdigest() is a hash '
    "that only who has the secret can make.",
)
def without_people(function: Callable[[dict, bytes], Any]) -> Verdict:
    """People are gone, users can be told apart, and nobody can tell who they are."""
    return pseudonyms.judged(function)
