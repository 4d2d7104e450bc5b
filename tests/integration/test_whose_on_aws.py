"""With AWS as the target nothing is changed or deleted that was not made from here; what was made from here is tagged.

Another cloud plays AWS. Somebody else has things there with the names that the book gives; they are looked at before
and after, and are the same.
"""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from second_cloud import ACCOUNT, BUCKET, REGION, second_cloud

from workbook.cloud.whose import TAG

NAMES = """
import boto3, json
from workbook import clean_up, deploy, leftovers, outputs
from workbook.cloud import whose
"""
SAY_YES = "import builtins, sys; builtins.input = lambda question: 'yes'; sys.stdin.isatty = lambda: True"
QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"HelloFunction": {"Value": "not-ours"}}}
EVENT_BUS = """\
import aws_cdk as cdk
from shop.event_bus import EventBus
from shop.hello import Hello

app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
Hello(app, "Hello")
EventBus(app, "EventBus")
app.synth()
"""
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
]}  # fmt: skip
DENIAL = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}]}
ROLE, LAYER = "chapter-12-0123456789ab", "dies"
INTRUDER, LOGS = "chapter-12-intruder", "/aws/lambda/chapter-12-intruder"
UUID = "01234567-0123-0123-0123-0123456789ab"
TABLE = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def aws(learner):
    learner.write("cdk_app/app.py", EVENT_BUS)
    with second_cloud(learner) as one:
        one.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield one


@pytest.fixture(scope="module")
def python(aws, learner):
    """A person's Python, signed in; the use of the account was confirmed."""
    run = learner.kernel(**aws.signed_in)
    run(NAMES)
    run(f"from workbook.cloud.consent import confirm_without_asking; confirm_without_asking('{ACCOUNT}', '{REGION}')")
    run(SAY_YES)
    return run


@pytest.fixture(scope="module")
def of_others(aws):
    """What somebody else has, under the names that chapters give by hand; a function that says how it is."""
    lambda_, sqs, events, dynamodb, iam, logs = (
        aws.client(name) for name in ("lambda", "sqs", "events", "dynamodb", "iam", "logs")
    )
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    queues = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("audit", f"chapter-07-{UUID}")]
    events.put_rule(Name="audit", EventPattern='{"source": ["theirs"]}')
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    for name in ("shop", "chapter-12"):
        events.create_archive(ArchiveName=name, EventSourceArn=bus, RetentionDays=3)
    dynamodb.create_table(TableName="vouchers-08", **TABLE)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 'theirs'\n")
    code = {"ZipFile": packed.getvalue()}
    lambda_.create_function(
        FunctionName=INTRUDER, Runtime="python3.13", Handler="app.handler", Role=role, Code=code, Timeout=5
    )
    lambda_.publish_layer_version(LayerName=LAYER, Content=code)
    logs.create_log_group(logGroupName=LOGS)

    def as_they_are() -> dict[str, object]:
        function = lambda_.get_function_configuration(FunctionName=INTRUDER)
        archives = [it for it in events.list_archives()["Archives"] if it["EventSourceArn"] == bus]
        policies = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
        targets = events.list_targets_by_rule(Rule="audit")["Targets"]
        return {
            "archives": sorted((it["ArchiveName"], it["RetentionDays"]) for it in archives),
            "function": {key: function[key] for key in ("CodeSha256", "Timeout", "Role", "LastModified")},
            "layers": [it["Version"] for it in lambda_.list_layer_versions(LayerName=LAYER)["LayerVersions"]],
            "log group": logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"],
            "queues": [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in queues],
            "role": (iam.get_role(RoleName=ROLE)["Role"]["RoleId"], policies),
            "rule": (events.describe_rule(Name="audit")["EventPattern"], targets),
            "table": dynamodb.describe_table(TableName="vouchers-08")["Table"]["TableId"],
        }  # fmt: skip

    return as_they_are


def stacks(aws) -> dict[str, str]:
    return {it["StackName"]: it["StackStatus"] for it in aws.client("cloudformation").describe_stacks()["Stacks"]}


def make_stack(aws, name: str, tags: dict[str, str]) -> None:
    client = aws.client("cloudformation")
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    client.create_stack(StackName=name, TemplateBody=json.dumps(QUEUE), Tags=pairs)
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})


def delete_stack(aws, name: str) -> None:
    client = aws.client("cloudformation")
    client.delete_stack(StackName=name)
    client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})


# Stacks


