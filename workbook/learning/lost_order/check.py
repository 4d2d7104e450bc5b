"""The check of chapter 09's last exercise: five experiments with the shop as it is deployed.

It says nothing of a mistake before somebody has found it: what an experiment saw is told once it is
another thing than the planted mistake does.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from workbook.base.errors import WorkbookError
from workbook.deployment.deploy import deploy
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.learning.lost_order import shop
from workbook.learning.lost_order.experiments import EXPERIMENTS, Finding


@checks(
    "09-1",
    "Mia: trace(…) says how far her order came. "
    "Look at what the function behind the last hop logged at that time, at any level.",
    "Noah: which of the shop's functions says what a basket costs? Nobody asks the client.",
    "Olga: trace(…) again. The log says that her event was published; is it in the EventLog? "
    "What does PutEvents answer, with status 200, when the bus has not taken one of the entries?",
    "Paul: logs(…) has two lines with his checkout_id. "
    "At least once means sometimes twice: who makes sure that the second time changes nothing?",
    "Quinn: no line of the worker's log has this order, and it is dead all the same: "
    "it was received five times while the worker had no hand free. "
    "For how long is a message hidden, and for how long may the worker be busy? Chapter 05, step 7.",
    "The five files: worker.py and orders.py in lambda_src/ordering, rules.py and publisher.py in lambda_src/basket, "
    "and the queue in cdk_app/shop/ordering.py.",
)
def lost_order() -> Verdict:
    """Each of the five mistakes is looked for in what the deployed shop does."""
    if not shop.is_broken():
        return NotYet("Call break_shop() first.")
    try:
        deploy(*shop.STACKS)
    except WorkbookError as error:
        return NotRight("a shop that deploys", error.message, "your code, CDK or CloudFormation refuses it.")
    with ThreadPoolExecutor() as pool:
        return verdict_on([found.result() for found in [pool.submit(experiment) for experiment in EXPERIMENTS]])


def verdict_on(findings: list[Finding]) -> Verdict:
    """What is said of five findings: nothing of those that are as they were planted."""
    remain, all_of_them = sum(not finding.mended for finding in findings), len(findings)
    lines = "\n".join(str(finding) for finding in findings if not finding.as_planted)
    if not remain:
        return Right(f"Five experiments, and the shop stands them all.\n{lines}")
    if not lines:
        return NotYet(f"{remain} of {all_of_them} mistakes remain. Start from a letter, and let the data lead you.")
    verb = "remains" if remain == 1 else "remain"
    said = f"{remain} of {all_of_them} mistakes {verb}. This is what the experiments saw of those you found:\n{lines}"
    return NotRight(f"{all_of_them} mended", f"{all_of_them - remain} mended", said)
