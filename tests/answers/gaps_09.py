"""What a person might write in the gaps of chapter 09: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

DELETE = '                {"Delete": {"TableName": baskets.table.name, "Key": key, **unchanged}},\n'
EVENT = '                {"Put": {"TableName": NAME, "Item": event}},\n'
PUBLISH = '    publish("BasketCheckedOut", order, checkout["acceptedAt"])\n'
REMEMBER = '    checkouts.remember(checkout["checkoutId"], checkout)\n'
REMOVE = '    baskets.delete(order["userName"])'
FOUND = '"DestinationConfig", {}).get("OnFailure", {}).get("Destination")'

LINES = [
    # step 1: publish first
    wrong("09-15", "the basket first", "Publish first", (PUBLISH, f"{REMOVE}\n{PUBLISH}"), (f"{REMEMBER}{REMOVE}",
          REMEMBER.rstrip())),
    wrong("09-15", "the basket stays", "must not be checked out once more", (f"{REMEMBER}{REMOVE}",
          REMEMBER.rstrip())),
    wrong("09-15", "nobody remembers", "nobody knows any more", (REMEMBER, "")),
    wrong("09-15", "nobody hears of it", "nobody hears of the checkout", (PUBLISH, "")),
    right("09-15", "remembered last", (f"{REMEMBER}{REMOVE}", f"{REMOVE}\n{REMEMBER.rstrip()}")),
    # step 2: the transaction
    wrong("09-21", "the basket stays", "the basket does not go", (DELETE, "")),
    wrong("09-21", "any basket", "in the place of the one that was read", (", **unchanged", "")),
    wrong("09-21", "any answer", "an earlier request is written over", (", **first", "")),
    wrong("09-21", "no event", "no row came into the outbox", (EVENT, "")),
    wrong("09-21", "no answer", "the answer is not remembered",
          ('                {"Put": {"TableName": checkouts.table.name, "Item": answer, **first}},\n', "")),
    wrong("09-21", "the event under another name", "does not take this transaction", ('"TableName": NAME',
          '"TableName": "outbox"')),
    right("09-21", "another order", (DELETE, EVENT), (f"{EVENT}            ]", f"{DELETE}            ]")),
    # step 3: another request
    wrong("09-43", "the same request", "this is the same request", (' | {"address": "2 Side Street"}', "")),
    wrong("09-43", "without the key", "send the header that key holds", (", headers=key", "")),
    wrong("09-43", "a field that is not known", "change a value, and no name", ('"address"', '"street"')),
    wrong("09-43", "nothing is returned", "return what shop.send gives", ("return ", "")),
    right("09-43", "another name", ('"address": "2 Side Street"', '"firstName": "Kimberly"')),
    # questions
    wrong("09-60", "always", "of this very function's role", ("any(action in statement[\"Action\"] for statement in "
          "statements)", "True")),
    wrong("09-60", "the resource", "this very action", ('statement["Action"]', 'statement["Resource"]')),
    wrong("09-60", "the whole ARN", "ended with an error", ('["Role"].split("/")[-1]', '["Role"]')),
    wrong("09-60", "all of them", "this very action", ("any(action", "all(action")),
    wrong("09-60", "one function's role", "of this very function's role", ("FunctionName=function",
          "FunctionName=WORKER")),
    right("09-60", "actions", ('any(action in statement["Action"] for statement in statements)',
          'action in [a for one in statements for a in ([one["Action"]] if isinstance(one["Action"], str) else '
          'one["Action"])]')),
    wrong("09-61", "always", "one that says BasketCheckedOut", (
          'any(detail["data"].get("checkoutId") == checkout_id for detail in told.detail)', "True")),
    wrong("09-61", "any event", "one that says BasketCheckedOut", (
          '    told = told[told["detail-type"] == "BasketCheckedOut"]\n', "")),
    wrong("09-61", "the events", "one that says BasketCheckedOut", ("return any(", "return list("),
          ('detail["data"].get("checkoutId") == checkout_id for detail in told.detail',
           'detail for detail in told.detail if detail["data"].get("checkoutId") == checkout_id')),
    wrong("09-61", "the event's own id", "one that says BasketCheckedOut", (
          'any(detail["data"].get("checkoutId") == checkout_id for detail in told.detail)',
          "checkout_id in set(told.id)")),
    right("09-61", "as a set", ('any(detail["data"].get("checkoutId") == checkout_id for detail in told.detail)',
          'checkout_id in {detail["data"].get("checkoutId") for detail in told.detail}')),
    wrong("09-62", "what is polled", "the mapping of this very function", (
          'found[0].get(' + FOUND, 'found[0]["EventSourceArn"]')),
    wrong("09-62", "of all functions", "the mapping of this very function", ("FunctionName=function", "")),
    wrong("09-62", "all of it", "DestinationConfig, OnFailure", ('.get("OnFailure", {}).get("Destination")', "")),
    wrong("09-62", "whoever has none", "ended with an error", ("found[0].get(" + FOUND,
          'found[0]["DestinationConfig"]["OnFailure"]["Destination"]')),
    right("09-62", "looked at first", ("    return found[0].get(" + FOUND,
          '    where = found[0].get("DestinationConfig") or {}\n'
          '    return where.get("OnFailure", {}).get("Destination")')),
]  # fmt: skip
