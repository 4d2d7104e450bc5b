# expect: one bad record ends it all
def answer_for(event, process):
    for record in event["Records"]:
        process(record)
    return {"batchItemFailures": []}
