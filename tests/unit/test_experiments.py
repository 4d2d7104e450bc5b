"""The five experiments of chapter 08's last exercise: a wrong way to mend is told, a right one of any form is right.

With the handlers in this process, on moto: what goes over the network otherwise is handed from one to the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
import services
from services import CHECKOUTS, OUTBOX, TABLE, context, loaded, make_table, only_moto, proxy_event, queue_event

from workbook.base.errors import WorkbookError
from workbook.clients.invoke import Invocation
from workbook.clients.rest import Answer
from workbook.learning import published
from workbook.learning.exercises import NotRight, NotYet, Right
from workbook.learning.lost_order import experiments
from workbook.learning.lost_order.check import verdict_on
from workbook.learning.lost_order.experiments import Finding
from workbook.learning.lost_order.files import planted

SHOP = published.files_before(9)  # as chapter 08 leaves it
WORKER, RULES, PUBLISHER, ORDERS = (
    "lambda_src/ordering/worker.py", "lambda_src/basket/rules.py", "lambda_src/basket/publisher.py",
    "lambda_src/ordering/orders.py",
)  # fmt: skip
LOOKS = {
    WORKER: experiments.bad_messages, RULES: experiments.total, PUBLISHER: experiments.refused_event,
    ORDERS: experiments.second_delivery,
}  # fmt: skip
ORDERS_TABLE = "the-orders-of-this-test"
RAISE = "        raise\n"
ANSWER = """    return process_partial_response(
        event=event, record_handler=process, processor=processor, context=context
    )
