# expect: lets other events through
%run solutions/06-1.py
stack = Path("../cdk_app/shop/loyalty.py")
stack.write_text(stack.read_text().replace('source=["shop.basket"], ', ""))
