"""The five experiments of chapter 08's last exercise: a wrong way to mend is told, a right one of any form is right.

Each experiment is about one file, so that each deployment tries one way to mend for each of the five.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbook.learning import published
from workbook.learning.lost_order.files import planted

SHOP = published.files_before(9)  # as chapter 08 leaves it
WORKER, RULES, PUBLISHER, ORDERS, STACK = (
    "lambda_src/ordering/worker.py", "lambda_src/basket/rules.py", "lambda_src/basket/publisher.py",
    "lambda_src/ordering/orders.py", "cdk_app/shop/ordering.py",
)  # fmt: skip  # in the order of the experiments
RAISE = "        raise\n"
ANSWER = """    return process_partial_response(
        event=event, record_handler=process, processor=processor, context=context
    )
"""
TOTAL = 'return sum(item["price"] * item["quantity"] for item in basket["items"])'
CONDITION = 'ConditionExpression=Attr("orderId").not_exists()'
HIDDEN = "visibility_timeout=Duration.seconds(30)"
ONE_BY_ONE = """    failed = []
    for record in event["Records"]:
        try:
            process(SQSRecord(record))
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
SQS_RECORD = "from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord\n"
Changes = tuple[tuple[str, str], ...]
WRONG: list[dict[str, tuple[str, Changes]]] = [  # the words that the experiment says, and what replaces what
    {
        WORKER: (
            "1 of those three come back",
            ((RAISE, '        if "hello" in record.body:\n            raise\n        return\n'),),
        ),
        RULES: ("says 37.50", ((TOTAL, 'from decimal import Decimal\n    return Decimal("37.5")'),)),
        PUBLISHER: ("has lost what was refused", (('"ErrorCode" in answer:', '"ErrorCode" in answers[0]:'),)),
        ORDERS: ("counts as failed", (("        return False", "        raise"),)),
        STACK: ("hidden for 6 s", ((HIDDEN, HIDDEN.replace("30", "6")),)),
    },
    {
        WORKER: (
            "the worker failed", ((ANSWER, '    for record in event["Records"]:\n        process(SQSRecord(record))\n'),
                                  ("import orders\n", f"import orders\n{SQS_RECORD}")),
        ),
        RULES: ("the bill for", ((TOTAL, 'return 3 * sum(item["price"] for item in basket["items"])'),)),
        PUBLISHER: ("as if all were well", (("    if failed:\n", "    if failed > len(rows):\n"),)),
        ORDERS: (
            "another one of the same customer was not stored",
            (("    try:\n        table.put_item", """\
    seen = globals().setdefault("seen", set())
    if order["userName"] in seen:
        return False
    seen.add(order["userName"])
    try:
        table.put_item"""),),
        ),
        STACK: ("the worker had 5 s", (("timeout=5,", "timeout=1,"), (HIDDEN, HIDDEN.replace("30", "6")))),
    },
    {
        WORKER: (
            "2 of the good ones",
            ((ANSWER, ONE_BY_ONE.replace('"batchItemFailures": failed', """"batchItemFailures": failed and [
        {"itemIdentifier": record["messageId"]} for record in event["Records"]
    ]""")), ("import orders\n", f"import orders\n{SQS_RECORD}")),
        ),
        RULES: ("the bill for", ((TOTAL, TOTAL.replace("sum(", "round(sum(") + ")"),)),
        PUBLISHER: ("has lost what was refused", (("            else:\n", "            if True:\n"),)),
        ORDERS: ("has the second address", ((CONDITION, f'{CONDITION} | Attr("address").ne(order["address"])'),)),
        STACK: ("now it has 1", (("max_receive_count=3", "max_receive_count=1"),)),
    },
]  # fmt: skip
RIGHT: list[dict[str, Changes]] = [
    {},
    {
        WORKER: ((ANSWER, ONE_BY_ONE), ("import orders\n", f"import orders\n{SQS_RECORD}")),
        RULES: ((TOTAL, """\
    cost = 0
    for item in basket["items"]:
        cost = cost + item["quantity"] * item["price"]
    return cost""".removeprefix("    ")),),
        PUBLISHER: (("outbox.delete_item(", "table.delete_item("), ("raise NotPublished(", "raise RuntimeError(")),
        ORDERS: (
            (CONDITION, 'ConditionExpression="attribute_not_exists(userName)"'),
            ("except ConditionFailed:", "except table.meta.client.exceptions.ConditionalCheckFailedException:"),
        ),
        STACK: ((HIDDEN, HIDDEN.replace("30", "90")),),
    },
    {
        WORKER: ((RAISE, '        raise ValueError("this message comes back") from None\n'),),
        PUBLISHER: (("    return sum(", """\
    if any("ErrorCode" in answer for answer in answers):
        raise NotPublished("they come again")
    return sum("""),),
        ORDERS: (("    except ConditionFailed:\n", """\
    except Exception as error:
        if not isinstance(error, ConditionFailed):
            raise
"""),),
        STACK: ((HIDDEN, HIDDEN.replace("30", "60")), ("timeout=5,", "timeout=10,"), ("_count=3", "_count=5")),
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def findings(learner) -> Callable[[dict[str, str]], list[dict]]:
    """What the experiments find when some files stand so."""
    learner.cli("catch-up", "09", "--yes")
    python = learner.kernel()
    python("""
from dataclasses import asdict
from workbook import deploy
from workbook.learning.lost_order.experiments import EXPERIMENTS
from workbook.learning.lost_order.check import verdict_on
""")

    def find(files: dict[str, str]) -> list[dict]:
        for path, text in (SHOP | files).items():
            if path in (WORKER, RULES, PUBLISHER, ORDERS, STACK):
                learner.write(path, text)
        python("deploy('Basket', 'Ordering'); found = [experiment() for experiment in EXPERIMENTS]")
        find.verdict = python("type(verdict_on(found)).__name__, repr(verdict_on(found))")
        return python("[asdict(one) for one in found]")

    return find


def mended(changes: dict[str, Changes]) -> dict[str, str]:
    """The mended files, with something replaced."""
    files = {}
    for path, several in changes.items():
        files[path] = SHOP[path]
        for old, new in several:
            assert old in files[path], f"{old!r} is not in {path}"
            files[path] = files[path].replace(old, new)
    return files


def test_of_a_broken_shop_nothing_is_told_but_how_many_mistakes_there_are(findings):
    found = findings({path: text.decode() for path, text in planted().items()})
    assert [(one["mended"], one["as_planted"]) for one in found] == [(False, True)] * 5, found
    verdict, said = findings.verdict
    assert verdict == "NotYet" and "5 of 5 mistakes remain" in said
    assert not any(one["did"] in said for one in found)


@pytest.mark.parametrize("ways", WRONG, ids=["one way", "another way", "a third way"])
def test_a_wrong_way_to_mend_is_told_why(findings, ways):
    found = findings(mended({path: changes for path, (_, changes) in ways.items()}))
    for (path, (words, _)), one in zip(ways.items(), found, strict=True):
        assert not one["mended"], (path, one)
        assert words in one["saw"], (path, one)
    assert "5 of 5 mistakes remain" in findings.verdict[1]


@pytest.mark.parametrize("ways", RIGHT, ids=["as in the book", "another form", "a third form"])
def test_a_right_way_to_mend_is_right_whatever_its_form(findings, ways):
    found = findings(mended(ways))
    assert all(one["mended"] for one in found), found
    assert findings.verdict[0] == "Right"


def test_what_was_found_is_told_and_what_was_not_is_not(findings):
    broken = {path: text.decode() for path, text in planted().items()}
    found = findings(broken | {WORKER: SHOP[WORKER], STACK: mended({STACK: WRONG[0][STACK][1]})[STACK]})
    verdict, said = findings.verdict
    assert verdict == "NotRight" and "4 of 5 mistakes remain" in said
    assert [one["did"] in said for one in found] == [True, False, False, False, True]
