"""The checks of chapter 03."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from aws_lambda_powertools.event_handler.exceptions import BadRequestError

from workbook.base.paths import CDK_APP, read_code
from workbook.clients.rest import Rest
from workbook.cloud import target
from workbook.cloud.stacks import deployed_template, outputs
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs, table

USER = "checked"  # whose baskets come and go with the checks
ITEM = {"productId": "1", "productName": "Lamp", "quantity": 2, "price": 12.5}
BASKET = {"userName": USER, "items": [ITEM]}
CUSTOMER = {
    "userName": USER, "firstName": "Ada", "lastName": "Example", "email": "ada@example.com",
    "address": "1 Main Street", "paymentMethod": "invoice",
}  # fmt: skip
LIKE_A_CARD = "0" * 16  # passes the checksum of card numbers, and is nobody's


@checks("03-construct")
def construct() -> Verdict:
    """Product stands on the construct, and its table is the one that it had before."""
    file = CDK_APP / "shop" / "product.py"
    if not file.exists() or "RestService(" not in read_code(file):
        return NotYet("Rebuild Product on RestService first.")
    places = {
        resource["Metadata"]["aws:cdk:path"]: logical_id
        for logical_id, resource in deployed_template("Product").get("Resources", {}).items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }
    if not places or "Product/Table/Resource" in places:
        return NotYet('Run deploy("Product"), so that the rebuilt Product is what runs.')
    if "Product/Default/Table/Resource" not in places:
        return NotRight(
            "the table of before",
            f"a new one, {', '.join(places.values())}",
            'the id of the construct has become a part of the names. The id "Default" has not; what was in the '
            "table is gone, though.",
        )
    return Right("Product stands on the construct, and its table, function and address are those of before.")


@checks("03-basket")
def basket() -> Verdict:
    """A basket can be put, replaced, read and deleted, and what does not fit is refused."""
    if "BasketApiUrl" not in outputs:
        return NotYet("Build Basket, and deploy it.")
    api = Rest(outputs["BasketApiUrl"])
    api.delete(f"basket/{USER}")
    try:
        return _basket(api)
    finally:
        api.delete(f"basket/{USER}")


def _basket(api: Rest) -> Verdict:
    expected = [
        ("POST", "basket", BASKET, 201, "the first basket of a user is created."),
        ("POST", "basket", BASKET, 200, "a basket that takes another one's place is not created; put says which."),
        (
            "GET",
            f"basket/{USER}",
            None,
            200,
            "a basket that was just put down is not found: is it written to the table?",
        ),
        ("POST", "basket", {"userName": USER, "items": []}, 400, "a basket without items must be refused."),
        ("POST", "basket", BASKET | {"totalPrice": 1}, 400, "a field that is not known must be refused."),
    ]
    for method, path, body, status, mistake in expected:
        answer = api.send(method, path, json=body) if body else api.send(method, path)
        if answer.status != status:
            return NotRight(f"{status} for {method} /{path}", str(answer.status), mistake)
    shown = api.get(f"basket/{USER}").body
    if shown != BASKET:
        return NotRight(
            str(BASKET), str(shown), "a basket must come back as it went in, and nothing of the server's with it."
        )
    listed = api.get("basket", limit=1)
    if listed.status != 200:
        return NotRight("200 for GET /basket", str(listed.status), "the list needs its route, and the grant of Scan.")
    if len(table(outputs["BasketTable"])) > 1 and not listed.body["next"]:
        return NotRight("a token for the next page", "none", "a page that is not the last must say where it goes on.")
    after = [api.delete(f"basket/{USER}").status, api.get(f"basket/{USER}").status, api.delete(f"basket/{USER}").status]
    if after != [204, 404, 404]:
        mistake = "a basket that was deleted is not there any more: neither to be read, nor to be deleted once more."
        return NotRight("204 for DELETE, then 404 for GET and DELETE", ", ".join(map(str, after)), mistake)
    return Right("Put, replaced, read, listed, deleted; and what does not fit is refused.")


@checks("03-checkout")
def checkout() -> Verdict:
    """A checkout stores one order with the server's total, and takes the basket away."""
    if "OrderingFunction" not in outputs:
        return NotYet("Build Ordering and the checkout, and deploy both stacks.")
    api = Rest(outputs["BasketApiUrl"])
    api.post("basket", BASKET)
    try:
        return _checkout(api)
    finally:
        api.delete(f"basket/{USER}")
        orders = target.client("dynamodb")
        for order in table(outputs["OrderingTable"]).query("userName == @USER").itertuples():
            key = {"userName": {"S": USER}, "orderId": {"S": order.orderId}}
            orders.delete_item(TableName=outputs["OrderingTable"], Key=key)


