"""Where the local cloud is not like AWS, as far as chapter 02 touches it: a REST service; see `differences.py`."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator

import pytest
import requests
from calls import Api
from differences import differs, invoked, packed
from learner import Learner, until


@pytest.fixture
def product_is(shop: Learner, functions):
    """Gives the Product function other code, and then its own again."""
    name = shop.outputs["ProductFunction"]
    [key] = {  # of all its functions
        r["Properties"]["Code"]["S3Key"]
        for r in json.loads(_template(shop, "Product"))["Resources"].values()
        if r["Type"] == "AWS::Lambda::Function"
    }

    def change(code: str) -> Api:
        functions.update_function_code(FunctionName=name, ZipFile=packed(code))
        return Api(shop.outputs["ProductApiUrl"])

    yield change
    bucket = "cdk-hnb659fds-assets-000000000000-us-east-1"
    functions.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key=key)
    product = Api(shop.outputs["ProductApiUrl"])
    assert product("GET", "/product").status == 200


def _template(shop: Learner, stack: str) -> str:
    return shop.read(f".workbook/cdk/assembly/{stack}.template.json")


def raw(api: Api, path: str):
    """A GET whose answer need not keep the contract: status and text."""
    answer = requests.get(api.url + path, timeout=300)
    return answer.status_code, answer.text


@differs("the error's own text is in the answer")
def test_an_unhandled_error_is_502_and_says_nothing(product_is):
    """A function's error becomes a 502 with the text `Internal server error`, and nothing else.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
    """
    api = product_is("def handler(event, context):\n    print('called')\n    raise KeyError('secret')\n")
    status, text = raw(api, "/product")
    assert status == 502
    assert json.loads(text) == {"message": "Internal server error"}


@differs("it is a 200")
def test_a_malformed_answer_is_502(product_is):
    """A function's answer that does not have the shape of one becomes a 502.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
    """
    status, _ = raw(
        product_is("def handler(event, context):\n    print('called')\n    return ['not', 'an', 'answer']\n"),
        "/product",
    )
    assert status == 502


@differs("an answer of any size is passed on")
def test_an_answer_of_more_than_6_mb_is_refused(functions, make):
    """A function's answer may have 6 MB at most.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    name = make("def handler(event, context):\n    print('called')\n    return 'x' * 7_000_000\n")
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" in answer


@differs("it runs on the Python that the workbook runs on")
def test_the_runtime_is_the_one_that_was_asked_for(functions, make):
    """A function runs on the version of Python that it asks for.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """
    minor = 12 if sys.version_info[1] == 13 else 13
    code = "import sys\n\n\ndef handler(event, context):\n    print('called')\n    return list(sys.version_info[:2])\n"
    assert invoked(functions, make(code, Runtime=f"python3.{minor}"), {}) == [3, minor]


@differs("it may take any")
def test_memory_is_limited(functions, make):
    """A function that takes more memory than it was given is ended.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    """
    name = make(
        "def handler(event, context):\n    print('called')\n    return len(bytearray(200_000_000))\n", MemorySize=128
    )
    assert "FunctionError" in functions.invoke(FunctionName=name, Payload=b"{}")


@differs("that policy is not looked at")
def test_an_api_that_was_not_allowed_to_call_a_function_cannot(shop, functions):
    """API Gateway may call a function only if the function's policy allows it; otherwise the caller gets a 500.

    https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
    """
    name = shop.outputs["ProductFunction"]
    policy = json.loads(functions.get_policy(FunctionName=name)["Policy"])
    for statement in policy["Statement"]:
        functions.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    try:
        status, _ = raw(Api(shop.outputs["ProductApiUrl"]), "/product")
        assert status == 500
    finally:
        for statement in policy["Statement"]:
            functions.add_permission(
                FunctionName=name, StatementId=statement["Sid"], Action=statement["Action"],
                Principal=statement["Principal"]["Service"],
                SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
            )  # fmt: skip


@differs("it is ignored; so `deploy` has cfn-lint look first")
def test_cloudformation_refuses_a_misspelt_property(shop):
    """CloudFormation refuses a template with a property that does not exist.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
    """
    client, name = shop.client("cloudformation"), f"test-{uuid.uuid4()}"
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibiltyTimeout": 5}}}}
    client.create_stack(StackName=name, TemplateBody=json.dumps(template))

    def status() -> str:
        return client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

    try:
        until(lambda: not status().endswith("IN_PROGRESS"))
        assert status() == "ROLLBACK_COMPLETE"
    finally:
        client.delete_stack(StackName=name)


@pytest.fixture
def things(shop: Learner) -> Iterator[str]:
    """A table of things with an id; gone in the end."""
    client, name = shop.client("dynamodb"), f"test-{uuid.uuid4()}"
    client.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    client.get_waiter("table_exists").wait(TableName=name)
    yield name
    client.delete_table(TableName=name)


def new_index(shop: Learner, table: str) -> str:
    """Give a table an index by kind; the index's status straight afterwards."""
    index = {
        "IndexName": "by-kind",
        "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    answer = shop.client("dynamodb").update_table(
        TableName=table, AttributeDefinitions=[{"AttributeName": "kind", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )  # fmt: skip
    [made] = answer["TableDescription"]["GlobalSecondaryIndexes"]
    return made["IndexStatus"]


@differs("it is ready at once")
def test_a_new_index_is_filled_in_the_background(shop, things):
    """A new index of a table is filled in the background, and cannot be asked until it is `ACTIVE`.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
    """
    assert new_index(shop, things) == "CREATING"


@differs("an index is never behind")
def test_an_index_may_be_behind_its_table(shop, things):
    """An index follows its table a moment later, so what was just written may be missing from it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
    """
    client = shop.client("dynamodb")
    new_index(shop, things)

    def behind(written: int) -> bool:
        client.put_item(TableName=things, Item={"id": {"S": str(written)}, "kind": {"S": "lamp"}})
        found = client.query(
            TableName=things,
            IndexName="by-kind",
            KeyConditionExpression="kind = :k",
            ExpressionAttributeValues={":k": {"S": "lamp"}},
        )
        return found["Count"] < written

    assert any(behind(written) for written in range(1, 31))


@differs("the path is decoded before the function gets it, which decodes it again")
def test_a_path_comes_to_the_function_as_it_was_sent(product_is):
    """A function gets a path as it was sent, with its percents, so that it is decoded once, by the function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    api = product_is(
        "import json\n"
        "def handler(event, context):\n"
        "    print('called')\n"
        "    return {'statusCode': 200, 'body': json.dumps(event['path'])}\n"
    )
    status, text = raw(api, "/product/ada%2540home")
    assert (status, json.loads(text)) == (200, "/product/ada%2540home")
