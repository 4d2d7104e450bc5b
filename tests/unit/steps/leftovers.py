"""The step of chapter 99: nothing is left. What is left is made on moto, whose services are really asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deployed import Patch, checks_on_moto, client, function, queue, rule

from workbook.learning import by_hand, clean_up, exercises
from workbook.learning.checks import chapter_99
from workbook.learning.exercises import Verdict

BUS = "ShopEventBus"
Change = Callable[[], Any]
Made = set[tuple[str, str]]  # what was ever deployed from here: types and names


def everything_else() -> None:
    """What is somebody else's."""
    queue("audit-of-somebody-else"), queue("orders")
    function("their-function")
    client("logs").create_log_group(logGroupName="/aws/lambda/their-function")


def bus(archive: str = "", *rules: str) -> None:
    arn = client("events").create_event_bus(Name=BUS)["EventBusArn"]
    if archive:
        client("events").create_archive(ArchiveName=archive, EventSourceArn=arn)
    for name in rules:
        rule(name, {"source": ["shop.basket"]})


def table(name: str) -> None:
    client("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip


def log_of(name: str) -> Change:
    return lambda: client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")


ALL = {("AWS::Lambda::Function", "Product-Function"), ("AWS::DynamoDB::Table", "Product-Table"),
       ("AWS::SQS::Queue", "https://sqs/1/Ordering-Queue"), ("AWS::S3::Bucket", "uploads"),
       ("AWS::Events::EventBus", BUS)}  # fmt: skip
LEFT = "leaves behind what others made for it"
WRONG: list[tuple[str, str, Change]] = [
    ("99-gone", LEFT, log_of("Product-Function")),
    ("99-gone", LEFT, lambda: table("Product-Table")),
    ("99-gone", LEFT, lambda: queue("Ordering-Queue")),
    ("99-gone", LEFT, lambda: client("s3").create_bucket(Bucket="uploads")),
    ("99-gone", LEFT, lambda: bus("shop")),
    ("99-gone", LEFT, lambda: bus("", "audit")),
    ("99-gone", LEFT, lambda: function("chapter-12-intruder")),
    ("99-gone", LEFT, log_of("chapter-08-worker")),
    ("99-gone", LEFT, lambda: queue("chapter-07-00000000-0000-4000-8000-000000000000")),
    ("99-gone", LEFT, lambda: table("vouchers-08")),
]  # fmt: skip
NOT_YET: list[tuple[str, Change, str]] = [
    ("99-gone", lambda: None, "Product"), ("99-gone", log_of("Product-Function"), "Product"),
]  # fmt: skip
RIGHT: list[tuple[str, Change]] = [
    ("99-gone", lambda: None), ("99-gone", everything_else), ("99-gone", lambda: table("products")),
]  # fmt: skip


def judge(patch: Patch, check: str, change: Change, *stacks: str) -> Verdict:
    """What the check says after this was left, and these stacks. moto's own would want one more package."""
    asked = [one for one in clean_up.LISTS if one[1] != "apigateway"]  # as its API Gateway would
    evidence = {"LISTS": asked, "made": lambda: ALL, "_reach": lambda: None, "_stacks": lambda: stacks}
    with checks_on_moto(patch, chapter_99, clean_up, by_hand, ours=lambda _: True, **evidence):
        change()
        return exercises._looked_at(check, ())