def _checkout(api: Rest) -> Verdict:
    refused = api.post("basket/checkout", CUSTOMER | {"address": f"1 Main Street, {LIKE_A_CARD}"})
    if refused.status == 404 and "route" in str(refused.body):
        return NotYet("Add the route for the checkout, and deploy.")
    if refused.status != 400:
        return NotRight(
            "400 for a card number in the address", str(refused.status), "card numbers are refused wherever they stand."
        )
    answer = api.post("basket/checkout", CUSTOMER)
    if answer.status == 503:
        return NotRight(
            "201 for a checkout",
            "503",
            "Basket could not have the order stored: may it call Ordering's function, is that one running, and may "
            "it write to its table?",
        )
    if answer.status != 201:
        return NotRight("201 for a checkout", str(answer.status), "an order that was stored was created.")
    if answer.body.get("totalPrice") != 25:
        return NotRight(
            "a total of 25", str(answer.body.get("totalPrice")), "the total is the sum of price × quantity."
        )
    orders = table(outputs["OrderingTable"]).query("userName == @USER")
    if list(orders.orderId) != [answer.body["checkoutId"]]:
        return NotRight(
            "one order, with the id of the checkout",
            f"{len(orders)} orders",
            "the order's id is the basket's checkoutId.",
        )
    if api.get(f"basket/{USER}").status != 404:
        return NotRight("no basket any more", "the basket", "what was checked out must not be checked out again.")
    return Right("One checkout, one order, its total computed by the server; and the basket is gone.")


@checks("03-outage")
def outage() -> Verdict:
    """The outage was seen, and it is over."""
    if "OrderingFunction" not in outputs:
        return NotYet("Build the checkout first.")
    reserved = target.client("lambda").get_function_concurrency(FunctionName=outputs["OrderingFunction"])
    if "ReservedConcurrentExecutions" in reserved:
        return NotRight(
            "Ordering running again",
            f"{reserved['ReservedConcurrentExecutions']} runs at the same time allowed",
            "Ordering is still stopped: run start().",
        )
    lines = logs(outputs["BasketFunction"])
    if "status" not in lines or not (lines["status"] == 503).any():
        return NotYet("Stop Ordering, and let Ben check out.")
    return Right("With Ordering down every checkout failed, and no basket was lost. Ordering is up again.")


@checks(
    "03-1",
    "Two things can be wrong: it is not text at all, or it is not such a text. Both get the same sentence.",
    'isinstance(value, str) tells text; re.fullmatch("...", value) is true only if the whole text fits.',
    "Three lines: if it is not text or does not fit, raise BadRequestError(f\"{name} must be ...\"); return value.",
)
def own_rule(discount_code: Callable[[str, Any], Any]) -> Verdict:
    """The rule lets good codes through as they are, and refuses all else in a sentence."""
    tried = {repr(value): _tried(discount_code, "discountCode", value) for value in (*GOOD, *BAD, *NOT_TEXT)}
    if all(came == ("returned", None) for came in tried.values()):
        return NotYet("Write the function; it has no code yet.")
    for value in GOOD:
        how, what = tried[repr(value)]
        if how != "returned":
            return NotRight(f"{value!r} let through", f"{how}: {what}", "a code that is as it should be is refused.")
        if what != value or isinstance(what, bool):
            return NotRight(f"{value!r} returned", repr(what), "a check returns the value: what it returns is stored.")
    for value in (*NOT_TEXT, *BAD):
        if mistake := _let_through(value, *tried[repr(value)]):
            return mistake
    how, what = _tried(discount_code, "coupon", "none")
    if how != "refused" or not str(what).startswith("coupon"):
        return NotRight(
            "a sentence that starts with coupon", repr(what), "the rule may be used under another name: put {name} in."
        )
    return Right(f"{len(GOOD)} codes let through, {len(BAD) + len(NOT_TEXT)} other things refused in a sentence.")


