"""Steps of chapters 11 and 12: alarms, logs, rights and copies with one mistake in them, and of other forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pandas as pd
from deployed import BUS, Api, Patch, allow, checks_on_moto, client, function

from workbook.learning import exercises
from workbook.learning.checks import chapter_11, chapter_12
from workbook.learning.exercises import Verdict

NAMES = [*chapter_11.FUNCTIONS, "BackofficeFunction"]
OUTPUTS = {name: name for name in NAMES} | {
    "OperationsTopic": "arn:aws:sns:us-east-1:123456789012:ShopAlarms", "OrderingQueue": "q/Queue",
    "OrderingDeadLetters": "q/Dead", "OrderingUndelivered": "q/Undelivered", "OrderingTable": "orders",
    "ProductApiUrl": "here", "BackofficeApiUrl": "here", "EventLogTable": "log",
}  # fmt: skip
NOW = pd.Timestamp(datetime.now(UTC))
Change = Callable[[], Any]
Case = tuple[Change, dict[str, Any], tuple]  # what is changed, what there is to see, what the check is given


def seen(*given: Any, change: Change = lambda: None, **to_see: Any) -> Case:
    return change, to_see, given


def counted(
    *stored: int, namespace: str = "Shop", dimensions: tuple = ("service",), orders: int = 3, age: float = 0
) -> Case:
    """The worker's metrics, and how many orders the table has, all of them so many minutes older than the first."""
    told = [{"CloudWatchMetrics": [{"Namespace": namespace, "Dimensions": [[*dimensions]]}]}] * len(stored)
    columns = {"time": [NOW] * len(stored), "message": ["Metrics"] * len(stored), "_aws": told,
               "OrdersStored": [[n] for n in stored]}  # fmt: skip
    rows = pd.DataFrame({"orderDate": [(NOW - pd.Timedelta(minutes=age)).isoformat()] * orders})
    return seen(logs=lambda _: pd.DataFrame(columns), table=lambda _: rows)


VISIBLE = "ApproximateNumberOfMessagesVisible"
WATCHED = (
    [("EventLog", name, "Errors", "FunctionName", name) for name in chapter_11.FUNCTIONS]
    + [(name, f"{name}-Api", "5XXError", "ApiName", name) for name in ("Product", "Basket", "Ordering")]
    + [("Ordering", name, VISIBLE, "QueueName", name) for name in ("Dead", "Undelivered")]
    + [("Ordering", "Queue-Depth", VISIBLE, "QueueName", "Queue"),
       ("Ordering", "Queue-Age", "ApproximateAgeOfOldestMessage", "QueueName", "Queue"),
       ("Ordering", "NotStored", "NotStored", "service", "ordering")]
)  # fmt: skip


ACCOUNT = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
THRESHOLDS = {"Queue-Depth": 1000, "Queue-Age": 300}


def alarms(
    *lacking: str, mute: str = "", elsewhere: str = "", off: str = "", more: str = "",
    condition: dict[str, Any] = ACCOUNT, **thresholds: float,
) -> Case:
    """The alarms of the shop: some are not there, one has no action, another topic, or is switched off.

    Or the topic takes what fits another condition, or Ordering's queue has other thresholds, of its Age or Depth.
    """
    beyond = THRESHOLDS | {f"Queue-{name}": value for name, value in thresholds.items()}

    def put() -> None:
        statement = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}
        policy = {"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]}
        arn = client("sns").create_topic(Name="ShopAlarms")["TopicArn"]
        client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(policy)
        )
        for stack, name, metric, dimension, value in [*WATCHED, *([("Mine", more, "x", "y", "z")] if more else [])]:
            topic = OUTPUTS["OperationsTopic"].replace("ShopAlarms", "Else" if name == elsewhere else "ShopAlarms")
            if name not in lacking:
                client("cloudwatch").put_metric_alarm(
                    AlarmName=f"{stack}-{name}", MetricName=metric, Namespace="n", Period=60, EvaluationPeriods=1,
                    Threshold=beyond.get(name, 0), ComparisonOperator="GreaterThanThreshold", Statistic="Sum",
                    ActionsEnabled=name != off,
                    Dimensions=[{"Name": dimension, "Value": value}],
                    AlarmActions=[topic] if name not in (mute, more) else [],
                )  # fmt: skip

    return seen(change=put)


