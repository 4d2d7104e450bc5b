"""The checks of the questions of chapter 02."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.clients.invoke import invoke
from workbook.cloud import roles, target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging.asked import judged_answers
from workbook.learning.exercises import NotYet, Right, Verdict, checks

FUNCTIONS = ("HelloFunction", "PricingFunction", "ProductFunction")
REQUEST = {"httpMethod": "GET", "headers": {}, "requestContext": {}}


@checks(
    "02-q1",
    "get_function_configuration takes a FunctionName, and answers with a dictionary. One of its keys is Role.",
    "Under Role stands an ARN. The name is what stands behind its last /.",
    'return found["Role"].split("/")[-1]',
)
def own_role(role_of: Callable[[str], str]) -> Verdict:
    """The learner's function finds the role of each function."""
    if missing := _missing():
        return missing
    cases = [(name, outputs[name], roles.role_of(outputs[name])) for name in FUNCTIONS]
    return judged_answers(role_of, cases, _not_its_role) or Right(
        "Each function has a role of its own, so each may be allowed something else."
    )


def _not_its_role(found: Any, right: str) -> str:
    if isinstance(found, Exception):
        return ""
    if str(found).startswith("arn:"):
        return "this is an ARN. The role's name is what stands behind the last / of the role's."
    if isinstance(found, str) and found.startswith(tuple(outputs[name] for name in FUNCTIONS)):
        return "this is the function's own name; its configuration names the role under Role."
    return "it is the name of the role of the function that is given, and not of another one."


@checks(
    "02-q2",
    "lambda_.invoke takes a FunctionName and a Payload, which is text: json.dumps makes it of the request.",
    'answer["Payload"].read() is text, too. json.loads makes of it what the handler returned: what becomes of the '
    "answer over HTTP.",
    'return json.loads(answer["Payload"].read())["statusCode"]',
)
def status_by_hand(status_of: Callable[[dict[str, Any]], int]) -> Verdict:
    """The learner's function calls Product's, and finds the status in what it answers."""
    if missing := _missing():
        return missing
    requests = [REQUEST | {"path": path} for path in ("/product/2", "/product", "/basket")]
    cases = [(f"GET {r['path']}", r, invoke(outputs["ProductFunction"], r).result["statusCode"]) for r in requests]
    return judged_answers(status_of, cases, _not_its_status) or Right(
        "Lambda's StatusCode says that the function was run; what came of it stands in the payload."
    )


def _not_its_status(found: Any, right: int) -> str:
    if isinstance(found, Exception):
        empty = "the payload is empty, as it is if nobody waits: InvocationType must be RequestResponse."
        return empty if isinstance(found, ValueError) else ""
    if found in (200, 202):
        return "this is Lambda's StatusCode: it took the call. Product's own statusCode stands in the payload."
    if not isinstance(found, int):
        return "one number is asked for: what stands under statusCode in what the handler returned."
    return "it is the status of the request that is given, and not of another one."


@checks(
    "02-q3",
    "In step 4 of chapter 01, list_event_source_mappings found the mapping that was paused.",
    "The answer always has the key EventSourceMappings. The list under it is empty if there is none.",
    'return bool(found["EventSourceMappings"])',
)
def polled_or_called(is_polled_for: Callable[[str], bool]) -> Verdict:
    """The learner's function tells for which functions a queue is polled."""
    if missing := _missing():
        return missing
    client = target.client("lambda")
    mappings = {
        name: client.list_event_source_mappings(FunctionName=outputs[name])["EventSourceMappings"]
        for name in FUNCTIONS
    }
    cases = [(name, outputs[name], bool(found)) for name, found in mappings.items()]
    return judged_answers(is_polled_for, cases, _not_polled) or Right(
        "Only Pricing has a mapping. Nobody polls for Product: API Gateway calls it, and waits."
    )


def _not_polled(found: Any, right: bool) -> str:
    if isinstance(found, Exception):
        return ""
    if not isinstance(found, bool):
        return "the answer is to be True or False: bool(…) is False for an empty list, and True for any other."
    if found:
        return "an empty list of mappings means that nobody polls: look at what is in the list."
    return "Pricing has a mapping since chapter 01. Ask for those of the function that is given."


def _missing() -> NotYet | None:
    return None if all(name in outputs for name in FUNCTIONS) else NotYet('Run deploy("Product") first.')
