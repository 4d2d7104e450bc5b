"""The checks of chapter 03."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbook.base.paths import CDK_APP, read_code
from workbook.clients.rest import Answer, Rest
from workbook.cloud import target
from workbook.cloud.stacks import deployed_template, outputs
from workbook.learning.checks.judging.discount_codes import judged_codes
from workbook.learning.checks.judging.infrastructure import judged_call, judged_construct
from workbook.learning.checks.judging.refusals import judged_refusal
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs, table

USER = "checked"  # whose baskets come and go with the checks
ITEM = {"productId": "1", "productName": "Lamp", "quantity": 2, "price": 12.5}
BASKET = {"userName": USER, "items": [ITEM]}
CUSTOMER = {
    "userName": USER, "firstName": "Ada", "lastName": "Example", "email": "ada@example.com",
    "address": "1 Main Street", "paymentMethod": "invoice",
}  # fmt: skip


@checks(
    "03-copies",
    'line.replace("Product", "Basket") gives the line with the one word in place of the other.',
    "Three replacements, one after the other: the name with a capital letter, the one without, and the key.",
    """The key is name="id"; id alone is what each construct is called, too. Put '…' around text with "…" in it.""",
)
def renamed(as_basket: Callable[[str], str]) -> Verdict:
    """A copied line is Basket's, and nothing else in it has changed."""
    for line, expected, mistake in COPIED:
        if (found := as_basket(line)) != expected:
            return NotRight(expected, str(found), mistake)
    return Right("Only what is Product's own was changed.")


COPIED = (
    ("class ProductTable(dynamodb.Table):", "class BasketTable(dynamodb.Table):", "Product becomes Basket."),
    ("from_asset('../lambda_src/product')", "from_asset('../lambda_src/basket')", "product, without a capital, too."),
    ('Attribute(name="id", type=TEXT)', 'Attribute(name="userName", type=TEXT)', "a basket's key is its userName."),
    ("super().__init__(scope, id)", "super().__init__(scope, id)", 'id alone stays: only name="id" is the key.'),
)


@checks(
    "03-construct",
    "allow is the statement of chapter 02. What was written there for one table is now resource, and actions come as "
    "many arguments: list(actions) makes a list of them.",
    "self.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))",
    'RestService takes self and an id, then keyword arguments. The id that is in no name is "Default".',
)
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
    if verdict := judged_construct(outputs["ProductFunction"], outputs["ProductTable"]):
        return verdict
    return Right("Product stands on the construct, and its table, function and address are those of before.")


@checks(
    "03-basket",
    "Put an item with all that the basket has, {**basket, …}, and one attribute more: checkoutId, str(uuid.uuid4()).",
    'With ReturnValues="ALL_OLD" put_item answers with "Attributes", what stood there before, if anything did.',
    'answer = table.put_item(Item=item, ReturnValues="ALL_OLD"), and then: return "Attributes" in answer',
)
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
        ("GET", f"basket/{USER}", None, 200, "a basket that was just put is not found: is it written to the table?"),
        ("POST", "basket", {"userName": USER, "items": []}, 400, "a basket without items must be refused."),
        ("POST", "basket", BASKET | {"totalPrice": 1}, 400, "a field that is not known must be refused."),
    ]
    for method, path, body, status, mistake in expected:
        answer = api.send(method, path, json=body) if body else api.send(method, path)
        if answer.status >= 500:
            mistake = "the function fails, in put or in what it calls: the last lines of its log name the error."
        if answer.status != status:
            return NotRight(f"{status} for {method} /{path}", str(answer.status), mistake)
    shown = api.get(f"basket/{USER}").body
    if shown != BASKET:
        return NotRight(
            str(BASKET), str(shown), "a basket must come back as it went in, and nothing of the server's with it."
        )
    [stored] = table(outputs["BasketTable"]).query("userName == @USER").to_dict("records")
    if not isinstance(stored.get("checkoutId"), str):
        mistake = "each basket that is stored gets an id for its checkout, which is not the caller's to see."
        return NotRight("a checkoutId beside the basket", ", ".join(sorted(stored)), mistake)
    api.post("basket", BASKET)
    [again] = table(outputs["BasketTable"]).query("userName == @USER").to_dict("records")
    if again.get("checkoutId") == stored["checkoutId"]:
        mistake = "with the id of an earlier checkout, the next is taken for it: uuid.uuid4() is new each time."
        return NotRight("another checkoutId for each basket", f"{again['checkoutId']} once more", mistake)
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


@checks(
    "03-refuse",
    'lamp is an item as it should be. lamp | {"quantity": …} is one with another quantity.',
    "The list has two items, counted from 0: the first is right, and the second one's quantity is not 1 to 999.",
    'return {"userName": "ada", "items": [lamp, lamp | {"quantity": …}]}',
)
def own_refusal(refused_basket: Callable[[], dict[str, Any]]) -> Verdict:
    """The learner's own basket is refused, and for the quantity of its second item."""
    if "BasketApiUrl" not in outputs:
        return NotYet("Build Basket, and deploy it.")
    return judged_refusal(Rest(outputs["BasketApiUrl"]).post("basket", refused_basket()), "items[1].quantity")


