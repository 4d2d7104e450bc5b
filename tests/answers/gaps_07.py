"""What a person might write in the gaps of chapter 07: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

EACH = '    for record in event["Records"]:\n        process(record)'
BATCHED = """    return process_partial_response(
        event=event, record_handler=process, processor=processor, context=context
    )"""
METRIC = """metric=dead_letters.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            )"""
SEND = '    sqs.send_message(QueueUrl=QUEUE, MessageBody=message["Body"])'
DELETE = '    sqs.delete_message(QueueUrl=DEAD, ReceiptHandle=message["ReceiptHandle"])'
LIMIT = '    poller(ScalingConfig={"MaximumConcurrency": 2})'
DENIED = '{"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"}'
KEPT = '        "DeadLetterConfig": {"Arn": arn_of_undelivered},'
RETRIED = '        "RetryPolicy": {"MaximumEventAgeInSeconds": 7200, "MaximumRetryAttempts": 10},\n'
DAYS = 'int(attribute(url, "MessageRetentionPeriod")) / 86400 - waited'
POLICY = '    policy = json.loads(attribute(url, "RedrivePolicy"))\n'
TRIES = 'policy["maxReceiveCount"] * int(attribute(url, "VisibilityTimeout"))'

LINES = [
    # step 1: nothing is caught
    wrong("07-11", "caught, as it was", "still catches", (EACH, """\
    for record in event["Records"]:
        try:
            process(record)
        except Exception:
            logger.exception("Something went wrong")""")),
    wrong("07-11", "what is no JSON is caught", "still catches", (EACH, """\
    for record in event["Records"]:
        try:
            process(record)
        except ValueError:
            logger.exception("No JSON")""")),
    wrong("07-11", "the first one only", "process each record", (EACH, '    process(event["Records"][0])')),
    wrong("07-11", "nothing is done", "still catches", (EACH, '    return len(event["Records"])')),
    right("07-11", "logged, and raised again", (EACH, """\
    for record in event["Records"]:
        try:
            process(record)
        except Exception:
            logger.exception("Something went wrong")
            raise""")),
    # step 2: the partial answer
    wrong("07-22", "as it was", "brings the whole batch back", (BATCHED, EACH)),
    wrong("07-22", "nothing is returned", "must return", ("return ", "")),
    wrong("07-22", "all are named", "a good message is named", (BATCHED, """\
    named = [{"itemIdentifier": record["messageId"]} for record in event["Records"]]
    return {"batchItemFailures": named}""")),
    wrong("07-22", "nobody is named", "must return", (BATCHED, '    return {"batchItemFailures": []}')),
    right("07-22", "step by step", (BATCHED, """\
    with processor(event["Records"], process, context):
        processor.process()
    return processor.response()""")),
    # step 2: send, then delete
    wrong("07-25", "deleted first", "send first", (f"{SEND}\n{DELETE}", f"{DELETE}\n{SEND}")),
    wrong("07-25", "not deleted", "with each redrive", (f"\n{DELETE}", "")),
    wrong("07-25", "not sent", "sent nowhere is lost", (f"{SEND}\n", "")),
    wrong("07-25", "back to the dead letters", "where the worker's poller", ("QueueUrl=QUEUE", "QueueUrl=DEAD")),
    wrong("07-25", "deleted elsewhere", "is deleted there", ("QueueUrl=DEAD", "QueueUrl=QUEUE")),
    wrong("07-25", "the whole message", "as it came", ('message["Body"]', "json.dumps(message)")),
    wrong("07-25", "the message's id", "the handle of this receiving", ("ReceiptHandle\"]", "MessageId\"]")),
    wrong("07-25", "an attribute that it has not", "ended with an error", ('message["Body"]', 'message["body"]')),
    right("07-25", "as batches of one", (SEND, """\
    sqs.send_message_batch(QueueUrl=QUEUE, Entries=[{"Id": "1", "MessageBody": message["Body"]}])"""), (DELETE, """\
    handle = message["ReceiptHandle"]
    sqs.delete_message_batch(QueueUrl=DEAD, Entries=[{"Id": "1", "ReceiptHandle": handle}])""")),
    # step 3: the alarm
    wrong("07-31", "the other queue", "another queue", ("metric=dead_letters", "metric=queue")),
    wrong("07-31", "what was sent", "does not count as sent",
          ("approximate_number_of_messages_visible", "number_of_messages_sent")),
    wrong("07-31", "the smallest number", "the largest number counts", ('"Maximum"', '"Minimum"')),
    wrong("07-31", "once in a quarter of an hour", "no reason to wait", ("minutes(1)", "minutes(15)")),
    right("07-31", "in other words", (METRIC, """metric=dead_letters.metric(
                "ApproximateNumberOfMessagesVisible",
                period=Duration.seconds(60), statistic=cloudwatch.Stats.MAXIMUM,
            )""")),
    # step 4: the visibility timeout
    wrong("07-50", "just the worker's limit", "may still be busy", ("hidden_for=30", "hidden_for=5")),
    wrong("07-50", "twice the limit", "may still be busy", ("hidden_for=30", "hidden_for=10")),
    wrong("07-50", "two tries", "a short outage", ("tries=5", "tries=2")),
    right("07-50", "longer, and oftener", ("hidden_for=30, tries=5", "hidden_for=60, tries=8")),
    # step 5: the mapping's limit
    wrong("07-54", "the first way once more", "uses up a try",
          (LIMIT, "    lambda_.put_function_concurrency(FunctionName=WORKER, ReservedConcurrentExecutions=2)")),
    wrong("07-54", "three", "two is what is wanted", ('": 2', '": 3')),
    wrong("07-54", "twenty", "two is what is wanted", ('": 2', '": 20')),
    wrong("07-54", "no limit at all", "takes max_concurrency", ('{"MaximumConcurrency": 2}', "{}")),
    right("07-54", "without poller", (LIMIT, """\
    lambda_.update_event_source_mapping(
        UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": 2}
    )""")),
    # step 6: the outage
    wrong("07-60", "allowed", "only a Deny does", ('"Deny"', '"Allow"')),
    wrong("07-60", "reading forbidden", "stores an order", ("dynamodb:PutItem", "dynamodb:GetItem")),
    wrong("07-60", "everything forbidden", "the poller receives", ('"dynamodb:PutItem"', '"*"')),
    wrong("07-60", "on another table", "forbids this elsewhere",
          ('"*"', '"arn:aws:dynamodb:us-east-1:000000000000:table/Another"')),
    right("07-60", "all of DynamoDB, in lists", ('"dynamodb:PutItem"', '["dynamodb:*"]'), ('"*"', '["*"]')),
    # step 7: the target
    wrong("07-70", "nowhere to keep it", "is dropped", (f"\n{KEPT}", "")),
    wrong("07-70", "among Ordering's own", "kept apart", ("arn_of_undelivered", 'attribute(DEAD, "QueueArn")')),
    wrong("07-70", "an address", "kept apart", ("arn_of_undelivered", 'outputs["OrderingUndelivered"]')),
    wrong("07-70", "minutes", "counted in seconds", ("7200", "120")),
    wrong("07-70", "no retry policy", "counted in seconds", (RETRIED, "")),
    right("07-70", "in another order", (RETRIED, ""), (KEPT, f"{KEPT}\n{RETRIED.rstrip()}")),
    # questions
    wrong("07-77c", "as if it were new", "first sent", (" - waited", "")),
    wrong("07-77c", "seconds", "in seconds", (" / 86400 - waited", " - waited * 86400")),
    wrong("07-77c", "the number in the stack", "something else", (DAYS, "14 - waited")),
    wrong("07-77c", "text", "ended with an error", (DAYS, 'attribute(url, "MessageRetentionPeriod") - waited')),
    right("07-77c", "by pandas", (DAYS, """(
        pd.Timedelta(seconds=int(attribute(url, "MessageRetentionPeriod"))) / pd.Timedelta(days=1)
        - waited
    )""")),
    wrong("07-77e", "one try", "the time of one try", (TRIES, 'int(attribute(url, "VisibilityTimeout"))')),
    wrong("07-77e", "the tries alone", "the number of tries", (TRIES, 'policy["maxReceiveCount"]')),
    wrong("07-77e", "the numbers in the stack", "something else", (POLICY, ""), (TRIES, "5 * 30")),
    wrong("07-77e", "five tries", "the number in the stack", (POLICY, ""),
          (TRIES, '5 * int(attribute(url, "VisibilityTimeout"))')),
    right("07-77e", "floats, in one line", (POLICY, ""), (TRIES, """float(attribute(url, "VisibilityTimeout")) * int(
        json.loads(attribute(url, "RedrivePolicy"))["maxReceiveCount"]
    )""")),
    wrong("07-77g", "all of them", "all is kept", ('        if "DeadLetterConfig" not in goal\n', "")),
    wrong("07-77g", "those that keep", "all is kept", ("not in goal", "in goal")),
    wrong("07-77g", "without a retry policy", "all is kept", ("DeadLetterConfig", "RetryPolicy")),
    wrong("07-77g", "of the other bus", "are missing", ("list_rules(**WHERE)", "list_rules()")),
    wrong("07-77g", "the targets' ids", "all is kept", ('        rule["Name"]\n', '        goal["Id"]\n')),
    right("07-77g", "a set", ("return [", "return {"), ("not in goal\n    ]", "not in goal\n    }")),
]  # fmt: skip
