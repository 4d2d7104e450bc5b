# expect: one order's points took the place
%run solutions/06-1.py
stack = Path("../cdk_app/shop/loyalty.py")
stack.write_text(stack.read_text().replace('"Table", "checkoutId"', '"Table", "userName"'))
