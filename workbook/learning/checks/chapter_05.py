"""The checks of chapter 05."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.roles import granted
from workbook.cloud.stacks import outputs
from workbook.learning.checks import batches, deliveries, patterns
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import queue

BUS = "ShopEventBus"
WRITES = (":PutItem", ":UpdateItem", ":DeleteItem", ":BatchWriteItem", ":TransactWriteItems", "*")


@checks("05-queue")
def queue_in_between() -> Verdict:
    """A rule of the bus has the queue as its target, and none calls Ordering's function."""
    if "OrderingQueue" not in outputs:
        return NotYet('Write the stack with the queue and run deploy("Ordering").')
    if any(arn.endswith(f":{outputs['OrderingFunction']}") for _, arn in _targets()):
        return NotRight(
            "the queue as the rule's target",
            "Ordering's function",
            "the rule still calls the function: its targets must have targets.SqsQueue(queue).",
        )
    filling = [rule for rule, arn in _targets() if arn == _queue_arn()]
    if not filling:
        return NotRight(
            "a rule that has the queue as its target",
            "none",
            "nothing puts events into the queue: see targets of the rule.",
        )
    if not any(patterns.takes(rule) for rule in filling):
        mistake = "its pattern does not fit a checkout, so nothing comes into the queue."
        return NotRight("a rule that wants checkouts", filling[0].get("EventPattern", "a schedule"), mistake)
    return Right("The rule fills the queue. Who empties it, and when, is Ordering's to decide.")


@checks("05-by-hand")
def by_hand() -> Verdict:
    """No message that was received by hand is still in the queue."""
    if "OrderingQueue" not in outputs:
        return NotYet("Deploy the queue first.")
    there = queue(outputs["OrderingQueue"])
    if len(held := there[there.receives > 0]):
        return NotRight(
            "no message that was received and not deleted",
            f"{len(held)}, received {held.receives.max()} times",
            "it was not deleted: delete_message with the receipt handle of the last time that you received it.",
        )
    return Right("Received, come back, received again, deleted.")


@checks("05-worker")
def worker() -> Verdict:
    """The mapping polls the queue for the worker, with settings that fit, and the roles are apart."""
    if "OrderingWorker" not in outputs:
        return NotYet('Write worker and stack, and run deploy("Ordering").')
    mapping = deliveries.mapping()
    if verdict := deliveries.judged_polling(mapping):
        return verdict
    if mapping["EventSourceArn"] != _queue_arn():
        return NotRight(
            "Ordering's queue", mapping["EventSourceArn"].split(":")[-1], "the mapping polls another queue."
        )
    timeout, visibility = _worker()["Timeout"], int(_queue_attribute("VisibilityTimeout"))
    if visibility < 6 * timeout:
        return NotRight(
            f"a visibility timeout of {6 * timeout} s or more",
            f"{visibility} s",
            f"the worker may run for {timeout} s, and six times that is what AWS advises.",
        )
    if stars := [action for action in granted(outputs["OrderingWorker"]) if "*" in action]:
        mistake = "a star allows more than anyone has thought about: name the action, dynamodb:PutItem."
        return NotRight("rights with a name each", ", ".join(stars), mistake)
    if not any(action.endswith(":PutItem") for action in granted(outputs["OrderingWorker"])):
        return NotRight(
            "a worker that may write orders", "no grant", "worker.allow(…) with dynamodb:PutItem is missing."
        )
    writes = [action for action in granted(outputs["OrderingFunction"]) if action.endswith(WRITES)]
    if writes:
        return NotRight(
            "an API that only reads", ", ".join(writes), "the API makes no orders: leave that to the worker."
        )
    return Right("The mapping polls, the worker writes, the API reads.")


@checks("05-partial")
def partial() -> Verdict:
    """The worker answers which message failed, and the mapping reads the answer."""
    if "OrderingWorker" not in outputs:
        return NotYet("Build the worker first.")
    verdict = deliveries.judged_batch()
    if not isinstance(verdict, Right):
        return verdict
    if "ReportBatchItemFailures" not in ((deliveries.mapping() or {}).get("FunctionResponseTypes") or []):
        return NotRight(
            "a mapping that reads the answer",
            "one that does not",
            "report_batch_item_failures=True is missing in the stack.",
        )
    return Right("Only what failed comes back.")


