"""The checks of chapter 00."""

from __future__ import annotations

import random
import re
import uuid

from workbook.clients.invoke import Invocation, invoke
from workbook.cloud import target
from workbook.cloud.stacks import outputs, status
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs


@checks("00-deployed")
def deployed() -> Verdict:
    """The stack Hello stands, and its function can be called."""
    if status("Hello") is None:
        return NotYet('Run the cell with deploy("Hello") first.')
    if "HelloFunction" not in outputs:
        return NotRight(
            "an output named HelloFunction",
            f"the outputs {', '.join(outputs) or '(none)'}",
            "the stack does not say its function's name: is the CfnOutput still there?",
        )
    configuration = target.client("lambda").get_function_configuration(FunctionName=outputs["HelloFunction"])
    if configuration["Handler"] != "app.handler":
        return NotRight(
            "the handler app.handler",
            f"the handler {configuration['Handler']}",
            "the file is app.py and the function in it is handler.",
        )
    return Right("The stack Hello is deployed: a function and its role.")


@checks("00-called")
def called() -> Verdict:
    """Somebody called the function, and it answered."""
    if status("Hello") is None:
        return NotYet("Deploy the stack Hello first.")
    if logs(outputs["HelloFunction"], platform=True).empty:
        return NotYet("Call the function with the cell above.")
    return _greets("Your function was called, and left a line in its log.")


@checks("00-changed")
def changed() -> Verdict:
    """The function answers with a greeting other than the first one."""
    if status("Hello") is None:
        return NotYet("Deploy the stack Hello first.")
    answer = invoke(outputs["HelloFunction"], {"name": "Ada"})
    if answer.result == {"message": "Hello, Ada"}:
        return NotYet('The first greeting still answers. Write another one into app.py, then deploy("Hello").')
    return _greets("The new greeting is the one that answers.")


def _greets(why: str) -> Verdict:
    names = [random.choice(("Ada", "Grace", "Karen", "Radia")), uuid.uuid4().hex[:8]]
    for who in names:
        if mistake := judged_greeting(who, invoke(outputs["HelloFunction"], {"name": who})):
            return mistake
    return Right(why)


def judged_greeting(who: str, answer: Invocation) -> Verdict | None:
    """What is wrong with the answer to an event that names somebody, if anything."""
    if answer.error is not None:
        return NotRight("a greeting", f"the error {answer.error!r}", _why(answer))
    message = answer.result.get("message") if isinstance(answer.result, dict) else None
    if not isinstance(message, str) or who not in message or "{'" in message:
        return NotRight(
            f'{{"message": …}} with the name {who} in it',
            f"{answer.result!r}",
            "the handler must return a dict with the key message that greets whoever the event names.",
        )
    return None


def _why(answer: Invocation) -> str:
    """Why a call ended with an error."""
    if not answer.loaded:
        return "the file app.py cannot be loaded: mend what the message names, write the file, and deploy again."
    if re.fullmatch("'.*'", answer.error) and answer.error != "'name'":
        return "the event has no such field: the handler reads event['name'], and nothing else of the event."
    return "the handler raised an error: the last lines of logs(outputs[\"HelloFunction\"]) say where."
