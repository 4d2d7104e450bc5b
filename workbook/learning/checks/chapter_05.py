"""The checks of chapter 05."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.roles import granted, rights
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging import batches, deliveries, own_queue, patterns
from workbook.learning.checks.judging.deliveries import judged_twice
from workbook.learning.checks.judging.infrastructure import judged_by_date
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import queue

BUS = "ShopEventBus"
FUNCTIONS = ("ProductFunction", "BasketFunction", "OrderingFunction")
EVENTS = {
    "a checkout": patterns.checkout(),
    "a later version": patterns.checkout(version="2"),
    "a basket emptied": patterns.checkout(kind="BasketEmptied"),
    "a checkout of another shop": patterns.checkout(source="other.basket"),
}
WRITES = (":PutItem", ":UpdateItem", ":DeleteItem", ":BatchWriteItem", ":TransactWriteItems", "*")


@checks(
    "05-queue",
    "A pattern has the form of the event: detail is a dict, and in it metadata another one. Each value is a list.",
    'detail={"metadata": {"schemaVersion": [...]}}, with a comma behind it.',
    "targets is a list. Chapter 04 had targets.LambdaFunction(function) in it; for a queue there is SqsQueue.",
)
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
    if any(patterns.takes(rule, version="2") for rule in filling):
        mistake = "it takes other versions, too: the schemaVersion, in the metadata of the detail, must be \"1\"."
        return NotRight("a rule that wants version 1 alone", filling[0]["EventPattern"], mistake)
    return Right("The rule fills the queue. Who empties it, and when, is Ordering's to decide.")


@checks(
    "05-delete",
    "The call is sqs.delete_message: it takes QueueUrl and ReceiptHandle.",
    'The receipt handle is one of the things that receiving brought: message["ReceiptHandle"].',
)
def deleted(done: Callable[[str, dict], Any]) -> Verdict:
    """The learner's function deletes the message that it is given."""
    return own_queue.judged_deletion(done)


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


@checks(
    "05-worker",
    'table.put_item takes a ConditionExpression: Attr("orderId").not_exists() holds if there is no such item.',
    "try: the put_item. except ConditionFailed: return False. And at the end: return True.",
    "visibility_timeout takes a Duration, as retention_period below it does. The worker's timeout is 5 seconds.",
)
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
    timeout = _configuration(outputs["OrderingWorker"])["Timeout"]
    visibility = int(_queue_attribute("VisibilityTimeout"))
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
    if verdict := judged_twice():
        return verdict
    return Right("The mapping polls, the worker writes, the API reads; a checkout that comes twice is one order.")


@checks(
    "05-partial",
    "process_partial_response does all of it. What it returns is what the handler must return.",
    "It takes event=, record_handler=, processor= and context=, one of which is process.",
)
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


@checks(
    "05-count",
    "sqs.get_queue_attributes takes QueueUrl and AttributeNames, a list; the answer has them under \"Attributes\".",
    "Both values are text: int(…) makes a number of each. Return their sum.",
)
def count(how_many: Callable[[str], Any]) -> Verdict:
    """The learner's function counts what waits and what is in flight."""
    return own_queue.judged_count(how_many)


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


@checks(
    "05-again",
    "Step 4 did this with a batch of three: invoke, and batch, which makes the event that the poller would send.",
    "return invoke(WORKER, batch(…))",
)
def delivered_again(delivered: Callable[[str], Any]) -> Verdict:
    """The learner's function hands a message to the worker, and gives its answer."""
    return deliveries.judged_delivery(delivered)


@checks(
    "05-six-times",
    "lambda_.get_function_configuration(FunctionName=…) answers with a dict; one of its keys is Timeout, in seconds.",
    "return 6 * lambda_.get_function_configuration(FunctionName=function)[…]",
)
def six_times(advised: Callable[[str], Any]) -> Verdict:
    """The learner's function says what is advised for any function."""
    for name in ("OrderingWorker", "OrderingFunction"):
        given, timeout = advised(outputs[name]), _configuration(outputs[name])["Timeout"]
        if given == timeout:
            mistake = "this is the function's own timeout: a message would come back as soon as one try is over."
            return NotRight(f"{6 * timeout} for {name}", repr(given), mistake)
        if given != 6 * timeout:
            mistake = "ask Lambda for the Timeout of the function that is given, and return a number of seconds."
            return NotRight(f"{6 * timeout} for {name}", repr(given), mistake)
    return Right("Six times the timeout of the function, whichever it is.")


