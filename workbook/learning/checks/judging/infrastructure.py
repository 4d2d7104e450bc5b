"""What is wrong with what stacks have made: a key, indexes, rights, an API, what one function knows of another."""

from __future__ import annotations

from typing import Any

from workbook.cloud import target
from workbook.cloud.roles import rights
from workbook.learning.exercises import NotRight, NotYet, Verdict

NEEDED = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem")
LATER = ("dynamodb:Scan", "dynamodb:Query")  # which step 7 adds, for the list
INDEX = "by-category"


def judged_key(schema: list[dict[str, str]], attributes: list[dict[str, str]]) -> Verdict | None:
    """What is wrong with the key of Product's table, if anything.

    Args:
        schema: its parts, as DynamoDB describes them.
        attributes: the attributes that are part of some key, with their types.
    """
    keys = [part["AttributeName"] for part in schema]
    if keys != ["id"]:
        mistake = "an item is found by its id, written so, and by nothing else: partition_key names it."
        return NotRight("the key id", f"the key {' and '.join(keys)}", mistake)
    [kind] = [one["AttributeType"] for one in attributes if one["AttributeName"] == "id"]
    if kind != "S":
        return NotRight("an id that is text", f"the type {kind}", 'ids such as "1" are text: their type is TEXT.')
    return None


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
            "the actions that the service needs", shown, "a star allows more than anyone has thought about."
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


def judged_api(properties: dict[str, Any], there: dict[str, str]) -> Verdict | None:
    """What is wrong with Product's API as it was deployed, if anything.

    Args:
        properties: the API's, in the template.
        there: the outputs of what is deployed.
    """
    address = there.get("ProductApiUrl")
    if address is None:
        named = ", ".join(name for name in there if name.startswith("Product") or "Url" in name)
        mistake = 'nobody learns its address: CfnOutput(self, "ProductApiUrl", value=api.url) tells it.'
        return NotRight("an output ProductApiUrl", named, mistake)
    if not address.startswith("http"):
        return NotRight("an address that begins with http", address, "the address of the API is api.url.")
    kinds = properties.get("EndpointConfiguration", {}).get("Types", ["EDGE"])
    if kinds != ["REGIONAL"]:
        mistake = "without endpoint_types CDK makes an API with edge locations in front, which the shop does not need."
        return NotRight("a regional API", f"an API of the type {', '.join(kinds)}", mistake)
    return None


def judged_index(indexes: list[dict[str, Any]], name: str, *keys: str) -> Verdict | None:
    """What is wrong with a table's index, if anything.

    Args:
        indexes: the table's, as DynamoDB describes them.
        name: the index's.
        keys: its partition key, and its sort key.
    """
    found = {one["IndexName"]: [part["AttributeName"] for part in one["KeySchema"]] for one in indexes}
    if name not in found:
        mistake = f"{keys[0]} is found through an index of that name."
        return NotRight(f"an index {name}", ", ".join(found) or "none", mistake)
    if found[name] != [*keys]:
        mistake = f"an index finds items by its partition key, here {keys[0]}, and sorts by its sort key, {keys[1]}."
        return NotRight(f"the keys {' and '.join(keys)}", " and ".join(found[name]), mistake)
    return None


def judged_reading(found: set[tuple[str, str]], table_arn: str) -> Verdict | None:
    """What is wrong with the rights to read the list, if anything.

    Args:
        found: each action of the function with its resource.
        table_arn: the table's.
    """
    if verdict := judged_rights(found, set(), table_arn):
        return verdict
    if ("dynamodb:Scan", table_arn) not in found:
        return NotRight("dynamodb:Scan on the table", "no such right", "the list of everything scans the table.")
    asked = {resource for action, resource in found if action == "dynamodb:Query"}
    if not asked & {f"{table_arn}/index/{INDEX}", f"{table_arn}/index/*"}:
        mistake = "an index is a resource of its own: its ARN is that of the table, and /index/ and its name."
        where = "Query on " + ", ".join(sorted(asked)) if asked else "no such right"
        return NotRight("dynamodb:Query on the index", where, mistake)
    return None


