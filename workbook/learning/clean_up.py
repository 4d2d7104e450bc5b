"""`clean_up()` and `leftovers()`: everything that the book made is gone, and every service is asked for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from workbook.base.display import Progress, as_markup, in_notebook
from workbook.base.waiting import poll
from workbook.cloud import local, target
from workbook.cloud.consent import confirm_deletion
from workbook.cloud.stacks import described_stack, status
from workbook.deployment.assets import asset_bucket
from workbook.deployment.inventory import made, ours
from workbook.deployment.teardown import destroy, empty_bucket, importers_first
from workbook.learning import published
from workbook.learning.by_hand import leftovers_by_hand
from workbook.learning.learner_data import keep_contents
from workbook.learning.learner_files import new_folder_aside, remove_if_empty

BOOTSTRAP = "CDKToolkit"
# What chapters make by hand has such a name; so have the logs of the functions among it.
BY_HAND = re.compile(r"(/aws/lambda/)?chapter-\d\d($|-)")
BY_HAND_KINDS = ("AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::SQS::Queue")
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

    Each service is asked for it.

    Returns:
        A row for each resource, with columns service, what, name; none if all is gone.
    """
    _reach()
    wanted = {(kind, name.rpartition("/")[2] if kind == "AWS::SQS::Queue" else name) for kind, name in made()}
    wanted |= {
        ("AWS::Logs::LogGroup", f"/aws/lambda/{name}") for kind, name in wanted if kind == "AWS::Lambda::Function"
    }
    buses = {name for kind, name in wanted if kind == "AWS::Events::EventBus"}
    found = [("AWS::CloudFormation::Stack", stack) for stack in _stacks() if ours(stack)]
    for kind, service, operation, key, id_of in LISTS:
        there = [(kind, id_of(it)) for it in _all(service, operation, key)]
        found += [one for one in there if one in wanted or (kind in BY_HAND_KINDS and BY_HAND.match(one[1]))]
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
        stacks = [*known, *(stack for stack in _stacks() if stack not in known)]
        for stack in importers_first([stack for stack in stacks if ours(stack)]):
            progress(f"deleting {stack}")
            said += keep_contents(stack, aside)
            destroy(stack)
            said.append(f"The stack {stack} is deleted.")
        remove_if_empty(aside)
        said += _delete_what_was_made_by_hand()
        progress("waiting for the last words of functions")
        _delete_late_logs()
        for stack in known:
            if status(stack):
                said.append(f"There is a stack {stack} that was not deployed from here. It is left alone.")
        if bootstrap:
            progress("deleting the CDK bootstrap")
            for name, delete in _bootstrap().items():
                delete()
                said.append(f"Deleted: {name}.")
        else:
            said += [f"Left on purpose: {name}. clean_up(bootstrap=True) deletes it, too." for name in _bootstrap()]
        progress.closing = f"<p>✓ {text}</p>" + "".join(f"<p>{as_markup(line)}</p>" for line in said)
    if not in_notebook():
        print("\n".join([text, *said]))


def _delete_what_was_made_by_hand() -> list[str]:
    """Delete functions, queues and logs that a chapter made by hand, and would have deleted had it not been stopped."""
    lambda_, sqs, logs = (target.client(name) for name in ("lambda", "sqs", "logs"))
    functions = [f["FunctionName"] for f in _all("lambda", "list_functions", "Functions")]
    urls = {url.rpartition("/")[2]: url for url in _all("sqs", "list_queues", "QueueUrls")}
    groups = [group["logGroupName"] for group in _all("logs", "describe_log_groups", "logGroups")]
    deleted = []
    for name in [name for name in [*functions, *urls, *groups] if BY_HAND.match(name)]:
        if name in functions:
            lambda_.delete_function(FunctionName=name)
        elif name in urls:
            sqs.delete_queue(QueueUrl=urls[name])
        else:
            logs.delete_log_group(logGroupName=name)
        deleted.append(f"Deleted, as a chapter made it by hand: {name}.")
    return deleted


def _delete_late_logs() -> None:
    """Delete the logs of functions that still ran while their stack went: Lambda makes their log group anew."""
    client = target.client("logs")
    groups = {f"/aws/lambda/{name}" for kind, name in made() if kind == "AWS::Lambda::Function"}
    last = time.monotonic()

    def quiet() -> bool:
        nonlocal last
        for group in _all("logs", "describe_log_groups", "logGroups"):
            if group["logGroupName"] in groups:
                client.delete_log_group(logGroupName=group["logGroupName"])
                last = time.monotonic()
        return time.monotonic() - last > QUIET_SECONDS

    poll(quiet, "the last functions to end", 120)


def _stacks() -> list[str]:
    """The names of the stacks that were ever deployed from this checkout."""
    return sorted({name.split("/")[1] for kind, name in made() if kind == "AWS::CloudFormation::Stack"})


def _bootstrap() -> dict[str, Callable[[], None]]:
    """What there is of the CDK bootstrap, each with what deletes it."""
    found: dict[str, Callable[[], None]] = {}
    if described_stack(BOOTSTRAP):
        found[f"the stack {BOOTSTRAP}"] = lambda: destroy(BOOTSTRAP)
    if asset_bucket() in [it["Name"] for it in _all("s3", "list_buckets", "Buckets")]:
        found[f"the bucket {asset_bucket()}"] = lambda: _delete_bucket(asset_bucket())
    return found


def _delete_bucket(name: str) -> None:
    """Delete a bucket with all that is in it."""
    empty_bucket(name)
    target.client("s3").delete_bucket(Bucket=name)


def _archives(buses: set[str]) -> list[str]:
    return [
        it["ArchiveName"]
        for it in _all("events", "list_archives", "Archives")
        if it["EventSourceArn"].rpartition("/")[2] in buses
    ]


def _all(service: str, operation: str, key: str) -> Iterator[Any]:
    """All that an operation lists, page by page."""
    client = target.client(service)
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate():
            yield from page.get(key, [])
        return
    token: dict[str, str] = {}
    while True:
        page = getattr(client, operation)(**token)
        yield from page.get(key, [])
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _reach() -> None:
    if target.is_local():
        local.ensure()
