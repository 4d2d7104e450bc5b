"""`break_shop()` and `mend_shop()`: a shop with five mistakes, the letters of its customers, and the way back.

The five files stand in `planted/`, under the paths at which they replace the shop's own.
What a cloud does only on its bad days is brought about: the orders table refuses a write, the bus
does not take an event, a message is delivered twice, and one comes back until it is a dead letter.
"""

from __future__ import annotations

import html
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbook.base.display import Progress, in_notebook, show
from workbook.base.errors import WorkbookError
from workbook.base.paths import ROOT, STATE, read_json, shown, write_json
from workbook.base.waiting import poll, soon
from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.stacks import deployed_template, outputs, status
from workbook.deployment.deploy import deploy
from workbook.learning import learner_files, published
from workbook.learning.lost_order.files import planted
from workbook.observe.frames import queue, table
from workbook.observe.ledger import checkout_of

CASE = STATE / "lost_order.json"
CHAPTER = 9
STACKS = ("Basket", "Ordering")
WHOLE = "The shop is whole."
DENIED = "NoOrders"  # the name of a policy
PATIENCE = 60  # seconds; a cold start on a busy machine takes a few, a change of rights on AWS many
OLD, NEW = "1 Main Street", "7 New Lane"
LAMPS = {"productId": "lamp-1", "productName": "Lamp", "quantity": 3, "price": 12.5}
CHAIR = {"productId": "chair-1", "productName": "Chair", "quantity": 1, "price": 49.9}
LETTERS = {
    "mia": "I ordered three lamps and was told that my order is accepted. Nothing has come, and your page says that "
    "there is no such order.",
    "noah": "Thank you, the three lamps are here. But the bill says 12.50, and that is what one of them costs. I do "
    "not want to cheat you.",
    "olga": "I have waited for a chair since the day my neighbour ordered hers. On the telephone they could not even "
    "tell me what I had ordered.",
    "paul": f"I am moving. Your colleague changed my address to {NEW} while I waited, and read it out to me. The "
    f"chair went to {OLD}.",
    "quinn": "I ordered on the evening of your sale, when your servers had their hands full. Now I hear that my order "
    "is a dead letter, and that nothing is wrong with it.",
}


@dataclass(frozen=True)
class Complaint:
    """What customers wrote after a day with the broken shop.

    Attributes:
        opened: when the day began, for `ledger(since=…)`.
        checkouts: the id of each customer's checkout, by name.
    """

    opened: datetime
    checkouts: dict[str, str]

    def __repr__(self) -> str:
        return "\n\n".join(f"{name.title()}, order {i}:\n  {LETTERS[name]}" for name, i in self.checkouts.items())

    def _repr_html_(self) -> str:
        return "".join(
            f"<blockquote><p>{html.escape(LETTERS[name])}</p><p>{name.title()}, order <code>{i}</code></p></blockquote>"
            for name, i in self.checkouts.items()
        )


def break_shop() -> Complaint:
    """Put five mistakes into the shop, deploy it, and let five customers shop.

    An edit of one's own in these five files is kept aside first.

    Returns:
        What the customers wrote; their checkouts, and when the day began.

    Raises:
        WorkbookError: the shop is not as chapter 09 leaves it, or does not deploy.
    """
    if "BasketOutbox" not in outputs or "OrderingQueue" not in outputs:
        raise WorkbookError(f"The shop has no outbox yet: run chapter {CHAPTER:02} from its beginning.")
    with Progress("Breaking the shop") as progress:
        _settle()
        aside = None
        for path, content in planted().items():
            aside = learner_files.keep_aside(ROOT / path, aside) or aside
            (ROOT / path).write_bytes(content)
        write_json(CASE, {"checkouts": {}})  # from here on there is something to mend
        deploy(*STACKS)
        _as_the_stack_says()
        progress("five customers shop")
        opened = datetime.now(UTC)
        checkouts = _a_day()
        write_json(CASE, {"checkouts": checkouts})
    _tell(aside)
    return Complaint(opened, checkouts)