@checks(
    "03-checkout",
    "checked takes what was sent, the fields that it may have, and those that it must have: basket, above it, does it.",
    'The right is "lambda:InvokeFunction", and the resource ordering.function_arn. basket.function.allow gives it.',
    'basket.function.add_environment("ORDERING_FUNCTION", ordering.function_name)',
)
def checkout() -> Verdict:
    """A checkout stores one order with the server's total, and takes the basket away."""
    if "OrderingFunction" not in outputs:
        return NotYet("Build Ordering and the checkout, and deploy both stacks.")
    if verdict := judged_call(outputs["BasketFunction"], outputs["OrderingFunction"]):
        return verdict
    api = Rest(outputs["BasketApiUrl"])
    api.post("basket", BASKET)
    try:
        return _checkout(api)
    finally:
        _clear(api)


def _clear(api: Rest) -> None:
    """Remove the basket and the orders of the checks' own user."""
    api.delete(f"basket/{USER}")
    orders = target.client("dynamodb")
    for order in table(outputs["OrderingTable"]).query("userName == @USER").itertuples():
        key = {"userName": {"S": USER}, "orderId": {"S": order.orderId}}
        orders.delete_item(TableName=outputs["OrderingTable"], Key=key)


def _checkout(api: Rest) -> Verdict:
    nowhere = {name: value for name, value in CUSTOMER.items() if name != "address"}
    for body, what in ((CUSTOMER | {"coupon": "1"}, "an unknown field"), (nowhere, "a checkout without an address")):
        refused = api.post("basket/checkout", body)
        if refused.status == 404 and "route" in str(refused.body):
            return NotYet("Add the route for the checkout, and deploy.")
        if refused.status >= 500:
            mistake = "only a BadRequestError becomes a 400; any other error says that the service failed."
            return NotRight(f"400 for {what}", str(refused.status), mistake)
        if refused.status != 400:
            mistake = "all of CHECKOUT's fields may be there, and all of them must: checked takes CHECKOUT for both."
            return NotRight(f"400 for {what}", str(refused.status), mistake)
    answer = api.post("basket/checkout", CUSTOMER)
    if answer.status == 400:
        said = answer.body["error"]["message"]
        return NotRight("201 for a checkout", f"400: {said}", "what is refused is a customer as he should be.")
    if answer.status == 503:
        return NotRight(
            "201 for a checkout",
            "503",
            "Basket could not have the order stored: may it call Ordering's function, is that one running, and may "
            "it write to its table?",
        )
    if answer.status != 201:
        mistake = "an order that was stored was created."
        if answer.status >= 500:
            mistake = "the function fails: the last lines of its log name the error."
        return NotRight("201 for a checkout", str(answer.status), mistake)
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


@checks(
    "03-time",
    "put, above it, shows how a request is sent: a path, and a body.",
    'The path is "basket/checkout", and customer(user) is the body. What comes back is returned.',
)
def checkout_takes_its_time(check_out: Callable[[str], Any]) -> Verdict:
    """The learner's function checks a basket out, which takes as long as the warehouse does."""
    if "OrderingFunction" not in outputs:
        return NotYet("Build the checkout first.")
    api = Rest(outputs["BasketApiUrl"])
    api.post("basket", BASKET)
    try:
        verdict = _judged_answer(check_out(USER))
        if isinstance(verdict, Right) and api.get(f"basket/{USER}").status != 404:
            mistake = "it was another customer's basket: customer(user) says whose is checked out."
            return NotRight(f"a checkout of {USER}, as user is called here", f"the basket of {USER}", mistake)
        return verdict
    finally:
        _clear(api)


def _judged_answer(answer: Any) -> Verdict:
    """What is to be said of what the learner's `check_out` returns."""
    if not isinstance(answer, Answer):
        mistake = "the times of the answers are looked at: return what api.post gives."
        return NotRight("an answer", type(answer).__name__, mistake)
    if answer.status != 201 or "checkoutId" not in answer.body:
        said = answer.body.get("error", {}).get("message", "this is no checkout")
        mistake = "a checkout is a POST to basket/checkout, with all that customer(user) gives."
        return NotRight("201 and a checkoutId", f"{answer.status}: {said}", mistake)
    return Right("A checkout waits for Ordering, and Ordering for the warehouse: more than 200 ms.")


@checks(
    "03-stopped",
    "The call is lambda_.put_function_concurrency, with FunctionName and ReservedConcurrentExecutions.",
    "ORDERING is the name of the function. Of how many runs at the same time is none left?",
)
def stopped() -> Verdict:
    """Ordering may not run at all."""
    if "OrderingFunction" not in outputs:
        return NotYet("Build the checkout first.")
    found = target.client("lambda").get_function_concurrency(FunctionName=outputs["OrderingFunction"])
    allowed = found.get("ReservedConcurrentExecutions")
    if allowed is None:
        return NotYet("Ordering still runs: write stop, and call it.")
    if allowed:
        mistake = "so many runs are kept for it, whatever else goes on: it is not stopped."
        return NotRight("0 runs at the same time", str(allowed), mistake)
    return Right("Ordering is stopped: of its code and its table nothing has changed, and no call gets through.")


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
    return judged_codes(discount_code)


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
