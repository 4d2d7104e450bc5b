"""Whose things on AWS are: what is made from this checkout carries its mark as a tag, and nothing else is touched.

The tag of a stack goes on to its resources, as CloudFormation sees to; what chapters make by hand gets it in
`guard.py`. The local cloud is this checkout's own, so nobody asks there.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import STATE, read_json, shown, write_json
from workbook.cloud import target

TAG = "event-driven-workbook"
MARK = STATE / "mark"
MADE = STATE / "made.json"
GONE = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")  # in the code of an error


def mark() -> str:
    """This checkout's mark, which tells what was made from it: twelve hexadecimal digits, drawn at the first use."""
    if not MARK.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        own = MARK.with_name(f"{MARK.name}.{os.getpid()}.part")
        own.write_text(f"{secrets.token_hex(6)}\n", encoding="utf-8")
        with suppress(FileExistsError):  # another process was sooner
            os.link(own, MARK)
        own.unlink()
    return MARK.read_text(encoding="utf-8").strip()


def marked(tags: Iterable[Mapping[str, str]] | Mapping[str, str]) -> bool:
    """Whether tags, as one of AWS's services gives them, have this checkout's mark."""
    return _mark_in(tags) == mark()


def _mark_in(tags: Iterable[Mapping[str, str]] | Mapping[str, str]) -> str | None:
    named = tags if isinstance(tags, Mapping) else {tag["Key"]: tag["Value"] for tag in tags}
    return named.get(TAG)


def made() -> set[tuple[str, str]]:
    """Type and id of every resource that was ever deployed from this checkout to this account and region."""
    return {(kind, name) for kind, name in read_json(MADE, {}).get(_here(), [])}


def note(resources: Iterable[tuple[str, str]]) -> None:
    """Remember resources that were made from this checkout, also those that go again: to tell what is left, in the end.

    Args:
        resources: of each its type in CloudFormation, and its id.
    """
    there = made()
    if new := [[*one] for one in resources if one not in there]:
        everywhere = read_json(MADE, {})
        everywhere.setdefault(_here(), []).extend(new)
        write_json(MADE, everywhere)


def _here() -> str:
    return f"{target.account()} {target.region()}"


def stack_is_ours(there: Mapping[str, Any]) -> bool:
    """Whether a stack was deployed from this checkout.

    Args:
        there: what CloudFormation says of it.
    """
    return marked(there.get("Tags", [])) or ("AWS::CloudFormation::Stack", there["StackId"]) in made()


def refuse_foreign(what: str, name: str, **where: str) -> None:
    """See to it that something is not touched if it is there and was not made from here.

    Args:
        what: one of `KINDS`.
        name: its name, or what else the service knows it by.
        where: in what it is, if it is in something: a rule's `bus`.

    Raises:
        WorkbookError: it is somebody else's.
    """
    tags = tags_of(what, name, **where)
    if tags is None or marked(tags):
        return
    article = "an" if what[0] in "ae" else "a"
    there = f"There is {article} {what} {name}"
    if other := _mark_in(tags):
        raise WorkbookError(
            f"{there} in this account and region that was made with this workbook from another folder, so it is left "
            "as it is. If it is somebody else's, set AWS_REGION to a region of your own; if it is yours, run "
            f"clean_up() in that folder, or, if that is gone, write {other} into {shown(MARK)}, and it is this one's."
        )
    raise WorkbookError(
        f"{there} in this account and region that was not made from here, so it is left as it is: set AWS_REGION to a "
        "region that has none, or, if it is yours and not needed, delete it in AWS's console, and run this again."
    )


def is_ours(what: str, name: str, **where: str) -> bool:
    """Whether something that has a name was made from here. On the local cloud everything was.

    Args:
        what: one of `KINDS`.
        name: its name, or what else the service knows it by.
        where: in what it is, if it is in something: a rule's `bus`.
    """
    return target.is_local() or (there := tags_of(what, name, **where)) is not None and marked(there)


def tags_of(what: str, name: str, **where: str) -> Any:
    """The tags of something, as its service gives them; None if there is no such thing.

    Args:
        what: one of `KINDS`.
        name: its name, or what else the service knows it by.
        where: in what it is, if it is in something: a rule's `bus`.
    """
    from botocore.exceptions import ClientError

    try:
        return KINDS[what](name, **where)
    except ClientError as error:
        if any(word in error.response["Error"]["Code"] for word in GONE):
            return None
        raise


# What has no tags of its own, or none that come from its stack, has those of what it belongs to.


def _queue(name: str) -> Any:
    sqs = target.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return sqs.list_queue_tags(QueueUrl=url).get("Tags", {})


