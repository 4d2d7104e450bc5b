"""The checks of chapter 11."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.base.paths import CDK_APP, read_code
from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.roles import granted
from workbook.cloud.stacks import outputs
from workbook.learning.checks import pseudonyms
from workbook.learning.checks.infrastructure import LATER, NEEDED
from workbook.learning.checks.policy_trial import BUS, as_tried, malformed, session_of, tried
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs
from workbook.observe.leaks import leaks


@checks("11-grant")
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


@checks("11-intruder")
def intruder(attempts: pd.DataFrame | None = None) -> Verdict:
    """The intruder was refused everything that is not Basket's, and is gone."""
    if attempts is None or attempts.empty:
        return NotYet("Let the intruder try first, and give the check the frame.")
    client = target.client("lambda")
    there = [f["FunctionName"] for page in client.get_paginator("list_functions").paginate() for f in page["Functions"]]
    if "chapter-11-intruder" in there:
        return NotRight(
            "no intruder",
            "one that is still there",
            "the cell was interrupted: run the test bench's cell again, it removes it.",
        )
    done = list(attempts.attempted[attempts.iloc[:, -1] == "done"])
    if done != ["read all baskets"]:
        return NotRight(
            "only read all baskets",
            ", ".join(done) or "nothing",
            'a right is wider, or narrower, than Basket needs: deploy("Basket") after mending its stack.',
        )
    return Right("Seven of eight refused. What it could do is what Basket can do.")


@checks("11-nag")
def nagged(findings: pd.DataFrame | None = None) -> Verdict:
    """cdk-nag has nothing to say, and the stars were mended, not acknowledged."""
    if findings is None:
        return NotYet("Run nag(), and give the check what it finds.")
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


@checks("11-signed")
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


@checks("11-gateway")
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


@checks("11-data")
def personal(event: dict[str, Any] | None = None) -> Verdict:
    """No card number travels, and copies end."""
    if event is None:
        return NotYet("Look at the event of a checkout first.")
    if found := leaks(json.dumps(event)):
        return NotRight("an event without secrets", ", ".join(found), "Basket published what it should have refused.")
    described = target.client("dynamodb").describe_time_to_live(TableName=outputs["EventLogTable"])
    if described["TimeToLiveDescription"]["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
        return NotRight(
            "a time to live",
            "none",
            'EventLog keeps people for ever: TimeToLiveSpecification in its stack, then deploy("EventLog").',
        )
    archives = [a["ArchiveName"] for a in target.client("events").list_archives(NamePrefix="chapter-11")["Archives"]]
    if archives:
        return NotRight("no archive of this chapter's", ", ".join(archives), "it keeps on keeping: delete_archive.")
    return Right("What the event carries is what Ordering needs, and each copy has an end.")


@checks("11-list")
def test_list(results: pd.DataFrame | None = None) -> Verdict:
    """Every attempt ended as expected."""
    if results is None or len(results) < 12:
        return NotYet("Run the list, and give the check its frame.")
    wrong = results[results.expected.astype(str) != results.found.astype(str)]
    if not wrong.empty:
        first = wrong.iloc[0]
        return NotRight(
            f"{first.expected}, by {first['refused by']}",
            f"{first.found} for: {first.attempted}",
            "what should refuse this does not, or something else did first.",
        )
    return Right("Twelve attempts, each as expected. One of them is a decision, and not a refusal.")


# Exercise 1

FORM = "each statement has Effect, Action and Resource, and an action has the form service:Name."

@checks(
    "11-1",
    'A policy document is {"Version": "2012-10-17", "Statement": '
    '[...]}; each statement has Effect, Action and Resource.',
    "Two rights on two things are two statements. In one, each action would be allowed on each resource.",
    'An index has an ARN of its own: f"{table_arn}/index/by-category". Its action is dynamodb:Query.',
)
def policy_is_right(policy: Callable[[str, str], Any]) -> Verdict:
    """Real calls with a role that has the policy: what must work works, and nothing else does."""
    arns = _table_arn(), target.client("events").describe_event_bus(Name=BUS)["Arn"]
    try:
        document = policy(*arns)
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight(
            "a policy document", f"{type(error).__name__}: {error}", "the function raised an error of its own."
        )
    if document is None:
        return NotYet("Write the function; it returns nothing yet.")
    if not isinstance(document, dict) or not isinstance(document.get("Statement"), list | dict):
        return NotRight(
            "a dict with Version and Statement",
            type(document).__name__,
            "return the document itself, not its JSON text.",
        )
    if wrong := malformed(document):
        return NotRight("a policy that IAM takes", wrong, FORM)
    iam, name = target.client("iam"), f"chapter-11-{uuid.uuid4().hex[:12]}"
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{target.account()}:root"},
    }
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    try:
        try:
            iam.put_role_policy(RoleName=name, PolicyName="exercise", PolicyDocument=json.dumps(as_tried(document)))
        except iam.exceptions.MalformedPolicyDocumentException as error:
            return NotRight("a policy that IAM takes", str(error).split(": ", 1)[-1], FORM)
        wanted = {f"{arns[0]}/index/by-category": "dynamodb:Query", arns[1]: "events:PutEvents"}
        return tried(session_of(role["Role"]["Arn"]), document, wanted)
    finally:
        for policy_name in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy_name)
        iam.delete_role(RoleName=name)


def _table_arn() -> str:
    return target.client("dynamodb").describe_table(TableName=outputs["ProductTable"])["Table"]["TableArn"]


# Exercise 2


@checks(
    "11-2",
    "Make a copy first: import copy, and copy.deepcopy(event); or a new dict for data.",
    "A hash alone is no secret: there are not so many names, and anybody can hash them all and compare.",
    'hmac.new(secret, event["data"]["userName"].encode(), hashlib.sha256).hexdigest() is a hash '
    "that only who has the secret can make.",
)
def without_people(function: Callable[[dict, bytes], Any]) -> Verdict:
    """People are gone, users can be told apart, and nobody can tell who they are."""
    return pseudonyms.judged(function)