@checks("05-backlog")
def backlog() -> Verdict:
    """The mapping polls again, with a maximum concurrency, and nothing waits."""
    if "OrderingWorker" not in outputs:
        return NotYet("Build the worker first.")
    mapping = deliveries.mapping()
    if verdict := deliveries.judged_polling(mapping) or deliveries.judged_limit(mapping):
        return verdict
    waiting = queue(outputs["OrderingQueue"])
    if not waiting.empty:
        return NotRight("an empty queue", f"{len(waiting)} messages", "the backlog has not drained yet: wait for it.")
    return Right("Stopped, backed up, drained, and nothing lost.")


@checks("05-api")
def api() -> Verdict:
    """The API lists a user's orders newest first, between dates, and knows what is not there."""
    if "OrderingApiUrl" not in outputs:
        return NotYet('Write the stack of step 3 and run deploy("Ordering").')
    client = Rest(outputs["OrderingApiUrl"])
    listed = client.get("order/gus")
    if listed.status in (403, 404, 502):
        return NotYet("Write app.py and deploy it.")
    if listed.status != 200:
        return NotRight(
            "200 for GET /order/gus",
            str(listed.status),
            "may the API query the index by-date? It needs dynamodb:Query.",
        )
    dates = [order["orderDate"] for order in listed.body["items"]]
    if not dates:
        return NotYet("Let Gus check out.")
    if dates != sorted(dates, reverse=True):
        return NotRight("the newest first", "another order", "the query needs ScanIndexForward=False.")
    if strangers := {order["userName"] for order in listed.body["items"]} - {"gus"}:
        return NotRight("orders of Gus", f"of {', '.join(strangers)}", "the query needs the user's name as its key.")
    if len(client.get("order/gus", to=dates[-1][:10]).body["items"]) >= len(dates) > 1:
        return NotRight("only orders up to a date", "all of them", "to does not reach the query.")
    if (later := client.get("order/gus", **{"from": "2999-01-01"})).status != 200 or later.body["items"]:
        return NotRight("no order from 2999 on", str(later.body)[:100], "from does not reach the query.")
    status = client.get(f"order/gus/{uuid.uuid4()}").status
    if status != 404:
        return NotRight("404 for an order that is not there", str(status), "NoSuchOrder must become a 404.")
    return Right("Newest first, between dates, one by one; and 404 for what is not there, or not yet.")


@checks(
    "05-1",
    "Each record is a dict; its id is record[\"messageId\"].",
    "try: process(record), except Exception: keep the id, and go on with the next record.",
    'The answer is {"batchItemFailures": [{"itemIdentifier": id}, ...]}, with an empty list if all went well.',
)
def partial_answer(answer_for: Callable[[dict, Callable], Any]) -> Verdict:
    """The function tries every record and names exactly those that failed."""
    return batches.partial_answer(answer_for)


@checks(
    "05-2",
    "sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10) has no \"Messages\" when there are none.",
    "In a loop: receive, then for each message work(message[\"Body\"]), and then delete_message.",
    "What failed is hidden for the visibility timeout, so the loop does not meet it again at once.",
)
def drained(drain: Callable[[str, Callable[[str], Any]], Any]) -> Verdict:
    """All that works is done once and deleted, what fails is done once and stays."""
    return batches.drained(drain)


def _targets() -> list[tuple[dict[str, Any], str]]:
    """The rules of the bus, each with the ARNs of what it calls."""
    client = target.client("events")
    return [
        (rule, goal["Arn"])
        for rule in client.list_rules(EventBusName=BUS)["Rules"]
        for goal in client.list_targets_by_rule(EventBusName=BUS, Rule=rule["Name"])["Targets"]
    ]


def _queue_arn() -> str:
    return _queue_attribute("QueueArn")


def _queue_attribute(name: str) -> str:
    answer = target.client("sqs").get_queue_attributes(QueueUrl=outputs["OrderingQueue"], AttributeNames=[name])
    return answer["Attributes"][name]


def _worker() -> dict[str, Any]:
    return target.client("lambda").get_function_configuration(FunctionName=outputs["OrderingWorker"])

