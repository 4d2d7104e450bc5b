# expect: what is done must be deleted
def drain(url, work):
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            try:
                work(message["Body"])
            except Exception:
                pass
