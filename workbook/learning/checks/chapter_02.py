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
from workbook.cloud.stacks import deployed_template, outputs
from workbook.learning.checks.judging.infrastructure import (
    INDEX,
    judged_api,
    judged_index,
    judged_key,
    judged_reading,
    judged_rights,
)  # fmt: skip
from workbook.learning.checks.judging.own_test import FILE, judged_test
from workbook.learning.checks.judging.product_lists import judged_category, judged_pages
from workbook.learning.checks.judging.refusals import judged_refusal
from workbook.learning.checks.judging.requests_sent import Request, TooMany, sent_requests
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import table

REST_API = "AWS::ApiGateway::RestApi"
WRITTEN = ("products.py", "rules.py", "app.py")
CHECKED = {"name": "Checked", "price": 1.25, "category": "checks"}
GET_ONE = {"httpMethod": "GET", "path": "/product/1", "headers": {}, "requestContext": {}}


@checks(
    "02-table",
    "DynamoDB calls the key by which an item is found its partition key, and CDK partition_key.",
    "It is a dynamodb.Attribute with a name and a type.",
    'partition_key=dynamodb.Attribute(name="…", type=TEXT), with a comma behind it.',
)
def table_stands() -> Verdict:
    """The table has the right key, and the lamp is in it."""
    if "ProductTable" not in outputs:
        return NotYet('Run deploy("Product") first.')
    made = target.client("dynamodb").describe_table(TableName=outputs["ProductTable"])["Table"]
    if verdict := judged_key(made["KeySchema"], made["AttributeDefinitions"]):
        return verdict
    if table(outputs["ProductTable"]).empty:
        return NotYet("Put the lamp into the table.")
    return Right("A table with the key id, and an item in it.")


@checks(
    "02-function",
    "The keyword argument is environment: a dictionary of names and values, both of them text.",
    "Nobody knows the table's name yet: CloudFormation makes it up. table.table_name stands for it.",
    'environment={"TABLE_NAME": …}, with a comma behind it.',
)
def function_knows_its_table() -> Verdict:
    """The function is told the name of its table."""
    if "ProductFunction" not in outputs:
        return NotYet("Write the function into the stack, and deploy.")
    found = target.client("lambda").get_function_configuration(FunctionName=outputs["ProductFunction"])
    told, name = found.get("Environment", {}).get("Variables", {}), outputs["ProductTable"]
    if "TABLE_NAME" not in told:
        mistake = 'app.py reads os.environ["TABLE_NAME"]: without it the function ends before it begins.'
        return NotRight("a variable TABLE_NAME", ", ".join(told) or "none", mistake)
    if told["TABLE_NAME"] != name:
        mistake = "CloudFormation makes the table, and its name with it: table.table_name stands for that name."
        return NotRight(f"the table's name, {name}", told["TABLE_NAME"], mistake)
    return Right("The function finds the name of its table in TABLE_NAME.")


@checks(
    "02-grant",
    "An action has the service's name before it: dynamodb:GetItem.",
    "A statement, iam.PolicyStatement, takes two lists: actions, and resources. The table's ARN is table.table_arn.",
    "self.add_to_role_policy(iam.PolicyStatement(actions=[…], resources=[table.table_arn]))",
)
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


@checks(
    "02-api",
    'api = apigateway.LambdaRestApi(self, "Api", …): after the id come keyword arguments. handler is the function.',
    "endpoint_types is a list, with apigateway.EndpointType.REGIONAL in it.",
    'The output is made like the two above it: CfnOutput(self, "…", value=…).',
)
def api_answers() -> Verdict:
    """The API has an address, and the function behind it answers."""
    found = [r for r in deployed_template("Product").get("Resources", {}).values() if r["Type"] == REST_API]
    if not found:
        return NotYet("Add the API, and deploy.")
    if verdict := judged_api(found[0].get("Properties", {}), outputs.now()):
        return verdict
    answer = Rest(outputs["ProductApiUrl"]).get("product/1")
    if answer.status == 403:
        return NotRight("an answer of the function", "403", "the API has no route that leads to the function.")
    if answer.status >= 500:
        mistake = "the function fails: is the lamp of step 1 in the table? The last lines of its log say what is wrong."
        return NotRight("an answer of the function", f"{answer.status}", mistake)
    return Right("Your function has an address, and answers there.")


