def drain(url, work):
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            try:
                work(message["Body"])
            except Exception:
                continue  # not deleted, so it comes back
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
