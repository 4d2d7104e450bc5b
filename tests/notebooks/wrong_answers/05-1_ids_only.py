# expect: each failure is a dict, not just an id
def answer_for(event, process):
    failed = []
    for record in event["Records"]:
        try:
            process(record)
        except Exception:
            failed.append(record["messageId"])
    return {"batchItemFailures": failed}