@checks(
    "02-crud",
    "replace, above it, does the same with put_item: the condition, the error that is caught, the one that is raised.",
    'table.delete_item takes the Key, and a ConditionExpression: Attr("id").exists().',
    "try: the deletion. except ConditionFailed: raise NoSuchProduct from None",
)
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
        ("DELETE", None, 404, None, "what is not there cannot be deleted: a condition, and NoSuchProduct if it fails."),
        ("PUT", again, 404, None, "what is not there cannot be replaced, and must not be created: the condition."),
    ]
    for method, body, status, shown, mistake in expected:
        answer = api.send(method, path, json=body) if body else api.send(method, path)
        if answer.status >= 500:
            mistake = 'the function fails, with an error nobody caught: logs(outputs["ProductFunction"]) names it.'
        if answer.status != status:
            return NotRight(f"{status} for {method}", str(answer.status), mistake)
        if shown is not None and answer.body != shown:
            return NotRight(f"{shown}", str(answer.body), mistake)
    return Right("Create, read, replace, delete: each with its own status.")


@checks(
    "02-refuse",
    "The rules stand in step 5: FIELDS says what each field may be. Name and price must be right.",
    '"category": text(1, 100) is text of 1 to 100 characters. Which text has fewer, and what is no text at all?',
    'return {"name": "Table", "price": 99, "category": …}',
)
def own_refusal(refused_product: Callable[[], dict[str, Any]]) -> Verdict:
    """The learner's own product is refused, and for its category."""
    if "ProductApiUrl" not in outputs:
        return NotYet("Build the API first.")
    api = Rest(outputs["ProductApiUrl"])
    answer = api.post("product", refused_product())
    if answer.status == 201:
        api.delete(f"product/{answer.body['id']}")
    return judged_refusal(answer, "category")


@checks(
    "02-list",
    "The index: self.add_global_secondary_index with index_name, partition_key and sort_key, two Attributes.",
    'The grants: items is a list of four actions; Query stands in a statement of its own, on f"{table.table_arn}/'
    'index/by-category".',
    "The page: without a category, read is table.scan. With one, it is table.query, to which partial gives IndexName "
    'and KeyConditionExpression=Key("category").eq(category).',
    "In the end: return paging.page(read, page_key(category), limit, start)",
)
def lists() -> Verdict:
    """The list is cut into pages, and a category is found through the index."""
    if "ProductApiUrl" not in outputs:
        return NotYet("Build the API first.")
    api = Rest(outputs["ProductApiUrl"])
    listed = api.get("product", limit=1)
    if listed.status == 404:
        return NotYet("Add the route for the list, and deploy.")
    if verdict := _judged_ways():
        return verdict
    if listed.status != 200:
        said = (listed.body or {}).get("error", {}).get("message", "")
        mistake = 'the function fails: the last lines of logs(outputs["ProductFunction"]) say where.'
        return NotRight("200 for GET /product", f"{listed.status} {said}", mistake)
    return judged_pages(api, listed) or judged_category(api) or Right(
        "One page at a time, and one category through the index."
    )


def _judged_ways() -> Verdict | None:
    """What is wrong with the index, or with the rights to read table and index, if anything."""
    made = target.client("dynamodb").describe_table(TableName=outputs["ProductTable"])["Table"]
    indexes, found = made.get("GlobalSecondaryIndexes", []), rights(outputs["ProductFunction"])
    return judged_index(indexes, INDEX, "category", "name") or judged_reading(found, made["TableArn"])


@checks(
    "02-test",
    'product("GET", "/product/2") sends the request; what comes back has a status.',
    "A test says with assert what must be true. Which status says that something is not there?",
    'assert product("GET", "/product/2").status == …',
)
def own_test() -> Verdict:
    """The learner's test tells a service that is right from one that is not."""
    return judged_test() if FILE.exists() else NotYet("Write the tests first.")


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


def _wrong_requests(sent: list[Request], limit: int) -> Verdict | None:
    """What is wrong with how `all_products` asked."""
    asked = [parse_qs(urlsplit(one.path).query) for one in sent if one.method == "GET" and "/product" in one.path]
    if not asked:
        return NotRight("requests to the API", "none", "ask the API, page by page, and not the table.")
    limits = {one.get("limit", ["none"])[0] for one in asked}
    if limits != {str(limit)}:
        mistake = "limit was not passed on: ask for so many at a time, and not for another number."
        return NotRight(f"limit={limit} in each request", f"limit: {', '.join(sorted(limits))}", mistake)
    return None
