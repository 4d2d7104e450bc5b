"""What a person might write in the gaps of chapter 08: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

STORE = "        new = orders.store(order)"
CONDITION = 'ConditionExpression="attribute_not_exists(orderId) OR version < :version"'
RIGHTS = '"dynamodb:GetItem", "dynamodb:PutItem"'
BOTH = 'f"{user_name}\\n{key}"'
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
    # step 3: which request, and its memory
    wrong("08-32", "the key alone", "another user with the same key", (BOTH, "key")),
    wrong("08-32", "another one each time", "is the same request", ("uuid.uuid5(NAMESPACE, " + BOTH + ")",
                                                                      "uuid.uuid4()")),
    wrong("08-32", "the user alone", "another key of the same user", (BOTH, "user_name")),
    right("08-32", "another order", (BOTH, 'f"{key}\\n{user_name}"')),
    wrong("08-37", "nothing more", "it needs GetItem", (f", {RIGHTS})", ', "dynamodb:PutItem")')),
    wrong("08-37", "in place of putting", "it needs GetItem", (RIGHTS, '"dynamodb:GetItem"')),
    wrong("08-37", "everything", "does nothing else with it", (RIGHTS, '"dynamodb:*"')),
    wrong("08-37", "a list as well", "does nothing else with it", (RIGHTS, f'{RIGHTS}, "dynamodb:Scan"')),
    right("08-37", "another order", (RIGHTS, '"dynamodb:PutItem", "dynamodb:GetItem"')),
    # step 4: what must be the same
    wrong("08-47", "the user only", "another amount", ('"[userName, amount]"', '"userName"')),
    wrong("08-47", "the amount only", "another userName", ('"[userName, amount]"', '"amount"')),
    wrong("08-47", "another name", "another userName", ("userName", "user")),
    wrong("08-47", "the key", "another amount", ('"[userName, amount]"', '"key"')),
    wrong("08-47", "a comma too many", "this is no JMESPath", ("amount]", "amount,]")),
    right("08-47", "the whole request", ('"[userName, amount]"', '"@"')),
    right("08-47", "with names", ('"[userName, amount]"', '"{who: userName, much: amount}"')),
    # step 5: the condition
    wrong("08-61", "no condition", "must compare the versions", (f"            {CONDITION},\n", ""),
          ('            ExpressionAttributeValues={":version": event["version"]},\n', "")),
    wrong("08-61", "the other way round", "does not replace an older one", ("version < ", "version > ")),
    wrong("08-61", "the first one only", "does not replace an older one", (CONDITION,
          'ConditionExpression="attribute_not_exists(orderId)"'),
          ('            ExpressionAttributeValues={":version": event["version"]},\n', "")),
    wrong("08-61", "nothing is there yet", "there is nothing yet", ("attribute_not_exists(orderId) OR ", "")),
    wrong("08-61", "an error", "is no error", ("with suppress(TooOld)", "with suppress(KeyError)")),
    wrong("08-61", "looked at first", "time for another", (f"            {CONDITION},\n", ""),
          ('            ExpressionAttributeValues={":version": event["version"]},\n', ""),
          ("    with suppress(TooOld):", '    item = states.get_item(Key={"orderId": order}).get("Item", {})\n'
           '    if item.get("version", 0) < event["version"]:')),
    wrong("08-61", "a word of its own", "the function raised an error", ("    with suppress(TooOld):",
          "    with suppress(TooOld):\n        version = newest")),
    right("08-61", "another attribute", ("attribute_not_exists(orderId)", "attribute_not_exists(version)")),
    right("08-61", "try", ("    with suppress(TooOld):", "    try:"),
          ("        )", "        )\n    except TooOld:\n        pass")),
    # questions
    wrong("08-72", "how many messages", "how often it was received", ('int(answer["Messages"][0]["Attributes"]'
          '["ApproximateReceiveCount"])', 'len(answer["Messages"])')),
    wrong("08-72", "as text", "makes it a number", ("int(answer", "(answer")),
    wrong("08-72", "not asked for", "KeyError", ("MessageSystemAttributeNames", "MessageAttributeNames")),
    wrong("08-72", "when it was sent", "how often it was received", ("ApproximateReceiveCount", "SentTimestamp")),
    right("08-72", "all attributes", ('["ApproximateReceiveCount"],', '["All"],')),
    wrong("08-73", "always", "get_item finds one", ('"Item" in orders.get_item(Key=key)', "True")),
    wrong("08-73", "of the letter's outside", "ended with an error", ('["detail"]["data"]', "")),
    wrong("08-73", "half the key", "ended with an error", (', "orderId": checkout["checkoutId"]', "")),
    wrong("08-73", "any order of the user", "get_item finds one", ('"Item" in orders.get_item(Key=key)', """bool(
        orders.query(
            KeyConditionExpression="userName = :u",
            ExpressionAttributeValues={":u": checkout["userName"]},
        )["Items"]
    )""")),
    wrong("08-73", "the order itself", "get_item finds one", ('"Item" in orders.get_item(Key=key)',
          'orders.get_item(Key=key).get("Item", {})')),
    right("08-73", "by its name", ('return "Item" in orders.get_item(Key=key)',
          'found = orders.get_item(Key=key).get("Item", {})\n'
          '    return found.get("orderId") == checkout["checkoutId"]')),
    wrong("08-74", "always", "EventBridge says whether they fit", ('answer["Result"]', "True")),
    wrong("08-74", "another bus", "ended with an error", (', EventBusName=outputs["EventBusName"]', "")),
    wrong("08-74", "the whole answer", "EventBridge says whether they fit", ('answer["Result"]', "answer")),
    wrong("08-74", "the detail only", "the event the whole one",
          ("json.dumps(event)", 'json.dumps(event["detail"])')),
    wrong("08-74", "nothing is returned", "returns nothing", ("return ", "")),
    right("08-74", "in one line", ('    answer = events', '    return events'),
          ("Event=json.dumps(event))\n    return answer", "Event=json.dumps(event))")),
]  # fmt: skip