@checks(
    "05-api",
    'by_date = ordering.table.add_index("by-date", …, …): by which key it finds, and by which it sorts.',
    'ordering.function.allow(by_date, …): reading an index is one action, "dynamodb:Query".',
    'moment("to", last, time.max) gives the end of a day. Without a date it is "0001", or "9999-12-31T23:59:59.999Z".',
    "if start > end: raise BadRequestError(…), with a sentence; and then: return start, end",
)
def api() -> Verdict:
    """The API lists a user's orders newest first, between dates, and knows what is not there."""
    if "OrderingApiUrl" not in outputs:
        return NotYet('Write the stack of step 3 and run deploy("Ordering").')
    if verdict := judged_by_date(outputs["OrderingFunction"], outputs["OrderingTable"]):
        return verdict
    client = Rest(outputs["OrderingApiUrl"])
    listed = client.get("order/gus")
    if listed.status in (403, 404, 502):
        return NotYet('Write the lines of this step, and run deploy("Ordering").')
    if listed.status != 200:
        return NotRight(
            "200 for GET /order/gus",
            str(listed.status),
            'the last lines of logs(outputs["OrderingFunction"]) say why. The list needs dynamodb:Query, and no dates.',
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
    day = dates[0][:10]
    if len(client.get("order/gus", **{"from": day, "to": day}).body["items"]) != sum(one[:10] == day for one in dates):
        mistake = "a day counts from its beginning to its end: time.min for from, time.max for to."
        return NotRight(f"the orders of {day}", "others, or none", mistake)
    if (turned := client.get("order/gus", **{"from": "2026-02-01", "to": "2026-01-31"}).status) != 400:
        mistake = "this is the caller's mistake: raise a BadRequestError, which takes a sentence."
        return NotRight("400 if from is later than to", str(turned), mistake)
    status = client.get(f"order/gus/{uuid.uuid4()}").status
    if status != 404:
        return NotRight("404 for an order that is not there", str(status), "NoSuchOrder must become a 404.")
    return Right("Newest first, between dates, one by one; and 404 for what is not there, or not yet.")


@checks(
    "05-q1",
    "The ARN of a table stands in what describe_table of boto3's client of DynamoDB answers: Table, TableArn.",
    'allowed(outputs[name]) gives pairs. Is ("dynamodb:PutItem", the ARN) among them?',
)
def whose_roles_write(writers: Callable[[str], Any]) -> Verdict:
    """The learner's function finds the functions whose roles may write to a table."""
    functions = {name: rights(outputs[name]) for name in (*FUNCTIONS, "OrderingWorker")}
    for table in ("OrderingTable", "BasketTable"):
        arn = target.client("dynamodb").describe_table(TableName=outputs[table])["Table"]["TableArn"]
        expected = sorted(name for name, found in functions.items() if ("dynamodb:PutItem", arn) in found)
        given = writers(outputs[table])
        if not isinstance(given, list | tuple | set | frozenset) or not set(given) <= functions.keys():
            return NotRight(f"a list of names for {table}", repr(given), "return those names of FUNCTIONS, in a list.")
        if set(given) - set(expected):
            mistake = "some of these put items into another table: a right is an action on a resource, here its ARN."
            return NotRight(f"{', '.join(expected)} for {table}", ", ".join(sorted(given)), mistake)
        if set(expected) - set(given):
            mistake = "these may put items into the table that is given, too: compare with its own ARN."
            return NotRight(f"{', '.join(expected)} for {table}", ", ".join(sorted(given)) or "none", mistake)
    return Right("Only the worker makes orders, and only Basket's function makes baskets.")


@checks(
    "05-q2",
    'bus.list_rules(EventBusName="ShopEventBus")["Rules"] has the rules; the Name of one begins with Ordering-.',
    'bus.test_event_pattern takes EventPattern and Event, both text; the answer is under "Result".',
)
def what_ordering_hears_of(hears_of: Callable[[dict], Any]) -> Verdict:
    """The learner's function knows which events Ordering's rule puts into the queue."""
    filling = [rule for rule, arn in _targets() if arn == _queue_arn()]
    for what, event in EVENTS.items():
        given, expected = hears_of(event), any(patterns.fits(json.loads(r["EventPattern"]), event) for r in filling)
        if not isinstance(given, bool):
            mistake = 'return True or False: test_event_pattern says it under "Result".'
            return NotRight(f"{expected} for {what}", repr(given)[:100], mistake)
        if given != expected:
            mistake = "look at the pattern of Ordering's own rule, and at nothing else; EventLog's takes everything."
            return NotRight(f"{expected} for {what}", str(given), mistake)
    return Right("Version 1 of a checkout, and nothing else. Nobody is told of what a rule does not want.")


@checks(
    "05-q3",
    "Step 5 asked for two attributes of a queue. This one is called MessageRetentionPeriod.",
    "Its value is text, in seconds.",
)
def how_long_away(days_away: Callable[[str], Any]) -> Verdict:
    """The learner's function knows for how long a queue keeps messages."""
    return own_queue.judged_days(days_away, outputs["OrderingQueue"], outputs["OrderingDeadLetters"])


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


def _configuration(function: str) -> dict[str, Any]:
    return target.client("lambda").get_function_configuration(FunctionName=function)