def rehearsed(loud: str = "", silent: str = "", **thresholds: float) -> Case:
    """The five alarms after the rehearsal: one still rings, one never has, or a threshold is another one."""
    found = [
        {"AlarmName": name, "StateValue": "ALARM" if name == loud else "OK",
         "Threshold": thresholds.get(name.rpartition("-")[2], chapter_11.THRESHOLDS.get(name, 1))}
        for name in chapter_11.RANG
    ]  # fmt: skip

    def history(AlarmName: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        goal = "OK" if AlarmName == silent else "ALARM"
        return {"AlarmHistoryItems": [{"HistorySummary": f"Alarm updated from INSUFFICIENT_DATA to {goal}"}]}

    watch = SimpleNamespace(describe_alarms=lambda **_: {"MetricAlarms": found}, describe_alarm_history=history)
    return seen(datetime.now(UTC), target=SimpleNamespace(client=lambda _: watch))


def kept_for_ever(*names: str, days: int = 14, expire: Any = None) -> Case:
    """Logs that expire after so many days, but for some; and what the learner wrote, if it is given."""

    def put() -> None:
        for name in NAMES:
            client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
            if name not in names:
                client("logs").put_retention_policy(logGroupName=f"/aws/lambda/{name}", retentionInDays=days)

    return seen(*([expire] if expire else []), change=put)


def nowhere(function: str) -> None:
    client("logs").put_retention_policy(logGroupName=function, retentionInDays=14)


def nothing(_: str) -> None:
    raise NotImplementedError("let the log group expire")


GRANTED = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Scan", "dynamodb:Query")


def rights(*actions: str, deleted: int = 204) -> Case:
    """What Product's function may do, and how a deletion is answered."""
    api = Api({("POST", "product"): (201, {"id": "1"}), ("DELETE", "product/1"): (deleted, {})})
    return seen(change=lambda: allow("ProductFunction", *actions), Rest=lambda _: api)


ATTEMPTS = ["read all baskets", "write a basket", "delete a basket", "read orders", "invoke", "send", "publish", "list"]


def attempted(*done: str, there: bool = False) -> Case:
    """What the intruder could do, and whether it is still there."""
    came = ["done" if what in done else "refused" for what in ATTEMPTS]
    frame = pd.DataFrame({"attempted": ATTEMPTS, "came": came})
    return seen(frame, change=lambda: function("chapter-12-intruder") if there else None)


def nag(*findings: str, acknowledged: str = "watch(app)") -> Case:
    rows = pd.DataFrame([(f"Product/{f}", f) for f in findings], columns=["construct", "finding"])
    as_deployed = SimpleNamespace(judged_publishers=lambda: None)
    return seen(rows, read_code=lambda _: acknowledged, locked=as_deployed)


def refunds(unsigned: int = 403, people: tuple = ("ada",), message: str = "Refund") -> Case:
    api = Api({("POST", "refund"): (unsigned, {})})
    columns = {"message": [message] * len(people)} | ({"approved_by": people} if people else {})
    return seen(Rest=lambda _: api, logs=lambda _: pd.DataFrame(columns, columns=None if people else ["message"]))


def event(text: str = "ada", *, ttl: bool = True, archives: tuple[str, ...] = ()) -> Case:
    """An event that carries a text, whether rows of its log expire, and which archives there are."""

    def put() -> None:
        events = client("events")
        arn = events.create_event_bus(Name=BUS)["EventBusArn"]
        for name in archives:
            events.create_archive(ArchiveName=name, EventSourceArn=arn)
        client("dynamodb").create_table(
            TableName="log", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )  # fmt: skip
        if ttl:
            how = {"Enabled": True, "AttributeName": "expires"}
            client("dynamodb").update_time_to_live(TableName="log", TimeToLiveSpecification=how)

    return seen({"data": {"note": text}}, change=put)


CARD = "4111 1111" + " 1111 1111"  # put together here, so that the file has none
TOKEN = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
WRONG: list[tuple[str, str, Case]] = [
    ("11-metrics", "looks for the metrics in Shop", counted(1, namespace="shop")),
    ("11-metrics", "looks for the metrics in Shop", counted(1, namespace="Ordering")),
    ("11-metrics", "a metric that costs", counted(1, dimensions=("service", "userName"))),
    ("11-metrics", "a metric that costs", counted(1, dimensions=("checkout_id",))),
    ("11-metrics", "count int(new)", counted(1, 1, 1, 1)),
    ("11-metrics", "count int(new)", counted(1, 1, orders=0)),
    ("11-metrics", "count int(new)", counted(1, 1, orders=3, age=30)),
    ("11-metrics", "that is new was not counted", counted(0, 0, 0)),
    ("11-alarms", "has no ServiceAlarms", alarms("BasketFunction")),
    ("11-alarms", "has no ServiceAlarms", alarms("Product-Api")),
    ("11-alarms", "has no ServiceAlarms", alarms("Dead", "Undelivered")),
    ("11-alarms", "no alarm of that name", alarms("Queue-Age")),
    ("11-alarms", "no alarm of that name", alarms("Queue-Depth")),
    ("11-alarms", "is in seconds", alarms(Age=5)), ("11-alarms", "too many", alarms(Depth=0)),
    ("11-alarms", "may ring here", alarms(condition={})),
    ("11-alarms", "and no others", alarms(condition={"StringEquals": {"aws:SourceAccount": "1"}})),
    ("11-alarms", "has no ServiceAlarms", alarms("NotStored")),
    ("11-alarms", "add_alarm_action", alarms(mute="Queue-Age")),
    ("11-alarms", "add_alarm_action", alarms(elsewhere="OrderingWorker")),
    ("11-alarms", "add_alarm_action", alarms(off="Product-Api")),
    *[("11-rang", "has not seen its cause", rehearsed(silent=name)) for name in chapter_11.RANG[:2]],
    *[("11-rang", "its cause is still there", rehearsed(loud=name)) for name in chapter_11.RANG[2:4]],
    ("11-rang", "the rehearsal's", rehearsed(NotStored=0)), ("11-rang", "the rehearsal's", rehearsed(Age=1)),
    ("11-rang", "the rehearsal's", rehearsed(Depth=3)),
    *[("11-retention", "put_retention_policy", kept_for_ever(name)) for name in chapter_11.FUNCTIONS[:4]],
    ("11-retention", "put_retention_policy", kept_for_ever(*NAMES)),
    ("11-retention", "put_retention_policy", kept_for_ever("OrderingWorker", "ProductFunction")),
    ("11-retention", "wants the log beside it", kept_for_ever(days=7)),
    ("11-retention", "/aws/lambda/ stands before", kept_for_ever(expire=nowhere)),
    ("12-grant", "a star allows more", rights(*GRANTED, "dynamodb:*")), ("12-grant", "a star allows more", rights("*")),
    ("12-grant", "a star allows more", rights(*GRANTED, "dynamodb:Delete*")),
    ("12-grant", "nobody has thought about it", rights(*GRANTED, "dynamodb:DeleteTable")),
    ("12-grant", "nobody has thought about it", rights(*GRANTED, "sqs:SendMessage")),
    ("12-grant", "may_delete(True)", rights(*GRANTED[:2], deleted=502)),
    ("12-grant", "may_delete(True)", rights(*GRANTED, deleted=500)),
    ("12-intruder", "it removes it", attempted("read all baskets", there=True)),
    ("12-intruder", "it removes it", attempted(there=True)),
    ("12-intruder", "wider, or narrower", attempted("read all baskets", "read orders")),
    ("12-intruder", "wider, or narrower", attempted("read orders")),
    ("12-intruder", "wider, or narrower", attempted()),
    ("12-intruder", "wider, or narrower", attempted(*ATTEMPTS)),
    ("12-nag", "mend it, or acknowledge it", nag("AwsSolutions-IAM5")),
    ("12-nag", "mend it, or acknowledge it", nag("AwsSolutions-APIG2", "AwsSolutions-DDB3")),
    ("12-nag", "mend it, or acknowledge it", nag("AwsSolutions-SQS3", acknowledged='"Resource::*"')),
    ("12-nag", "a star is mended", nag(acknowledged='{"id": "IAM5", "applies_to": ["Action::dynamodb:*"]}')),
    ("12-nag", "a star is mended", nag(acknowledged='applies_to=["Resource::*"]')),
    ("12-nag", "a star is mended", nag(acknowledged='["Action::s3:*", "Resource::*"]')),
    ("12-signed", "authorization_type=IAM", refunds(202)), ("12-signed", "authorization_type=IAM", refunds(400)),
    ("12-signed", "authorization_type=IAM", refunds(500)),
    ("12-signed", "never what they proved it with", refunds(message=f"Authorization: Bearer {TOKEN}")),
    ("12-signed", "never what they proved it with", refunds(message=f"paid with {CARD}")),
    ("12-signed", "never what they proved it with", refunds(message="AWS4-HMAC-" + "SHA256 Credential=AKI/1")),
    ("12-data", "should have refused", event(CARD)), ("12-data", "should have refused", event(TOKEN)),
    ("12-data", "TimeToLiveSpecification", event(ttl=False)),
    ("12-data", "TimeToLiveSpecification", event(ttl=False, archives=("chapter-12",))),
    ("12-data", "delete_archive", event(archives=("chapter-12",))),
    ("12-data", "delete_archive", event(archives=("shop", "chapter-12-again"))),
]  # fmt: skip
NOT_YET: list[tuple[str, Case]] = [
    ("11-metrics", counted()), ("11-alarms", seen(outputs={})), ("11-rang", seen()),
    ("11-retention", kept_for_ever(expire=nothing)),
    ("12-intruder", seen()), ("12-intruder", seen(pd.DataFrame())), ("12-nag", seen()), ("12-data", seen()),
    ("12-signed", refunds(people=())), ("12-signed", seen(outputs={})),
]  # fmt: skip
RIGHT: list[tuple[str, Case]] = [
    ("11-metrics", counted(1, 1, 1)), ("11-metrics", counted(1, 0, orders=1)),
    ("11-metrics", counted(1, 1, dimensions=())),
    ("11-alarms", alarms()), ("11-alarms", alarms(more="one of one's own")),
    ("11-alarms", alarms(condition={"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:123456789012:alarm:*"}})),
    ("11-alarms", (lambda: [alarms()[0](), client("cloudwatch").set_alarm_state(
        AlarmName="Ordering-Queue-Age", StateValue="ALARM", StateReason="rings")], {}, ())),
    ("11-rang", rehearsed()), ("11-rang", rehearsed(NotStored=5.0)), ("11-rang", rehearsed(loud="another")),
    ("11-retention", kept_for_ever()), ("11-retention", kept_for_ever(days=30)),
    ("11-retention", kept_for_ever("BackofficeFunction")), ("11-retention", kept_for_ever(expire=str)),
    ("12-grant", rights(*GRANTED)), ("12-grant", rights(*GRANTED[:4])), ("12-grant", rights(*GRANTED[::-1])),
    ("12-intruder", attempted("read all baskets")),
    ("12-intruder", seen(attempted("read all baskets")[2][0].rename(columns={"came": "what came of it"}))),
    ("12-intruder", (lambda: function("chapter-12"), {}, attempted("read all baskets")[2])),
    ("12-nag", nag()), ("12-nag", nag(acknowledged='"applies_to": ["Resource::<Queue.Arn>"]')),
    ("12-nag", nag(acknowledged="")),
    ("12-signed", refunds()), ("12-signed", refunds(people=("ada", "ben"))),
    ("12-signed", refunds(people=(None, "ada"))),
    ("12-data", event()), ("12-data", event(archives=("shop",))), ("12-data", event("1 Main Street, 12345")),
]  # fmt: skip


def judge(patch: Patch, check: str, case: Case) -> Verdict:
    """What a check says, after a change, of what it is given, when there is this to see."""
    change, to_see, given = case
    with checks_on_moto(patch, chapter_11, chapter_12, **{"outputs": OUTPUTS} | to_see):
        if check == "12-grant":
            function("ProductFunction")
        change()
        return exercises._looked_at(check, given)
