"""`clean_up()` and `leftovers()`: everything that the book made is gone, and every service is asked for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.base.display import Progress, as_markup, in_notebook
from workbook.base.waiting import poll
from workbook.cloud import local, target, whose
from workbook.cloud.consent import confirm_deletion
from workbook.cloud.stacks import described_stack, described_stacks
from workbook.cloud.whose import made
from workbook.deployment.assets import asset_bucket
from workbook.deployment.live import everything, queue_urls
from workbook.deployment.teardown import delete_bus, destroy, empty_bucket, importers_first
from workbook.learning import published
from workbook.learning.by_hand import leftovers_by_hand
from workbook.learning.learner_data import keep_contents
from workbook.learning.learner_files import new_folder_aside, remove_if_empty

BOOTSTRAP = "CDKToolkit"
# What chapters make by hand has such a name; so have the logs of the functions among it.
BY_HAND = re.compile(r"(/aws/lambda/)?chapter-\d\d($|-)")
# How it is deleted, by its type.
BY_HAND_KINDS: dict[str, Callable[[str], object]] = {
    "AWS::DynamoDB::Table": lambda name: target.client("dynamodb").delete_table(TableName=name),
    "AWS::Events::EventBus": delete_bus,
    "AWS::Lambda::Function": lambda name: target.client("lambda").delete_function(FunctionName=name),
    "AWS::Logs::LogGroup": lambda name: target.client("logs").delete_log_group(logGroupName=name),
    "AWS::SQS::Queue": lambda name: target.client("sqs").delete_queue(QueueUrl=queue_urls()[name]),
}
QUIET_SECONDS = 2  # without a log group that comes back
# How each service lists what it has: type in CloudFormation, service, operation, where the answers are, their ids.
LISTS: list[tuple[str, str, str, str, Callable[[Any], str]]] = [
    ("AWS::ApiGateway::RestApi", "apigateway", "get_rest_apis", "items", lambda it: it["id"]),
    ("AWS::CloudWatch::Alarm", "cloudwatch", "describe_alarms", "MetricAlarms", lambda it: it["AlarmName"]),
    ("AWS::CloudWatch::Dashboard", "cloudwatch", "list_dashboards", "DashboardEntries", lambda it: it["DashboardName"]),
    ("AWS::DynamoDB::Table", "dynamodb", "list_tables", "TableNames", str),
    ("AWS::Events::EventBus", "events", "list_event_buses", "EventBuses", lambda it: it["Name"]),
    ("AWS::Events::Rule", "events", "list_rules", "Rules", lambda it: it["Name"]),
    ("AWS::IAM::Role", "iam", "list_roles", "Roles", lambda it: it["RoleName"]),
    (
        "AWS::Lambda::EventSourceMapping",
        "lambda",
        "list_event_source_mappings",
        "EventSourceMappings",
        lambda it: it["UUID"],
    ),
    ("AWS::Lambda::Function", "lambda", "list_functions", "Functions", lambda it: it["FunctionName"]),
    (
        "AWS::Lambda::LayerVersion",
        "lambda",
        "list_layers",
        "Layers",
        lambda it: it["LatestMatchingVersion"]["LayerVersionArn"],
    ),
    ("AWS::Logs::LogGroup", "logs", "describe_log_groups", "logGroups", lambda it: it["logGroupName"]),
    ("AWS::S3::Bucket", "s3", "list_buckets", "Buckets", lambda it: it["Name"]),
    ("AWS::Scheduler::ScheduleGroup", "scheduler", "list_schedule_groups", "ScheduleGroups", lambda it: it["Name"]),
    ("AWS::SNS::Subscription", "sns", "list_subscriptions", "Subscriptions", lambda it: it["SubscriptionArn"]),
    ("AWS::SNS::Topic", "sns", "list_topics", "Topics", lambda it: it["TopicArn"]),
    ("AWS::SQS::Queue", "sqs", "list_queues", "QueueUrls", lambda url: url.rpartition("/")[2]),
]


def leftovers() -> pd.DataFrame:
    """What is still there of all that was ever deployed from this checkout, or made by hand in a chapter.

    Each service is asked for it; on AWS also for the tag of what was made from here, whatever its name.

    Returns:
        A row for each resource, with columns service, what, name; none if all is gone.
    """
    _reach()
    wanted = {(kind, name.rpartition("/")[2] if kind == "AWS::SQS::Queue" else name) for kind, name in made()}
    wanted |= {
        ("AWS::Logs::LogGroup", f"/aws/lambda/{name}") for kind, name in wanted if kind == "AWS::Lambda::Function"
    }
    found = [("AWS::CloudFormation::Stack", stack) for stack in _stacks()]
    arns = [] if target.is_local() else whose.arns_with_mark()
    for kind, service, operation, key, id_of in LISTS:
        there = [(kind, id_of(it)) for it in everything(service, operation, key)]
        found += [one for one in there if (one in wanted or _is_by_hand(*one, arns)) and _is_ours(*one)]
    buses = {name for kind, name in found if kind == "AWS::Events::EventBus"}
    found += [("AWS::Events::Archive", name) for name in _archives(buses)]
    rows = [(*kind.split("::")[1:], name) for kind, name in found]
    seen = {name for *_, name in rows}
    rows += [(*one.type, one.name) for one in leftovers_by_hand() if one.name not in seen]
    return pd.DataFrame(rows, columns=["service", "what", "name"]).sort_values(
        ["service", "what", "name"], ignore_index=True
    )


def clean_up(*, bootstrap: bool = False) -> None:
    """Delete all that was deployed from this checkout, here or in the AWS account.

    What was not deployed from here is left alone, even if it has the same name. Rows of tables and
    objects in buckets are kept in files first.

    Args:
        bootstrap: also what `cdk bootstrap` made: the bucket of assets, and on AWS the stack
            CDKToolkit. Other CDK apps of the same account and region need it, too.

    Raises:
        WorkbookError: CloudFormation refuses, or the use of an AWS account was not confirmed.
    """
    _reach()
    if not target.is_local():
        confirm_deletion(target.account(), target.region())
    text, said = "Everything that was deployed from here is gone.", []
    with Progress("Cleaning up", text=text) as progress:
        known, aside = published.all_stacks(), new_folder_aside()
        for one in leftovers_by_hand():
            progress(f"removing {one}")
            one.remove()
        for stack in importers_first(_stacks()):
            progress(f"deleting {stack}")
            said += keep_contents(stack, aside)
            destroy(stack)
            said.append(f"The stack {stack} is deleted.")
        remove_if_empty(aside)
        said += _delete_what_was_made_by_hand()
        progress("waiting for the last words of functions")
        _delete_late_logs()
        for stack in known:
            if described_stack(stack):
                said.append(f"There is a stack {stack} that was not deployed from here. It is left alone.")
        if bootstrap:
            progress("deleting the CDK bootstrap")
        said += _leave_or_delete_bootstrap(bootstrap)
        progress.closing = f"<p>✓ {text}</p>" + "".join(f"<p>{as_markup(line)}</p>" for line in said)
    if not in_notebook():
        print("\n".join([text, *said]))


def _delete_what_was_made_by_hand() -> list[str]:
    """Delete what a chapter made by hand, and would have deleted had it not been stopped; and on AWS, what a person
    made with this workbook's boto3."""
    arns = [] if target.is_local() else whose.arns_with_mark()
    deleted = []
    for kind, service, operation, key, id_of in LISTS:
        if kind in BY_HAND_KINDS:
            for name in [id_of(it) for it in everything(service, operation, key)]:
                if _is_by_hand(kind, name, arns) and _is_ours(kind, name):
                    BY_HAND_KINDS[kind](name)
                    deleted.append(f"Deleted, as it was made by hand: {name}.")
    return deleted


