"""What a person might write in the gaps of the learner's edition: wrong lines, each with words that must be said to
them, and right ones that are not the published ones.

Most are the published lines with one change, such as another name or a line that is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook.learning import gaps


@dataclass(frozen=True)
class Lines:
    """What stands in the gaps of a cell.

    Attributes:
        cell: the id of the published cell.
        name: a few words that tell it from the others.
        changes: what stands in the published lines, and what stands there instead.
        words: what the check must say of it; none if it is right.
    """

    cell: str
    name: str
    changes: tuple[tuple[str, str], ...]
    words: str = ""

    @property
    def body(self) -> str:
        """The cell's body with these lines in its gaps."""
        cell = gaps.cells_of(int(self.cell[:2]))[self.cell]
        texts = ["\n".join(gap.lines) for gap in cell.gaps]
        for old, new in self.changes:
            assert any(old in text for text in texts), f"{old!r} is not in a gap of {self.cell}"
            texts = [text.replace(old, new) for text in texts]
        return cell.filled(texts)

    def __str__(self) -> str:
        return f"{self.cell} {self.name}"


def wrong(cell: str, name: str, words: str, *changes: tuple[str, str]) -> Lines:
    """Lines that are wrong, and what must be said to them."""
    return Lines(cell, name, changes, words)


def right(cell: str, name: str, *changes: tuple[str, str]) -> Lines:
    """Lines that are right, in another form than the published ones."""
    return Lines(cell, name, changes)


GRANT = """self.add_to_role_policy(  # new
            iam.PolicyStatement(actions=items, resources=[table.table_arn])
        )"""
ITEMS = '["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]'
CAUGHT = "    except ConditionFailed:\n        raise NoSuchProduct from None"
EXISTS = ', ConditionExpression=Attr("id").exists()'
PUT = 'answer = table.put_item(Item=item, ReturnValues="ALL_OLD")'
REFUSED = "if has_card_number(body):"

