# expect: the key must be the checkoutId
%run solutions/06-1.py
stack, handler = Path("../cdk_app/shop/loyalty.py"), Path("../lambda_src/loyalty/app.py")
stack.write_text(stack.read_text().replace('"Table", "checkoutId"', '"Table", "eventId"'))
handler.write_text(handler.read_text().replace('item = {', 'item = {"eventId": event["id"], '))
