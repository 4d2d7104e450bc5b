"""Steps of chapters 03, 04, 08 and 10: baskets, events and files with one mistake in them, and of other forms."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd
from deployed import (
    BUS,
    CHECKOUTS,
    Api,
    Files,
    Patch,
    allow,
    checks_on_moto,
    client,
    function,
    queue,
    rule,
    without_targets,
)  # fmt: skip

from workbook.clients.invoke import Invocation
from workbook.clients.rest import Answer
from workbook.learning import exercises
from workbook.learning.checks import chapter_03, chapter_04, chapter_08, chapter_10
from workbook.learning.checks.judging import checkouts
from workbook.learning.exercises import Verdict

OUTPUTS = {
    "EventBusName": BUS, "EventLogTable": "log", "EventLogFunction": "log", "BasketApiUrl": "here",
    "BasketFunction": "basket", "BasketCheckouts": "checkouts", "BasketTable": "baskets",
    "OrderingFunction": "ordering", "OrderingTable": "orders", "ReportFunction": "report", "ReportOrders": "noted",
    "ReportBucket": "bucket", "ProductUploads": "uploads", "ProductImporter": "importer",
    "ProductPriceChanges": "changes", "ProductFunction": "product", "ProductTable": "products",
}  # fmt: skip
Change = Callable[[], Any]


def nothing() -> None:
    """As it was deployed."""


def without(*names: str) -> dict[str, Any]:
    return {"outputs": {name: value for name, value in OUTPUTS.items() if name not in names}}


def audit(pattern: dict[str, Any] | None = CHECKOUTS, *, targets: bool = True) -> Change:
    """Audit's rule, with another pattern, or without targets; with None, it is gone."""

    def change() -> None:
        without_targets("audit")
        if pattern is None:
            client("events").delete_rule(Name="audit", EventBusName=BUS)
        else:
            rule("audit", pattern, *([{"Arn": queue("audit")[1]}] if targets else []))

    return change


def no_rules() -> None:
    for name in ("audit", "EventLog-Rule", "Ordering-Rule"):
        without_targets(name)
        client("events").delete_rule(Name=name, EventBusName=BUS)


def other(source: Any = ("shop.basket",), kind: Any = ("BasketCheckedOut",), **more: Any) -> dict[str, Any]:
    fields = {"source": source and [*source], "detail-type": kind and [*kind]} | more
    return {name: value for name, value in fields.items() if value}


def answer(status: int, checkout_id: str = "a") -> Answer:
    return Answer(status, {"checkoutId": checkout_id, "totalPrice": 5}, {}, 1)


METADATA = dict.fromkeys(chapter_04.METADATA, "x")
DATA = dict.fromkeys(chapter_04.DATA, "x") | {"totalPrice": 5, "checkoutId": "a"}


def told(
    source: str = "shop.basket", kind: str = "BasketCheckedOut", data: dict = DATA, metadata: dict = METADATA
) -> Any:
    """What the log has of a checkout."""
    return lambda *_: {"source": source, "detail-type": kind, "detail": {"metadata": metadata, "data": data}}


