"""The checks of chapter 00."""

from __future__ import annotations

from workbook.clients.invoke import invoke
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
    return _greets("Ada", "Your function was called, and left a line in its log.")


@checks("00-changed")
def changed() -> Verdict:
    """The function answers with a greeting other than the first one."""
    if status("Hello") is None:
        return NotYet("Deploy the stack Hello first.")
    answer = invoke(outputs["HelloFunction"], {"name": "Ada"})
    if answer.result == {"message": "Hello, Ada"}:
        return NotYet('Run the cell that writes the new greeting, then deploy("Hello").')
    return _greets("Grace", "The new greeting is the one that answers.")


def _greets(who: str, why: str) -> Verdict:
    answer = invoke(outputs["HelloFunction"], {"name": who})
    if answer.error is not None:
        return NotRight(
            "a greeting",
            f"the error {answer.error!r}",
            "the handler raised an error: it reads event['name'], and nothing else of the event.",
        )
    if not isinstance(answer.result, dict) or who not in str(answer.result.get("message")):
        return NotRight(
            f'{{"message": …}} with the name {who} in it',
            f"{answer.result!r}",
            "the handler must return a dict with the key message that greets whoever the event names.",
        )
    return Right(why)