GOOD = [f"SAVE{n}" for n in range(100)] + [f"SAVE{n:02}" for n in range(10)]
OTHER_DIGITS = ["SAVE٣", "SAVE१०", "SAVE５", "SAVE²", "SAVE1٣"]
BAD = [
    "SAVE", "SAVE100", "save5", "Save5", "SAVE10 and more", "XSAVE5", "", "5", "SAVE 5", " SAVE5", "SAVE5 ", "SAVE-5",
    "SAVE1.", "SAVEX", "SAVE5X", "SAVE10\n", "\nSAVE10", "SAVE5\nSAVE5", *OTHER_DIGITS,
]  # fmt: skip
NOT_TEXT = [Decimal(5), None, True, ["SAVE5"], {"SAVE5": "SAVE5"}]


def _let_through(value: Any, how: str, what: Any) -> Verdict | None:
    """What is wrong if a value that is no code was not refused as it should be."""
    if how == "returned" and what is None and value is not None:
        return NotRight(f"{value!r} refused", "None", "to refuse is to raise a BadRequestError; None would be stored.")
    if how == "returned":
        return NotRight(f"{value!r} refused", "let through" if what == value else f"returned: {what!r}", _why(value))
    if how in ("TypeError", "AttributeError") and not isinstance(value, str):
        return NotRight(
            f"a BadRequestError for {value!r}", f"{how}: {what}",
            "a caller may send what is not text; a check that fails itself is a 500, and the caller learns nothing.",
        )  # fmt: skip
    if how != "refused":
        return NotRight(f"a BadRequestError for {value!r}", f"{how}: {what}", "only a BadRequestError becomes a 400.")
    if not str(what).startswith("discountCode") or len(str(what).split()) < 3:
        mistake = "the sentence must name the field and say what it must be."
        return NotRight("a sentence that starts with discountCode", repr(what), mistake)
    return None


def _why(value: Any) -> str:
    """Why a value that was let through is no code."""
    if not isinstance(value, str):
        return "what was sent may be anything that JSON has: only text can be a code."
    if value in OTHER_DIGITS:
        return r"\d, isdigit and isdecimal take the digits of other alphabets, too; [0-9] takes the ten meant."
    if value == "SAVE10\n":
        return "$ also fits before a newline at the end; re.fullmatch does not."
    return "the whole text must fit, from its start to its end."


KEPT, LOST = "kept", "lost"
WHY = {
    "the function gets 512 MB of memory": (KEPT, "the function is another resource; nothing of the table changes."),
    "the table gets a second index, by-price": (KEPT, "an index is added to the table, and filled from it."),
    "the table gets a sort key, name": (
        LOST, "a key cannot be changed. KeySchema needs a replacement: a new, empty table.",
    ),
    'in rest_service.py, the id "Table" becomes "Items"': (
        LOST, "the id is a part of the table's logical id, so CloudFormation makes another table and deletes this one.",
    ),
    "in rest_service.py, the class is called CrudService": (
        KEPT, "the name of a Python class is in no path; only ids are.",
    ),
}  # fmt: skip


@checks(
    "03-2",
    "Two questions for each: does the table's logical id stay? "
    "And if so, does a property change that needs a replacement?",
    "Logical ids are made of ids, the second argument of each construct. Names of classes and files are not in them.",
    "In the reference, look for KeySchema and GlobalSecondaryIndexes, and at what an update requires.",
)
def what_is_lost(products_are: Mapping[str, str | None]) -> Verdict:
    """Each change is judged by whether the table stays the same one."""
    if not isinstance(products_are, Mapping) or set(products_are) != set(WHY):
        return NotRight(
            "the five changes", "something else", "put your words in place of None, and change nothing else."
        )
    given = {change: word.strip().lower() if isinstance(word, str) else word for change, word in products_are.items()}
    if None in given.values():
        return NotYet("Put kept or lost in place of each None.")
    for change, (right, why) in WHY.items():
        if given[change] not in (KEPT, LOST):
            return NotRight("kept or lost", f"{given[change]!r} for: {change}", "it is to be one of these two words.")
        if given[change] != right:
            return NotRight("a closer look", f"{given[change]!r} for: {change}", why)
    return Right("You know which changes to look at twice.")


def _tried(rule: Callable[[str, Any], Any], name: str, value: Any) -> tuple[str, Any]:
    """What became of a value: returned, refused, or the name of an error; and what came."""
    try:
        return "returned", rule(name, value)
    except BadRequestError as refused:
        return "refused", refused.msg
    except Exception as error:  # whatever a learner's own code may raise
        return type(error).__name__, error
