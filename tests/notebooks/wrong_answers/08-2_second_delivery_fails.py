# expect: one mistake is still there
%run solutions/08-2.py
orders = Path("../lambda_src/ordering/orders.py")
orders.write_text(orders.read_text().replace("    except ConditionFailed:\n        return False\n", "    except ConditionFailed:\n        raise\n"))
