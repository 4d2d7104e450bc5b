"""What a person might write in the gaps of chapter 11: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

FOUND = "lines[lines.correlation_id == correlation_id]"
NOT_STORED = 'metrics.add_metric("NotStored", MetricUnit.Count, 1)'
ORDERS = 'metrics.add_metric("OrdersStored", MetricUnit.Count, int(new))'
MONEY = 'metrics.add_metric("Revenue", MetricUnit.NoUnit, order["totalPrice"] if new else 0)'
RATE = "100 * (statuses >= 500).mean()"
ACCOUNT = '{"StringEquals": {"aws:SourceAccount": self.account}}'
OLD = 'self.add(f"{path(queue)}-Age", age(queue), 300)'
MANY = '        self.add(f"{path(queue)}-Depth", depth(queue), 1000)'
ALLOWS = '"dynamodb:PutItem" in statement["Action"]'
HERE = ' and table_arn in statement["Resource"]'
WAITED = "(told.received_at - told.sent_at).astype(int).idxmax()"

LINES = [
    # step 1: the lines of one request
    wrong("11-10", "what begins so", "if just that is its correlation_id",
          (FOUND, "lines[lines.correlation_id.str.startswith(correlation_id, na=False)]")),
    wrong("11-10", "another column", "0 lines", ("lines.correlation_id", "lines.message")),
    wrong("11-10", "everything", "and no line else", (FOUND, "lines")),
    wrong("11-10", "always visit 7", "the 3 lines of visit-1", ("== correlation_id", '== "visit-7"')),
    wrong("11-10", "the condition itself", "a condition in it", (FOUND, "lines.correlation_id == correlation_id")),
    right("11-10", "a query", (FOUND, 'lines.query("correlation_id == @correlation_id")')),
    right("11-10", "loc", (FOUND, "lines.loc[lines.correlation_id.isin([correlation_id])]")),
    # step 2: what the worker counts
    wrong("11-18", "counted again", "was counted again", ("int(new)", "1")),
    wrong("11-18", "no order", "that is new was not counted", (ORDERS, ""), ("if new else 0", "")),
    wrong("11-18", "money again", "brings no money again", (" if new else 0", "")),
    wrong("11-18", "no money", "brings money", (MONEY, "pass")),
    wrong("11-18", "what fails is nobody's", "nobody counted it", (NOT_STORED, "pass")),
    wrong("11-18", "nothing at all", "nothing was counted", (NOT_STORED, "pass"), (ORDERS, "pass"), (MONEY, "pass")),
    right("11-18", "only if it is new", (ORDERS, "if new:\n        " + ORDERS.replace("int(new)", "1")),
          ("    " + MONEY, "        " + MONEY.replace(" if new else 0", ""))),
    right("11-18", "a product", ('order["totalPrice"] if new else 0', 'new * order["totalPrice"]')),
    # step 3: the error rate
    wrong("11-28", "a share", "a hundred times as many", ("100 * ", "")),
    wrong("11-28", "all refusals", "are the caller's mistakes", (">= 500", ">= 400")),
    wrong("11-28", "above 500", "500 is an error itself", (">= 500", "> 500")),
    wrong("11-28", "only 500", "one of four is an error", (">= 500", "== 500")),
    wrong("11-28", "how many", "one of four is an error", (RATE, "(statuses >= 500).sum()")),
    right("11-28", "by the first digit", ("statuses >= 500", "statuses // 100 == 5")),
    wrong("11-28", "a length of nothing", "nothing to divide by",
          (RATE, "100 * sum(statuses >= 500) / len(statuses)")),
    right("11-28", "sum and length", (RATE, "100 * sum(statuses >= 500) / max(len(statuses), 1)")),
    # step 4: who may ring, and what rings
    wrong("11-33", "no condition", "anybody's alarms may ring here", (ACCOUNT, "{}")),
    wrong("11-33", "the region", "the alarms of this account", ("self.account", "self.region")),
    wrong("11-33", "another key", "and no others", ("aws:SourceAccount", "aws:PrincipalAccount")),
    wrong("11-33", "all but this", "and no others", ("StringEquals", "StringNotEquals")),
    right("11-33", "by their ARN", (ACCOUNT,
          '{"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:*:{self.account}:alarm:*"}}')),
    wrong("11-37", "minutes", "the age of a message is in seconds", ("300", "5")),
    wrong("11-37", "no depth", "ends in Depth", (MANY, "")),
    wrong("11-37", "the depth twice", "another metric than its name says", ("age(queue)", "depth(queue)")),
    wrong("11-37", "as for dead letters", "more than 1,000", ("1000", "0")),
    wrong("11-37", "the names of another queue", "no alarm of that name", ('{path(queue)}-Age', '{path(self)}-Age')),
    right("11-37", "the depth first", (OLD + "\n" + MANY, MANY.strip() + "\n        " + OLD)),
    # step 5: where time went
    wrong("11-59", "the queue until it is stored", "SQS is at work from queued to received",
          ("(queued, received)", "(queued, saved)")),
    wrong("11-59", "the publisher after the answer", "begins with what was handed to it",
          ("(accepted, published)", "(answered, published)")),
    wrong("11-59", "Basket until it is accepted", "Basket is at work from arrived to answered",
          ("(arrived, answered)", "(arrived, accepted)")),
    wrong("11-59", "one is missing", "each of the five", ('"Basket": (arrived, answered),', "")),
    right("11-59", "lists", ("(queued, received)", "[queued, received]")),
    # step 6: logs that go
    wrong("11-64", "one day", "wants the log beside it", ("=14", "=1")),
    wrong("11-64", "a week", "wants the log beside it", ("=14", "=7")),
    wrong("11-64", "the function itself", "/aws/lambda/ stands before", ("/aws/lambda/", "")),
    right("11-64", "with its value", ("client.put", "return client.put")),
    # the questions
    wrong("11-72b", "all with a right on it", "look at Action, too", (ALLOWS, "True")),
    wrong("11-72b", "all that put something", "look at Resource, too", (HERE, "")),
    wrong("11-72b", "the functions' names", "not the names that functions has",
          ("        name\n", "        functions[name]\n")),
    wrong("11-72b", "nobody", "somebody stores the orders", ("PutItem", "UpdateItem")),
    wrong("11-72b", "only whom one knows", "ask the cloud each time", ("for name in functions\n",
          'for name in ["OrderingWorker"]\n')),
    right("11-72b", "a set", ("return [", "return {"), ("    ]", "    }")),
    wrong("11-72e", "from the start", "goes off some minutes later", (' - alarm["Threshold"]', "")),
    wrong("11-72e", "the visibility timeout", "it deletes nothing", ("MessageRetentionPeriod", "VisibilityTimeout")),
    wrong("11-72e", "the dead letters", "another one", ("QueueUrl=QUEUE", "QueueUrl=DEAD")),
    wrong("11-72e", "text", "makes a number", ("int(found[name])", "found[name]"), (' - alarm["Threshold"]', "")),
    right("11-72e", "a whole number", ('alarm["Threshold"]', 'int(alarm["Threshold"])')),
    wrong("11-72h", "the shortest", "another one waited longer", ("idxmax", "idxmin")),
    wrong("11-72h", "how long it waited", "the id of an order", (f"told.checkout_id[{WAITED}]",
          "(told.received_at - told.sent_at).max()")),
    wrong("11-72h", "one of before", "the id of one of the eight", ("isin(eight)", "isin(bought)")),
    right("11-72h", "sorted", (f"told.checkout_id[{WAITED}]",
          "told.iloc[(told.received_at - told.sent_at).argmax()].checkout_id")),
]  # fmt: skip
