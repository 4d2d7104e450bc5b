"""Steps of chapters 05 and 07: Ordering as it is deployed, with one mistake in it, and of other forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from deployed import CHECKOUTS, VERSION_1, Api, Ordering, Patch, allow, checks_on_moto, client, function, queue, rule
from ledgers import books

from workbook.clients.invoke import Invocation
from workbook.learning import exercises
from workbook.learning.checks import chapter_05, chapter_07
from workbook.learning.checks.judging import deliveries
from workbook.learning.exercises import Verdict

OPENED = (datetime.now(UTC),)
Change = Callable[[Ordering], Any]


def nothing(_: Ordering) -> None:
    """As it was deployed."""


def messages(*receives: int, body: str = '{"detail": {"data": {"checkoutId": "a"}}}') -> pd.DataFrame:
    return pd.DataFrame({"body": [body] * len(receives), "receives": receives})


def alarm(name: str | None) -> Change:
    """The alarm of the dead letters watches a queue of this name; None is no alarm."""

    def put(_: Ordering) -> None:
        if name:
            client("cloudwatch").put_metric_alarm(
                AlarmName="letters", MetricName="Visible", Namespace="AWS/SQS", Period=60, EvaluationPeriods=1,
                Threshold=0, ComparisonOperator="GreaterThanThreshold", Statistic="Maximum",
                Dimensions=[{"Name": "QueueName", "Value": name}],
            )  # fmt: skip

    return put


def target_of(**goal: Any) -> Change:
    """The rule's target has other settings; None takes one away."""
    return lambda o: o.retarget({k: v for k, v in (o.goal | goal).items() if v is not None})


def concurrency(number: int) -> Change:
    how = {"FunctionName": "worker", "ReservedConcurrentExecutions": number}
    return lambda _: client("lambda").put_function_concurrency(**how)


def timeout(seconds: int) -> Change:
    how = {"FunctionName": "worker", "Timeout": seconds}
    return lambda _: client("lambda").update_function_configuration(**how)


def tries(number: int) -> Change:
    """A message is a dead letter after so many receives."""
    return lambda o: o.settings(
        RedrivePolicy=json.dumps({"deadLetterTargetArn": o.dead_arn, "maxReceiveCount": number})
    )


def policy(role: str, *actions: str) -> Change:
    return lambda _: allow(role, *actions)


def deny(name: str) -> Change:
    statement = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    how = {"RoleName": "worker", "PolicyName": name, "PolicyDocument": document}
    return lambda _: client("iam").put_role_policy(**how)


def more_rules(*names: str, **goal: str) -> Change:
    return lambda o: [rule(name, CHECKOUTS, goal or o.goal) for name in names]


ORDERS = [{"userName": "gus", "orderDate": f"2026-01-{day}T09:30:00.000Z"} for day in (31, 30, 29)]


def orders(
    query: dict[str, str], listed: list[dict] = ORDERS, ignored: tuple[str, ...] = (), turned: Any = (400, {})
) -> tuple[int, dict]:
    """What the API lists, if it ignores some of what it is asked for; and its answer to dates that are turned round."""
    asked = {"from": "", "to": "3"} | {name: day for name, day in query.items() if name not in ignored}
    if "to" in query and asked["from"] > asked["to"]:
        return turned
    return 200, {"items": [o for o in listed if asked["from"] <= o["orderDate"][:10] <= asked["to"]]}


def api(listed: Any = orders, one: Any = (404, {})) -> dict[str, Any]:
    class Gus(Api):
        def _answer(self, method: str, path: str, given: Any) -> Any:
            path = "order/gus/one" if path.count("/") == 2 else path
            return super()._answer(method, path, given)

    return {"Rest": lambda _: Gus({("GET", "order/gus"): listed, ("GET", "order/gus/one"): one})}


def said(result: Any = None, error: str | None = None) -> dict[str, Any]:
    return {"invoke": lambda *_: Invocation(200, result, error, 1)}


def ledger(**found: set[str]) -> dict[str, Any]:
    return {"ledger": lambda since: books(**found)}


def waiting(*receives: int, **how: str) -> dict[str, Any]:
    return {"queue": lambda _: messages(*receives, **how)}