LINES = [
    # 02, step 1: the key
    wrong("02-04", "another attribute", "an item is found by its id", ('"id"', '"name"')),
    wrong("02-04", "a capital letter", "written so", ('"id"', '"Id"')),
    wrong("02-04", "a number", "their type is TEXT", ("type=TEXT", "type=dynamodb.AttributeType.NUMBER")),
    wrong("02-04", "a sort key beside it", "by nothing else",
          ("type=TEXT),", 'type=TEXT),\n            sort_key=dynamodb.Attribute(name="name", type=TEXT),')),
    right("02-04", "the type in full", ("type=TEXT", "type=dynamodb.AttributeType.STRING")),
    # 02, step 2: the name of the table
    wrong("02-15", "a name of one's own", "table.table_name stands for that name", ("table.table_name", '"Product"')),
    wrong("02-15", "the ARN", "table.table_name stands for that name", ("table.table_name", "table.table_arn")),
    wrong("02-15", "another variable", "reads os.environ", ('"TABLE_NAME"', '"TABLE"')),
    right("02-15", "one variable more", ("table.table_name}", 'table.table_name, "LEVEL": "INFO"}')),
    # 02, step 3: the grant
    wrong("02-22", "all actions", "a star allows more", (ITEMS, '["dynamodb:*"]')),
    wrong("02-22", "all tables", "on no other", ("[table.table_arn]", '["*"]')),
    wrong("02-22", "reading only", "are a right each", (', "dynamodb:PutItem", "dynamodb:DeleteItem"', "")),
    wrong("02-22", "a ready-made grant", "what it never does", (GRANT, "table.grant_read_write_data(self)")),
    wrong("02-22", "a policy of AWS's", "is AWS's", (GRANT, "self.role.add_managed_policy(iam.ManagedPolicy"
          '.from_aws_managed_policy_name("AmazonDynamoDBFullAccess"))')),
    right("02-22", "grant", (GRANT, 'table.grant(self, *items)')),
    # 02, step 4: the API
    wrong("02-28", "with edge locations", "edge locations in front",
          ("            endpoint_types=[apigateway.EndpointType.REGIONAL],\n", "")),
    wrong("02-28", "an output of another name", "nobody learns its address", ('"ProductApiUrl"', '"ApiUrl"')),
    wrong("02-28", "the id of the API", "is api.url", ("api.url", "api.rest_api_id")),
    right("02-28", "without the last option", (
          "            integration_options=apigateway.LambdaIntegrationOptions(allow_test_invoke=False),\n", "")),
    # 02, step 5: the condition
    wrong("02-37", "no condition", "a condition, and NoSuchProduct if it fails", (EXISTS, "")),
    wrong("02-37", "nothing is raised", "a condition, and NoSuchProduct if it fails",
          ("raise NoSuchProduct from None", "return")),
    wrong("02-37", "the other way round", "deleting answers 204", (".exists()", ".not_exists()")),
    wrong("02-37", "nothing is caught", "error nobody caught", ("except ConditionFailed", "except KeyError")),
    right("02-37", "what it was is asked for",
          (EXISTS, ', ReturnValues="ALL_OLD"'), ("    try:\n        table", "    answer = table"),
          (CAUGHT, '    if "Attributes" not in answer:\n        raise NoSuchProduct')),
    # 02, step 6: a request that is refused
    wrong("02-56c", "nothing is wrong", "have nothing against it", ('"category": ""', '"category": "furniture"')),
    wrong("02-56c", "the price is missing", "not for category", ('"price": 99, ', "")),
    wrong("02-56c", "another field", "not for category", ('"category": ""', '"kind": ""')),
    wrong("02-56c", "the name is empty", "not for category", ('"category": ""', '"category": "x"'),
          ('"Table"', '""')),
    right("02-56c", "a number", ('""', "5")),
    # 02, step 7: index, grants, page
    wrong("02-58", "another name", "an index of that name", ('"by-category"', '"categories"')),
    wrong("02-58", "the keys the other way round", "finds items by its partition key",
          ('partition_key=dynamodb.Attribute(name="category"', 'partition_key=dynamodb.Attribute(name="name"'),
          ('sort_key=dynamodb.Attribute(name="name"', 'sort_key=dynamodb.Attribute(name="category"')),
    wrong("02-58", "not sorted", "finds items by its partition key",
          ('            sort_key=dynamodb.Attribute(name="name", type=TEXT),\n', "")),
    right("02-58", "with the types in full", ("TEXT", "dynamodb.AttributeType.STRING")),
    wrong("02-60", "no Scan", "scans the table", (', "dynamodb:Scan"', "")),
    wrong("02-60", "Query on the table", "an index is a resource of its own", ("[index]", "[table.table_arn]")),
    wrong("02-60", "Query on everything", "on no other", ("[index]", '["*"]')),
    wrong("02-60", "every action on the index", "a star allows more", ('["dynamodb:Query"]', '["dynamodb:*"]')),
    right("02-60", "all indexes of the table", ("/index/by-category", "/index/*")),
    wrong("02-62", "always everything", "ignores the category", ("if category is not None:", "if False:")),
    wrong("02-62", "the table, not its index", "asked of the index", ('IndexName="by-category", ', "")),
    wrong("02-62", "another key", "asked of the index", ('Key("category")', 'Key("name")')),
    wrong("02-62", "the word itself", "something else than the category", (".eq(category)", '.eq("category")')),
    right("02-62", "a lambda", ("partial(table.query, IndexName=\"by-category\", KeyConditionExpression=condition)",
          'lambda **more: table.query(IndexName="by-category", KeyConditionExpression=condition, **more)')),
    # 02, step 8: a test
    wrong("02-74", "nothing is asserted", "a test that cannot fail", ("assert ", ""), (".status == 404", "")),
    wrong("02-74", "the status itself", "a test that cannot fail", (" == 404", "")),
    wrong("02-74", "it is found", "fails with a service that is right", ("404", "200")),
    wrong("02-74", "another error", "fails with a service that is right", ("404", "400")),
    right("02-74", "not found", ("== 404", "!= 200")),
    # 03, step 1: copied lines
    wrong("03-06", "capitals only", "without a capital", ('        .replace("product", "basket")\n', "")),
    wrong("03-06", "small letters only", "Product becomes Basket", ('.replace("Product", "Basket")', "")),
    wrong("03-06", "the key stays", "a basket's key", ("        .replace('name=\"id\"', 'name=\"userName\"')\n", "")),
    wrong("03-06", "every id", "id alone stays", ("'name=\"id\"', 'name=\"userName\"'", '"id", "userName"')),
    wrong("03-06", "all in small letters", "Product becomes Basket",
          ('("Product", "Basket")', '("Product", "basket")')),
    right("03-06", "the key first", ("line.replace", "line.replace('name=\"id\"', 'name=\"userName\"').replace")),
    # 03, step 2: what all functions are allowed by
    wrong("03-11", "everywhere", "on no other", ("resources=[resource]", 'resources=["*"]')),
    wrong("03-11", "anything", "a star allows more", ("list(actions)", '["dynamodb:*"]')),
    wrong("03-11", "the first action only", "are a right each", ("list(actions)", "[actions[0]]")),
    wrong("03-11", "no role has it", "a statement that no role has",
          ("self.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))",
           "iam.PolicyStatement(actions=list(actions), resources=[resource])")),
    right("03-11", "unpacked", ("list(actions)", "[*actions]")),
    # 03, step 3: the id
    wrong("03-23", "an id with a meaning", "a part of the names", ('"Default"', '"Service"')),
    wrong("03-23", "a small letter", "a part of the names", ('"Default"', '"default"')),
    wrong("03-23", "another key", "another key makes another table", ('key="id"', 'key="name"')),
    right("03-23", "another order", ('service="product", key="id"', 'key="id", service="product"')),
    # 03, step 4: put
    wrong("03-34", "not asked what was there", "put says which", (', ReturnValues="ALL_OLD"', "")),
    wrong("03-34", "always a new one", "put says which", ('return "Attributes" in answer', "return False")),
    wrong("03-34", "never a new one", "is created", ('return "Attributes" in answer', "return answer is not None")),
    wrong("03-34", "no id for the checkout", "an id for its checkout",
          ('{**basket, "checkoutId": str(uuid.uuid4())}', "basket")),
    wrong("03-34", "what comes back is the new one", "name the error", ("ALL_OLD", "ALL_NEW")),
    right("03-34", "in one line", (f"    {PUT}\n", ""), ('"Attributes" in answer',
          'bool(table.put_item(Item=item, ReturnValues="ALL_OLD").get("Attributes"))')),
    # 03, step 5: a request that is refused
    wrong("03-51c", "nothing is wrong", "have nothing against it", ('"quantity": 0', '"quantity": 5')),
    wrong("03-51c", "the first item", "not for items[1].quantity", ("[lamp, chair", "[chair"), ("0}]", "0}, lamp]")),
    wrong("03-51c", "the price", "not for items[1].quantity", ('"quantity": 0', '"price": -1')),
    wrong("03-51c", "one item", "not for items[1].quantity", ("[lamp, ", "[")),
    right("03-51c", "half a chair", ('"quantity": 0', '"quantity": 0.5')),
    # 03, step 6: the checkout
    wrong("03-61", "nothing is refused", "wherever they stand", (REFUSED, "if False:")),
    wrong("03-61", "the address only", "look at the whole body", ("(body):", '(body["address"]):')),
    wrong("03-61", "another error", "only a BadRequestError", ("raise BadRequestError", "raise ValueError")),
    wrong("03-61", "fields are not checked", "look at the whole body",
          ("return checked(body, CHECKOUT, required=CHECKOUT)", "return body")),
    right("03-61", "checked first", (
          "    return checked(body, CHECKOUT, required=CHECKOUT)", "    return found"),
          ("    if has", "    found = checked(body, CHECKOUT, required=CHECKOUT)\n    if has")),
    wrong("03-64", "not told", "that ORDERING_FUNCTION names",
          ('        basket.function.add_environment("ORDERING_FUNCTION", ordering.function_name)', "        pass")),
    wrong("03-64", "not allowed", "one right, on that function",
          ('        basket.function.allow(ordering.function_arn, "lambda:InvokeFunction")\n', "")),
    wrong("03-64", "allowed to do anything with it", "nothing wider", ('"lambda:InvokeFunction"', '"lambda:*"')),
    wrong("03-64", "another name", "that ORDERING_FUNCTION names", ('"ORDERING_FUNCTION"', '"ORDERING"')),
    right("03-64", "its ARN", ("ordering.function_name", "ordering.function_arn")),
    # 03, step 7: how long it takes
    wrong("03-76", "nothing is returned", "return what api.post gives", ("return ", "")),
    wrong("03-76", "the name only", "all that customer(user) gives", ("customer(user)", '{"userName": user}')),
    wrong("03-76", "no checkout", "a POST to basket/checkout", ('"basket/checkout", customer(user)',
          '"basket", {"userName": user, "items": [lamp]}')),
    right("03-76", "send", ("api.post(", 'api.send("POST", '), ("customer(user)", "json=customer(user)")),
    # 03, step 8: stopped
    wrong("03-81", "one at a time", "it is not stopped", ("Executions=0", "Executions=1")),
    wrong("03-81", "two at a time", "it is not stopped", ("Executions=0", "Executions=2")),
    wrong("03-81", "a hundred", "it is not stopped", ("Executions=0", "Executions=100")),
    right("03-81", "with its value", ("lambda_.put", "return lambda_.put")),
]  # fmt: skip
