"""The checks of chapter 02."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from workbook.base.paths import LAMBDA_SRC
from workbook.clients.invoke import invoke
from workbook.clients.rest import Answer, Rest
from workbook.cloud import target
from workbook.cloud.roles import attached, granted, rights
from workbook.cloud.stacks import outputs
from workbook.learning.checks.requests_sent import TooMany, sent_requests
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import table

NEEDED = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem")
LATER = ("dynamodb:Scan", "dynamodb:Query")  # which step 7 adds, for the list
WRITTEN = ("products.py", "rules.py", "app.py")
CHECKED = {"name": "Checked", "price": 1.25, "category": "checks"}
GET_ONE = {"httpMethod": "GET", "path": "/product/1", "headers": {}, "requestContext": {}}


@checks("02-table")
def table_stands() -> Verdict:
    """The table has the right key, and the lamp is in it."""
    if "ProductTable" not in outputs:
        return NotYet('Run deploy("Product") first.')
    keys = target.client("dynamodb").describe_table(TableName=outputs["ProductTable"])["Table"]["KeySchema"]
    if [k["AttributeName"] for k in keys] != ["id"]:
        return NotRight("the key id", f"the key {keys}", "an item is found by its id: partition_key names it.")
    if table(outputs["ProductTable"]).empty:
        return NotYet("Put the lamp into the table.")
    return Right("A table with the key id, and an item in it.")


@checks("02-grant")
def grant() -> Verdict:
    """The function may read its table, and was not allowed everything."""
    if "ProductFunction" not in outputs:
        return NotYet("Deploy the function first.")
    function, table_name = outputs["ProductFunction"], outputs["ProductTable"]
    arn = target.client("dynamodb").describe_table(TableName=table_name)["Table"]["TableArn"]
    if verdict := judged_rights(rights(function), attached(function), arn):
        return verdict
    answer = invoke(function, GET_ONE)
    if answer.error and "AccessDenied" in answer.error:
        return NotRight("a function that may read", answer.error, "a policy denies it what another one allows.")
    return Right("The function may do what it needs: " + ", ".join(sorted(granted(function))) + ".")


def judged_rights(found: set[tuple[str, str]], of_others: set[str], table_arn: str) -> Verdict | None:
    """What is wrong with the rights of Product's function, if anything.

    Args:
        found: each action with its resource.
        of_others: the names of managed policies.
        table_arn: the table's.
    """
    actions = {action for action, _ in found}
    shown = ", ".join(sorted(actions))
    if of_others:
        mistake = "such a policy is AWS's, and allows more than this function needs: name the actions and the table."
        return NotRight("rights of its own", ", ".join(sorted(of_others)), mistake)
    if not found:
        return NotYet("Add the line that grants, and deploy.")
    if any("*" in action for action in actions):
        return NotRight(
            "the three actions that the service needs", shown, "a star allows more than anyone has thought about."
        )
    if elsewhere := sorted(resource for _, resource in found if not (resource + "/").startswith(f"{table_arn}/")):
        return NotRight(f"rights on {table_arn}", elsewhere[0], "these actions, on this table, and on no other.")
    if more := sorted(actions - {*NEEDED, *LATER}):
        what = f"{len(actions)} actions, such as {more[0]}"
        mistake = "the service needs three: what it never does is open to whoever breaks in. Name each action."
        return NotRight("GetItem, PutItem and DeleteItem", what, mistake)
    if missing := [action for action in NEEDED if (action, table_arn) not in found]:
        mistake = "reading, writing and deleting an item are a right each, on the table."
        return NotRight(f"{', '.join(missing)} on the table", shown, mistake)
    return None


@checks("02-api")
def api_answers() -> Verdict:
    """The API has an address, and the function behind it answers."""
    if "ProductApiUrl" not in outputs:
        return NotYet("Add the API, and deploy.")
    answer = Rest(outputs["ProductApiUrl"]).get("product/1")
    if answer.status == 403:
        return NotRight("an answer of the function", "403", "the API has no route that leads to the function.")
    if answer.status >= 500:
        mistake = 'the function fails: is the lamp of step 1 in the table? The last lines of its log say what is wrong.'
        return NotRight("an answer of the function", f"{answer.status}", mistake)
    return Right("Your function has an address, and answers there.")


@checks("02-crud")
def crud() -> Verdict:
    """A product can be created, read, replaced and deleted, with the right statuses."""
    if "ProductApiUrl" not in outputs:
        return NotYet("Build the API first.")
    api = Rest(outputs["ProductApiUrl"])
    made = api.post("product", CHECKED)
    if made.status in (403, 404, 500, 502) and "error" not in (made.body if isinstance(made.body, dict) else {}):
        if not all((LAMBDA_SRC / "product" / name).exists() for name in WRITTEN):
            return NotYet("Write the three files and deploy them.")
        return NotRight(
            "201 for POST /product",
            f"{made.status} {made.body}"[:200],
            'the files are there, so either they are not deployed, run deploy("Product"), or the function fails: '
            "logs(outputs[\"ProductFunction\"]) says where.",
        )
    if made.status >= 500:
        mistake = 'the function fails: the last lines of logs(outputs["ProductFunction"]) say where.'
        return NotRight("201 for POST /product", str(made.status), mistake)
    if made.status != 201:
        return NotRight("201 for POST /product", str(made.status), "creating answers 201 and the new product.")
    path = f"product/{made.body.get('id')}"
    try:
        return judged_crud(api, made, path)
    finally:
        api.delete(path)


def judged_crud(api: Any, made: Answer, path: str) -> Verdict:
    """Read, replace and delete a product that was just created.

    Args:
        api: what sends requests.
        made: the answer to the request that created it.
        path: the product's.
    """
    price = made.body.get("price")
    if made.body != CHECKED | {"id": made.body.get("id")} or isinstance(price, str):
        mistake = "money must come back as it went in, and so must the rest; the server adds the id."
        return NotRight(f"{CHECKED} and an id", str(made.body), mistake)
    again = {"name": "Checked twice", "price": 2}
    expected = [
        ("GET", None, 200, made.body, "a product that was just created is not found: is it written to the table?"),
        ("PUT", again, 200, None, "PUT replaces a product that is there."),
        ("GET", None, 200, again | {"id": made.body["id"]}, "what is not in the new version is gone: PUT replaces."),
        ("DELETE", None, 204, None, "deleting answers 204, and has nothing to say."),
        ("GET", None, 404, None, "what was deleted is not there any more, and that is the caller's to know: 404."),
        ("DELETE", None, 404, None, "what is not there cannot be deleted: the condition is missing."),
        ("PUT", again, 404, None, "what is not there cannot be replaced, and must not be created: the condition."),
    ]
    for method, body, status, shown, mistake in expected:
        answer = api.send(method, path, json=body) if body else api.send(method, path)
        if answer.status != status:
            return NotRight(f"{status} for {method}", str(answer.status), mistake)
        if shown is not None and answer.body != shown:
            return NotRight(f"{shown}", str(answer.body), mistake)
    return Right("Create, read, replace, delete: each with its own status.")


@checks("02-list")
def lists() -> Verdict:
    """The list is cut into pages, and a category is found through the index."""
    if "ProductApiUrl" not in outputs:
        return NotYet("Build the API first.")
    api = Rest(outputs["ProductApiUrl"])
    listed = api.get("product", limit=1)
    if listed.status == 404:
        return NotYet("Add the route for the list, and deploy.")
    if listed.status != 200:
        return NotRight(
            "200 for GET /product",
            f"{listed.status} {(listed.body or {}).get('error', {}).get('message', '')}",
            "the function may not read the list: is dynamodb:Scan granted?",
        )
    return _judged_pages(api, listed) or _judged_category(api) or Right(
        "One page at a time, and one category through the index."
    )


def _judged_pages(api: Rest, listed: Answer) -> Verdict | None:
    there = table(outputs["ProductTable"])
    if len(listed.body["items"]) != min(1, len(there)):
        return NotRight("one product for limit=1", f"{len(listed.body['items'])}", "limit does not reach the table.")
    if len(there) < 2:
        return None
    if not listed.body["next"]:
        return NotRight("a token for the next page", "none", "a page that is not the last must say where it goes on.")
    following = api.get("product", limit=1, next=listed.body["next"])
    if following.status != 200 or following.body["items"] in ([], listed.body["items"]):
        mistake = "the token is not where the next page begins: hand the place on as it came."
        return NotRight("another product on the next page", str(following.body)[:200], mistake)
    return None


def _judged_category(api: Rest) -> Verdict | None:
    found = api.get("product", category="furniture")
    if found.status != 200:
        return NotRight("200 for a category", str(found.status), "the index needs a grant of its own, dynamodb:Query.")
    if any(item.get("category") != "furniture" for item in found.body["items"]):
        return NotRight(
            "only furniture", str(len(found.body["items"])) + " products", "the query ignores the category."
        )
    kinds = table(outputs["ProductTable"]).get("category", [])
    if not found.body["items"] and "furniture" in set(kinds):
        return NotRight("the furniture", "nothing", "the query looks for something else than the category.")
    return None


@checks(
    "02-1",
    "Start with api.get(\"product\", limit=limit); the answer's body has items and next.",
    "As long as next is not None, ask again with next=... and add the items to those you have.",
    "A while loop that ends when next is None does it.",
)
def all_pages(all_products: Callable[[Any, int], Any]) -> Verdict:
    """The function follows the pages to the end, in as many requests as that takes."""
    if "ProductApiUrl" not in outputs:
        return NotYet("Build the API first.")
    there = set(table(outputs["ProductTable"]).get("id", []))
    if len(there) < 3:
        return NotYet("Put the stock of step 7 into the table first; with fewer products there is only one page.")
    for limit in (2, 1):  # with 1 every page is full, the last one, too
        api = Rest(outputs["ProductApiUrl"])
        with sent_requests(most=2 * len(there) + 100) as sent:
            try:
                found = all_products(api, limit)
            except TooMany as error:
                mistake = "the token of the page before was not sent, so every page is the first."
                return NotRight("an end", f"{error}, and no end", mistake)
            except Exception as error:  # whatever a learner's own code may raise
                raised = f"{type(error).__name__}: {error}"
                return NotRight("a list of products", raised, "the function raised an error.")
        if found is None and not sent:
            return NotYet("Write the function; it has no code yet.")
        if mistake := _wrong_list(found, there) or _wrong_requests(sent, limit):
            return mistake
    return Right(f"All {len(there)} products, each once: asked for two at a time, and for one at a time.")


def _wrong_list(found: Any, there: set[str]) -> Verdict | None:
    """What is wrong with what `all_products` returned."""
    if not isinstance(found, list):
        return NotRight("a list", type(found).__name__, "the function must return the list of products.")
    if others := [one for one in found if not isinstance(one, dict)]:
        mistake = "add the items, not the answers, and item by item."
        return NotRight("a list of products", f"{type(others[0]).__name__} in it", mistake)
    ids = [product.get("id") for product in found]
    if None in ids:
        return NotRight("a list of products", f"{found[0]}"[:80], "add the items as they came, not the answers.")
    if len(ids) != len(set(ids)):
        mistake = "the token of the page before was not sent, or a page was added twice."
        return NotRight("each product once", f"{len(ids)} with repetitions", mistake)
    if len(ids) < len(there):
        mistake = "the function stops too early, or leaves out a page: go on as long as next is not None."
        return NotRight(f"{len(there)} products", f"{len(ids)}", mistake)
    if set(ids) != there or not all({"name", "price"} <= product.keys() for product in found):
        return NotRight("the products as the API answers them", "others", "add the items as they came.")
    return None


def _wrong_requests(sent: list[tuple[str, str]], limit: int) -> Verdict | None:
    """What is wrong with how `all_products` asked."""
    asked = [parse_qs(urlsplit(path).query) for method, path in sent if method == "GET" and "/product" in path]
    if not asked:
        return NotRight("requests to the API", "none", "ask the API, page by page, and not the table.")
    limits = {one.get("limit", ["none"])[0] for one in asked}
    if limits != {str(limit)}:
        mistake = "limit was not passed on: ask for so many at a time, and not for another number."
        return NotRight(f"limit={limit} in each request", f"limit: {', '.join(sorted(limits))}", mistake)
    return None