def mend_shop() -> None:
    """Bring the shop back to how the book has it, and deploy it; safe to call at any time.

    What a learner made of the five files is kept aside. The five customers get their money back:
    their orders, dead letters and checkouts are removed, so that the books balance.

    Raises:
        WorkbookError: it does not deploy.
    """
    aside = None
    with Progress("Mending the shop", text=WHOLE):
        if is_broken() and all(map(status, STACKS)):
            mended = published.files_before(CHAPTER + 1)
            for path in planted():
                file = ROOT / path
                if file.exists() and not published.is_from_the_book(file):
                    aside = learner_files.keep_aside(file, aside) or aside
                    file.write_text(mended[path], encoding="utf-8")
            deploy(*STACKS)
            _as_the_stack_says()
            _settle()
        CASE.unlink(missing_ok=True)
    if not in_notebook():
        print(WHOLE)
    _tell(aside)


def is_broken() -> bool:
    """Whether `break_shop` was called, and `mend_shop` not yet."""
    return CASE.exists()


def _tell(aside: Path | None) -> None:
    if aside:
        show(f"Edits of your own are kept in {shown(aside)}; `python3 run.py restore` brings them back.")


def _as_the_stack_says() -> None:
    """Give the queue the visibility timeout of its template: a deployment only changes what the template changes."""
    resources = deployed_template("Ordering")["Resources"].values()
    [timeout] = [r["Properties"]["VisibilityTimeout"] for r in resources if "VisibilityTimeout" in r["Properties"]]
    target.client("sqs").set_queue_attributes(
        QueueUrl=outputs["OrderingQueue"], Attributes={"VisibilityTimeout": str(timeout)}
    )


def _a_day() -> dict[str, str]:
    """Five customers shop, one for each mistake; the ids of their checkouts."""
    noah, paul = _check_out("noah", LAMPS), _check_out("paul", CHAIR)
    _arrives("noah", noah)
    _arrives("paul", paul)
    _moves_house(paul)

    with _orders_table_refuses():
        mia = _never_arrives("mia", LAMPS, lambda i: _written(i) and i not in _waiting())
    with _rules_look_away(""):
        olga = _never_arrives("olga", CHAIR, lambda i: i not in _outbox())
    with _rules_look_away("Ordering-"):
        quinn = _never_arrives("quinn", LAMPS, lambda i: bool(_written(i)))
    _comes_back_until_dead(_written(quinn))
    return {"mia": mia, "noah": noah, "olga": olga, "paul": paul, "quinn": quinn}


def _check_out(user: str, item: dict[str, Any]) -> str:
    basket = Rest(outputs["BasketApiUrl"])
    basket.post("basket", {"userName": user, "items": [item]})
    customer = {"firstName": user.title(), "lastName": "Test", "email": f"{user}@example.com", "address": OLD}
    answer = basket.post("basket/checkout", {"userName": user, **customer, "paymentMethod": "invoice"})
    if answer.status != 202:
        raise WorkbookError(
            f"{user.title()} could not check out: {answer}. Run chapter {CHAPTER:02} from its beginning."
        )
    return answer.body["checkoutId"]


def _order(user: str, checkout_id: str) -> dict[str, Any] | None:
    key = {"userName": {"S": user}, "orderId": {"S": checkout_id}}
    return (
        target.client("dynamodb").get_item(TableName=outputs["OrderingTable"], Key=key, ConsistentRead=True).get("Item")
    )


def _arrives(user: str, checkout_id: str) -> None:
    poll(lambda: _order(user, checkout_id), f"{user.title()}'s order", PATIENCE)


def _never_arrives(user: str, item: dict[str, Any], gone: Callable[[str], bool]) -> str:
    """Check out until an order gets lost: on AWS it takes a while until a right is gone, or a rule is off, or on."""
    for _ in range(20):
        checkout_id = _check_out(user, item)
        if target.is_local():
            poll(lambda: gone(checkout_id), f"{user.title()}'s order to be lost", PATIENCE)
            return checkout_id
        if soon(lambda: gone(checkout_id), 30) and not soon(lambda: _order(user, checkout_id), 10):
            return checkout_id
        _take_back(user, checkout_id)  # the books are about five checkouts
    raise WorkbookError(f"{user.title()}'s orders arrive whatever one does. Run break_shop() again.")


def _moves_house(checkout_id: str) -> None:
    """The address of an order is changed by hand, and then its message is delivered for the second time."""
    address = {"TableName": outputs["OrderingTable"], "Key": {"userName": {"S": "paul"}, "orderId": {"S": checkout_id}}}
    change = {"UpdateExpression": "SET address = :new", "ExpressionAttributeValues": {":new": {"S": NEW}}}
    message = poll(lambda: _written(checkout_id), "Paul's event in the event log", PATIENCE)
    target.client("dynamodb").update_item(**address, **change)
    target.client("sqs").send_message(QueueUrl=outputs["OrderingQueue"], MessageBody=message)
    poll(lambda: _order("paul", checkout_id)["address"]["S"] == OLD, "Paul's order to be written again", PATIENCE)


