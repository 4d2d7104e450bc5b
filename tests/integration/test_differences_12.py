"""Where the local cloud is not like AWS, as far as chapter 12 touches it: each row as AWS documents it."""

from __future__ import annotations

import json
import re
import uuid

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from differences import differs, invoked
from learner import Learner, until

TRIES = """
import boto3
from botocore.exceptions import ClientError


def handler(event, context):
    print(event["call"])
    try:
        answer = getattr(boto3.client(event["service"]), event["call"])(**event["how"])
        return str(answer["ResponseMetadata"]["HTTPStatusCode"])
    except ClientError as error:
        return error.response["Error"]["Message"]
"""


@pytest.fixture
def tried(shop: Learner, functions, make):
    """What becomes of a call that is made with the role of one of the shop's functions."""

    def call(function: str, service: str, call: str, **how) -> str:
        role = functions.get_function_configuration(FunctionName=shop.outputs[function])["Role"]
        return invoked(functions, make(TRIES, Role=role, Timeout=30), {"service": service, "call": call, "how": how})

    return call


@differs("a refusal does not name the resource")
def test_a_refusal_names_the_resource(shop, tried):
    """A refusal names the resource that was not to be touched.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    said = tried("BasketFunction", "dynamodb", "scan", TableName=shop.outputs["OrderingTable"])
    if "is not authorized to perform: dynamodb:Scan" not in said:
        raise RuntimeError(said)
    assert re.search(r"dynamodb:Scan on resource: arn:aws:dynamodb:\S+:table/Ordering-", said)


@differs("PutEvents has no events:source for a condition")
def test_a_publisher_may_only_publish_in_its_own_name(shop, tried):
    """A policy may say, with the condition `events:source`, as which source somebody may publish.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """

    def publish(source: str) -> str:
        entry = {"EventBusName": shop.outputs["EventBusName"], "Source": source, "DetailType": "Test", "Detail": "{}"}
        return tried("BasketPublisher", "events", "put_events", Entries=[entry])

    if (said := publish("shop.basket")) != "200":
        raise RuntimeError(said)
    assert "not authorized" in publish("shop.product")


@differs("a signed call without the right is answered in a shape of IAM's own")
def test_a_call_without_the_right_gets_the_gateways_response(shop):
    """A signed call by somebody without the right gets the gateway response `ACCESS_DENIED`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    nothing = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
    }
    lent = shop.client("sts").assume_role(
        RoleArn=shop.outputs["BackofficeClerk"], RoleSessionName="eve", Policy=json.dumps(nothing)
    )["Credentials"]
    request = AWSRequest(
        "POST", f"{shop.outputs['BackofficeApiUrl']}refund", {"content-type": "application/json"}, "{}"
    )
    SigV4Auth(
        Credentials(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"]), "execute-api", "us-east-1"
    ).add_auth(request)
    answer = requests.post(request.url, data=request.body, headers=dict(request.headers), timeout=300)
    if answer.status_code != 403:
        raise RuntimeError(answer.text)
    assert answer.json() == {"error": {"code": "Forbidden", "message": "You may not do this."}}


TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}


@pytest.fixture
def stack(shop: Learner):
    """Makes a stack of some resources, or changes it; the physical ids. It is gone in the end."""
    client, name = shop.client("cloudformation"), f"test-{uuid.uuid4().hex[:8]}"

    def deploy(resources: dict, *, again: bool = False) -> dict[str, str]:
        call = client.update_stack if again else client.create_stack
        call(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
        until(lambda: client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"].endswith("_COMPLETE"))
        return {
            r["LogicalResourceId"]: r["PhysicalResourceId"]
            for r in client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        }

    yield deploy
    client.delete_stack(StackName=name)


@differs("CloudFormation makes no request validator")
def test_cloudformation_makes_a_request_validator(shop, stack):
    """CloudFormation makes the request validators of a template.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-requestvalidator.html
    """
    ids = stack({
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "test"}},
        "Validator": {
            "Type": "AWS::ApiGateway::RequestValidator",
            "Properties": {"RestApiId": {"Ref": "Api"}, "ValidateRequestBody": True},
        },
    })  # fmt: skip
    found = shop.client("apigateway").get_request_validators(restApiId=ids["Api"])["items"]
    assert [validator["validateRequestBody"] for validator in found] == [True]


@differs("CloudFormation leaves the time to live of a table that is there as it was")
def test_cloudformation_turns_on_time_to_live_of_a_table_that_is_there(shop, stack):
    """CloudFormation turns on the time to live of a table that is there already.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-dynamodb-table-timetolivespecification.html
    """
    ids = stack({"Table": TABLE})
    wanted = {"TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True}}
    stack({"Table": TABLE | {"Properties": TABLE["Properties"] | wanted}}, again=True)
    described = shop.client("dynamodb").describe_time_to_live(TableName=ids["Table"])["TimeToLiveDescription"]
    assert described["TimeToLiveStatus"] in ("ENABLED", "ENABLING")
