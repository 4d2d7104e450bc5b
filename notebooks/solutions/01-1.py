sent = sqs.send_message_batch(
    QueueUrl=outputs["PricingOrders"],
    Entries=[
        {
            "Id": order_id,
            "MessageBody": json.dumps(
                {"orderId": order_id, "items": [{"price": 1, "quantity": 1}]}
            ),
        }
        for order_id in ("ex-1", "ex-2", "ex-3")
    ],
)