def test_a_stack_of_somebody_elses_is_refused_before_anything_is_changed(aws, python):
    make_stack(aws, "Hello", {"owner": "somebody"})
    before = aws.client("cloudformation").describe_stack_resources(StackName="Hello")["StackResources"]
    assert python.refused("deploy()") == (
        "There is a stack Hello in this account and region that was not made from here, so it is left as it is: set "
        "AWS_REGION to a region that has none, or, if it is yours and not needed, delete it in AWS's console, and run "
        "this again."
    )
    assert stacks(aws) == {"Hello": "CREATE_COMPLETE"}  # not even the one before it in the app was begun
    assert aws.client("cloudformation").describe_stack_resources(StackName="Hello")["StackResources"] == before
    assert not aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents")


def test_its_outputs_are_nobody_s_here_and_cleaning_up_leaves_it_alone(aws, python):
    assert python("dict(outputs)") == {}
    python("clean_up()")
    assert "There is a stack Hello that was not deployed from here. It is left alone." in python.said
    assert python("len(leftovers())") == 0
    assert stacks(aws) == {"Hello": "CREATE_COMPLETE"}
    delete_stack(aws, "Hello")


def test_a_stack_from_another_folder_with_this_workbook_says_how_to_make_it_this_one_s(aws, python):
    make_stack(aws, "Hello", {TAG: "0123456789ab"})
    assert "or, if that is gone, write 0123456789ab into .workbook/mark" in python.refused("deploy('Hello')")
    delete_stack(aws, "Hello")


def test_a_bus_of_the_shop_s_name_is_refused_too(aws, python):
    events = aws.client("events")
    events.create_event_bus(Name="ShopEventBus")
    assert python.refused("deploy('EventBus')").startswith("There is an event bus ShopEventBus in this account and")
    assert stacks(aws) == {}
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default", "ShopEventBus"]
    events.delete_event_bus(Name="ShopEventBus")


def test_what_is_deployed_from_here_bears_the_mark_and_so_does_what_is_in_it(aws, learner, python):
    python("_ = deploy()")
    mark = (learner.root / ".workbook" / "mark").read_text().strip()
    assert {TAG: mark} == {
        tag["Key"]: tag["Value"]
        for stack in aws.client("cloudformation").describe_stacks()["Stacks"]
        for tag in stack["Tags"]
    }
    client = aws.client("lambda")
    [arn] = [f["FunctionArn"] for f in client.list_functions()["Functions"] if f["FunctionName"].startswith("Hello")]
    assert client.list_tags(Resource=arn)["Tags"][TAG] == mark
    python("from workbook.deployment import cdk")
    assert python("cdk.environment()['CDK_TAGS']") == f"{TAG}={mark}"  # for `cdk deploy` in a terminal
    assert python("deploy('Hello').changes.empty.__bool__()")


@pytest.mark.nightly
def test_by_hand_cdk_takes_the_tags_where_it_can_and_works_without_them_elsewhere(aws, learner, python):
    python("import subprocess; from workbook.deployment import cdk")
    run = "subprocess.run({!r}, shell=True, cwd=cdk.CDK_APP, env=cdk.environment(), capture_output=True, text=True)"
    assert "Hello" in python(run.format("cdk list") + ".stdout").split()
    made = "cdk deploy Hello --method direct --require-approval never"
    assert python(run.format(made) + ".returncode") == 0
    mark = (learner.root / ".workbook" / "mark").read_text().strip()
    [stack] = aws.client("cloudformation").describe_stacks(StackName="Hello")["Stacks"]
    assert {TAG: mark} == {tag["Key"]: tag["Value"] for tag in stack["Tags"]}


def test_without_its_own_records_a_checkout_knows_its_stacks_by_their_tags(aws, learner, python):
    (learner.root / ".workbook" / "made.json").unlink()
    assert python("sorted(outputs)") == ["EventBusName", "HelloFunction"]
    python("_ = deploy()")


# What chapters make by hand


@pytest.mark.parametrize(
    "call",
    [
        "boto3.client('sqs').create_queue(QueueName='audit')",
        "sqs = boto3.client('sqs'); sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName='audit')['QueueUrl'])",
        "boto3.client('events').put_rule(Name='audit', EventPattern='{\"source\": [\"ours\"]}')",
        "boto3.client('events').put_targets(Rule='audit', Targets=[{'Id': '1', 'Arn': 'arn:aws:sqs:eu-west-1:1:q'}])",
        "boto3.client('events').delete_archive(ArchiveName='shop')",
        "boto3.client('dynamodb').delete_table(TableName='vouchers-08')",
        f"boto3.client('lambda').delete_function(FunctionName='{INTRUDER}')",
        f"boto3.client('lambda').update_function_configuration(FunctionName='{INTRUDER}', Timeout=9)",
        f"boto3.client('lambda').delete_layer_version(LayerName='{LAYER}', VersionNumber=1)",
        f"boto3.client('lambda').publish_layer_version(LayerName='{LAYER}', Content={{'ZipFile': b''}})",
        f"boto3.client('iam').put_role_policy(RoleName='{ROLE}', PolicyName='x', PolicyDocument='{{}}')",
        f"boto3.client('logs').delete_log_group(logGroupName='{LOGS}')",
        "boto3.resource('dynamodb').Table('vouchers-08').delete()",
    ],
)
def test_a_cell_does_nothing_to_what_is_somebody_elses(of_others, python, call):
    before = of_others()
    assert "in this account and region that was not made from here, so it is left as it is" in python.refused(call)
    assert of_others() == before