"""
TOTAL = 'return sum(item["price"] * item["quantity"] for item in basket["items"])'
CONDITION = 'ConditionExpression=Attr("orderId").not_exists()'
IMPORT = "import orders\n"
ONE_BY_ONE = """    failed = []
    for record in event["Records"]:
        try:
            process(SQSRecord(record))
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
SQS_RECORD = "from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord\n"
Change = tuple[str, str]
WRONG: list[tuple[str, str, list[Change]]] = [  # the file, the words that the experiment says, what replaces what
    (WORKER, "1 of those three come back",
     [(RAISE, '        if "hello" in record.body:\n            raise\n        return\n')]),
    (WORKER, "of those three come back",
     [("    except Exception:\n", "    except ValueError:\n        return\n    except Exception:\n")]),
    (WORKER, "queue forgets all five", [(RAISE, "        return\n")]),
    (WORKER, "queue forgets all five", [("    return process_partial", "    process_partial")]),
    (WORKER, "the worker failed",
     [(ANSWER, '    for record in event["Records"]:\n        process(SQSRecord(record))\n'),
                                   (IMPORT, IMPORT + SQS_RECORD)]),
    (WORKER, "2 of the good ones", [
        (ANSWER, ONE_BY_ONE.replace('"batchItemFailures": failed', """"batchItemFailures": failed and [
        {"itemIdentifier": record["messageId"]} for record in event["Records"]
    ]""")), (IMPORT, IMPORT + SQS_RECORD)]),
    (WORKER, "queue forgets all five", [(ANSWER, ONE_BY_ONE.replace("failed.append", "failed[:] and failed.append")),
                                          (IMPORT, IMPORT + SQS_RECORD)]),
    (WORKER, "the good ones are not all orders", [
        (ANSWER, ONE_BY_ONE.replace("        except", "            break\n        except").replace(
            '"batchItemFailures": failed', """"batchItemFailures": [
        {"itemIdentifier": r["messageId"]} for r in event["Records"] if "occurredAt" not in r["body"]
        or '"userName": ""' in r["body"]
    ]""")), (IMPORT, IMPORT + SQS_RECORD)]),
    (RULES, "says 137.30", [(TOTAL, 'from decimal import Decimal\n    return Decimal("137.3")')]),
    (RULES, "the bill for", [(TOTAL, 'return 3 * sum(item["price"] for item in basket["items"])')]),
    (RULES, "the bill for", [(TOTAL, TOTAL.replace("sum(", "round(sum(") + ")")]),
    (RULES, "the bill for", [(TOTAL, TOTAL.replace('basket["items"])', 'basket["items"][:1])'))]),
    (RULES, "the bill for", [(TOTAL, TOTAL.replace("*", "+"))]),
    (RULES, "the bill for", [(TOTAL, 'return sum(item["quantity"] for item in basket["items"])')]),
    (RULES, "the bill for", [(TOTAL, 'return max(item["price"] * item["quantity"] for item in basket["items"])')]),
    (RULES, "the answer is", [(TOTAL, TOTAL.replace("quantity", "count"))]),
    (PUBLISHER, "has lost what was refused", [('"ErrorCode" in answer:', '"ErrorCode" in answers[0]:')]),
    (PUBLISHER, "has lost what was refused", [('"ErrorCode" in answer:', '"ErrorCode" in answers[-1]:')]),
    (PUBLISHER, "has lost what was refused", [("            else:\n", "            if True:\n")]),
    (PUBLISHER, "beside those that it refused", [("        for row, answer in", """\
        if any("ErrorCode" in answer for answer in answers):
            return 1
        for row, answer in""")]),
    (PUBLISHER, "beside those that it refused", [("        for row, answer in", """\
        if any("ErrorCode" in answer for answer in answers):
            raise NotPublished
        for row, answer in""")]),
    (PUBLISHER, "as if all were well", [("    if failed:\n", "    if failed > len(rows):\n")]),
    (PUBLISHER, "as if all were well", [("    if failed:\n", "    if failed > 1:\n")]),
    (PUBLISHER, "fails even when the bus takes all", [("    if failed:\n", "    if rows:\n")]),
    (PUBLISHER, "fails even when the bus takes all", [("AT_ONCE = 10", "AT_ONCE = 100")]),
    (PUBLISHER, "stay in the outbox", [("outbox.delete_item(", "dict(")]),
    (ORDERS, "counts as failed", [("        return False", "        raise")]),
    (ORDERS, "has the second address", [(CONDITION, f'{CONDITION} | Attr("address").ne(order["address"])')]),
    (ORDERS, "has the second address", [(f", {CONDITION}", "")]),
    (ORDERS, "another one of the same customer was not stored", [("    try:\n        table.put_item", """\
    seen = globals().setdefault("seen", set())
    if order["userName"] in seen:
        return False
    seen.add(order["userName"])
    try:
        table.put_item""")]),
    (ORDERS, "no order after the first time",
     [('orderId").not_exists()', 'orderId").exists()')]),
    (ORDERS, "no order after the first time",
     [("    try:\n        table.put_item", "    try:\n        order and str")]),
]  # fmt: skip
RIGHT: list[tuple[str, list[Change]]] = [
    *((path, []) for path in LOOKS),
    (WORKER, [(ANSWER, ONE_BY_ONE), (IMPORT, IMPORT + SQS_RECORD)]),
    (WORKER, [(RAISE, '        raise ValueError("this message comes back") from None\n')]),
    (WORKER, [("    except Exception:\n", "    except ZeroDivisionError:\n")]),  # and nothing catches the others
    (RULES, [(TOTAL, """\
cost = 0
    for item in basket["items"]:
        cost = cost + item["quantity"] * item["price"]
    return cost""")]),
    (RULES, [(TOTAL, """\
from math import sumprod
    return sumprod([i["price"] for i in basket["items"]], [i["quantity"] for i in basket["items"]])""".replace(
        "from math import sumprod", "sumprod = lambda a, b: sum(map(lambda x, y: x * y, a, b))"
    ))]),
    (RULES, [(TOTAL, 'return sum(sum([i["price"]] * int(i["quantity"])) for i in basket["items"])')]),
    (PUBLISHER, [("outbox.delete_item(", "table.delete_item("), ("raise NotPublished(", "raise RuntimeError(")]),
    (PUBLISHER, [("    return sum(", """\
    if any("ErrorCode" in answer for answer in answers):
        raise NotPublished("they come again")
    return sum(""")]),
    (PUBLISHER, [("AT_ONCE = 10", "AT_ONCE = 1")]),
    (ORDERS, [(CONDITION, 'ConditionExpression="attribute_not_exists(userName)"'),
              ("except ConditionFailed:", "except table.meta.client.exceptions.ConditionalCheckFailedException:")]),
    (ORDERS, [("    except ConditionFailed:\n", """\
    except Exception as error:
        if not isinstance(error, ConditionFailed):
            raise
""")]),
    (ORDERS, [(CONDITION, 'ConditionExpression=~Attr("orderId").exists()')]),
]  # fmt: skip


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Finding]:
    """What the experiment on a file finds when it stands so."""

    def find(path: str, text: str) -> Finding:
        for name, content in (SHOP | {path: text}).items():
            if name.startswith("lambda_src/"):
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_text(content, encoding="utf-8")
        monkeypatch.setattr(services, "SERVICES", tmp_path / "lambda_src")
        monkeypatch.setattr(experiments, "LAMBDA_SRC", tmp_path / "lambda_src")
        if path == PUBLISHER:
            return LOOKS[path]()
        with only_moto():
            for name, *key in ((TABLE, "userName"), (CHECKOUTS, "requestId"), (OUTBOX, "checkoutId")):
                make_table(name, *key)
            make_table(ORDERS_TABLE, "userName", "orderId")
            with (
                loaded("basket", TABLE_NAME=TABLE, CHECKOUTS_NAME=CHECKOUTS, OUTBOX_NAME=OUTBOX) as basket,
                loaded("ordering", "worker", TABLE_NAME=ORDERS_TABLE) as worker,
            ):
                _wire(basket.handler, worker.handler, monkeypatch)
                return LOOKS[path]()

    return find


