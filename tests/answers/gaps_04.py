"""What a person might write in the gaps of chapter 04: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

ORDER = '"orderId": order.pop("checkoutId"), '
DATE = '"orderDate": metadata["occurredAt"]'
REMEMBER = 'checkouts.remember(checkout["checkoutId"], {**checkout, "acceptedAt": occurred_at})'
NAMED = '        basket.function.add_environment("CHECKOUTS_NAME", checkouts.table_name)'
GET = 'stored.get_item(Key={"userName": user_name, "orderId": order_id})["Item"]["totalPrice"]'
ALONE = '"FilterArns": [rule["Arn"]]'
FAILED = 'if "ErrorCode" in told'

LINES = [
    # step 1: the rules of a bus
    wrong("04-15", "of the default bus", "the account's default bus", ("EventBusName=bus", "")),
    wrong("04-15", "the whole answer", 'stands under "Rules"', ('["Rules"]', "")),
    wrong("04-15", "the buses", "each bus has rules of its own",
          ('list_rules(EventBusName=bus)["Rules"]', 'list_event_buses()["EventBuses"]')),
    wrong("04-15", "a bus by name", "the name that the function is given",
          ("EventBusName=bus", 'EventBusName="ShopEventBus"')),
    wrong("04-15", "their names", "only what they are called",
          ('return events.list_rules(EventBusName=bus)["Rules"]',
           'return [rule["Name"] for rule in events.list_rules(EventBusName=bus)["Rules"]]')),
    right("04-15", "paged", ('return events.list_rules(EventBusName=bus)["Rules"]',
          ('pages = events.get_paginator("list_rules").paginate(EventBusName=bus)\n'
          '    return [rule for page in pages for rule in page["Rules"]]'))),
    # step 2: a pattern for everything
    wrong("04-20", "Basket's", "what not every event has there", ('events.Match.prefix("")', '["shop.basket"]')),
    wrong("04-20", "the shop's", "what not every event has there", ('prefix("")', 'prefix("shop.")')),
    wrong("04-20", "checkouts", "what not every event has there",
          ('source=events.Match.prefix("")', 'detail_type=["BasketCheckedOut"]')),
    right("04-20", "any kind", ('source=events.Match.prefix("")', 'detail_type=events.Match.prefix("")')),
    right("04-20", "it exists", ('prefix("")', "exists()")),
    # step 3: a condition
    wrong("04-32", "as much", "a price of just as much", ('">"', '">="')),
    wrong("04-32", "no list", "without a list around it", ('[{"numeric": [">", price]}]', '{"numeric": [">", price]}')),
    wrong("04-32", "CHECKOUTS changed", "CHECKOUTS itself is changed",
          ("return CHECKOUTS | ", "CHECKOUTS.update("), ("price]}]}}}", "price]}]}}})\n    return CHECKOUTS")),
    wrong("04-32", "a level too few", "name by name", ('{"data": {"totalPrice": [{"numeric": [">", price]}]}}',
                                                        '{"totalPrice": [{"numeric": [">", price]}]}')),
    wrong("04-32", "always 100", "name by name", ("price]", "100]")),
    wrong("04-32", "whatever is sold", "what is no checkout", ("CHECKOUTS | {", '{"source": ["shop.basket"]} | {')),
    right("04-32", "as a dict", ('CHECKOUTS | {"detail":', '{**CHECKOUTS, "detail":')),
    # step 4: field by field
    wrong("04-47", "the whole pattern", "each field is tried alone", ("{field: wanted}", "pattern")),
    wrong("04-47", "yes or no", "it is a dict", (("{field: fits({field: wanted}, event) for field, wanted in"
          " pattern.items()}"), "fits(pattern, event)")),
    wrong("04-47", "not the source", "with each field of the pattern", ("in pattern.items()}",
          'in pattern.items() if field != "source"}')),
    right("04-47", "a loop", ("return {field: fits({field: wanted}, event) for field, wanted in pattern.items()}",
          ("found = {}\n    for field in pattern:\n        found[field] = fits({field: pattern[field]}, event)\n"
          "    return found"))),
    # step 5: publish, and answer
    wrong("04-61", "a typo", "one that nobody reports", ("BasketCheckedOut", "BasketCheckedout")),
    wrong("04-61", "the customer", "the checkout fails", ("order, occurred_at", "customer, occurred_at")),
    wrong("04-61", "another moment is missing", "the checkout fails", (", occurred_at", "")),
    wrong("04-61", "the checkout", "a consumer relies on each", ("order, occurred_at", "checkout, occurred_at")),
    wrong("04-61", "nothing is remembered", "what was accepted", (REMEMBER, "")),
    wrong("04-61", "no moment", "the event has the same", (', "acceptedAt": occurred_at', "")),
    wrong("04-61", "another id", "under the checkoutId", ('(checkout["checkoutId"], {', '(customer["userName"], {')),
    right("04-61", "by name", ('"BasketCheckedOut", order, occurred_at',
                                'detail_type="BasketCheckedOut", data=order, occurred_at=occurred_at')),
    wrong("04-63", "created", "Basket cannot know", ("202", "201")),
    wrong("04-63", "all is well", "Basket cannot know", ("202", "200")),
    wrong("04-63", "nothing is checked out", "the checkout fails", ("answer(202, checkout.check_out(customer))",
                                                                    "answer(404, {})")),
    right("04-63", "two lines", ("return answer(202, checkout.check_out(customer))",
                                  "accepted = checkout.check_out(customer)\n    return answer(202, accepted)")),
    wrong("04-110", "another key", "found by the id of its request", ('"requestId"', '"checkoutId"')),
    wrong("04-110", "not told", "from CHECKOUTS_NAME", (NAMED, "        pass")),
    wrong("04-110", "everything", "does nothing else with it", ('"dynamodb:PutItem"', '"dynamodb:*"')),
    wrong("04-110", "another right", "does nothing else with it", ('"dynamodb:PutItem"', '"dynamodb:GetItem"')),
    right("04-110", "by name", ('ServiceTable(self, "Checkouts", "requestId")',
                                'ServiceTable(self, "Checkouts", key="requestId")')),
    # step 6: an order of an event
    wrong("04-74", "an id of its own", "must be the event's checkoutId", ('order.pop("checkoutId")',
          '__import__("uuid").uuid4().hex')),
    wrong("04-74", "the event's id", "must be the event's checkoutId", ('order.pop("checkoutId")',
                                                                         'metadata["eventId"]')),
    wrong("04-74", "floats", "the handler fails", (", parse_float=Decimal", "")),
    wrong("04-74", "no detail", "the handler fails", ('event["detail"]["data"]', 'event["data"]')),
    wrong("04-74", "the moment it is heard of", "the moment at which the checkout happened",
          ('metadata["occurredAt"]', 'event["time"]')),
    right("04-74", "one by one", ("order = {" + ORDER + DATE + ", **order}",
          'order["orderId"] = order.pop("checkoutId")\n    order["orderDate"] = metadata["occurredAt"]')),
    # step 7: where a replay goes
    wrong("04-85", "to all", "without FilterArns", (", " + ALONE, "")),
    wrong("04-85", "to both", "name Ordering's rule alone", (ALONE, """"FilterArns": [
            each["Arn"] for each in rules_of(outputs["EventBusName"])
        ]""")),
    wrong("04-85", "by name", "FilterArns has ARNs", ('[rule["Arn"]]', '[rule["Name"]]')),
    right("04-85", "as a dict", ('{"Arn": bus_arn(), "FilterArns": [rule["Arn"]]}',
                                  'dict(Arn=archive["EventSourceArn"], FilterArns=[rule["Arn"]])')),
    # step 8: what was not taken
    wrong("04-97", "all, if any", "look at every one", (FAILED, 'if answer["FailedEntryCount"]')),
    wrong("04-97", "those that were taken", "the ones that were taken", (FAILED, 'if "EventId" in told')),
    wrong("04-97", "what was answered", "what was sent", ("return [sent for", "return [told for")),
    wrong("04-97", "how many", "a list of entries", ("return [", "return len(["), ("in told]", "in told])")),
    right("04-97", "no id", (FAILED, 'if "EventId" not in told')),
    # questions
    wrong("04-129b", "all rules", "if its own EventPattern fits", (
          ' if fits(json.loads(rule["EventPattern"]), event)', "")),
    wrong("04-129b", "the rules", "a list of the names", ('[rule["Name"] for', "[rule for")),
    wrong("04-129b", "the account's own bus", "each rule of our bus", (
          'rules_of(outputs["EventBusName"])', 'rules_of("default")')),
    right("04-129b", "a set", ('return [rule["Name"]', 'return {rule["Name"]'), ("event)]", "event)}")),
    wrong("04-129c", "of everybody", "of this function", ("FunctionName=function", "")),
    wrong("04-129c", "the ids", "EventSourceArn of each mapping", ('["EventSourceArn"]', '["UUID"]')),
    wrong("04-129c", "the first one", "a list of ARNs",
          ("return [", "return next(iter(["), ("found]", "found]), None)")),
    right("04-129c", "paged",
          ('found = lambda_.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]',
          ('pages = lambda_.get_paginator("list_event_source_mappings").paginate(FunctionName=function)\n'
          '    found = [mapping for page in pages for mapping in page["EventSourceMappings"]]'))),
    wrong("04-129d", "the whole order", "more than the price", ('["Item"]["totalPrice"]', '["Item"]')),
    wrong("04-129d", "the first of the user", "another order of the same user", (GET, """stored.query(
        KeyConditionExpression="userName = :u", ExpressionAttributeValues={":u": user_name}
    )["Items"][0]["totalPrice"]""")),
    wrong("04-129d", "a scan", "reads every order", (GET, """next(
        item["totalPrice"] for item in stored.scan()["Items"] if item["orderId"] == order_id
    )""")),
    wrong("04-129d", "half a key", "a call is refused", (', "orderId": order_id', "")),
    right("04-129d", "Query", (GET, """stored.query(
        KeyConditionExpression="userName = :u AND orderId = :o",
        ExpressionAttributeValues={":u": user_name, ":o": order_id},
    )["Items"][0]["totalPrice"]""")),
]  # fmt: skip
