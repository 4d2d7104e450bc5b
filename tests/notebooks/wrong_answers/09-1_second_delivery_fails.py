# expect: 1 of 5 mistakes remains
%run solutions/09-1.py
orders = Path("../lambda_src/ordering/orders.py")
code = orders.read_text()
caught = "    except ConditionFailed:\n        "
orders.write_text(code.replace(f"{caught}return False\n", f"{caught}raise\n"))