def _bus(name: str) -> Any:
    events = target.client("events")
    arn = events.describe_event_bus(Name=name.rpartition("/")[2])["Arn"]
    return events.list_tags_for_resource(ResourceARN=arn)["Tags"]


def _rule(name: str, bus: str = "default") -> Any:
    events = target.client("events")
    arn = events.describe_rule(Name=name, EventBusName=bus)["Arn"]
    own = events.list_tags_for_resource(ResourceARN=arn)["Tags"]
    if made() & {("AWS::Events::Rule", name), ("AWS::Events::Rule", f"{bus}|{name}")}:
        return {TAG: mark()}
    return own if _mark_in(own) or bus == "default" else _bus(bus)


def _archive(name: str) -> Any:
    return _bus(target.client("events").describe_archive(ArchiveName=name)["EventSourceArn"])


def _table(name: str) -> Any:
    dynamodb = target.client("dynamodb")
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    return dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]


def _function(name: str) -> Any:
    lambda_ = target.client("lambda")
    arn = lambda_.get_function_configuration(FunctionName=name)["FunctionArn"]
    return lambda_.list_tags(Resource=arn)["Tags"]


def _layer(name: str) -> Any:
    versions = target.client("lambda").list_layer_versions(LayerName=name)["LayerVersions"]
    arns = {("AWS::Lambda::LayerVersion", version["LayerVersionArn"]) for version in versions}
    return ({TAG: mark()} if arns <= made() else {}) if arns else None


def _role(name: str) -> Any:
    return target.client("iam").list_role_tags(RoleName=name)["Tags"]


def _log_group(name: str) -> Any:
    logs = target.client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    found = next((group for group in groups if group["logGroupName"] == name), None)
    if found is None:
        return None
    own = logs.list_tags_for_resource(resourceArn=found["arn"].removesuffix(":*"))["tags"]
    function = name.removeprefix("/aws/lambda/")  # Lambda makes its log group, without tags
    return {TAG: mark()} if ("AWS::Lambda::Function", function) in made() else own


def _alarm(name: str) -> Any:
    cloudwatch = target.client("cloudwatch")
    for alarm in cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]:
        return cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    return None


def _topic(name: str) -> Any:
    sns = target.client("sns")
    arn = name if name.startswith("arn:") else f"arn:aws:sns:{target.region()}:{target.account()}:{name}"
    return sns.list_tags_for_resource(ResourceArn=arn)["Tags"]


def _schedule_group(name: str) -> Any:
    scheduler = target.client("scheduler")
    arn = scheduler.get_schedule_group(Name=name)["Arn"]
    return scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"]


def _bucket(name: str) -> Any:
    own = target.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]
    return {TAG: mark()} if ("AWS::S3::Bucket", name) in made() else own


def _dashboard(name: str) -> Any:
    target.client("cloudwatch").get_dashboard(DashboardName=name)
    return {TAG: mark()} if ("AWS::CloudWatch::Dashboard", name) in made() else {}


def _stack(name: str) -> Any:
    from botocore.exceptions import ClientError

    try:
        [there] = target.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return {TAG: mark()} if stack_is_ours(there) else there.get("Tags", [])


def arns_with_mark() -> list[str]:
    """The ARNs of all that has this checkout's mark on AWS, or had it until lately; roles are not among them."""
    pages = target.client("resourcegroupstaggingapi").get_paginator("get_resources")
    found = pages.paginate(TagFilters=[{"Key": TAG, "Values": [mark()]}])
    return [it["ResourceARN"] for page in found for it in page["ResourceTagMappingList"]]


KINDS: dict[str, Callable[..., Any]] = {
    "alarm": _alarm, "archive": _archive, "bucket": _bucket, "dashboard": _dashboard, "event bus": _bus,
    "function": _function, "layer": _layer, "log group": _log_group, "queue": _queue, "role": _role, "rule": _rule,
    "schedule group": _schedule_group, "stack": _stack, "table": _table, "topic": _topic,
}  # fmt: skip
TYPES = {  # what CloudFormation calls them
    "alarm": "AWS::CloudWatch::Alarm", "archive": "AWS::Events::Archive", "bucket": "AWS::S3::Bucket",
    "dashboard": "AWS::CloudWatch::Dashboard", "event bus": "AWS::Events::EventBus",
    "function": "AWS::Lambda::Function", "layer": "AWS::Lambda::LayerVersion", "log group": "AWS::Logs::LogGroup",
    "queue": "AWS::SQS::Queue", "role": "AWS::IAM::Role", "rule": "AWS::Events::Rule",
    "schedule group": "AWS::Scheduler::ScheduleGroup", "stack": "AWS::CloudFormation::Stack",
    "table": "AWS::DynamoDB::Table", "topic": "AWS::SNS::Topic",
}  # fmt: skip