def lacking(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


ROW = {"requestId": "a", "checkoutId": "a", "acceptedAt": "x"}


def published(
    status: int = 202, event: Any = told(), basket: int = 404, row: dict[str, Any] | None = ROW
) -> dict[str, Any]:
    """A checkout: how it is answered, the event in the log, how the basket's deletion is answered after it, and what
    is written down of it.
    """
    gone = Api({("DELETE", f"basket/{chapter_04.USER}"): (basket, {})})
    found = {"check_out": lambda: answer(status), "logged_checkout": event, "remembered": lambda _: row}
    return found | {"Rest": lambda _: gone}


def arrived(status: int = 202, *, date: str | None = "x", event: Any = told(), user: str = "gus") -> dict[str, Any]:
    """A checkout, the date of its order, its event in the log; and whose order there is, if it has none."""
    there = {"table": lambda _: pd.DataFrame({"userName": [user]}), "sweep": lambda: None}
    there["remembered"] = lambda _: ROW
    order = date and {"orderDate": date}
    return there | {"check_out": lambda: answer(status), "ordered": lambda _: order, "logged_checkout": event}


def key(
    twins: list[tuple[int, str]] = (), singles: list[int] = (), others: str = "de", *, written: bool = True
) -> dict[str, Any]:
    """How three checkouts at once are answered: with one key, and without; and those of another user or key.

    Args:
        written: whether the files of the step are there.
    """
    by_key = [answer(*twin) for twin in twins]
    by_none = [answer(status, f"b{n}") for n, status in enumerate(singles)]
    ours = {"ordered": lambda _: {}, "logged_checkout": told(), "remembered": lambda _: ROW, "sweep": lambda: None}
    ours |= {"LAMBDA_SRC": Files(there=written)}
    ours |= {"judged_checkouts": lambda *_: None, "other_requests": lambda _: [answer(202, other) for other in others]}
    return ours | {"at_once": lambda _, **header: by_key if header else by_none}


def replayed(orders: list[str], ids: str = "", state: str = "COMPLETED") -> dict[str, Any]:
    """Whose orders there are, whose of them have an id of their own, and how the replay ended."""
    rows = [(user, user if user not in ids else str(uuid.uuid4())) for user in orders]
    details = [{"data": {"checkoutId": user}} for user in ("gina", "hans", "ida", "jon")]
    frames = {"orders": pd.DataFrame(rows, columns=["userName", "orderId"]), "log": pd.DataFrame({"detail": details})}
    replays = SimpleNamespace(list_replays=lambda **_: {"Replays": [{"State": state}] if state else []})
    found = SimpleNamespace(client=lambda name: replays if name == "events" else client(name))
    return {"table": frames.__getitem__, "target": found, "sweep": lambda: None}


def refused(name: str) -> Change:
    return lambda: client("iam").put_role_policy(
        RoleName="basket", PolicyName=name,
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"events:*","Resource":"*"}]}',
    )  # fmt: skip


def shop(
    status: int = 201, total: float = 25, orders: tuple[str, ...] = ("a",), basket: int = 404, unfit: int = 400
) -> dict[str, Any]:
    """Chapter 03's checkout: its answers, the ids of the orders, and whether the basket is there afterwards."""

    def checked_out(body: dict) -> tuple[int, Any]:
        found = {"checkoutId": "a", "totalPrice": total} if status == 201 else {"error": {"message": "no route"}}
        fits = "coupon" not in body and "address" in body
        return (status, found) if fits else (unfit, {"error": {"message": "no such route"}})

    api = Api({("POST", "basket/checkout"): checked_out, ("GET", f"basket/{chapter_03.USER}"): (basket, {}),
               ("POST", "basket"): (201, {})})  # fmt: skip
    rows = pd.DataFrame([(chapter_03.USER, i) for i in orders], columns=["userName", "orderId"])
    kept = SimpleNamespace(client=lambda _: SimpleNamespace(delete_item=lambda **_: None))
    return {"Rest": lambda _: api, "table": lambda _: rows, "target": kept, "judged_call": lambda *_: None}


def concurrency(*numbers: int) -> Change:
    """How many runs of Ordering at the same time are reserved: one number after the other."""

    def put() -> None:
        for number in numbers:
            client("lambda").put_function_concurrency(FunctionName="ordering", ReservedConcurrentExecutions=number)

    return put


def timed(check_out: Any, basket: int = 404) -> tuple[Change, dict[str, Any], tuple]:
    """A function of the learner's that checks out, and whether the basket is there afterwards."""
    return nothing, shop(basket=basket), (check_out,)


def not_written(_: str) -> Any:
    raise NotImplementedError("check out the user's basket")


def lines(*statuses: int) -> dict[str, Any]:
    return {"logs": lambda _: pd.DataFrame({"status": statuses} if statuses else {"message": ["START"]})}


