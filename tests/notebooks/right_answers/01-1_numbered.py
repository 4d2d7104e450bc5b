entries = []
for number in range(1, 4):
    body = {"orderId": f"ex-{number}", "items": [{"price": 2.5, "quantity": number}], "customer": "ada"}
    entries.append(dict(Id=str(number), MessageBody=json.dumps(body), DelaySeconds=0))
sent = boto3.client("sqs").send_message_batch(QueueUrl=outputs["PricingOrders"], Entries=entries)