def test_what_a_cell_makes_bears_the_mark_and_may_be_changed_and_deleted(aws, of_others, python):
    python("""
sqs, events, dynamodb, lambda_, iam, logs = (
    boto3.client(name) for name in ("sqs", "events", "dynamodb", "lambda", "iam", "logs")
)
url = sqs.create_queue(QueueName="chapter-07-89abcdef-0123-0123-0123-0123456789ab", tags={"a": "b"})["QueueUrl"]
sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5"})
bus = {"EventBusName": "ShopEventBus"}
for _ in range(2):
    events.put_rule(Name="audit", EventPattern='{"source": ["ours"]}', **bus)
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
events.put_targets(Rule="audit", Targets=[{"Id": "1", "Arn": arn}], **bus)
events.create_archive(ArchiveName="user-89abcdef-0123-0123-0123-0123456789ab",
                      EventSourceArn=events.describe_event_bus(Name="ShopEventBus")["Arn"])
""")
    python(f"""
table = dynamodb.create_table(TableName="states-08", **{TABLE!r})
role = iam.create_role(RoleName="chapter-12-abcdefabcdef", AssumeRolePolicyDocument='{json.dumps(TRUST)}')
iam.put_role_policy(RoleName="chapter-12-abcdefabcdef", PolicyName="x",
                    PolicyDocument='{json.dumps(DENIAL)}')
mine = sqs.create_queue(QueueName="of-my-own")["QueueUrl"]
events.create_event_bus(Name="checked-bus")
events.put_rule(Name="checked-rule", EventBusName="checked-bus", EventPattern='{{"source": ["ours"]}}')
_ = dynamodb.create_table(TableName="my-own-table", **{TABLE!r})
""")
    mark = python("whose.mark()")
    assert aws.client("sqs").list_queue_tags(QueueUrl=python("url"))["Tags"] == {"a": "b", TAG: mark}
    tags = aws.client("iam").list_role_tags(RoleName="chapter-12-abcdefabcdef")["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {TAG: mark}
    by_hand = {
        "audit", "chapter-07-89abcdef-0123-0123-0123-0123456789ab", "user-89abcdef-0123-0123-0123-0123456789ab",
        "states-08", "chapter-12-abcdefabcdef", "of-my-own", "checked-bus", "my-own-table",
    }  # fmt: skip
    assert by_hand <= set(python("leftovers().name.tolist()"))


def test_mending_and_cleaning_up_remove_what_is_ours_and_nothing_of_others(aws, of_others, python):
    before = of_others()
    left = python("from workbook.learning.mending import mend; mend()")
    assert "the rule audit of chapter 04" in str(left)
    python("clean_up()")
    assert python("leftovers().name.tolist()") == []
    assert stacks(aws) == {}
    assert of_others() == before
    assert not [url for url in aws.client("sqs").list_queues()["QueueUrls"] if url.endswith("of-my-own")]


# The bootstrap


def test_a_bootstrap_that_somebody_else_made_stays(aws, python):
    python("clean_up(bootstrap=True)")
    assert f"Left alone, as it was not made from here: the bucket {BUCKET}, of the CDK bootstrap." in python.said
    assert [it["Name"] for it in aws.client("s3").list_buckets()["Buckets"]] == [BUCKET]


def test_one_s_own_goes_when_that_is_asked_for(aws, python):
    tags = {"TagSet": [{"Key": TAG, "Value": python("whose.mark()")}]}
    aws.client("s3").put_bucket_tagging(Bucket=BUCKET, Tagging=tags)
    python("clean_up(bootstrap=True)")
    assert f"Deleted: the bucket {BUCKET}." in python.said
    assert not aws.client("s3").list_buckets()["Buckets"]


# Going back


def test_no_way_back_removes_a_stack_of_somebody_elses(aws, python):
    make_stack(aws, "Product", {})
    python("from workbook.learning.chapters import catch_up; done = catch_up(0)")
    assert "Product" not in str(python("done"))
    assert stacks(aws) == {"Product": "CREATE_COMPLETE"}
