"""What a person might write in the gaps of chapter 03: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

PUT = 'answer = table.put_item(Item=item, ReturnValues="ALL_OLD")'
CHECKED = "checked(body, CHECKOUT, required=CHECKOUT)"

LINES = [
    # step 1: copied lines
    wrong("03-06", "capitals only", "without a capital", ('        .replace("product", "basket")\n', "")),
    wrong("03-06", "small letters only", "Product becomes Basket", ('.replace("Product", "Basket")', "")),
    wrong("03-06", "the key stays", "a basket's key", ("        .replace('name=\"id\"', 'name=\"userName\"')\n", "")),
    wrong("03-06", "every id", "id alone stays", ("'name=\"id\"', 'name=\"userName\"'", '"id", "userName"')),
    wrong("03-06", "all in small letters", "Product becomes Basket",
          ('("Product", "Basket")', '("Product", "basket")')),
    right("03-06", "the key first", ("line.replace", "line.replace('name=\"id\"', 'name=\"userName\"').replace")),
    # step 2: what all functions are allowed by
    wrong("03-11", "everywhere", "on no other", ("resources=[resource]", 'resources=["*"]')),
    wrong("03-11", "anything", "a star allows more", ("list(actions)", '["dynamodb:*"]')),
    wrong("03-11", "the first action only", "are a right each", ("list(actions)", "[actions[0]]")),
    wrong("03-11", "no role has it", "a statement that no role has",
          ("self.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))",
           "iam.PolicyStatement(actions=list(actions), resources=[resource])")),
    right("03-11", "unpacked", ("list(actions)", "[*actions]")),
    # step 3: the id
    wrong("03-23", "an id with a meaning", "a part of the names", ('"Default"', '"Service"')),
    wrong("03-23", "a small letter", "a part of the names", ('"Default"', '"default"')),
    wrong("03-23", "another key", "another key makes another table", ('key="id"', 'key="name"')),
    right("03-23", "another order", ('service="product", key="id"', 'key="id", service="product"')),
    # step 4: put
    wrong("03-34", "not asked what was there", "put says which", (', ReturnValues="ALL_OLD"', "")),
    wrong("03-34", "always a new one", "put says which", ('return "Attributes" in answer', "return False")),
    wrong("03-34", "never a new one", "is created", ('return "Attributes" in answer', "return answer is not None")),
    wrong("03-34", "no id for the checkout", "an id for its checkout",
          ('{**basket, "checkoutId": str(uuid.uuid4())}', "basket")),
    wrong("03-34", "what comes back is the new one", "name the error", ("ALL_OLD", "ALL_NEW")),
    right("03-34", "in one line", (f"    {PUT}\n", ""), ('"Attributes" in answer',
          'bool(table.put_item(Item=item, ReturnValues="ALL_OLD").get("Attributes"))')),
    # step 5: a request that is refused
    wrong("03-51c", "nothing is wrong", "have nothing against it", ('"quantity": 0', '"quantity": 5')),
    wrong("03-51c", "the first item", "not for items[1].quantity", ("[lamp, chair", "[chair"), ("0}]", "0}, lamp]")),
    wrong("03-51c", "the price", "not for items[1].quantity", ('"quantity": 0', '"price": -1')),
    wrong("03-51c", "one item", "not for items[1].quantity", ("[lamp, ", "[")),
    right("03-51c", "half a chair", ('"quantity": 0', '"quantity": 0.5')),
    # step 6: the checkout
    wrong("03-61", "nothing is checked", "all of CHECKOUT's fields may be there", (CHECKED, "body")),
    wrong("03-61", "nothing is required", "all of them must", ("required=CHECKOUT", "required=[]")),
    wrong("03-61", "the name is required only", "all of them must", ("required=CHECKOUT", 'required=["userName"]')),
    wrong("03-61", "a basket's fields", "a customer as he should be", ("CHECKOUT", "BASKET")),
    wrong("03-61", "nothing is returned", "name the error", ("return ", "")),
    right("03-61", "by place", ("required=", "")),
    right("03-61", "named", ("required=CHECKOUT", "required=CHECKOUT.keys()")),
    wrong("03-64", "not told", "that ORDERING_FUNCTION names",
          ('        basket.function.add_environment("ORDERING_FUNCTION", ordering.function_name)', "        pass")),
    wrong("03-64", "not allowed", "one right, on that function",
          ('        basket.function.allow(ordering.function_arn, "lambda:InvokeFunction")\n', "")),
    wrong("03-64", "allowed to do anything with it", "nothing wider", ('"lambda:InvokeFunction"', '"lambda:*"')),
    wrong("03-64", "another name", "that ORDERING_FUNCTION names", ('"ORDERING_FUNCTION"', '"ORDERING"')),
    right("03-64", "its ARN", ("ordering.function_name", "ordering.function_arn")),
    # step 7: how long it takes
    wrong("03-76", "nothing is returned", "return what api.post gives", ("return ", "")),
    wrong("03-76", "the name only", "all that customer(user) gives", ("customer(user)", '{"userName": user}')),
    wrong("03-76", "no checkout", "a POST to basket/checkout", ('"basket/checkout", customer(user)',
          '"basket", {"userName": user, "items": [lamp]}')),
    right("03-76", "send", ("api.post(", 'api.send("POST", '), ("customer(user)", "json=customer(user)")),
    # step 8: stopped
    wrong("03-81", "one at a time", "it is not stopped", ("Executions=0", "Executions=1")),
    wrong("03-81", "two at a time", "it is not stopped", ("Executions=0", "Executions=2")),
    wrong("03-81", "a hundred", "it is not stopped", ("Executions=0", "Executions=100")),
    right("03-81", "with its value", ("lambda_.put", "return lambda_.put")),
    # questions: a right, an order that is handed over, a condition
    wrong("03-105c", "another action", "it may: dynamodb:PutItem", ("dynamodb:PutItem", "dynamodb:GetItem")),
    wrong("03-105c", "the decision itself", "True or False", (' == "allowed"', "")),
    wrong("03-105c", "always Ordering's", "of the function that is given", ("=function)", "=ORDERING)")),
    wrong("03-105c", "any table", "which is named in ResourceArns", ("[ORDERS_ARN]", '["*"]')),
    right("03-105c", "in, and the role by its other way", ('== "allowed"', 'in ("allowed",)'),
          ('lambda_.get_function_configuration(FunctionName=function)["Role"]',
           'lambda_.get_function(FunctionName=function)["Configuration"]["Role"]')),
    wrong("03-105e", "it waits", "a call that was waited for", ('InvocationType="Event", ', "")),
    wrong("03-105e", "it only asks", "a DryRun", ('"Event"', '"DryRun"')),
    wrong("03-105e", "another event", "the payload is the order",
          ("json.dumps(order)", 'json.dumps({"order": order})')),
    wrong("03-105e", "nothing is returned", "returns nothing", ("return ", "")),
    right("03-105e", "bytes", ("json.dumps(order)", "json.dumps(order).encode()")),
    wrong("03-105g", "no condition", "whose place was taken",
          (', ConditionExpression="attribute_not_exists(userName)"', "")),
    wrong("03-105g", "the other way round", "no basket yet", ("attribute_not_exists", "attribute_exists")),
    wrong("03-105g", "nobody catches it", "nobody caught the error", ("except ConditionFailed", "except KeyError")),
    wrong("03-105g", "looked first", "between two requests",
          ("    try:\n", '    key = {"userName": basket["userName"]}\n'
           '    if "Item" in baskets.get_item(Key=key):\n        return False\n    try:\n'),
          (', ConditionExpression="attribute_not_exists(userName)"', "")),
    right("03-105g", "with Attr", ("    try:\n", "    from boto3.dynamodb.conditions import Attr\n    try:\n"),
          ('"attribute_not_exists(userName)"', 'Attr("userName").not_exists()')),
]  # fmt: skip
