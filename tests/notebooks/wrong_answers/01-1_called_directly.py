# expect: the function was invoked by you
for order_id in ("ex-1", "ex-2", "ex-3"):
    call({"orderId": order_id, "items": [{"price": 1, "quantity": 1}]})
sent = None
