"""The five experiments of chapter 09's last exercise: ways to mend the shop, of which one is wrong, or of another form.

With the handlers in this process, on moto: what goes over the network otherwise is handed from one to the other.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import boto3
import services
from deployed import Patch
from services import CHECKOUTS, OUTBOX, TABLE, context, loaded, make_table, only_moto, proxy_event, queue_event

from workbook.clients.invoke import Invocation
from workbook.clients.rest import Answer
from workbook.learning import exercises, published
from workbook.learning.exercises import Verdict
from workbook.learning.lost_order import check as lost_order
from workbook.learning.lost_order import experiments
from workbook.learning.lost_order.experiments import Finding

SHOP = published.files_before(10)  # as chapter 09 leaves it
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
REMAINS = "1 of 5 mistakes remains"  # and nothing of it is told: the shop does what the planted mistake makes it do
MENDED = Finding("an experiment", "it is as it should be", mended=True)
PLANTED = Finding("an experiment", "it is as it was planted", as_planted=True)
Change = tuple[str, str]
WRONG: list[tuple[str, str, str, list[Change]]] = [  # check, words, the file, what replaces what
    ("09-1", "1 of those three come back", WORKER,
     [(RAISE, '        if "hello" in record.body:\n            raise\n        return\n')]),
    ("09-1", "of those three come back", WORKER,
     [("    except Exception:\n", "    except ValueError:\n        return\n    except Exception:\n")]),
    ("09-1", REMAINS, WORKER, [(RAISE, "        return\n")]),
    ("09-1", REMAINS, WORKER, [("    return process_partial", "    process_partial")]),
    ("09-1", "the worker failed", WORKER,
     [(ANSWER, '    for record in event["Records"]:\n        process(SQSRecord(record))\n'),
                                   (IMPORT, IMPORT + SQS_RECORD)]),
    ("09-1", "2 of the good ones", WORKER, [
        (ANSWER, ONE_BY_ONE.replace('"batchItemFailures": failed', """"batchItemFailures": failed and [
        {"itemIdentifier": record["messageId"]} for record in event["Records"]
    ]""")), (IMPORT, IMPORT + SQS_RECORD)]),
    ("09-1", REMAINS, WORKER, [(ANSWER, ONE_BY_ONE.replace("failed.append", "failed[:] and failed.append")),
                               (IMPORT, IMPORT + SQS_RECORD)]),
    ("09-1", "the good ones are not all orders", WORKER, [
        (ANSWER, ONE_BY_ONE.replace("        except", "            break\n        except").replace(
            '"batchItemFailures": failed', """"batchItemFailures": [
        {"itemIdentifier": r["messageId"]} for r in event["Records"] if "occurredAt" not in r["body"]
        or '"userName": ""' in r["body"]
    ]""")), (IMPORT, IMPORT + SQS_RECORD)]),
    ("09-1", "says 137.30", RULES, [(TOTAL, 'from decimal import Decimal\n    return Decimal("137.3")')]),
    ("09-1", "the bill for", RULES, [(TOTAL, 'return 3 * sum(item["price"] for item in basket["items"])')]),
    ("09-1", "the bill for", RULES, [(TOTAL, TOTAL.replace("sum(", "round(sum(") + ")")]),
    ("09-1", "the bill for", RULES, [(TOTAL, TOTAL.replace('basket["items"])', 'basket["items"][:1])'))]),
    ("09-1", "the bill for", RULES, [(TOTAL, TOTAL.replace("*", "+"))]),
    ("09-1", "the bill for", RULES, [(TOTAL, 'return sum(item["quantity"] for item in basket["items"])')]),
    ("09-1", "the bill for", RULES,
     [(TOTAL, 'return max(item["price"] * item["quantity"] for item in basket["items"])')]),
    ("09-1", "the answer is", RULES, [(TOTAL, TOTAL.replace("quantity", "count"))]),
    ("09-1", "has lost what was refused", PUBLISHER, [('"ErrorCode" in answer:', '"ErrorCode" in answers[0]:')]),
    ("09-1", "has lost what was refused", PUBLISHER, [('"ErrorCode" in answer:', '"ErrorCode" in answers[-1]:')]),
    ("09-1", "has lost what was refused", PUBLISHER, [("            else:\n", "            if True:\n")]),
    ("09-1", "beside those that it refused", PUBLISHER, [("        for row, answer in", """\
        if any("ErrorCode" in answer for answer in answers):
            return 1
        for row, answer in""")]),
    ("09-1", "beside those that it refused", PUBLISHER, [("        for row, answer in", """\
        if any("ErrorCode" in answer for answer in answers):
            raise NotPublished
        for row, answer in""")]),
    ("09-1", "as if all were well", PUBLISHER, [("    if failed:\n", "    if failed > len(rows):\n")]),
    ("09-1", "as if all were well", PUBLISHER, [("    if failed:\n", "    if failed > 1:\n")]),
    ("09-1", "fails even when the bus takes all", PUBLISHER, [("    if failed:\n", "    if rows:\n")]),
    ("09-1", "fails even when the bus takes all", PUBLISHER, [("AT_ONCE = 10", "AT_ONCE = 100")]),
    ("09-1", "stay in the outbox", PUBLISHER, [("outbox.delete_item(", "dict(")]),
    ("09-1", "counts as failed", ORDERS, [("        return False", "        raise")]),
    ("09-1", REMAINS, ORDERS, [(CONDITION, f'{CONDITION} | Attr("address").ne(order["address"])')]),
    ("09-1", REMAINS, ORDERS, [(f", {CONDITION}", "")]),
    ("09-1", "another one of the same customer was not stored", ORDERS, [("    try:\n        table.put_item", """\
    seen = globals().setdefault("seen", set())
    if order["userName"] in seen:
        return False
    seen.add(order["userName"])
    try:
        table.put_item""")]),
    ("09-1", "no order after the first time", ORDERS,
     [('orderId").not_exists()', 'orderId").exists()')]),
    ("09-1", "no order after the first time", ORDERS,
     [("    try:\n        table.put_item", "    try:\n        order and str")]),
]  # fmt: skip
RIGHT: list[tuple[str, str, list[Change]]] = [
    *(("09-1", path, []) for path in LOOKS),
    ("09-1", WORKER, [(ANSWER, ONE_BY_ONE), (IMPORT, IMPORT + SQS_RECORD)]),
    ("09-1", WORKER, [(RAISE, '        raise ValueError("this message comes back") from None\n')]),
    ("09-1", WORKER, [("    except Exception:\n", "    except ZeroDivisionError:\n")]),  # nothing catches the others
    ("09-1", RULES, [(TOTAL, """\
