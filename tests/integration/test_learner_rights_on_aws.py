"""With the rights of a learner, and no others, the workbook deploys, makes things by hand and cleans up on AWS.

Another cloud plays AWS, and enforces IAM. An administrator has made a stack there of the template with the rights.
"""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from learners_role import keys_of_a_learner, profile
from second_cloud import ACCOUNT, BUCKET, REGION, second_cloud
from test_whose_on_aws import EVENT_BUS, NAMES, SAY_YES

pytestmark = pytest.mark.slow

BOUNDARY = f"event-driven-workbook-boundary-{REGION}"
BOUNDARY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/{BOUNDARY}"


@pytest.fixture(scope="module")
def aws(learner):
    learner.write("cdk_app/app.py", EVENT_BUS)
    with second_cloud(learner) as one:
        one.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield one


@pytest.fixture(scope="module")
def keys(aws):
    """The keys of somebody who has taken on the learners' role."""
    return keys_of_a_learner(aws)


@pytest.fixture(scope="module")
def python(aws, keys, learner):
    """That person's Python."""
    config = learner.root / ".workbook" / "aws" / "config"
    config.write_text(f"[profile shop]\nregion = {REGION}\nendpoint_url = {aws.url}\n{profile(keys)}")
    run = learner.kernel(**aws.signed_in)
    run(NAMES)
    run(f"from workbook.cloud.consent import confirm_without_asking; confirm_without_asking('{ACCOUNT}', '{REGION}')")
    run(SAY_YES)
    return run


def test_the_shop_is_deployed_and_its_roles_have_the_boundary(aws, python):
    python("_ = deploy()")
    assert python("sorted(outputs)") == ["EventBusName", "HelloFunction"]
    body = aws.client("cloudformation").get_template(StackName="Hello")["TemplateBody"]  # that cloud looks no further
    template = json.loads(body) if isinstance(body, str) else body
    [role] = [it["Properties"] for it in template["Resources"].values() if it["Type"] == "AWS::IAM::Role"]
    assert BOUNDARY in str(role["PermissionsBoundary"])
    assert python("from workbook import invoke; invoke(outputs['HelloFunction'], {'name': 'Ada'}).result['message']")


def test_changed_code_is_deployed(learner, python):
    learner.edit("lambda_src/hello/app.py", "Good to see you", "Welcome")
    python("_ = deploy('Hello')")
    assert python("invoke(outputs['HelloFunction'], {'name': 'Ada'}).result['message']") == "Welcome, Ada"


def test_what_chapters_make_by_hand_can_be_made_and_a_role_gets_the_boundary(aws, python):
    python("""
sqs, events, iam = (boto3.client(name) for name in ("sqs", "events", "iam"))
url = sqs.create_queue(QueueName="audit")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
rule = events.put_rule(Name="audit", EventBusName="ShopEventBus", EventPattern='{"source": ["x"]}')["RuleArn"]
allowed = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
           "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": rule}}}
policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
_ = events.put_targets(Rule="audit", EventBusName="ShopEventBus", Targets=[{"Id": "queue", "Arn": arn}])
_ = events.create_archive(ArchiveName="shop", EventSourceArn=events.describe_event_bus(Name="ShopEventBus")["Arn"])
trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
_ = iam.create_role(RoleName="chapter-12-0123456789ab",
                    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
""")
    role = aws.client("iam").get_role(RoleName="chapter-12-0123456789ab")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY_ARN


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("sqs", "create_queue", {"QueueName": "of-my-own"}),
        ("events", "put_permission", {"StatementId": "1", "Principal": "*", "Action": "events:PutEvents"}),
        ("iam", "create_user", {"UserName": "mallory"}),
        ("iam", "create_role", {"RoleName": "anything", "AssumeRolePolicyDocument": "{}"}),
        ("iam", "delete_policy", {"PolicyArn": BOUNDARY_ARN}),
        ("dynamodb", "delete_table", {"TableName": "anything"}),
        ("cloudformation", "delete_stack", {"StackName": "rights"}),
        ("s3", "delete_bucket", {"Bucket": BUCKET}),
    ],
)
def test_nothing_else_can_be_done(aws, keys, service, operation, arguments):
    client = boto3.client(
        service, endpoint_url=aws.url, region_name=REGION, aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
    )  # fmt: skip
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(client, operation)(**arguments)


def test_cleaning_up_needs_no_more(aws, python):
    python("clean_up()")
    assert python("leftovers().name.tolist()") == []
    names = [it["StackName"] for it in aws.client("cloudformation").describe_stacks()["Stacks"]]
    assert names == ["rights"]
