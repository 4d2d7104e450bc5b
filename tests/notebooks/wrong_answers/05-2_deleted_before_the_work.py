# expect: it was deleted although its work was not done
def drain(url, work):
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            try:
                work(message["Body"])
            except Exception:
                pass
