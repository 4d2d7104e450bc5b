"""What a person might write in the gaps of chapter 12: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

OF_IT = 'of_it & (lines.level == "ERROR")'
SIGN = "            authorization_type=apigateway.AuthorizationType.IAM,"
OPERATOR = "ForAllValues:StringEquals"
NO_CONDITION = (", conditions=in_this_name", "")
IDS = '{it["data"]["refundId"] for it in told if it["data"]["checkoutId"] == good["checkoutId"]}'
REFUSED = "if has_card_number(body):"
NAMES = '[alarm["AlarmName"] for alarm in found if wanted in alarm["Dimensions"]]'

LINES = [
    # step 1: the refusal
    wrong("12-08", "all that failed", "tells this one from them", (OF_IT, 'lines.level == "ERROR"')),
    wrong("12-08", "all lines of the request", "its level is ERROR", (OF_IT, "of_it")),
    wrong("12-08", "the texts", "what comes back must be the lines",
          (f"lines[{OF_IT}]", f"list(lines[{OF_IT}].message)")),
    right("12-08", "loc", (f"lines[{OF_IT}]", f"lines.loc[{OF_IT}]")),
    right("12-08", "twice", (OF_IT, "of_it"), ("return lines[of_it]", 'return lines[of_it][lines.level == "ERROR"]')),
    # step 2: a forged event
    wrong("12-14", "its own name", "wants to be somebody else", ("shop.product", "shop.basket")),
    wrong("12-14", "a capital letter", "letter by letter", ("shop.product", "shop.Product")),
    wrong("12-14", "without the shop", "letter by letter", ("shop.product", "product")),
    wrong("12-14", "a small letter", "with a capital letter", ("Source=", "source=")),
    right("12-14", "put together", ('"shop.product"', '".".join(["shop", "product"])')),
    # step 3 and 4: who must sign, and who may publish
    wrong("12-26", "nobody must", "callers must sign", ("AuthorizationType.IAM", "AuthorizationType.NONE")),
    wrong("12-26", "nothing is said", "callers must sign", (SIGN, "")),
    wrong("12-26", "none", "callers must sign", ("apigateway.AuthorizationType.IAM", "None")),
    right("12-26", "by its name", ("AuthorizationType.IAM", 'AuthorizationType["IAM"]')),
    wrong("12-33", "every action", "One action is enough", ("events:PutEvents", "events:*")),
    wrong("12-33", "every bus", "buses of others", ("bus.event_bus_arn", '"*"')),
    wrong("12-33", "no condition", "may publish as anybody", NO_CONDITION),
    wrong("12-33", "one of them", "may say what they like", (OPERATOR, "ForAnyValue:StringEquals")),
    wrong("12-33", "one name for all", "in its own name", (": source}", ': "shop.basket"}')),
    wrong("12-33", "all but this name", "StringEquals does", (OPERATOR, "ForAllValues:StringNotEquals")),
    wrong("12-33", "nobody gets it", "nothing lets it publish", ("function.add_to_role_policy(", "print(")),
    right("12-33", "made for one value", (OPERATOR, "StringEquals")),
    right("12-33", "a list of one", (": source}", ": [source]}")),
    right("12-33", "grant", ("function.add_to_role_policy(\n        iam.PolicyStatement(",
          "function.role.add_to_principal_policy(\n        iam.PolicyStatement(")),
    # step 5: refused late
    wrong("12-50", "text", "API Gateway refuses it already", ("12.505", '"12.505"')),
    wrong("12-50", "two decimals", "has nothing against it", ("12.505", "12.5")),
    wrong("12-50", "too little", "API Gateway refuses it already", ("12.505", "0.001")),
    wrong("12-50", "too much", "API Gateway refuses it already", ("12.505", "20_000")),
    right("12-50", "a tenth of a cent", ("12.505", "0.011")),
    # step 6: card numbers, and how long a copy is kept
    wrong("12-61d", "nothing is refused", "looks at all of the body", (REFUSED, "if False:")),
    wrong("12-61d", "the address only", "looks at all of the body", ("(body):", '(body.get("address")):')),
    wrong("12-61d", "values only", "says the number again", ("(body):", "([*body.values()]):")),
    wrong("12-61d", "another error", "only a BadRequestError", ("raise BadRequestError", "raise ValueError")),
    wrong("12-61d", "all but card numbers", "looks at all of the body", ("if has", "if not has")),
    wrong("12-61d", "the fields first", "comes first",
          ("    if has", "    checked(body, CHECKOUT, required=CHECKOUT)\n    if has")),
    right("12-61d", "in other words", ("Never send a card number here. How to pay is enough: card or invoice.",
          "card or invoice is all that we want to know.")),
    right("12-61d", "name by name", ("(body):", "([*body.items()]):")),
    wrong("12-63", "seconds", "a day has 86,400", (" // 86400", "")),
    wrong("12-63", "hours", "a day has 86,400", ("86400", "3600")),
    wrong("12-63", "the visibility timeout", "a time of its own", ('"MessageRetentionPeriod"', '"VisibilityTimeout"')),
    wrong("12-63", "always the same queue", "a time of its own", ("outputs[queue]", 'outputs["OrderingQueue"]')),
    right("12-63", "with decimals", ("// 86400", "/ (24 * 60 * 60)")),
    # step 7: changed after signing
    wrong("12-67", "as signed", "the signature fits", ('good | {"amount": 1}', "good")),
    wrong("12-67", "the same amount", "the signature fits", ('"amount": 1', '"amount": 12.5')),
    wrong("12-67", "the same reason", "the signature fits", ('"amount": 1', '"reason": "late"')),
    right("12-67", "another reason", ('"amount": 1', '"reason": "damaged"')),
    # the questions
    wrong("12-75b", "one for each event", "a set does that", (IDS, f"[{IDS[1:-1]}]")),
    wrong("12-75b", "the events", "the same each time", ('it["data"]["refundId"]', 'it["metadata"]["eventId"]')),
    wrong("12-75b", "how many", "len counts them", (IDS, f"len({IDS})")),
    right("12-75b", "a list of a set", (IDS, f"list({IDS})")),
    wrong("12-75d", "on which bus", "Resource says on which bus",
          ('found[name] = condition["events:source"]', 'found[name] = statement["Resource"]')),
    wrong("12-75d", "the first only", "may publish, too",
          ("return found", 'return {"BasketPublisher": found["BasketPublisher"]}')),
    wrong("12-75d", "the sources", "from a function's name", ("return found", "return [*found.values()]")),
    right("12-75d", "lists", ('= condition["events:source"]', '= [condition["events:source"]]')),
    wrong("12-75f", "all of EventLog's", "and at no other", ("wanted in alarm[\"Dimensions\"]",
          'alarm["AlarmName"].startswith("EventLog")')),
    wrong("12-75f", "the alarms", "its AlarmName only", ('[alarm["AlarmName"] for', "[alarm for")),
    wrong("12-75f", "one queue only", "and at no other", ('queue_url.split("/")[-1]',
          'outputs["EventLogDeadLetters"].split("/")[-1]')),
    wrong("12-75f", "written down", "and at no other", (NAMES, '["EventLog-DeadLetters-Depth"]')),
    wrong("12-75f", "by their names", "ask the cloud each time", ('wanted in alarm["Dimensions"]',
          'wanted in alarm["Dimensions"] and len(alarm["AlarmName"]) < 40')),
    right("12-75f", "a set", (NAMES, "{" + NAMES[1:-1] + "}")),
]  # fmt: skip