def _is_by_hand(kind: str, name: str, arns: list[str]) -> bool:
    """Whether something has a name that chapters give by hand, or on AWS, the tag of what was made from here."""
    service = next(service for of_kind, service, *_ in LISTS if of_kind == kind)
    of_service = (arn for arn in arns if arn.split(":")[2] == service)
    tagged = any(arn == name or arn.endswith((f":{name}", f"/{name}")) for arn in of_service)
    return tagged or (kind in BY_HAND_KINDS and bool(BY_HAND.match(name)))


def _is_ours(kind: str, name: str) -> bool:
    """Whether something that could be ours is; what has no tags is, as its id is never given twice."""
    what = next((what for what, of_type in whose.TYPES.items() if of_type == kind and what != "layer"), None)
    return what is None or whose.is_ours(what, name)


def _delete_late_logs() -> None:
    """Delete the logs of functions that still ran while their stack went: Lambda makes their log group anew."""
    client = target.client("logs")
    groups = {f"/aws/lambda/{name}" for kind, name in made() if kind == "AWS::Lambda::Function"}
    last = time.monotonic()

    def quiet() -> bool:
        nonlocal last
        for group in everything("logs", "describe_log_groups", "logGroups"):
            if group["logGroupName"] in groups:
                client.delete_log_group(logGroupName=group["logGroupName"])
                last = time.monotonic()
        return time.monotonic() - last > QUIET_SECONDS

    poll(quiet, "the last functions to end", 120)


def _stacks() -> list[str]:
    """The names of the stacks that were deployed from this checkout, and are there."""
    ours = (name for name, there in described_stacks().items() if whose.stack_is_ours(there))
    return sorted(name for name in ours if name != BOOTSTRAP)


def _leave_or_delete_bootstrap(delete: bool) -> list[str]:
    """Delete what there is of the CDK bootstrap, if that is wanted and it was made from here; what became of it."""
    bucket, there = asset_bucket(), bool(described_stack(BOOTSTRAP))
    ours = there and whose.is_ours("stack", BOOTSTRAP)
    found = [(f"the stack {BOOTSTRAP}", ours, lambda: destroy(BOOTSTRAP))] if there else []
    if bucket in [it["Name"] for it in everything("s3", "list_buckets", "Buckets")]:
        found.append((f"the bucket {bucket}", ours or whose.is_ours("bucket", bucket), lambda: _delete_bucket(bucket)))
    said = []
    for name, made_from_here, remove in found:
        if not made_from_here:
            said.append(f"Left alone, as it was not made from here: {name}, of the CDK bootstrap.")
        elif delete:
            remove()
            said.append(f"Deleted: {name}.")
        else:
            said.append(f"Left on purpose: {name}. clean_up(bootstrap=True) deletes it, too.")
    return said


def _delete_bucket(name: str) -> None:
    """Delete a bucket with all that is in it."""
    empty_bucket(name)
    target.client("s3").delete_bucket(Bucket=name)


def _archives(buses: set[str]) -> list[str]:
    return [
        it["ArchiveName"]
        for it in everything("events", "list_archives", "Archives")
        if it["EventSourceArn"].rpartition("/")[2] in buses
    ]


def _reach() -> None:
    if target.is_local():
        local.ensure()
