# expect: a consumer brings its own rule
%run solutions/06-1.py
stack = Path("../cdk_app/shop/basket.py")
grant = '        basket.function.add_environment("LOYALTY", "yes")\n        bus = shop_bus'
stack.write_text(stack.read_text().replace("        bus = shop_bus", grant))
