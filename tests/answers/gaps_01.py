"""What a person might write in the gaps of chapter 01: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

ON_FAILURE = "function.configure_async_invoke(on_failure=destinations.SqsDestination(failures))"
DEAD = "dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=2),"
READ = '    answer["Payload"] = answer["Payload"].read()\n'
BODIES = '[json.loads(record["body"]) for record in batch["Records"]]'
GOAL = 'configs[0]["DestinationConfig"]["OnFailure"]["Destination"]'

LINES = [
    # step 1: a call
    wrong("01-09", "nobody waits", "nobody waits for the result", ("InvocationType=kind", 'InvocationType="Event"')),
    wrong("01-09", "always waits", "InvocationType is kind", ("InvocationType=kind, ", "")),
    wrong("01-09", "the payload is not read", "a stream", (READ, "")),
    wrong("01-09", "seconds", "perf_counter counts seconds", (" * 1000", "")),
    wrong("01-09", "only the answer", "the answer and the milliseconds",
          (", (time.perf_counter() - started) * 1000", "")),
    wrong("01-09", "another event", "the payload is the order", ("json.dumps(order)", 'json.dumps({"order": order})')),
    right("01-09", "bytes, and nanoseconds", ("json.dumps(order)", "json.dumps(order).encode()"),
          ("perf_counter()", "perf_counter_ns()"), ("* 1000", "/ 1e6")),
    # step 2: errors and results
    wrong("01-17b", "the status is looked at", "goes on as if this were a result",
          ('"FunctionError" in answer', 'answer["StatusCode"] != 200')),
    wrong("01-17b", "the payload is looked at", "by nothing else",
          ('"FunctionError" in answer', '"errorMessage" in json.loads(answer["Payload"])')),
    wrong("01-17b", "no reason", "should hear why", ('json.loads(answer["Payload"])["errorMessage"]', '"failed"')),
    wrong("01-17b", "as it came", "json.loads makes",
          ('return json.loads(answer["Payload"])', 'return answer["Payload"]')),
    right("01-17b", "another error", ('"FunctionError" in answer', 'answer.get("FunctionError")'),
          ("RuntimeError", "ValueError")),
    # step 3: where failures go
    wrong("01-23", "for successes", "what is lost are the failures", ("on_failure", "on_success")),
    wrong("01-23", "a queue and no more", "no event gets into it", (f"\n        {ON_FAILURE}", "")),
    wrong("01-23", "no more tries", "tries twice more", ("(failures))", "(failures), retry_attempts=0)")),
    right("01-23", "two more tries", ("(failures))", "(failures), retry_attempts=2)")),
    # step 4: a batch, and what fails too often
    wrong("01-31", "as text", "the order is JSON text", (BODIES, '[record["body"] for record in batch["Records"]]')),
    wrong("01-31", "the records", "the order is JSON text", (BODIES, 'batch["Records"]')),
    wrong("01-31", "the first one", "all of them are to be priced",
          (BODIES, '[json.loads(batch["Records"][0]["body"])]')),
    right("01-31", "one after the other",
          (f"return {BODIES}", 'yield from (json.loads(record["body"]) for record in batch["Records"])')),
    wrong("01-33", "five times", "a message is received twice", ("count=2", "count=5")),
    wrong("01-33", "the other queue", "goes to another queue", ("=dead_letters", "=failures")),
    wrong("01-33", "none", "comes back until", (DEAD, "dead_letter_queue=None,")),
    right("01-33", "the other way round",
          ("queue=dead_letters, max_receive_count=2", "max_receive_count=2, queue=dead_letters")),
    # questions: an error, a destination, receives
    wrong("01-56c", "what FunctionError says", "Which one, the payload says",
          ('payload["errorMessage"]', 'answer["FunctionError"]')),
    wrong("01-56c", "the whole payload", "the text of the error", ('payload["errorMessage"]', "payload")),
    wrong("01-56c", "always an error", "None is returned for it", (' if "FunctionError" in answer else None', "")),
    wrong("01-56c", "nobody waits", "ends with an error", ("Payload=json", 'InvocationType="Event", Payload=json')),
    right("01-56c", "get", ('payload["errorMessage"] if "FunctionError" in answer else None',
          'payload.get("errorMessage")')),
    wrong("01-56e", "the configuration", "the ARN of the queue is asked for",
          ('["DestinationConfig"]["OnFailure"]["Destination"]', '["DestinationConfig"]')),
    wrong("01-56e", "always one", "the list is empty", (" if configs else None", "")),
    wrong("01-56e", "always Pricing's", "of the function that is given", ("=function)", "=PRICING)")),
    right("01-56e", "the first one", (f"{GOAL} if configs else None",
          'next((c["DestinationConfig"]["OnFailure"]["Destination"] for c in configs), None)')),
    wrong("01-56g", "the policy", "one number in it is asked for", ('json.loads(policy)["maxReceiveCount"]', "policy")),
    wrong("01-56g", "a number in any case", "None is returned", ("else None", "else 0")),
    wrong("01-56g", "always of Orders", "None is returned", ("=queue_url", '=outputs["PricingOrders"]')),
    right("01-56g", "all attributes", ('["RedrivePolicy"]', '["All"]')),
]  # fmt: skip
