# expect: every item with its quantity
%run solutions/06-1.py
handler = Path("../lambda_src/loyalty/app.py")
handler.write_text(handler.read_text().replace('order["totalPrice"]', 'sum(item["price"] for item in order["items"])'))
