"""Where the local cloud is not like AWS, as far as chapter 10 touches it; see `differences.py`."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from differences import LONG, comes, differs, logged
from learner import until

LOOP = """
import boto3

def handler(event, context):
    print('call')
    number = int(event['Records'][0]['s3']['object']['key'])
    if number < 30:  # the loop's own end, for whatever does not stop it
        boto3.client('s3').put_object(Bucket=event['Records'][0]['s3']['bucket']['name'], Key=str(number + 1), Body=b'')
"""


def arn_of(functions, name: str) -> str:
    return functions.get_function_configuration(FunctionName=name)["FunctionArn"]


@differs("a missing object is NoSuchKey for everybody")
def test_a_missing_object_is_not_told_from_a_forbidden_one(shop, functions):
    """A function that may not list a bucket is told `AccessDenied` when it reads an object that is not there.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    record = {"bucket": {"name": shop.outputs["ProductUploads"]}, "object": {"key": f"products/{uuid.uuid4()}.csv"}}
    event = {"Records": [{"eventSource": "aws:s3", "s3": record}]}
    answer = functions.invoke(FunctionName=shop.outputs["ProductImporter"], Payload=json.dumps(event))
    assert "AccessDenied" in json.loads(answer["Payload"].read())["errorMessage"]


@differs("CloudFormation deletes a bucket with all in it")
def test_cloudformation_deletes_no_bucket_with_something_in_it(shop):
    """CloudFormation deletes no bucket that has something in it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
    """
    stacks, s3, name = shop.client("cloudformation"), shop.client("s3"), f"test-{uuid.uuid4()}"
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    stacks.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Bucket": bucket}}))
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})
    s3.put_object(Bucket=name, Key="precious", Body=b"")
    stack_id = stacks.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    stacks.delete_stack(StackName=name)
    until(lambda: stacks.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"].startswith("DELETE_"))
    until(lambda: not stacks.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"].endswith("IN_PROGRESS"))
    assert stacks.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"] == "DELETE_FAILED"


@differs("a function may call itself for ever")
def test_a_loop_through_a_bucket_is_stopped(shop, functions, make):
    """Lambda stops a function that calls itself through S3, SQS or SNS, after about 16 turns.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    """
    name, s3, bucket = make(LOOP, Role=role_with_s3(shop)), shop.client("s3"), f"test-{uuid.uuid4()}"
    s3.create_bucket(Bucket=bucket)
    functions.add_permission(
        FunctionName=name, StatementId="bucket", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
    )  # fmt: skip
    told = {"LambdaFunctionArn": arn_of(functions, name), "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [told]}
    )
    s3.put_object(Bucket=bucket, Key="0", Body=b"")

    def calls() -> int:
        return logged(shop, name).count("call")

    until(lambda: calls() >= 5)  # it does run
    assert not comes(lambda: calls() >= 25, LONG)


def role_with_s3(shop) -> str:
    """A role that may write into any bucket."""
    iam, name = shop.client("iam"), f"test-{uuid.uuid4()}"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    may = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    iam.put_role_policy(
        RoleName=name, PolicyName="s3", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    return role["Role"]["Arn"]


def fires(shop, functions, role: str) -> bool:
    """Whether a one-time schedule with this role calls the report function."""
    scheduler, day = shop.client("scheduler"), f"{uuid.uuid4()}"  # which is no day: the function says so in its log
    scheduler.create_schedule(
        Name=f"test-{day}", GroupName=shop.outputs["ReportScheduleGroup"], FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})", ActionAfterCompletion="DELETE",
        Target={
            "Arn": arn_of(functions, shop.outputs["ReportFunction"]),
            "RoleArn": role,
            "Input": json.dumps({"day": day}),
        },
    )  # fmt: skip
    return bool(comes(lambda: any(day in line for line in logged(shop, shop.outputs["ReportFunction"])), seconds=15))


def test_a_schedule_calls_its_target(shop, functions):
    """As on AWS; else what follows would prove nothing."""
    assert fires(shop, functions, shop.outputs["ReportSchedulerRole"])


@differs("the role of a schedule is not looked at")
def test_a_schedule_needs_a_role_that_may_call_its_target(shop, functions):
    """A schedule calls its target only if its role may do so.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html
    """
    may_not = functions.get_function_configuration(FunctionName=shop.outputs["HelloFunction"])["Role"]
    assert not fires(shop, functions, may_not)
