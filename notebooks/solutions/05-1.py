def answer_for(event, process):
    failed = []
    for record in event["Records"]:
        try:
            process(record)
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