def judged_by_date(api: str, table_name: str) -> Verdict | None:
    """What is wrong with the index by which Ordering's API lists orders, and with its rights, if anything.

    Args:
        api: the name of the API's function.
        table_name: the name of the table of orders.
    """
    made = target.client("dynamodb").describe_table(TableName=table_name)["Table"]
    if verdict := judged_index(made.get("GlobalSecondaryIndexes", []), "by-date", "userName", "orderDate"):
        return verdict
    found = rights(api)
    if ("dynamodb:Query", f"{made['TableArn']}/index/by-date") not in found:
        asked = ", ".join(f"{action} on {resource}" for action, resource in sorted(found))
        mistake = "an index is a resource of its own: allow dynamodb:Query on the ARN that add_index gives."
        return NotRight("dynamodb:Query on the index", asked or "no rights", mistake)
    if more := sorted({action for action, _ in found} - {"dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query"}):
        mistake = "the API lists orders, and makes none: to query is all that it has to be allowed in addition."
        return NotRight("GetItem, Scan and Query", ", ".join(more), mistake)
    return None


def judged_checkouts(basket: str, table_name: str, *needed: str) -> Verdict | None:
    """What is wrong with the table of the checkouts that Basket has accepted, if anything.

    Args:
        basket: the name of Basket's function.
        table_name: the name of the table.
        needed: what Basket does with it, such as PutItem.
    """
    made = target.client("dynamodb").describe_table(TableName=table_name)["Table"]
    keys = [part["AttributeName"] for part in made["KeySchema"]]
    if keys != ["requestId"]:
        mistake = "a checkout is found by the id of its request: that is the key of the table, and all of it."
        return NotRight("the key requestId", f"the key {' and '.join(keys)}", mistake)
    found = target.client("lambda").get_function_configuration(FunctionName=basket)
    told = found.get("Environment", {}).get("Variables", {}).get("CHECKOUTS_NAME")
    if told != table_name:
        mistake = "checkouts.py reads the name of its table from CHECKOUTS_NAME: table_name stands for it."
        return NotRight(f"CHECKOUTS_NAME as {table_name}", told or "no such variable", mistake)
    allowed = {action for action, resource in rights(basket) if resource == made["TableArn"]}
    if allowed != {f"dynamodb:{action}" for action in needed}:
        wanted = " and ".join(needed)
        mistake = f"it needs {wanted}, on this table, and does nothing else with it."
        return NotRight(f"{wanted} on the table of checkouts", ", ".join(sorted(allowed)) or "no rights", mistake)
    return None


def judged_construct(function: str, table_name: str) -> Verdict | None:
    """What is wrong with what Product's construct was given, and with what `allow` made of it, if anything.

    Args:
        function: the name of Product's function.
        table_name: the name of its table.
    """
    made = target.client("dynamodb").describe_table(TableName=table_name)["Table"]
    keys = [part["AttributeName"] for part in made["KeySchema"]]
    if keys != ["id"]:
        mistake = "another key makes another table. Product's is id, as in chapter 02; what was in the table is gone."
        return NotRight("the key id", f"the key {' and '.join(keys)}", mistake)
    if not rights(function):
        mistake = "a statement that no role has allows nothing: self.add_to_role_policy gives it to the function's."
        return NotRight("the rights that allow was called for", "none", mistake)
    return judged_reading(rights(function), made["TableArn"])


def judged_call(basket: str, ordering: str) -> Verdict | None:
    """What is wrong with what Basket knows of Ordering and may do with it, if anything.

    Args:
        basket: the name of Basket's function.
        ordering: the name of Ordering's.
    """
    client = target.client("lambda")
    arn = client.get_function_configuration(FunctionName=ordering)["FunctionArn"]
    found = client.get_function_configuration(FunctionName=basket)
    told = found.get("Environment", {}).get("Variables", {}).get("ORDERING_FUNCTION")
    may = {(action, resource) for action, resource in rights(basket) if action.startswith(("lambda:", "*"))}
    if told is None and not may:
        return NotYet("Build the checkout into Basket's stack, and deploy it.")
    if told not in (ordering, arn):
        mistake = "checkout.py calls the function that ORDERING_FUNCTION names."
        return NotRight(f"ORDERING_FUNCTION as {ordering}", told or "no such variable", mistake)
    if may != {("lambda:InvokeFunction", arn)}:
        shown = ", ".join(f"{action} on {resource}" for action, resource in sorted(may)) or "no such right"
        mistake = "to call one function is one right, on that function: nothing wider, and nothing else."
        return NotRight("lambda:InvokeFunction on Ordering's function", shown, mistake)
    return None
