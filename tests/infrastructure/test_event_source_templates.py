"""What starts functions beside APIs, queues and the bus: schedules, an upload, a table's stream."""

from __future__ import annotations

import json
from typing import Any

import pytest
from templates import App
from test_templates import comparable, construct, plain

pytestmark = pytest.mark.slow


def one(app: App, stack: str, kind: str, name: str) -> dict[str, Any]:
    """The properties of the resource of a type that has this name."""
    [found] = [r["Properties"] for i, r in app.resources(stack, kind).items() if construct(i) == name]
    return found


def refers_to(node: dict[str, Any]) -> str:
    """The name of the resource that a piece of a template refers to."""
    return construct(node["Ref"] if "Ref" in node else node["Fn::GetAtt"][0])


# The schedules


def test_the_report_is_written_once_a_night(app: App) -> None:
    rule = one(app, "Report", "AWS::Events::Rule", "SchedulesNightly")
    assert (rule["ScheduleExpression"], rule["State"]) == ("cron(0 1 * * ? *)", "ENABLED")
    [target] = rule["Targets"]
    assert refers_to(target["Arn"]) == "Function"
    assert refers_to(target["DeadLetterConfig"]["Arn"]) == "Failures"


def test_only_the_nightly_rule_may_call_the_report(app: App) -> None:
    [permission] = [p["Properties"] for p in app.resources("Report", "AWS::Lambda::Permission").values()]
    assert (permission["Principal"], permission["Action"]) == ("events.amazonaws.com", "lambda:InvokeFunction")
    assert (
        refers_to(permission["SourceArn"]) == "SchedulesNightly" and refers_to(permission["FunctionName"]) == "Function"
    )


