"""What a person might write in the gaps of chapter 05: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

CONDITION = ', ConditionExpression=Attr("orderId").not_exists()'
CAUGHT = "    except ConditionFailed:\n        return False\n"
ANSWER = """return process_partial_response(
        event=event, record_handler=process, processor=processor, context=context
    )"""
DELETE = 'sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])'
BY_DATE = 'add_index("by-date", "userName", "orderDate")'
GRANT = '        ordering.function.allow(by_date, "dynamodb:Query")'
END = '"9999-12-31T23:59:59.999Z" if last is None else '
PATTERN = '[pattern] = [rule["EventPattern"] for rule in rules if rule["Name"].startswith("Ordering-")]'

LINES = [
    # step 1: the pattern and the target
    wrong("05-04", "any version", "other versions, too", ('["1"]', '["1", "2"]')),
    wrong("05-04", "a number", "does not fit a checkout", ('["1"]', "[1]")),
    wrong("05-04", "a level too few", "does not fit a checkout", ('{"metadata": {"schemaVersion": ["1"]}}',
                                                                   '{"schemaVersion": ["1"]}')),
    wrong("05-04", "the function still", "still calls the function",
          ("targets.SqsQueue(queue)", "targets.LambdaFunction(function)")),
    wrong("05-04", "both", "still calls the function",
          ("targets.SqsQueue(queue)", "targets.SqsQueue(queue), targets.LambdaFunction(function)")),
    right("05-04", "a match", ('["1"]', 'events.Match.exact_string("1")')),
    # step 2: deleted
    wrong("05-18", "by the message's id", "named by the ReceiptHandle", ('message["ReceiptHandle"]',
                                                                          'message["MessageId"]')),
    wrong("05-18", "all of them", "the others go with it", (DELETE, "sqs.purge_queue(QueueUrl=url)")),
    wrong("05-18", "made visible", "it is still there", (DELETE, """sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )""")),
    right("05-18", "boto3's resource",
          (DELETE, 'boto3.resource("sqs").Message(url, message["ReceiptHandle"]).delete()')),
    # step 3: store, and the visibility timeout
    wrong("05-23", "no condition", "took the place of the first", (CONDITION, "")),
    wrong("05-23", "the other way round", "nothing is written", ("not_exists", "exists")),
    wrong("05-23", "always new", "False for one that was there", ("return False", "pass")),
    wrong("05-23", "nothing is caught", "told again is no error", ("except ConditionFailed", "except KeyError")),
    wrong("05-23", "nothing is returned", "returns True for a new order", ("    return True", "    return None")),
    right("05-23", "else", (CAUGHT + "    return True", CAUGHT + "    else:\n        return True")),
    right("05-23", "in DynamoDB's words", ('Attr("orderId").not_exists()', '"attribute_not_exists(orderId)"')),
    wrong("05-27", "as long as the worker may run", "six times that", ("seconds(30)", "seconds(5)")),
    wrong("05-27", "twice as long", "six times that", ("seconds(30)", "seconds(10)")),
    wrong("05-27", "five times", "six times that", ("seconds(30)", "seconds(25)")),
    right("05-27", "as minutes", ("seconds(30)", "minutes(0.5)")),
    # step 4: the partial batch response
    wrong("05-38", "not returned", "must return what process_partial_response", ("return ", "")),
    wrong("05-38", "nothing failed", "what is not among the failures", (ANSWER, 'return {"batchItemFailures": []}')),
    wrong("05-38", "all failed", "would come again and again", (ANSWER, """return {
        "batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"]]
    }""")),
    wrong("05-38", "one after the other", "brings the whole batch back",
          (ANSWER, 'for record in event["Records"]:\n        process(record)')),
    right("05-38", "the processor itself", (ANSWER, """with processor(records=event["Records"], handler=process):
        processor.process()
    return processor.response()""")),
    # step 5: how many
    wrong("05-47", "those that wait", "in flight are not done", (', "ApproximateNumberOfMessagesNotVisible"', "")),
    wrong("05-47", "text", "that is text", ("sum(map(int, counts.values()))", '"".join(counts.values())')),
    wrong("05-47", "the queue of step 1", "of this queue", ("QueueUrl=url", "QueueUrl=QUEUE")),
    right("05-47", "one by one", ("sum(map(int, counts.values()))", "int(counts[names[0]]) + int(counts[names[1]])")),
    # step 6: once more
    wrong("05-58b", "no batch", "something else than a batch", ("batch(body)", "body")),
    wrong("05-58b", "nothing is returned", "return what invoke gives", ("return ", "")),
    wrong("05-58b", "nobody waits", "nobody waits for this call", ("batch(body)", "batch(body), wait=False")),
    wrong("05-58b", "another message", "the body that is given", ("batch(body)", "batch(bad)")),
    right("05-58b", "two lines", ("return invoke(WORKER, batch(body))",
                                   "answer = invoke(WORKER, batch(*[body]))\n    return answer")),
    # step 7: six times
    wrong("05-60", "once", "the function's own timeout", ("6 * ", "")),
    wrong("05-60", "always the same", "of the function that is given",
          ('6 * lambda_.get_function_configuration(FunctionName=function)["Timeout"]', "30")),
    wrong("05-60", "always the worker's", "of the function that is given", ("FunctionName=function",
                                                                              "FunctionName=WORKER")),
    right("05-60", "get_function", ('get_function_configuration(FunctionName=function)["Timeout"]',
                                     'get_function(FunctionName=function)["Configuration"]["Timeout"]')),
    # step 8: index, grant, dates
    wrong("05-63", "another name", "an index of that name", (BY_DATE, BY_DATE.replace("by-date", "dates"))),
    wrong("05-63", "the keys the other way round", "finds items by its partition key",
          (BY_DATE, 'add_index("by-date", "orderDate", "userName")')),
    wrong("05-63", "no right", "a resource of its own", ("\n" + GRANT, "")),
    wrong("05-63", "a right on the table", "a resource of its own",
          ("allow(by_date", "allow(ordering.table.table_arn")),
    wrong("05-63", "the worker's right", "a resource of its own", ('allow(by_date, "dynamodb:Query")',
                                                                    'allow(by_date, "dynamodb:GetItem")')),
    wrong("05-63", "more than Query", "all that it has to be allowed", ('"dynamodb:Query"',
                                                                         '"dynamodb:Query", "dynamodb:PutItem"')),
    right("05-63", "in one line", ("by_date = ordering.table." + BY_DATE + "\n" + GRANT,
          "ordering.function.allow(\n            ordering.table." + BY_DATE + ', "dynamodb:Query"\n        )')),
    wrong("05-65", "a day ends as it begins", "from its beginning to its end", ("time.max", "time.min")),
    wrong("05-65", "turned round", "a BadRequestError", ("if start > end", "if False")),
    wrong("05-65", "another error", "a BadRequestError", ("raise BadRequestError", "raise ValueError")),
    wrong("05-65", "no end", "to does not reach", ('moment("to", last, time.max)', '"9999-12-31T23:59:59.999Z"')),
    wrong("05-65", "always a date", "and no dates", (END, "")),
    right("05-65", "or", (END + 'moment("to", last, time.max)',
                          'last and moment("to", last, time.max) or "9999-12-31T23:59:59.999Z"')),
    # questions
    wrong("05-85b", "whatever the table", "on a resource", ("put_item in allowed(outputs[name])",
          '"dynamodb:PutItem" in [action for action, _ in allowed(outputs[name])]')),
    wrong("05-85b", "nobody", "compare with its own ARN", ('"TableArn"', '"TableName"')),
    wrong("05-85b", "yes or no", "in a list", ("return [", "return any(["), ("[name])]", "[name])])")),
    wrong("05-85b", "from memory", "on a resource", (
          "[name for name in FUNCTIONS if put_item in allowed(outputs[name])]", '["OrderingWorker"]')),
    right("05-85b", "a set", ("return [", "return {"), ("[name])]", "[name])}")),
    wrong("05-85c", "any rule", "Ordering's own rule", (' if rule["Name"].startswith("Ordering-")', ""),
          ("[pattern] = ", "pattern, *_ = ")),
    wrong("05-85c", "the source", "Ordering's own rule",
          (PATTERN, 'pattern = json.dumps({"source": ["shop.basket"]})')),
    wrong("05-85c", "the whole answer", "True or False", ('["Result"]', "")),
    wrong("05-85c", "every checkout", "Ordering's own rule",
          (PATTERN, 'pattern = json.dumps({"detail-type": ["BasketCheckedOut"]})')),
    right("05-85c", "by its target", (PATTERN, """names = ["QueueArn"]
    arn = sqs.get_queue_attributes(QueueUrl=QUEUE, AttributeNames=names)
    names = bus.list_rule_names_by_target(
        TargetArn=arn["Attributes"]["QueueArn"], EventBusName="ShopEventBus"
    )["RuleNames"]
    [pattern] = [rule["EventPattern"] for rule in rules if rule["Name"] in names]""")),
    wrong("05-85d", "seconds", "these are seconds", (" / (24 * 60 * 60)", "")),
    wrong("05-85d", "from memory", "keeps messages for",
          ('int(found["MessageRetentionPeriod"]) / (24 * 60 * 60)', "7")),
    wrong("05-85d", "hidden for so long", "not kept", ("MessageRetentionPeriod", "VisibilityTimeout")),
    right("05-85d", "whole days", ("/ (24 * 60 * 60)", "// 86400")),
]  # fmt: skip