def _comes_back_until_dead(message: str) -> None:
    """Let a message come back to a queue until it is Ordering's dead letter: a minute of throttling, in short."""
    sqs = target.client("sqs")
    dead = outputs["OrderingDeadLetters"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "5"})
    attributes = {"VisibilityTimeout": "0", "RedrivePolicy": redrive}
    url = sqs.create_queue(QueueName=f"throttled-{uuid.uuid4()}", Attributes=attributes)["QueueUrl"]
    try:
        before = len(queue(dead))
        sqs.send_message(QueueUrl=url, MessageBody=message)

        def is_dead() -> bool:
            sqs.receive_message(QueueUrl=url)
            return len(queue(dead)) > before

        poll(is_dead, "Quinn's dead letter", PATIENCE)
    finally:
        sqs.delete_queue(QueueUrl=url)


def _written(checkout_id: str) -> str:
    """The message that Ordering's queue gets of a checkout, if EventLog has written the event down."""
    for event in table(outputs["EventLogTable"]).itertuples():
        told = {"version": "0", "id": event.id, "source": event.source, "detail-type": "BasketCheckedOut"}
        message = json.dumps(told | {"detail": event.detail})
        if event.source == "shop.basket" and checkout_of(message) == checkout_id:
            return message
    return ""


def _waiting() -> set[str]:
    """The checkouts in Ordering's queue."""
    return {checkout_of(body) for body in queue(outputs["OrderingQueue"]).body}


def _outbox() -> set[str]:
    return set(table(outputs["BasketOutbox"]).checkoutId)


@contextmanager
def _orders_table_refuses() -> Iterator[None]:
    """Ordering's worker may not write for a while."""
    from workbook.cloud.roles import role_of

    iam, role = target.client("iam"), role_of(outputs["OrderingWorker"])
    deny = {"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(RoleName=role, PolicyName=DENIED, PolicyDocument=policy)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName=DENIED)


@contextmanager
def _rules_look_away(prefix: str) -> Iterator[None]:
    """The bus delivers nothing to the rules whose names begin so."""
    events, bus = target.client("events"), outputs["EventBusName"]
    enabled = [
        r["Name"]
        for r in events.list_rules(EventBusName=bus)["Rules"]
        if r["State"] == "ENABLED" and "ManagedBy" not in r
    ]
    names = [name for name in enabled if name.startswith(prefix)]
    for name in names:
        events.disable_rule(Name=name, EventBusName=bus)
    try:
        yield
    finally:
        for name in names:
            events.enable_rule(Name=name, EventBusName=bus)


def _settle() -> None:
    """Undo what an earlier day left: also one that was stopped in the middle."""
    from workbook.cloud.roles import role_of

    iam, role = target.client("iam"), role_of(outputs["OrderingWorker"])
    if DENIED in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=DENIED)
    events, bus = target.client("events"), outputs["EventBusName"]
    for rule in events.list_rules(EventBusName=bus)["Rules"]:
        if rule["State"] == "DISABLED" and rule["Name"].startswith(("Ordering-", "EventLog-")):
            events.enable_rule(Name=rule["Name"], EventBusName=bus)

    checkouts = read_json(CASE, {}).get("checkouts", {})
    for user, checkout_id in checkouts.items():
        _take_back(user, checkout_id)
    if checkouts:
        _clear_dead_letters(set(checkouts.values()))


def _take_back(user: str, checkout_id: str) -> None:
    """Remove a checkout and its order, as if neither had been."""
    order = {"userName": {"S": user}, "orderId": {"S": checkout_id}}
    dynamodb = target.client("dynamodb")
    dynamodb.delete_item(TableName=outputs["OrderingTable"], Key=order)
    dynamodb.delete_item(TableName=outputs["BasketCheckouts"], Key={"requestId": {"S": checkout_id}})


def _clear_dead_letters(checkouts: set[str]) -> None:
    """Remove the dead letters of some checkouts; all others stay."""
    sqs, url = target.client("sqs"), outputs["OrderingDeadLetters"]
    others = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            if checkout_of(message["Body"]) in checkouts:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            else:
                others.append(message["ReceiptHandle"])
    for handle in others:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
