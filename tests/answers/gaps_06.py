"""What a person might write in the gaps of chapter 06: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

QUANTILES = ".quantile(list(names))"
SENT = """    return basket.send(
        "POST", "basket/checkout", json=shop_for(user), headers={"x-correlation-id": request}
    )"""
BUS = '"EventBusName": outputs["EventBusName"], '
MAY = """    return any(
        "dynamodb:PutItem" in statement["Action"] and orders_arn in statement["Resource"]
        for statement in statements(function)
    )"""
FITS = """        if bus.test_event_pattern(
            EventPattern=rule["EventPattern"], Event=json.dumps(event)
        )["Result"]
"""
WAITED = 'journey.hops[journey.hops["caller waits"]].milliseconds.max()'

LINES = [
    # step 1: what a stack knows
    wrong("06-06", "the outermost keys", "outermost keys", ("json.dumps(template)", "template")),
    wrong("06-06", "every stack", "not in its template", ("name in json.dumps(template)", "True")),
    wrong("06-06", "the stack's own name", "in its template", ("return name in", "return stack in")),
    wrong("06-06", "no such key", "ended with an error", ('"TemplateBody"', '"Template"')),
    right("06-06", "the keys as well", ("json.dumps(template)", "str(template)")),
    # step 2: the id
    wrong("06-08", "no header", "has made up an id",
          (SENT, '    return basket.post("basket/checkout", shop_for(user))')),
    wrong("06-08", "another header", "has made up an id", ('"x-correlation-id"', '"correlation-id"')),
    wrong("06-08", "a name of its own", "another name", ("-id\": request", '-id": "my-order"')),
    wrong("06-08", "in the body", "nothing more", (SENT, """\
    body = {**shop_for(user), "x-correlation-id": request}
    return basket.post("basket/checkout", body)""")),
    wrong("06-08", "nothing is returned", "returns nothing", ("return ", "")),
    right("06-08", "capital letters", ('"x-correlation-id"', '"X-Correlation-ID"')),
    # step 3: percentiles
    wrong("06-27", "the average", "return what quantile makes",
          (f"{QUANTILES}.round().rename(index=names)", ".mean()")),
    wrong("06-27", "without names", "are to be called so", (".rename(index=names)", "")),
    wrong("06-27", "nine of ten", "were quicker than the 95th percentile",
          (QUANTILES, ".quantile([0.5, 0.9, 1])"), (".rename(index=names)", ".set_axis(list(names.values()))")),
    wrong("06-27", "the quickest", "were quicker than the slowest",
          (QUANTILES, ".quantile([0.5, 0.95, 0])"), (".rename(index=names)", ".set_axis(list(names.values()))")),
    right("06-27", "all columns, not rounded", ('[["answered", "stored"]]', ""), (".round()", "")),
    # step 4: told again
    wrong("06-35", "no bus", "another bus", (BUS, "")),
    wrong("06-35", "another source", "to the letter", ("event.source", '"chapter-06"')),
    wrong("06-35", "another kind", "to the letter", ('"BasketCheckedOut"', '"OrderAgain"')),
    wrong("06-35", "the data alone", "metadata and all", ("event.detail)", 'event.detail["data"])')),
    right("06-35", "word by word", ("event.source", '"shop.basket"'), ("json.dumps(event.detail)", "text"),
          ("    boto3.client", "    text = json.dumps(event.detail, ensure_ascii=False, indent=1)\n    boto3.client")),
    # questions
    wrong("06-40c", "any table", "a table of its own", (' and orders_arn in statement["Resource"]', "")),
    wrong("06-40c", "any action", "reads orders", ('"dynamodb:PutItem" in statement["Action"] and ', "")),
    wrong("06-40c", "nobody", "the worker is allowed to", ('"dynamodb:PutItem"', '"dynamodb:Put"'),
          ('in statement["Action"]', 'in [statement["Action"]]')),
    wrong("06-40c", "everybody", "reads orders", (MAY, "    return True")),
    wrong("06-40c", "written down", "ask the cloud each time",
          (MAY, '    return function == outputs["OrderingWorker"]')),
    right("06-40c", "a loop", (MAY, """\
    for statement in statements(function):
        if "PutItem" in str(statement["Action"]) and orders_arn in str(statement["Resource"]):
            return True
    return False""")),
    wrong("06-40e", "all of them", "whose whole pattern does not fit", (FITS, "")),
    wrong("06-40e", "by the source alone", "whose whole pattern does not fit",
          (FITS, '        if event["source"] in rule["EventPattern"] or "prefix" in rule["EventPattern"]\n')),
    wrong("06-40e", "those that do not fit", "a rule", ("if bus.test", "if not bus.test")),
    wrong("06-40e", "the detail alone", "ended with an error", ("json.dumps(event)", 'event["detail"]')),
    right("06-40e", "a set", ("return [", "return {"), ('["Result"]\n    ]', '["Result"]\n    }')),
    wrong("06-40g", "until the order is stored", "until the answer is there",
          (WAITED, "journey.hops.milliseconds.max()")),
    wrong("06-40g", "until the bus has it", "until the answer is there",
          (WAITED, 'journey.hops[journey.hops["caller waits"]].milliseconds.median()')),
    wrong("06-40g", "the sum", "until the answer is there", (".max()", ".sum()")),
    wrong("06-40g", "all of them", "return a number", (".milliseconds.max()", ".milliseconds.to_list()")),
    right("06-40g", "by its name", (WAITED, """(
        journey.hops.set_index("what").milliseconds["the caller has the answer"]
    )""")),
]  # fmt: skip
