"""What a person might write in the gaps of chapter 02: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

GRANT = """self.add_to_role_policy(  # new
            iam.PolicyStatement(actions=items, resources=[table.table_arn])
        )"""
ITEMS = '["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]'
CAUGHT = "    except ConditionFailed:\n        raise NoSuchProduct from None"
EXISTS = ', ConditionExpression=Attr("id").exists()'

LINES = [
    # step 1: the key
    wrong("02-04", "another attribute", "an item is found by its id", ('"id"', '"name"')),
    wrong("02-04", "a capital letter", "written so", ('"id"', '"Id"')),
    wrong("02-04", "a number", "their type is TEXT", ("type=TEXT", "type=dynamodb.AttributeType.NUMBER")),
    wrong("02-04", "a sort key beside it", "by nothing else",
          ("type=TEXT),", 'type=TEXT),\n            sort_key=dynamodb.Attribute(name="name", type=TEXT),')),
    right("02-04", "the type in full", ("type=TEXT", "type=dynamodb.AttributeType.STRING")),
    # step 2: the name of the table
    wrong("02-15", "a name of one's own", "table.table_name stands for that name", ("table.table_name", '"Product"')),
    wrong("02-15", "the ARN", "table.table_name stands for that name", ("table.table_name", "table.table_arn")),
    wrong("02-15", "another variable", "reads os.environ", ('"TABLE_NAME"', '"TABLE"')),
    right("02-15", "one variable more", ("table.table_name}", 'table.table_name, "LEVEL": "INFO"}')),
    # step 3: the grant
    wrong("02-22", "all actions", "a star allows more", (ITEMS, '["dynamodb:*"]')),
    wrong("02-22", "all tables", "on no other", ("[table.table_arn]", '["*"]')),
    wrong("02-22", "reading only", "are a right each", (', "dynamodb:PutItem", "dynamodb:DeleteItem"', "")),
    wrong("02-22", "a ready-made grant", "what it never does", (GRANT, "table.grant_read_write_data(self)")),
    wrong("02-22", "a policy of AWS's", "is AWS's", (GRANT, "self.role.add_managed_policy(iam.ManagedPolicy"
          '.from_aws_managed_policy_name("AmazonDynamoDBFullAccess"))')),
    right("02-22", "grant", (GRANT, 'table.grant(self, *items)')),
    # step 4: the API
    wrong("02-28", "with edge locations", "edge locations in front",
          ("            endpoint_types=[apigateway.EndpointType.REGIONAL],\n", "")),
    wrong("02-28", "an output of another name", "nobody learns its address", ('"ProductApiUrl"', '"ApiUrl"')),
    wrong("02-28", "the id of the API", "is api.url", ("api.url", "api.rest_api_id")),
    right("02-28", "without the last option", (
          "            integration_options=apigateway.LambdaIntegrationOptions(allow_test_invoke=False),\n", "")),
    # step 5: the condition
    wrong("02-37", "no condition", "a condition, and NoSuchProduct if it fails", (EXISTS, "")),
    wrong("02-37", "nothing is raised", "a condition, and NoSuchProduct if it fails",
          ("raise NoSuchProduct from None", "return")),
    wrong("02-37", "the other way round", "deleting answers 204", (".exists()", ".not_exists()")),
    wrong("02-37", "nothing is caught", "error nobody caught", ("except ConditionFailed", "except KeyError")),
    right("02-37", "what it was is asked for",
          (EXISTS, ', ReturnValues="ALL_OLD"'), ("    try:\n        table", "    answer = table"),
          (CAUGHT, '    if "Attributes" not in answer:\n        raise NoSuchProduct')),
    # step 6: a request that is refused
    wrong("02-56c", "nothing is wrong", "have nothing against it", ('"category": ""', '"category": "furniture"')),
    wrong("02-56c", "the price is missing", "not for category", ('"price": 99, ', "")),
    wrong("02-56c", "another field", "not for category", ('"category": ""', '"kind": ""')),
    wrong("02-56c", "the name is empty", "not for category", ('"category": ""', '"category": "x"'),
          ('"Table"', '""')),
    right("02-56c", "a number", ('""', "5")),
    # step 7: index, grants, page
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
    # step 8: a test
    wrong("02-74", "nothing is asserted", "a test that cannot fail", ("assert ", ""), (".status == 404", "")),
    wrong("02-74", "the status itself", "a test that cannot fail", (" == 404", "")),
    wrong("02-74", "it is found", "fails with a service that is right", ("404", "200")),
    wrong("02-74", "another error", "fails with a service that is right", ("404", "400")),
    right("02-74", "not found", ("== 404", "!= 200")),
    # questions: a role, a status, a mapping
    wrong("02-81c", "its ARN", "this is an ARN", ('.split("/")[-1]', "")),
    wrong("02-81c", "the function's name", "the function's own name", ('found["Role"].split("/")[-1]',
          'found["FunctionName"]')),
    wrong("02-81c", "always Product's", "and not of another one",
          ("FunctionName=function", 'FunctionName=outputs["ProductFunction"]')),
    wrong("02-81c", "nothing is returned", "a line that begins with return", ("return ", "")),
    right("02-81c", "get_function", ("lambda_.get_function_configuration(FunctionName=function)",
          'lambda_.get_function(FunctionName=function)["Configuration"]'),
          ('.split("/")[-1]', '.rpartition("/")[2]')),
    wrong("02-81e", "Lambda's own status", "this is Lambda's StatusCode",
          ('json.loads(answer["Payload"].read())["statusCode"]', 'answer["StatusCode"]')),
    wrong("02-81e", "nobody waits", "as it is if nobody waits",
          ("Payload=json", 'InvocationType="Event", Payload=json')),
    wrong("02-81e", "all of the answer", "one number is asked for", ('["statusCode"]', "")),
    wrong("02-81e", "another function", "ends with an error", ("ProductFunction", "PricingFunction")),
    wrong("02-81e", "always the same request", "and not of another one",
          ("json.dumps(request)", 'json.dumps(request | {"path": "/product/7"})')),
    right("02-81e", "said in full", ("Payload=json", 'InvocationType="RequestResponse", Payload=json'),
          ('answer["Payload"].read()', 'answer["Payload"].read().decode()')),
    wrong("02-81g", "the list itself", "True or False", ("bool(found[\"EventSourceMappings\"])",
          'found["EventSourceMappings"]')),
    wrong("02-81g", "whether there is a list", "an empty list",
          ('bool(found["EventSourceMappings"])', '"EventSourceMappings" in found')),
    wrong("02-81g", "always Product's", "of the function that is given",
          ("FunctionName=function", 'FunctionName=outputs["ProductFunction"]')),
    right("02-81g", "counted", ('bool(found["EventSourceMappings"])', 'len(found["EventSourceMappings"]) > 0')),
]  # fmt: skip