cost = 0
    for item in basket["items"]:
        cost = cost + item["quantity"] * item["price"]
    return cost""")]),
    ("09-1", RULES, [(TOTAL, """\
from math import sumprod
    return sumprod([i["price"] for i in basket["items"]], [i["quantity"] for i in basket["items"]])""".replace(
        "from math import sumprod", "sumprod = lambda a, b: sum(map(lambda x, y: x * y, a, b))"
    ))]),
    ("09-1", RULES, [(TOTAL, 'return sum(sum([i["price"]] * int(i["quantity"])) for i in basket["items"])')]),
    ("09-1", PUBLISHER,
     [("outbox.delete_item(", "table.delete_item("), ("raise NotPublished(", "raise RuntimeError(")]),
    ("09-1", PUBLISHER, [("    return sum(", """\
    if any("ErrorCode" in answer for answer in answers):
        raise NotPublished("they come again")
    return sum(""")]),
    ("09-1", PUBLISHER, [("AT_ONCE = 10", "AT_ONCE = 1")]),
    ("09-1", ORDERS, [(CONDITION, 'ConditionExpression="attribute_not_exists(userName)"'),
              ("except ConditionFailed:", "except table.meta.client.exceptions.ConditionalCheckFailedException:")]),
    ("09-1", ORDERS, [("    except ConditionFailed:\n", """\
    except Exception as error:
        if not isinstance(error, ConditionFailed):
            raise
""")]),
    ("09-1", ORDERS, [(CONDITION, 'ConditionExpression=~Attr("orderId").exists()')]),
]  # fmt: skip
NOT_YET: list[tuple[str, str, list[Change], Finding]] = [
    ("09-1", RULES, [(TOTAL, 'return sum(item["price"] for item in basket["items"])')], PLANTED),
    ("09-1", ORDERS, [(f", {CONDITION}", "")], PLANTED),
]  # fmt: skip


def judge(patch: Patch, check: str, path: str, changes: list[Change], others: Finding = MENDED) -> Verdict:
    """What the check says of a shop in which this file is mended so, and the four other experiments find that."""
    patch.setattr(lost_order.shop, "is_broken", lambda: True)
    patch.setattr(lost_order, "deploy", lambda *_: None)
    looks = [lambda: find(patch, path, changed(path, changes)), *[lambda: others] * 4]
    patch.setattr(lost_order, "EXPERIMENTS", looks)
    return exercises._looked_at(check, ())


def find(patch: Patch, path: str, text: str) -> Finding:
    """What the experiment on a file finds when it stands so."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (SHOP | {path: text}).items():
            if name.startswith("lambda_src/"):
                Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
                Path(folder, name).write_text(content, encoding="utf-8")
        source = Path(folder, "lambda_src")
        patch.setattr(services, "SERVICES", source)
        patch.setattr(experiments, "LAMBDA_SRC", source)
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
                _wire(patch, basket.handler, worker.handler)
                return LOOKS[path]()


def _wire(patch: Patch, basket: Callable, worker: Callable) -> None:
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
    patch.setattr(experiments, "outputs", names)
    patch.setattr(experiments, "invoke", invoke)
    patch.setattr(experiments, "Rest", lambda _: api)
    patch.setattr(experiments.target, "client", boto3.client)


def changed(path: str, changes: list[Change]) -> str:
    """The mended file, with something replaced."""
    text = SHOP[path]
    for old, new in changes:
        assert old in text, f"{old!r} is not in {path}"
        text = text.replace(old, new)
    return text
