"""What a person might write in the gaps of chapter 08: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

STORE = "        new = orders.store(order)"
CONDITION = 'ConditionExpression="attribute_not_exists(orderId) OR version < :version"'
DELETE = '                {"Delete": {"TableName": baskets.table.name, "Key": key, **unchanged}},\n'
EVENT = '                {"Put": {"TableName": NAME, "Item": event}},\n'
PUBLISH = '    publish("BasketCheckedOut", order, checkout["acceptedAt"])\n'
REMEMBER = '    checkouts.remember(checkout["checkoutId"], checkout)\n'
REMOVE = '    baskets.delete(order["userName"])'
AGAIN = "    check_out(user, **headers)  # was accepted, but nobody hears of it\n    fill(user)\n"

LINES = [
    # step 1: a caller tries again
    wrong("08-16", "once", "the phone does both again", (AGAIN, "")),
    wrong("08-16", "without a basket", "After a checkout there is none",
          ("hears of it\n    fill(user)\n", "hears of it\n")),
    wrong("08-16", "without the headers", "the headers belong to both", ("(user, **headers)", "(user)")),
    wrong("08-16", "the headers once", "the headers belong to both", ("return check_out(user, **headers)",
          "return check_out(user)")),
    wrong("08-16", "nothing is returned", "return the checkoutId", ("return ", "")),
    wrong("08-16", "the whole answer", "return the checkoutId", ('.body["checkoutId"]', "")),
    right("08-16", "a loop", ("    fill(user)\n" + AGAIN,
          "    for _ in range(2):\n        fill(user)\n        answer = check_out(user, **headers)\n"),
          ("return check_out(user, **headers)", "return answer")),
    # step 2: the name, and the condition
    wrong("08-25", "a number of its own", "became an order of its own",
          (STORE, f'        order["orderId"] = str(hash(record.message_id))\n{STORE}')),
    wrong("08-25", "the id of the message", "The id of a message is another one",
          (STORE, f'        order["orderId"] = record.message_id\n{STORE}')),
    wrong("08-25", "no condition", "is written over", (STORE,
          "        orders.table.put_item(Item=order)\n        new = True")),
    wrong("08-25", "the customer's name", "another checkout of the same customer",
          (STORE, f'        order["orderId"] = order["userName"]\n{STORE}')),
    wrong("08-25", "looked at first", "need not look first", (STORE, "        key = {name: order[name] for name in ("
          '"userName", "orderId")}\n        new = "Item" not in orders.table.get_item(Key=key)\n'
          "        orders.table.put_item(Item=order)")),
    right("08-25", "the condition in full", (STORE, "        try:\n            orders.table.put_item(\n"
          '                Item=order, ConditionExpression="attribute_not_exists(orderId)"\n            )\n'
          "            new = True\n        except orders.ConditionFailed:\n            new = False")),
    # step 3: what must be the same
    wrong("08-34", "the user only", "another amount", ('"[userName, amount]"', '"userName"')),
    wrong("08-34", "the amount only", "another userName", ('"[userName, amount]"', '"amount"')),
    wrong("08-34", "another name", "another userName", ("userName", "user")),
    wrong("08-34", "the key", "another amount", ('"[userName, amount]"', '"key"')),
    wrong("08-34", "a comma too many", "this is no JMESPath", ("amount]", "amount,]")),
    right("08-34", "the whole request", ('"[userName, amount]"', '"@"')),
    right("08-34", "with names", ('"[userName, amount]"', '"{who: userName, much: amount}"')),
    # step 4: the condition
    wrong("08-47", "no condition", "must compare the versions", (f"            {CONDITION},\n", ""),
          ('            ExpressionAttributeValues={":version": event["version"]},\n', "")),
    wrong("08-47", "the other way round", "does not replace an older one", ("version < ", "version > ")),
    wrong("08-47", "the first one only", "does not replace an older one", (CONDITION,
          'ConditionExpression="attribute_not_exists(orderId)"'),
          ('            ExpressionAttributeValues={":version": event["version"]},\n', "")),
    wrong("08-47", "nothing is there yet", "there is nothing yet", ("attribute_not_exists(orderId) OR ", "")),
    wrong("08-47", "an error", "is no error", ("with suppress(TooOld)", "with suppress(KeyError)")),
    wrong("08-47", "looked at first", "time for another", (f"            {CONDITION},\n", ""),
          ('            ExpressionAttributeValues={":version": event["version"]},\n', ""),
          ("    with suppress(TooOld):", '    item = states.get_item(Key={"orderId": order}).get("Item", {})\n'
           '    if item.get("version", 0) < event["version"]:')),
    wrong("08-47", "a word of its own", "the function raised an error", ("    with suppress(TooOld):",
          "    with suppress(TooOld):\n        version = newest")),
    right("08-47", "another attribute", ("attribute_not_exists(orderId)", "attribute_not_exists(version)")),
    right("08-47", "try", ("    with suppress(TooOld):", "    try:"),
          ("        )", "        )\n    except TooOld:\n        pass")),
    # step 5: publish first
    wrong("08-65", "the basket first", "Publish first", (PUBLISH, f"{REMOVE}\n{PUBLISH}"), (f"{REMEMBER}{REMOVE}",
          REMEMBER.rstrip())),
    wrong("08-65", "the basket stays", "must not be checked out once more", (f"{REMEMBER}{REMOVE}",
          REMEMBER.rstrip())),
    wrong("08-65", "nobody remembers", "nobody knows any more", (REMEMBER, "")),
    wrong("08-65", "nobody hears of it", "nobody hears of the checkout", (PUBLISH, "")),
    right("08-65", "remembered last", (f"{REMEMBER}{REMOVE}", f"{REMOVE}\n{REMEMBER.rstrip()}")),
    # step 6: the transaction
    wrong("08-73", "the basket stays", "the basket does not go", (DELETE, "")),
    wrong("08-73", "any basket", "in the place of the one that was read", (", **unchanged", "")),
    wrong("08-73", "any answer", "an earlier request is written over", (", **first", "")),
    wrong("08-73", "no event", "no row came into the outbox", (EVENT, "")),
    wrong("08-73", "no answer", "the answer is not remembered",
          ('                {"Put": {"TableName": checkouts.table.name, "Item": answer, **first}},\n', "")),
    wrong("08-73", "the event under another name", "does not take this transaction", ('"TableName": NAME',
          '"TableName": "outbox"')),
    right("08-73", "another order", (DELETE, EVENT), (f"{EVENT}            ]", f"{DELETE}            ]")),
    # step 7: another request
    wrong("08-97b", "the same request", "this is the same request", (' | {"address": "2 Side Street"}', "")),
    wrong("08-97b", "without the key", "send the header that key holds", (", headers=key", "")),
    wrong("08-97b", "a field that is not known", "change a value, and no name", ('"address"', '"street"')),
    wrong("08-97b", "nothing is returned", "return what shop.send gives", ("return ", "")),
    right("08-97b", "another name", ('"address": "2 Side Street"', '"firstName": "Kimberly"')),
    # questions
    wrong("08-116b", "how many messages", "how often it was received", ('int(answer["Messages"][0]["Attributes"]'
          '["ApproximateReceiveCount"])', 'len(answer["Messages"])')),
    wrong("08-116b", "as text", "makes it a number", ("int(answer", "(answer")),
    wrong("08-116b", "not asked for", "KeyError", ("MessageSystemAttributeNames", "MessageAttributeNames")),
    wrong("08-116b", "when it was sent", "how often it was received", ("ApproximateReceiveCount", "SentTimestamp")),
    right("08-116b", "all attributes", ('["ApproximateReceiveCount"],', '["All"],')),
    wrong("08-116e", "always", "of this very function's role", ("any(action in statement[\"Action\"] for statement in "
          "statements)", "True")),
    wrong("08-116e", "the resource", "this very action", ('statement["Action"]', 'statement["Resource"]')),
    wrong("08-116e", "the whole ARN", "ended with an error", ('["Role"].split("/")[-1]', '["Role"]')),
    wrong("08-116e", "all of them", "this very action", ("any(action", "all(action")),
    wrong("08-116e", "one function's role", "of this very function's role", ("FunctionName=function",
          "FunctionName=WORKER")),
    right("08-116e", "actions", ('any(action in statement["Action"] for statement in statements)',
          'action in [a for one in statements for a in ([one["Action"]] if isinstance(one["Action"], str) else '
          'one["Action"])]')),
    wrong("08-116h", "always", "EventBridge says whether they fit", ('answer["Result"]', "True")),
    wrong("08-116h", "another bus", "ended with an error", (', EventBusName=outputs["EventBusName"]', "")),
    wrong("08-116h", "the whole answer", "EventBridge says whether they fit", ('answer["Result"]', "answer")),
    wrong("08-116h", "the detail only", "the event the whole one",
          ("json.dumps(event)", 'json.dumps(event["detail"])')),
    wrong("08-116h", "nothing is returned", "returns nothing", ("return ", "")),
    right("08-116h", "in one line", ('    answer = events', '    return events'),
          ("Event=json.dumps(event))\n    return answer", "Event=json.dumps(event))")),
]  # fmt: skip