def _wire(basket: Callable, worker: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the experiments speak to handlers in this process; what is in the outbox goes to the worker at once."""

    def invoke(_: str, event: dict) -> Invocation:
        try:
            return Invocation(200, json.loads(json.dumps(worker(event, context()))), None, 1)
        except Exception as error:
            return Invocation(200, None, str(error), 1)

    def send(method: str, path: str, body: dict | None = None) -> Answer:
        try:
            answer = basket(proxy_event(method, f"/{path}", body), context())
        except Exception:
            return Answer(502, {}, {}, 1)
        outbox = boto3.resource("dynamodb").Table(OUTBOX)
        for row in outbox.scan()["Items"]:
            worker(queue_event(json.dumps({"detail": json.loads(row["event"])})), context())
            outbox.delete_item(Key={"checkoutId": row["checkoutId"]})
        return Answer(answer["statusCode"], json.loads(answer["body"] or "null"), {}, 1)

    api = SimpleNamespace(post=lambda path, body: send("POST", path, body), delete=lambda path: send("DELETE", path))
    names = {"BasketApiUrl": "here", "OrderingWorker": "worker", "OrderingTable": ORDERS_TABLE,
             "BasketCheckouts": CHECKOUTS}  # fmt: skip
    monkeypatch.setattr(experiments, "outputs", names)
    monkeypatch.setattr(experiments, "invoke", invoke)
    monkeypatch.setattr(experiments, "Rest", lambda _: api)
    monkeypatch.setattr(experiments.target, "client", boto3.client)


def changed(path: str, changes: list[Change]) -> str:
    """The mended file, with something replaced."""
    text = SHOP[path]
    for old, new in changes:
        assert old in text, f"{old!r} is not in {path}"
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("path", LOOKS)
def test_a_planted_mistake_is_seen_as_such(found, path):
    finding = found(path, planted()[path].decode())
    assert finding.as_planted and not finding.mended, finding


@pytest.mark.slow
@pytest.mark.parametrize(("path", "words", "changes"), WRONG)
def test_a_wrong_way_to_mend_is_told_why(found, path, words, changes):
    finding = found(path, changed(path, changes))
    assert not finding.mended and words in finding.saw, finding


@pytest.mark.slow
@pytest.mark.parametrize(("path", "changes"), RIGHT)
def test_a_right_way_to_mend_is_right_whatever_its_form(found, path, changes):
    finding = found(path, changed(path, changes))
    assert finding.mended, finding


def test_a_checkout_that_becomes_no_order_is_told(monkeypatch):
    def never(*_):
        raise WorkbookError("not yet")

    accepted = SimpleNamespace(post=lambda *_: Answer(202, {"checkoutId": "a-checkout"}, {}, 1))
    monkeypatch.setattr(experiments, "outputs", {"BasketApiUrl": "here"})
    monkeypatch.setattr(experiments, "Rest", lambda _: accepted)
    monkeypatch.setattr(experiments, "poll", never)
    assert experiments._bill([]) == "accepted, and no order after 10 s"


def test_a_message_is_a_checkout_that_costs_what_its_items_do():
    data = json.loads(experiments._message("ada", "a-checkout"))["detail"]["data"]
    assert data["totalPrice"] == sum(item["price"] * item["quantity"] for item in data["items"]) == 25


@pytest.mark.parametrize(
    ("seconds", "busy", "tries", "words"),
    [
        (6, 1, 5, "the worker had 5 s"), (30, 4, 5, "the worker had 5 s"), (10, 5, 5, "hidden for 10 s"),
        (29, 5, 5, "hidden for 29 s"), (30, 10, 5, "hidden for 30 s"), (30, 5, 1, "now it has 1"),
        (30, 5, "4", "now it has 4"), (30, 5, None, "no end of them"), (5, 5, 10, "hidden for 5 s"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_told(seconds, busy, tries, words):
    finding = experiments.judged_hiding(seconds, busy, tries)
    assert not finding.mended and not finding.as_planted and words in finding.saw


@pytest.mark.parametrize(("seconds", "busy", "tries"), [(30, 5, "5"), (60, 10, 5), (90, 5, 10), (43200, 900, 5)])
def test_settings_that_fit_are_right(seconds, busy, tries):
    assert experiments.judged_hiding(seconds, busy, tries).mended


def test_the_settings_of_the_broken_shop_are_those_that_are_planted():
    code = planted()["cdk_app/shop/ordering.py"].decode()
    assert f"visibility_timeout=Duration.seconds({experiments.HIDDEN})" in code
    assert f"max_receive_count={experiments.TRIES})" in code


def test_of_a_broken_shop_nothing_is_told_but_how_many_mistakes_there_are():
    planted_one = experiments.judged_hiding(5, 5, "5")
    assert planted_one.as_planted
    verdict = verdict_on([planted_one] * 5)
    assert isinstance(verdict, NotYet) and "5 of 5 mistakes remain" in verdict.todo
    assert planted_one.did not in verdict.todo and planted_one.saw not in verdict.todo


def test_what_was_found_is_told_and_what_was_not_is_not():
    mended, tried, hidden = Finding("a", "b", mended=True), Finding("c", "d"), Finding("e", "f", as_planted=True)
    verdict = verdict_on([mended, tried, hidden, hidden, hidden])
    assert isinstance(verdict, NotRight) and "4 of 5 mistakes remain" in verdict.mistake
    assert (verdict.expected, verdict.found) == ("5 mended", "1 mended")
    assert "a: b" in verdict.mistake and "c: d" in verdict.mistake and "e: f" not in verdict.mistake
    assert isinstance(verdict_on([mended] * 5), Right)
    assert "1 of 5 mistakes remains" in verdict_on([mended] * 4 + [hidden]).mistake
