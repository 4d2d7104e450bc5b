# expect: the others must be tried, too
def answer_for(event, process):
    for record in event["Records"]:
        try:
            process(record)
        except Exception:
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    return {"batchItemFailures": []}