def batch(*named: Any, error: str | None = None, stored: bool = True, answer: Any = ...) -> dict[str, Any]:
    """How the worker answers to a message that is no checkout, and to one that is: as the two are named here.

    Args:
        named: `BAD` and `GOOD`, each in the form in which it stands among the failures.
        error: what it ends with instead.
        stored: whether the good one becomes an order.
        answer: what it returns instead of the failures.
    """

    def invoke(_: str, event: dict[str, Any]) -> Invocation:
        bad, good = event["Records"]
        data = json.loads(good["body"])["detail"]["data"]
        if stored:
            key = {"userName": {"S": data["userName"]}, "orderId": {"S": data["checkoutId"]}}
            client("dynamodb").put_item(TableName="orders", Item=key)
        ids = json.dumps(named).replace(BAD, bad["messageId"]).replace(GOOD, good["messageId"])
        result = {"batchItemFailures": json.loads(ids)} if answer is ... else answer
        return Invocation(200, None if error else result, error, 1)

    return {"invoke": invoke}


BAD, GOOD = "the-bad-one", "the-good-one"
ONLY_BAD = batch({"itemIdentifier": BAD})
BATCHES = [  # for both checks that hand a batch to the worker
    ("an error brings the whole batch back", batch(error="KeyError")),
    ("gets deleted", batch(answer=None)), ("gets deleted", batch(answer={})), ("gets deleted", batch()),
    ("gets deleted", batch(answer={"batchItemFailures": None})), ("gets deleted", batch(BAD)),
    ("gets deleted", batch({"messageId": BAD})), ("gets deleted", batch({"itemIdentifier": GOOD})),
    ("would come again", batch({"itemIdentifier": BAD}, {"itemIdentifier": GOOD})),
    ("got lost", batch({"itemIdentifier": BAD}, stored=False)),
]  # fmt: skip
AB = {"a", "b"}
BALANCED = ledger(accepted=AB, stored=AB)
TOOL = waiting(1, body='{"hello": "test tool"}')
NAMED = {"batchItemFailures": [{"itemIdentifier": deliveries.BAD}]}
LOADED = "Unable to import module 'worker': No module named 'order'"
# The check, words that are said, what is changed, and what there is to see.
WRONG: list[tuple[str, str, Change, dict[str, Any]]] = [
    ("05-queue", "still calls the function", lambda o: o.retarget({"Arn": o.api}), {}),
    ("05-queue", "still calls the function", lambda o: rule("old", CHECKOUTS, {"Arn": o.api}), {}),
    ("05-queue", "nothing puts events", lambda o: o.retarget(), {}),
    ("05-queue", "nothing puts events", lambda o: o.retarget({"Arn": o.dead_arn}), {}),
    ("05-queue", "nothing puts events", lambda o: o.retarget({"Arn": queue("another")[1]}), {}),
    ("05-queue", "does not fit a checkout", lambda o: o.retarget(
        pattern={"source": ["shop.basket"], "detail-type": ["BasketCheckedout"]}), {}),
    ("05-queue", "does not fit a checkout", lambda o: o.retarget(pattern={"source": ["shop.ordering"]}), {}),
    ("05-queue", "does not fit a checkout", lambda o: o.retarget(pattern=CHECKOUTS | {"userName": ["gus"]}), {}),
    ("05-queue", "other versions, too", lambda o: o.retarget(pattern={"source": ["shop.basket"]}), {}),
    ("05-queue", "other versions, too", lambda o: o.retarget(
        pattern=CHECKOUTS | {"detail": {"metadata": {"schemaVersion": [{"exists": True}]}}}), {}),
    ("05-by-hand", "it was not deleted", nothing, waiting(1)),
    ("05-by-hand", "it was not deleted", nothing, waiting(2)),
    ("05-by-hand", "it was not deleted", nothing, waiting(0, 1)),
    ("05-by-hand", "it was not deleted", nothing, waiting(4, 0, 0)),
    ("05-by-hand", "it was not deleted", nothing, waiting(1, 2)),
    ("05-by-hand", "the last time that you received it", nothing, waiting(3)),
    ("05-worker", "add_event_source is missing", lambda o: o.map_anew(), {}),
    ("05-worker", "polls another queue", lambda o: o.map_anew(o.dead_arn), {}),
    ("05-worker", "it is paused", lambda o: o.map_anew(Enabled=False), {}),
    ("05-worker", "may run for 5 s", lambda o: o.settings(VisibilityTimeout="29"), {}),
    ("05-worker", "may run for 5 s", lambda o: o.settings(VisibilityTimeout="5"), {}),
    ("05-worker", "may run for 10 s", timeout(10), {}),
    ("05-worker", "dynamodb:PutItem is missing", policy("worker", "dynamodb:GetItem"), {}),
    ("05-worker", "dynamodb:PutItem is missing", policy("worker", "sqs:ReceiveMessage"), {}),
    ("05-worker", "a star allows more", policy("worker", "dynamodb:*"), {}),
    ("05-worker", "a star allows more", policy("worker", "dynamodb:Put*"), {}),
    ("05-worker", "the API makes no orders", policy("api", "dynamodb:GetItem", "dynamodb:PutItem"), {}),
    ("05-worker", "the API makes no orders", policy("api", "dynamodb:DeleteItem"), {}),
    ("05-worker", "the API makes no orders", policy("api", "dynamodb:BatchWriteItem"), {}),
    ("05-worker", "the API makes no orders", policy("api", "dynamodb:*"), {}),
    *[("05-partial", words, nothing, to_see) for words, to_see in BATCHES],
    ("05-partial", "report_batch_item_failures", lambda o: o.map_anew(FunctionResponseTypes=[]), ONLY_BAD),
    ("05-partial", "report_batch_item_failures", lambda o: o.map_anew(), ONLY_BAD),
    ("05-backlog", "add_event_source is missing", lambda o: o.map_anew(), waiting()),
    ("05-backlog", "it is paused", lambda o: o.map_anew(Enabled=False), waiting()),
    ("05-backlog", "it is paused", lambda o: o.map_anew(Enabled=False), waiting(0, 0)),
    ("05-backlog", "max_concurrency", lambda o: o.map_anew(ScalingConfig={}), waiting()),
    ("05-backlog", "has not drained yet", nothing, waiting(0)),
    ("05-backlog", "has not drained yet", nothing, waiting(0, 0, 1)),
    ("05-api", "needs dynamodb:Query", nothing, api((500, {}))),
    ("05-api", "needs dynamodb:Query", nothing, api((400, {}))),
    ("05-api", "ScanIndexForward", nothing, api(lambda q: orders(q, ORDERS[::-1]))),
    ("05-api", "the user's name as its key", nothing,
     api(lambda q: orders(q, [*ORDERS[:2], ORDERS[2] | {"userName": "hal"}]))),
    ("05-api", "to does not reach", nothing, api(lambda q: orders(q, ignored=("to",)))),
    ("05-api", "from does not reach", nothing, api(lambda q: orders(q, ignored=("from",)))),
    ("05-api", "from does not reach", nothing, api(lambda q: (400, {}) if "from" in q else orders(q))),
    ("05-api", "from its beginning to its end", nothing,
     api(lambda q: (200, {"items": []}) if q.get("from") == q.get("to") is not None else orders(q))),
    ("05-api", "a BadRequestError", nothing, api(lambda q: orders(q, turned=(200, {"items": []})))),
    ("05-api", "a BadRequestError", nothing, api(lambda q: orders(q, turned=(500, {})))),
    ("05-api", "must become a 404", nothing, api(one=(500, {}))),
    ("05-api", "must become a 404", nothing, api(one=(200, {}))),
    ("07-swallowed", "let the exception out", nothing, said(None)),
    ("07-swallowed", "let the exception out", nothing, said({})),
    ("07-swallowed", "let the exception out", nothing, said({"batchItemFailures": []})),
    ("07-swallowed", "let the exception out", nothing, said({"batchItemFailures": [{"itemIdentifier": "another"}]})),
    ("07-swallowed", "let the exception out", nothing, said("ok")),
    ("07-swallowed", "cannot be loaded", nothing, said(error=LOADED)),
    ("07-swallowed", "cannot be loaded", nothing, said(error="Worker init failed: expected ':' (worker.py, line 3)")),
    *[("07-poison", words, nothing, to_see) for words, to_see in BATCHES],
    ("07-poison", "report_batch_item_failures", lambda o: o.map_anew(FunctionResponseTypes=[]), ONLY_BAD),
    ("07-poison", "report_batch_item_failures", lambda o: o.map_anew(), ONLY_BAD),
    ("07-letters", "deploy it, and redrive", nothing, ledger(accepted=AB, stored={"a"}, dead={"b"}) | TOOL),
    ("07-letters", "deploy it, and redrive", nothing, ledger(accepted=AB, dead=AB) | TOOL),
    ("07-letters", "send before you delete", nothing, ledger(accepted=AB, stored={"a"}, missing={"b"}) | TOOL),
    ("07-letters", "its letter still lies", nothing, ledger(accepted=AB, stored=AB, dead={"b"}, twice={"b"}) | TOOL),
    ("07-letters", "before anybody has judged it", nothing, BALANCED | waiting()),
    ("07-letters", "before anybody has judged it", nothing, BALANCED | waiting(1, 1)),
    ("07-visibility", "busy with it", lambda o: o.settings(VisibilityTimeout="2"), BALANCED),
    ("07-visibility", "a short outage", tries(2), BALANCED),
    ("07-visibility", "busy with it", lambda o: o.settings(VisibilityTimeout="29"), BALANCED),
    ("07-visibility", "busy with it", timeout(6), BALANCED),
    ("07-visibility", "of an order that is there", nothing, ledger(accepted=AB, stored=AB, twice={"a"})),
    ("07-visibility", "it names the checkouts", nothing, ledger(accepted=AB, stored={"a"}, missing={"b"})),
    ("07-visibility", "it names the checkouts", nothing, ledger(accepted=AB, stored=AB, unasked={"c"})),
    ("07-throttled", "delete_function_concurrency", concurrency(0), waiting()),
    ("07-throttled", "delete_function_concurrency", concurrency(1), waiting()),
    ("07-throttled", "max_concurrency", lambda o: o.map_anew(ScalingConfig={}), waiting()),
    ("07-throttled", "it is paused", lambda o: o.map_anew(Enabled=False), waiting()),
    ("07-throttled", "add_event_source is missing", lambda o: o.map_anew(), waiting()),
    ("07-throttled", "has not drained yet", nothing, waiting(0)),
    ("07-throttled", "has not drained yet", nothing, waiting(1, 3, 0)),
    ("07-outage", "delete_role_policy", deny("outage"), BALANCED),
    ("07-outage", "delete_role_policy", deny("outage"), ledger(accepted=AB, in_flight=AB)),
    ("07-outage", "wait, or redrive", nothing, ledger(accepted=AB, stored={"a"}, in_flight={"b"})),
    ("07-outage", "wait, or redrive", nothing, ledger(accepted=AB, stored={"a"}, dead={"b"})),
    ("07-outage", "it names the checkouts", nothing, ledger(accepted=AB, stored={"a"}, missing={"b"})),
    ("07-outage", "it names the checkouts", nothing, ledger(accepted=AB, stored={"a"}, dead={"b"}, unasked={"c"})),
    ("07-target", "takes dead_letter_queue", target_of(DeadLetterConfig=None), {}),
    ("07-target", "takes dead_letter_queue", lambda o: target_of(DeadLetterConfig={"Arn": o.dead_arn})(o), {}),
    ("07-target", "takes dead_letter_queue", lambda o: target_of(DeadLetterConfig={"Arn": o.arn})(o), {}),
    ("07-target", "takes dead_letter_queue", lambda o: o.retarget(), {}),
    ("07-target", "takes max_event_age", target_of(RetryPolicy=None), {}),
    ("07-target", "takes max_event_age", target_of(RetryPolicy={"MaximumRetryAttempts": 3}), {}),
    ("07-target", "delete the rule", more_rules("chapter-07-target-gone"), {}),
]  # fmt: skip
NOT_YET: list[tuple[str, Change, dict[str, Any]]] = [
    ("05-queue", lambda o: o.outputs.pop("OrderingQueue"), {}),
    ("05-worker", lambda o: o.outputs.pop("OrderingWorker"), {}),
    ("05-api", nothing, api((404, {}))), ("05-api", nothing, api((502, {}))),
    ("05-api", nothing, api((200, {"items": []}))),
    ("07-letters", alarm(None), BALANCED | TOOL), ("07-letters", alarm("Queue"), BALANCED | TOOL),
    ("07-visibility", lambda o: o.settings(VisibilityTimeout="1"), BALANCED),
    ("07-target", lambda o: o.outputs.pop("OrderingUndelivered"), {}),
]  # fmt: skip
RIGHT: list[tuple[str, Change, dict[str, Any]]] = [
    ("05-queue", nothing, {}),
    ("05-queue", lambda o: o.retarget(o.goal, {"Arn": o.dead_arn}), {}),
    ("05-queue", lambda o: o.retarget(pattern={"source": ["shop.basket"], "detail": VERSION_1}), {}),
    ("05-queue", lambda o: rule("EventLog-Rule", {"source": [{"prefix": ""}]}, {"Arn": function("event-log")}), {}),
    ("05-by-hand", nothing, waiting()), ("05-by-hand", nothing, waiting(0)), ("05-by-hand", nothing, waiting(0, 0, 0)),
    ("05-worker", nothing, {}), ("05-worker", lambda o: o.settings(VisibilityTimeout="60"), {}),
    ("05-worker", timeout(3), {}), ("05-worker", policy("worker", "dynamodb:PutItem", "dynamodb:UpdateItem"), {}),
    ("05-partial", nothing, ONLY_BAD), ("05-partial", lambda o: o.map_anew(ScalingConfig={}), ONLY_BAD),
    ("05-partial", lambda o: o.map_anew(BatchSize=5), ONLY_BAD),
    ("05-backlog", nothing, waiting()), ("05-backlog", lambda o: o.map_anew(BatchSize=5), waiting()),
    ("05-backlog", lambda o: o.map_anew(ScalingConfig={"MaximumConcurrency": 10}), waiting()),
    ("05-api", nothing, api()), ("05-api", nothing, api(lambda q: orders(q, ORDERS[:1]))),
    ("05-api", nothing, api(lambda q: orders(q, [o | {"orderId": "1"} for o in ORDERS]), (404, {"error": {}}))),
    ("07-swallowed", nothing, said(NAMED)), ("07-swallowed", nothing, said(error="'detail'")),
    ("07-swallowed", nothing, said(error="Task timed out after 5.00 seconds")),
    ("07-poison", nothing, ONLY_BAD), ("07-poison", lambda o: o.map_anew(BatchSize=5), ONLY_BAD),
    ("07-poison", lambda o: o.map_anew(ScalingConfig={}), ONLY_BAD),
    ("07-letters", nothing, BALANCED | TOOL),
    ("07-letters", nothing, ledger(accepted=AB, stored={"a"}, in_flight={"b"}) | TOOL),
    ("07-letters", nothing, BALANCED | waiting(1, 1, body="no checkout")),
    ("07-visibility", nothing, BALANCED), ("07-visibility", lambda o: o.settings(VisibilityTimeout="90"), BALANCED),
    ("07-visibility", nothing, ledger(accepted=AB, stored={"a"}, in_flight={"b"})),
    ("07-throttled", nothing, waiting()), ("07-throttled", lambda o: o.map_anew(BatchSize=1), waiting()),
    ("07-throttled", lambda o: o.map_anew(ScalingConfig={"MaximumConcurrency": 5}), waiting()),
    ("07-outage", nothing, BALANCED), ("07-outage", deny("another"), BALANCED), ("07-outage", nothing, ledger()),
    ("07-target", nothing, {}), ("07-target", target_of(RetryPolicy={"MaximumEventAgeInSeconds": 60}), {}),
    ("07-target", lambda o: rule("EventLog-Rule", CHECKOUTS, {"Arn": o.dead_arn}), {}),
]  # fmt: skip


def judge(patch: Patch, check: str, change: Change, to_see: dict[str, Any]) -> Verdict:
    """What a check says of Ordering, after a change, when there is this to see."""
    at_once = {"soon": lambda look, _: look(), "PATIENCE": 0}
    at_once |= {"judged_twice": lambda: None, "judged_by_date": lambda *_: None}  # test_gap_judgements_05.py
    with checks_on_moto(patch, chapter_05, chapter_07, deliveries, **at_once, **to_see):
        ordering = Ordering()
        if change.__name__ != "put":  # which puts an alarm of its own
            alarm("DeadLetters")(ordering)
        change(ordering)
        for module in (chapter_05, chapter_07, deliveries):
            patch.setattr(module, "outputs", ordering.outputs)
        look = exercises._find(check).look
        return exercises._looked_at(check, OPENED if look.__code__.co_argcount else ())
