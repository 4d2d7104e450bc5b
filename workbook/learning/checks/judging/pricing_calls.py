"""How Pricing is called, told, and left: a call of the learner's, an error in its answer, a batch, two queues."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from workbook.base.display import a_kind
from workbook.base.waiting import soon
from workbook.clients.invoke import invoke
from workbook.cloud import target
from workbook.learning.exercises import NotRight, Verdict
from workbook.observe.frames import logs

ORDER = {"orderId": "checked", "items": [{"price": 2.5, "quantity": 2}]}
LEAST_MS = 90  # the tax office takes 300 ms at first, and 100 later
PATIENCE = 20  # seconds, for a line to get into the log on AWS


def judged_caller(call: Callable[..., Any]) -> Verdict | None:
    """What is wrong with the learner's function that calls Pricing, and looks at the clock, if anything.

    Args:
        call: takes an order, and a kind of call.

    Raises:
        NotImplementedError: nothing was written in it yet.
    """
    try:
        returned, dry = call(ORDER), call(ORDER, "DryRun")
    except ClientError as error:
        return NotRight("an answer", str(error), "the order is sent as JSON text, which json.dumps makes of it.")
    if not isinstance(returned, tuple | list) or len(returned) != 2 or not isinstance(returned[0], dict):
        found = "nothing" if returned is None else a_kind(returned)
        return NotRight("two things", found, "the answer and the milliseconds are returned: return answer, …")
    answer, waited = returned
    if answer["StatusCode"] != 200:
        return NotRight("200", str(answer["StatusCode"]), "nobody waits for the result: the kind of call is kind.")
    if dry[0]["StatusCode"] != 204:
        mistake = "a call of another kind is to be another one: InvocationType is kind."
        return NotRight("204 for a DryRun, which only asks whether one may call", str(dry[0]["StatusCode"]), mistake)
    if not isinstance(answer["Payload"], bytes | str):
        mistake = "the payload is a stream, which can be read once: put what it holds in its place."
        return NotRight("a payload that was read", type(answer["Payload"]).__name__, mistake)
    priced = json.loads(answer["Payload"])
    if "FunctionError" in answer or priced.get("orderId") != ORDER["orderId"]:
        said = priced.get("errorMessage", priced) if isinstance(priced, dict) else priced
        return NotRight("the order's price", str(said), "the payload is the order, and nothing else.")
    if waited < LEAST_MS:
        seconds = waited > LEAST_MS / 1000
        mistake = "perf_counter counts seconds." if seconds else "the clock is looked at before the call, and after it."
        return NotRight(f"more than {LEAST_MS} ms", f"{waited:.3g}", mistake)
    return None


def judged_result(result_of: Callable[[dict[str, Any]], Any]) -> Verdict | None:
    """What is wrong with the learner's function that tells results from errors, if anything.

    Args:
        result_of: takes an answer of Lambda's, its payload read.

    Raises:
        NotImplementedError: nothing was written in it yet.
    """
    for result in ({"orderId": "checked", "total": 5}, {"errorMessage": "of last week"}):
        try:
            found = result_of(_answer(result))
        except NotImplementedError:
            raise
        except Exception as error:  # whatever a learner's own code may raise
            mistake = "this is a result. That the code failed is said by FunctionError, and by nothing else."
            return NotRight(str(result), f"{type(error).__name__}: {error}", mistake)
        if found != result:
            mistake = "the payload is JSON text: json.loads makes of it what the function returned."
            return NotRight(str(result), repr(found), mistake)
    failed = _answer({"errorMessage": "'items'"}) | {"FunctionError": "Unhandled"}
    try:
        found = result_of(failed)
    except NotImplementedError:
        raise
    except Exception as error:  # whatever a learner's own code may raise
        if "'items'" in str(error):
            return None
        mistake = "the caller should hear why: errorMessage, in the payload, belongs into the error."
        return NotRight("an error that says 'items'", f"{type(error).__name__}: {error}", mistake)
    mistake = "the code has failed, FunctionError says so, and the caller goes on as if this were a result."
    return NotRight("an error", f"it returns {found!r}", mistake)


def _answer(payload: Any) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": json.dumps(payload).encode()}


def judged_destination(function: str, failures: str) -> Verdict | None:
    """What is wrong with where events go that have failed for the last time, if anything.

    Args:
        function: the name of Pricing's.
        failures: the address of the queue in which they are kept.
    """
    found = target.client("lambda").list_function_event_invoke_configs(FunctionName=function)
    config = next(iter(found["FunctionEventInvokeConfigs"]), {})
    goals, wanted = config.get("DestinationConfig", {}), arn_of(failures)
    goal = goals.get("OnFailure", {}).get("Destination")
    if goal is None and goals.get("OnSuccess", {}).get("Destination"):
        return NotRight("a destination for failures", "one for successes", "what is lost are the failures: on_failure.")
    if goal and goal.endswith(".fifo"):
        mistake = "on AWS, no FIFO queue is told what has failed: make a standard queue."
        return NotRight("a standard queue", "a FIFO queue", mistake)
    if goal != wanted:
        mistake = "the queue is there, and no event gets into it: function.configure_async_invoke says where they go."
        return NotRight(f"the destination {wanted}", goal or "none", mistake)
    if config.get("MaximumRetryAttempts", 2) != 2:
        mistake = "Lambda tries twice more if nobody says otherwise, and that is what you are to see."
        return NotRight("two more tries", str(config["MaximumRetryAttempts"]), mistake)
    return None


def judged_redriving(orders: str, dead_letters: str) -> Verdict | None:
    """What is wrong with where messages go that were received too often, if anything.

    Args:
        orders: the queue's address.
        dead_letters: that of its dead-letter queue.
    """
    found = target.client("sqs").get_queue_attributes(QueueUrl=orders, AttributeNames=["All"])["Attributes"]
    policy, wanted = json.loads(found.get("RedrivePolicy", "{}")), arn_of(dead_letters)
    if not policy:
        mistake = "without one a message that always fails comes back until it is days old."
        return NotRight("a dead-letter queue", "none", mistake)
    if policy["deadLetterTargetArn"] != wanted:
        mistake = "what was received too often goes to another queue: the one for it is dead_letters."
        return NotRight(f"the dead-letter queue {wanted}", policy["deadLetterTargetArn"], mistake)
    if int(policy["maxReceiveCount"]) != 2:
        mistake = "here a message is received twice, and then moved, so that you see the end soon: max_receive_count."
        return NotRight("2 receives", str(policy["maxReceiveCount"]), mistake)
    return None


def judged_batch_handling(function: str) -> Verdict | None:
    """What is wrong with how Pricing unpacks a batch, if anything.

    Args:
        function: its name.
    """
    ids = [f"checked-{uuid.uuid4().hex[:6]}" for _ in range(2)]
    answer = invoke(function, {"Records": [{"body": json.dumps(ORDER | {"orderId": name})} for name in ids]})
    if answer.error is not None:
        mistake = "the function fails at a batch: the order is JSON text in the body of each of batch['Records']."
        return NotRight("two orders priced", answer.error, mistake)

    def missing() -> list[str]:
        lines = list(logs(function).message)
        return [name for name in ids if f"{name} costs 5.0 (polled)" not in lines]

    if soon(lambda: not missing(), 1 if target.is_local() else PATIENCE):
        return None
    mistake = "a batch has several records, and an order in each: all of them are to be priced."
    return NotRight("two orders priced", str(len(ids) - len(missing())), mistake)


def arn_of(queue: str) -> str:
    """The ARN of a queue.

    Args:
        queue: its address.
    """
    found = target.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]