def test_the_schedulers_role_is_for_schedules_of_one_group_and_may_call_one_function(app: App) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html"""
    role = one(app, "Report", "AWS::IAM::Role", "SchedulesRole")
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Action"], trust["Principal"]) == ("sts:AssumeRole", {"Service": "scheduler.amazonaws.com"})
    [group] = app.resources("Report", "AWS::Scheduler::ScheduleGroup")
    assert trust["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [group, "Arn"]}}}
    assert "ManagedPolicyArns" not in role and "Policies" not in role
    [policy] = [
        p["Properties"]["PolicyDocument"]["Statement"]
        for p in app.resources("Report", "AWS::IAM::Policy").values()
        if refers_to(p["Properties"]["Roles"][0]) == "SchedulesRole"
    ]
    allowed = {(one["Effect"], one["Action"], refers_to(one["Resource"])) for one in policy}
    assert allowed == {("Allow", "lambda:InvokeFunction", "Function"), ("Allow", "sqs:SendMessage", "Failures")}


def test_whatever_the_report_could_not_do_is_kept(app: App) -> None:
    assert one(app, "Report", "AWS::SQS::Queue", "Failures")["MessageRetentionPeriod"] == 14 * 24 * 3600
    redrive = one(app, "Report", "AWS::SQS::Queue", "Queue")["RedrivePolicy"]
    assert refers_to(redrive["deadLetterTargetArn"]) == "Failures" and redrive["maxReceiveCount"] >= 5
    [target] = one(app, "Report", "AWS::Events::Rule", "Rule")["Targets"]
    assert refers_to(target["Arn"]) == "Queue" and refers_to(target["DeadLetterConfig"]["Arn"]) == "Failures"
    [failed] = app.resources("Report", "AWS::Lambda::EventInvokeConfig").values()
    assert refers_to(failed["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]) == "Failures"


def test_only_the_reports_own_rules_may_send_to_its_queues(app: App) -> None:
    found = {}
    for policy in app.resources("Report", "AWS::SQS::QueuePolicy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert statement["Principal"] == {"Service": "events.amazonaws.com"} and statement["Effect"] == "Allow"
            [queue] = policy["Properties"]["Queues"]
            rule = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
            found.setdefault(refers_to(queue), set()).add(refers_to(rule))
    assert found == {"Queue": {"Rule"}, "Failures": {"Rule", "SchedulesNightly"}}


def test_the_report_takes_the_checkouts_that_it_understands(app: App) -> None:
    rule = one(app, "Report", "AWS::Events::Rule", "Rule")
    assert rule["EventPattern"] == one(app, "Ordering", "AWS::Events::Rule", "Rule")["EventPattern"]
    [mapping] = app.resources("Report", "AWS::Lambda::EventSourceMapping").values()
    assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


# The buckets


def test_buckets_are_closed_encrypted_and_go_with_their_stack(app: App, every) -> None:
    for _, bucket in every("AWS::S3::Bucket"):
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
        [rule] = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Delete"


def test_only_uploads_with_that_prefix_and_suffix_call_the_importer(app: App) -> None:
    bucket = one(app, "Product", "AWS::S3::Bucket", "ImportsUploads")
    [notification] = bucket["NotificationConfiguration"]["LambdaConfigurations"]
    assert notification["Event"] == "s3:ObjectCreated:*"
    assert refers_to(notification["Function"]) == "ImportsImporter"
    rules = {rule["Name"]: rule["Value"] for rule in notification["Filter"]["S3Key"]["Rules"]}
    assert rules == {"prefix": "products/", "suffix": ".csv"}  # the function writes below rejects/: no loop
    assert not [kind for kind in bucket["NotificationConfiguration"] if kind != "LambdaConfigurations"]


def test_only_that_bucket_may_call_the_importer(app: App) -> None:
    """The bucket's ARN, and the account: a name that is given up may become somebody else's.

    https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
    """
    permissions = [p["Properties"] for p in app.resources("Product", "AWS::Lambda::Permission").values()]
    [permission] = [p for p in permissions if refers_to(p["FunctionName"]) == "ImportsImporter"]
    bucket = one(app, "Product", "AWS::S3::Bucket", "ImportsUploads")
    assert (permission["Principal"], permission["Action"]) == ("s3.amazonaws.com", "lambda:InvokeFunction")
    assert plain(permission["SourceArn"]) == f"arn:aws:s3:::{plain(bucket['BucketName'])}"
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_the_bucket_is_made_after_what_it_calls(app: App) -> None:
    """S3 refuses a notification to a function that it may not call."""
    [bucket] = [r for i, r in app.resources("Product", "AWS::S3::Bucket").items()]
    assert {construct(name) for name in bucket["DependsOn"]} >= {"ImportsImporter", "ImportsImporterUploads"}


def test_an_upload_that_fails_is_kept(app: App) -> None:
    [failed] = [r["Properties"] for r in app.resources("Product", "AWS::Lambda::EventInvokeConfig").values()]
    assert refers_to(failed["FunctionName"]) == "ImportsImporter"
    assert refers_to(failed["DestinationConfig"]["OnFailure"]["Destination"]) == "ImportsFailures"
    assert one(app, "Product", "AWS::SQS::Queue", "ImportsFailures")["MessageRetentionPeriod"] == 14 * 24 * 3600


# The stream


def test_the_mapping_wants_changes_and_gives_a_record_up_at_last(app: App) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html"""
    [mapping] = [r["Properties"] for r in app.resources("Product", "AWS::Lambda::EventSourceMapping").values()]
    assert mapping["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn" and refers_to(mapping["EventSourceArn"]) == "Table"
    assert refers_to(mapping["FunctionName"]) == "PriceChangesFunction"
    assert [json.loads(f["Pattern"]) for f in mapping["FilterCriteria"]["Filters"]] == [{"eventName": ["MODIFY"]}]
    assert (mapping["MaximumRetryAttempts"], mapping["BisectBatchOnFunctionError"]) == (10, True)
    assert refers_to(mapping["DestinationConfig"]["OnFailure"]["Destination"]) == "PriceChangesFailures"
    assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_for_the_chapter_the_table_only_gets_a_stream_and_the_api_stays_as_it_is(
    chapter_08: App, chapter_10: App
) -> None:
    """So CloudFormation updates the table in place, and its rows are kept.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
    """
    before, now = comparable(chapter_08, "Product")["Resources"], comparable(chapter_10, "Product")["Resources"]
    different = {construct(i) for i in before if before[i] != now.get(i)}
    assert different == {"Table", "Function"}  # the function's code has files more
    [table] = [i for i in before if construct(i) == "Table"]
    stream = now[table]["Properties"].pop("StreamSpecification")
    assert stream == {"StreamViewType": "NEW_AND_OLD_IMAGES"} and now[table] == before[table]
    [function] = [i for i in before if construct(i) == "Function"]
    for one_of_them in (before[function], now[function]):
        del one_of_them["Properties"]["Code"]
    assert now[function] == before[function]
