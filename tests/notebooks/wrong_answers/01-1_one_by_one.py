# expect: one call with three Entries
for order_id in ("ex-1", "ex-2", "ex-3"):
    order = {"orderId": order_id, "items": [{"price": 1, "quantity": 1}]}
    sent = sqs.send_message(QueueUrl=outputs["PricingOrders"], MessageBody=json.dumps(order))