def built(*paths: str, code: str = "RestService(self)", exists: bool = True) -> dict[str, Any]:
    """Product's code, and the paths of the tables in the template that is deployed."""
    tables = {
        f"T{n}": {"Type": "AWS::DynamoDB::Table", "Metadata": {"aws:cdk:path": f"Product/{path}/Resource"}}
        for n, path in enumerate(paths)
    }
    other = {"F": {"Type": "AWS::Lambda::Function", "Metadata": {"aws:cdk:path": "Product/Default/Function/Resource"}}}

    class Folder:
        def __truediv__(self, _: str) -> Any:
            return self

        def exists(self) -> bool:
            return exists

    template = {"Resources": other | tables}
    return {
        "CDK_APP": Folder(), "read_code": lambda _: code, "deployed_template": lambda _: template,
        "judged_construct": lambda *_: None,
    }  # fmt: skip


def report(pieces: list[int] | None, noted: tuple[int, ...] = (2, 3)) -> dict[str, Any]:
    """A report with these quantities; None is no report. What was noted of today's orders, and of older ones."""
    rows = [("2026-01-31", [{"quantity": n}]) for n in noted] + [("2026-01-30", [{"quantity": 9}])] * bool(noted)
    body = None if pieces is None else "name,quantity\n" + "".join(f"x,{n}\n" for n in pieces)
    day = "orders/2026-01-31.csv"
    return {"table": lambda _: pd.DataFrame(rows, columns=["day", "items"]),
            "_object": lambda _, key: body if key == day else None}  # fmt: skip


def rejects(text: str | None) -> dict[str, Any]:
    s3 = SimpleNamespace(put_object=lambda **_: None, delete_object=lambda **_: None)
    seen = {"_object": lambda *_: text, "invoke": lambda *_: Invocation(200, None, None, 1)}
    return seen | {"soon": lambda look, _: look(), "target": SimpleNamespace(client=lambda _: s3)}


def change(*ids: str, old: Any = 19.9, new: Any = 12.5, error: str | None = None, product: str = "") -> dict[str, Any]:
    """The events that a change of price brought about, by their ids."""
    asked: list[str] = []

    def invoke(_: str, event: dict) -> Invocation:
        asked.append(event["Records"][0]["dynamodb"]["Keys"]["id"]["S"])
        return Invocation(200, None, error, 1)

    def log(_: str) -> pd.DataFrame:
        data = {"productId": product or asked[-1], "oldPrice": old, "newPrice": new}
        return pd.DataFrame({"detail": [{"metadata": {"eventId": i}, "data": data} for i in ids]})

    return {"invoke": invoke, "table": log, "soon": lambda look, _: look(), "judged_filter": lambda _: None}


def clock(*expressions: str, struck: bool = True) -> tuple[Change, dict[str, Any]]:
    """The schedules of Report's rules, and whether the function has run."""

    def put() -> None:
        for n, expression in enumerate(expressions):
            client("events").put_rule(Name=f"Report-Rule{n}", ScheduleExpression=expression)

    return put, {"logs": lambda _: pd.DataFrame({"message": ["Written"] * struck})}


BAD = "sku,name,price,line,reason\nCHECK-1,Nothing,free,{},{}\n"
MINUTELY, NIGHTLY = "rate(1 minute)", "cron(0 1 * * ? *)"
ALL = [(202, "a")] * 3
FOUR = ["gina", "hans", "ida", "jon"]
LOG_PATTERN = {"source": [{"prefix": ""}]}
WRONG: list[tuple[str, str, Change, dict[str, Any]]] = [
    ("03-construct", "has become a part of the names", nothing, built("Service/Table")),
    ("03-construct", "has become a part of the names", nothing, built("Product/Table")),
    ("03-construct", "has become a part of the names", nothing, built("RestService/Table")),
    ("03-construct", "has become a part of the names", nothing, built("Default/Items")),
    ("03-construct", "has become a part of the names", nothing, built("default/Table")),
    ("03-construct", "has become a part of the names", nothing, built("Table2")),
    ("03-checkout", "all of CHECKOUT's fields", nothing, shop(unfit=201)),
    ("03-checkout", "the service failed", nothing, shop(unfit=503)),
    ("03-checkout", "could not have the order stored", nothing, shop(503)),
    ("03-checkout", "was created", nothing, shop(200)),
    ("03-checkout", "name the error", nothing, shop(500)),
    ("03-checkout", "price × quantity", nothing, shop(total=12.5)),
    ("03-checkout", "price × quantity", nothing, shop(total=14.5)),
    ("03-checkout", "the basket's checkoutId", nothing, shop(orders=())),
    ("03-checkout", "the basket's checkoutId", nothing, shop(orders=("a", "b"))),
    ("03-checkout", "the basket's checkoutId", nothing, shop(orders=("b",))),
    ("03-checkout", "must not be checked out again", nothing, shop(basket=200)),
    ("03-time", "return what api.post gives", *timed(lambda user: None)),
    ("03-time", "return what api.post gives", *timed(lambda user: {"checkoutId": "a", "totalPrice": 25})),
    ("03-time", "return what api.post gives", *timed(lambda user: 201)),
    ("03-time", "a POST to basket/checkout", *timed(lambda user: Answer(201, {"userName": user}, {}, 1))),
    ("03-time", "a POST to basket/checkout", *timed(lambda user: Answer(400, {"error": {"message": "no"}}, {}, 1))),
    ("03-time", "a POST to basket/checkout", *timed(lambda user: Answer(404, {"error": {"message": "no"}}, {}, 1))),
    ("03-time", "another customer's basket", *timed(lambda user: answer(201), basket=200)),
    *[("03-stopped", "it is not stopped", concurrency(*numbers), {}) for numbers in (
        (1,), (2,), (10,), (100,), (0, 1), (0, 5))],
    ("03-outage", "run start()", concurrency(0), lines(503)),
    ("03-outage", "run start()", concurrency(0), lines(200)),
    ("03-outage", "run start()", concurrency(1), lines(503)),
    ("03-outage", "run start()", concurrency(10), lines(503)),
    ("03-outage", "run start()", concurrency(0), lines()),
    ("03-outage", "run start()", concurrency(100), lines(201, 503)),
    *[("04-bus", "by that name", nothing, {"outputs": OUTPUTS | {"EventBusName": name}})
      for name in ("default", "shopEventBus", "ShopEventbus", "Shop", "EventBusBus-1234", "ShopEventBus2", "")],
    ("04-log", "event_bus=shop_bus(self) is missing", no_rules, {"logged": lambda _: None}),
    *[("04-log", "what not every event has there", lambda p=p: rule("EventLog-Rule", p), {"logged": lambda _: None})
      for p in (CHECKOUTS, {"source": ["shop.basket"]}, {"source": [{"prefix": "aws."}]}, {"detail-type": ["Order"]})],
    ("04-log", "is not granted", nothing, {"logged": lambda _: None, "says": lambda *_: True}),
    ("04-log", "see its log", nothing, {"logged": lambda _: None, "says": lambda *_: False}),
    ("04-rule", "a checkout is not what it asks for", audit(other(kind=["BasketCheckedout"])), {}),
    ("04-rule", "a checkout is not what it asks for", audit(other(source=["shop-basket"])), {}),
    ("04-rule", "a checkout is not what it asks for", audit(other(userName=["ada"])), {}),
    ("04-rule", "does not name the detail-type", audit(other(kind=None)), {}),
    ("04-rule", "does not name the detail-type", audit(other(kind=[{"prefix": "Basket"}])), {}),
    ("04-rule", "it names no source", audit(other(source=None)), {}),
    ("04-rule", "more than Basket's", audit(other(source=[{"prefix": "shop."}])), {}),
    ("04-rule", "more than Basket's", audit(other(source=[{"prefix": "shop.basket"}])), {}),
    ("04-rule", "put_targets was not called", audit(targets=False), {}),
    *[("04-silences", "still has the typo", audit(p), {}) for p in (
        other(kind=["BasketCheckedout"]), other(kind=["basketCheckedOut"]), other(kind=["BasketCheckedOut "]),
        other(source=["shop.Basket"]), other(kind=["BasketCheckOut"]), other(source=["shop.ordering"]))],
    ("04-publish", "Basket cannot know", nothing, published(201)),
    ("04-publish", "Basket cannot know", nothing, published(200)),
    ("04-publish", "events:PutEvents on the bus", nothing, published(503)),
    ("04-publish", "see the log", nothing, published(500)),
    ("04-publish", "see the log", nothing, published(400)),
    ("04-publish", "another source", nothing, published(event=lambda _: None)),
    ("04-publish", "nobody reports", nothing, published(event=told("basket"))),
    ("04-publish", "nobody reports", nothing, published(event=told(kind="BasketCheckedout"))),
    ("04-publish", "a consumer relies", nothing, published(event=told(data=lacking(DATA, "items")))),
    ("04-publish", "a consumer relies", nothing, published(event=told(metadata=lacking(METADATA, "eventId")))),
    ("04-publish", "a consumer relies", nothing, published(event=told(metadata={}))),
    ("04-publish", "price × quantity", nothing, published(event=told(data=DATA | {"totalPrice": 2.5}))),
    ("04-publish", "price × quantity", nothing, published(event=told(data=DATA | {"totalPrice": "5"}))),
    ("04-publish", "to be removed", nothing, published(basket=204)),
    ("04-publish", "what was accepted", nothing, published(row=None)),
    ("04-publish", "the event has the same", nothing, published(row=ROW | {"acceptedAt": "y"})),
    ("04-publish", "the event has the same", nothing, published(row=lacking(ROW, "acceptedAt"))),
    ("04-publish", "under the checkoutId", nothing, published(row=ROW | {"requestId": "ada"})),
    ("04-fan-out", "go back to step 5", nothing, arrived(503)),
    ("04-fan-out", "go back to step 5", nothing, arrived(201)),
    ("04-fan-out", "does not want it", lambda: rule("Ordering-Rule", other(kind=["Checkout"])), arrived(date=None)),
    ("04-fan-out", "does not want it", lambda: rule("Ordering-Rule", other(source=["shop"])), arrived(date=None)),
    ("04-fan-out", "the handler fails", nothing, arrived(date=None)),
    ("04-fan-out", "must be the event's checkoutId", nothing, arrived(date=None, user=chapter_04.USER)),
    ("04-fan-out", "at which the checkout happened", nothing, arrived(date="2026-01-31")),
    ("04-fan-out", "the rule of EventLog has gone", nothing, arrived(event=lambda _: None)),
    ("04-replay", "outside EventStartTime", nothing, replayed(["jon"])),
    ("04-replay", "outside EventStartTime", nothing, replayed([])),
    ("04-replay", "outside EventStartTime", nothing, replayed(["gina", "jon"])),
    ("04-replay", "outside EventStartTime", nothing, replayed(["hans", "ida", "jon"])),
    ("04-replay", "must be the event's checkoutId", nothing, replayed([*FOUR, "jon"], ids="jon")),
    ("04-replay", "must be the event's checkoutId", nothing, replayed([*FOUR, *FOUR], ids="gina hans ida jon")),
    ("04-refused", "still in force", refused("NoEvents"), {}),
    ("04-refused", "still in force", lambda: [refused("NoEvents")(), refused("another")()], {}),
    ("04-refused", "the grant is gone", lambda: allow("basket", "dynamodb:PutItem"), {}),
    ("04-refused", "the grant is gone", lambda: allow("basket", "events:DescribeEventBus"), {}),
    ("04-refused", "the grant is gone",
     lambda: client("iam").delete_role_policy(RoleName="basket", PolicyName="own"), {}),
    ("04-refused", "still in force", lambda: [allow("basket", "dynamodb:PutItem"), refused("NoEvents")()], {}),
    ("08-key", "must wait", nothing, key([(202, "a"), (409, ""), (202, "a")], [202, 409, 409])),
    ("08-key", "must wait", nothing, key([(202, "a"), (500, ""), (500, "")], [202, 404, 404])),
    ("08-key", "must wait", nothing, key([(503, "")] * 3, [202, 404, 404])),
    ("08-key", "of its own", nothing, key([(202, "a"), (202, "b"), (202, "a")], [202, 409, 409])),
    ("08-key", "of its own", nothing, key([(202, "a"), (202, "b"), (202, "c")], [202, 202, 202])),
    ("08-key", "is another request", nothing, key(ALL, [202, 409, 409], others="ae")),
    ("08-key", "is another request", nothing, key(ALL, [202, 409, 409], others="da")),
    ("08-key", "had the basket at once", nothing, key(ALL, [202, 202, 404])),
    ("08-key", "had the basket at once", nothing, key(ALL, [202, 202, 202])),
    ("10-report", "create the one-time schedule", nothing, report(None)),
    ("10-report", "before the last order", nothing, report([2])),
    ("10-report", "before the last order", nothing, report([])),
    ("10-report", "before the last order", nothing, report([2, 3, 9])),
    ("10-report", "before the last order", nothing, report([2, 3, 3])),
    ("10-report", "before the last order", nothing, report([1, 1])),
    ("10-upload", "unquote_plus", nothing, rejects(None)),
    ("10-upload", "look at rows.py", nothing, rejects(BAD.format(1, "price must be a number"))),
    ("10-upload", "look at rows.py", nothing, rejects(BAD.format(3, "price must be a number"))),
    ("10-upload", "look at rows.py", nothing, rejects(BAD.format(2, "wrong"))),
    ("10-upload", "look at rows.py", nothing, rejects(BAD.format(2, "name must be text"))),
    ("10-upload", "look at rows.py", nothing, rejects(BAD.format("", ""))),
    ("10-upload", "another form", nothing, rejects("sku,name,price\nCHECK-1,Nothing,free\n")),
    ("10-upload", "another form", nothing, rejects("")),
    ("10-stream", "the function fails", nothing, change(error="KeyError: 'price'")),
    ("10-stream", "was not published", nothing, change()),
    ("10-stream", "was not published", nothing, change("1", "1", product="another")),
    ("10-stream", "uuid5", nothing, change("1", "2", "3")),
    ("10-stream", "another change is another event", nothing, change("1", "1", "1")),
    ("10-stream", "mixed up", nothing, change("1", "1", "2", old=12.5, new=19.9)),
    ("10-stream", "mixed up", nothing, change("1", "1", "2", new="12.5")),
    ("10-stream", "mixed up", nothing, change("1", "1", "2", old=None)),
    *[("10-nightly", "write the nightly one", *clock(*expressions)) for expressions in (
        (MINUTELY,), (), (MINUTELY, NIGHTLY), ("cron(0 13 * * ? *)",), ("cron(1 0 * * ? *)",), ("rate(1 day)",))],
]  # fmt: skip
NOT_YET: list[tuple[str, Change, dict[str, Any]]] = [
    ("03-construct", nothing, built("Table")), ("03-construct", nothing, built()),
    ("03-construct", nothing, built(code="")), ("03-construct", nothing, built(exists=False)),
    ("03-checkout", nothing, shop(unfit=404)),
    ("03-time", *timed(not_written)), ("03-time", nothing, {"outputs": {}}, (print,)),
    ("03-stopped", nothing, {}), ("03-stopped", nothing, {"outputs": {}}),
    ("03-outage", nothing, lines()), ("03-outage", nothing, lines(201, 400)),
    *[(f"04-{step}", nothing, {"outputs": {}}) for step in ("bus", "log", "publish", "accepted", "replay", "refused")],
    ("04-rule", audit(None), {}), ("04-silences", audit(None), {}),
    ("04-publish", nothing, published(201, event=lambda _: None)), ("08-key", nothing, key(written=False)),
    ("04-replay", nothing, replayed(FOUR, state="")), ("04-replay", nothing, replayed(FOUR, state="RUNNING")),
    ("10-report", nothing, report(None, ())), ("10-nightly", *clock(NIGHTLY, struck=False)),
]  # fmt: skip
RIGHT: list[tuple[str, Change, dict[str, Any]]] = [
    ("03-construct", nothing, built("Default/Table")), ("03-construct", nothing, built("Default/Table", "Other")),
    ("03-construct", nothing, built("Default/Table", code="shop.RestService(\n    self,")),
    ("03-checkout", nothing, shop()), ("03-checkout", nothing, shop(total=25.0)),
    ("03-checkout", nothing, shop(total=Decimal(25))),
    ("03-time", *timed(lambda user: answer(201))),
    ("03-time", *timed(lambda user: Answer(201, {"checkoutId": "a"}, {"x-correlation-id": "b"}, 230))),
    ("03-stopped", concurrency(0), {}), ("03-stopped", concurrency(5, 0), {}), ("03-stopped", concurrency(0, 0), {}),
    ("03-outage", nothing, lines(503)),
    ("03-outage", nothing, lines(201, 503, 201)), ("03-outage", nothing, lines(503, 503)),
    ("04-bus", nothing, {}), ("04-bus", nothing, without("EventLogTable")), ("04-bus", audit(None), {}),
    *[("04-log", change, {"logged": lambda _: {"id": "1"}}) for change in (nothing, audit(None), audit(CHECKOUTS))],
    ("04-rule", nothing, {}), ("04-rule", audit(other(account=[{"exists": True}])), {}),
    ("04-rule", audit(other(kind=["BasketCheckedOut", "BasketArchived"])), {}),
    ("04-silences", nothing, {}), ("04-silences", audit(other(source=["shop.basket", "shop.till"])), {}),
    ("04-silences", audit(other(kind=[{"prefix": "BasketCheckedOut"}])), {}),
    ("04-publish", nothing, published()), ("04-publish", nothing, published(event=told(data=DATA | {"more": 1}))),
    ("04-publish", nothing,
     published(event=told(data=DATA | {"totalPrice": 5.0}, metadata=METADATA | {"producer": "b"}))),
    ("04-fan-out", nothing, arrived()), ("04-fan-out", audit(None), arrived()),
    ("04-fan-out", lambda: rule("Ordering-Rule", other(kind=None)), arrived()),
    ("04-replay", nothing, replayed(FOUR)), ("04-replay", nothing, replayed([*FOUR, "kim"])),
    ("04-replay", nothing, replayed(FOUR[:3])),
    ("04-refused", nothing, {}), ("04-refused", refused("another"), {}),
    ("04-refused", lambda: allow("basket", "dynamodb:PutItem", "events:PutEvents"), {}),
    ("08-key", nothing, key(ALL, [202, 409, 409])), ("08-key", nothing, key(ALL, [404, 202, 404])),
    ("08-key", nothing, key([(202, "z")] * 3, [409, 404, 202])),
    ("10-report", nothing, report([2, 3])), ("10-report", nothing, report([5])),
    ("10-report", nothing, report([1, 1, 3])),
    ("10-upload", nothing, rejects(BAD.format(2, "price must be a number"))),
    ("10-upload", nothing, rejects(BAD.format(2, "price must be a number of 0 or more"))),
    ("10-upload", nothing, rejects("line,reason\n2,The price must be a number.\n")),
    ("10-stream", nothing, change("1", "1", "2")), ("10-stream", nothing, change("1", "1", "2", "2")),
    ("10-stream", nothing, change("1", "2")),
    ("10-nightly", *clock(NIGHTLY)),
    ("10-nightly", lambda: [clock(NIGHTLY)[0](), client("events").put_rule(
        Name="Basket-Rule", ScheduleExpression=MINUTELY)], clock()[1]),
    ("10-nightly", lambda: [clock(NIGHTLY)[0](), rule("Report-Orders", CHECKOUTS)], clock()[1]),
]  # fmt: skip


def judge(patch: Patch, check: str, change: Change, to_see: dict[str, Any], given: tuple = ()) -> Verdict:
    """What a check says of what it is given, after a change of the bus and its rules, when there is this to see."""
    modules = {
        "03": [chapter_03], "04": [chapter_04, checkouts], "08": [chapter_08, checkouts], "10": [chapter_10],
    }[check[:2]]  # fmt: skip
    with checks_on_moto(patch, *modules, **{"outputs": OUTPUTS, "put": lambda *_: None} | to_see):
        client("events").create_event_bus(Name=BUS)
        for name, *actions in (("basket", "events:PutEvents"), ("ordering",), ("log",)):
            function(name, *actions)
        rule("audit", CHECKOUTS, {"Arn": queue("audit")[1]})
        rule("EventLog-Rule", LOG_PATTERN)
        rule("Ordering-Rule", CHECKOUTS)
        change()
        return exercises._looked_at(check, given)
