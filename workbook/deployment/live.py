"""What services say of resources, in CloudFormation's words, and how their settings are put back.

Of each type those settings are read that the chapters, or a person who tries something out, change by hand. It takes
nothing but AWS's own describe and list operations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from workbook.base.waiting import poll
from workbook.cloud import target

Settings = dict[str, Any]
MOMENT = 120  # seconds that AWS may take to change a function or a mapping
THREADS = 8
DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")
RETRIES = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}  # EventBridge's own, of a target


@dataclass(frozen=True)
class Kind:
    """How resources of a type are read and put back.

    Attributes:
        service: boto3's name of it.
        defaults: the settings that are compared, with what AWS takes if a template does not say.
        read: given names, gives the settings of those that there are.
        put: given a name, the settings that are wrong as they should be, and all as they are, puts them right.
    """

    service: str
    defaults: Settings
    read: Callable[[list[str]], dict[str, Settings]]
    put: Callable[[str, Settings, Settings], None]


@contextmanager
def where_allowed() -> Iterator[None]:
    """What one may not look at on AWS is passed over."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED:
            raise


def document(policy: Any) -> str:
    """A policy or a pattern as text, the same for all that mean the same: order and form of lists aside."""
    read = json.loads(policy) if isinstance(policy, str) else policy
    statements = read.get("Statement") if isinstance(read, dict) else None
    if statements is not None:
        statements = statements if isinstance(statements, list) else [statements]
        read = read | {"Statement": [{key: _set(key, one[key]) for key in one} for one in statements]}
    return json.dumps(read, sort_keys=True)


def by_id(targets: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The targets of a rule by their ids, each with how often and how long it is tried, which need not be said."""
    return {it["Id"]: it | {"RetryPolicy": RETRIES | it.get("RetryPolicy", {})} for it in targets}


def everything(service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """All that an operation lists, page by page, whether or not boto3 has a paginator for it."""
    client = target.client(service)
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, [])
        return
    while True:
        page = getattr(client, operation)(**arguments)
        yield from page.get(key, [])
        if not page.get("NextToken"):
            return
        arguments["NextToken"] = page["NextToken"]


def queue_urls() -> dict[str, str]:
    """The addresses of all queues, by their names."""
    return {url.rpartition("/")[2]: url for url in everything("sqs", "list_queues", "QueueUrls")}


def _set(key: str, value: Any) -> Any:
    if key not in ("Action", "NotAction", "Resource", "NotResource"):
        return value
    return sorted(value, key=str) if isinstance(value, list) else [value]


def _each(read: Callable[[str], Settings], names: list[str]) -> dict[str, Settings]:
    """Read one by one, several at once."""
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(names, pool.map(read, names), strict=True))


# Queues


def _queues(names: list[str]) -> dict[str, Settings]:
    urls = queue_urls()
    return _each(lambda name: _queue(urls[name]), [name for name in names if name in urls])


def _queue(url: str) -> Settings:
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    numbers = {k: int(found[k]) for k in QUEUE.defaults if k in found and found[k].isdigit()}
    redrive = json.loads(found.get("RedrivePolicy") or "{}")
    if redrive:
        redrive["maxReceiveCount"] = int(redrive["maxReceiveCount"])
    policy = {"Policy": document(found["Policy"])} if found.get("Policy") else {}
    return {**numbers, "RedrivePolicy": redrive, **policy}


def _put_queue(name: str, wanted: Settings, _found: Settings) -> None:
    texts = {k: v if isinstance(v, str) else json.dumps(v) if v != {} else "" for k, v in wanted.items()}
    target.client("sqs").set_queue_attributes(QueueUrl=queue_urls()[name], Attributes=texts)


# Roles


def _roles(names: list[str]) -> dict[str, Settings]:
    details = everything("iam", "get_account_authorization_details", "RoleDetailList", Filter=["Role"])
    return {one["RoleName"]: _role(one) for one in details if one["RoleName"] in names}


def _role(details: dict[str, Any]) -> Settings:
    return {
        "Policies": {p["PolicyName"]: document(p["PolicyDocument"]) for p in details["RolePolicyList"]},
        "ManagedPolicyArns": sorted(p["PolicyArn"] for p in details["AttachedManagedPolicies"]),
    }


def _put_role(name: str, wanted: Settings, found: Settings) -> None:
    iam = target.client("iam")
    for policy in found["Policies"].keys() - wanted.get("Policies", found["Policies"]).keys():
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for policy, text in wanted.get("Policies", {}).items():
        if found["Policies"].get(policy) != text:
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=text)
    managed, there = (set(s.get("ManagedPolicyArns", found["ManagedPolicyArns"])) for s in (wanted, found))
    for arn in there - managed:
        iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    for arn in managed - there:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)


# Functions


def _functions(names: list[str]) -> dict[str, Settings]:
    found = {it["FunctionName"]: it for it in everything("lambda", "list_functions", "Functions")}
    return _each(lambda name: _function(name, found[name]), [name for name in names if name in found])


def _function(name: str, found: Settings) -> Settings:
    reserved = target.client("lambda").get_function_concurrency(FunctionName=name)
    settings = {key: found[key] for key in ("Handler", "MemorySize", "Role", "Runtime", "Timeout") if key in found}
    return settings | {
        "Environment": {"Variables": found.get("Environment", {}).get("Variables", {})},
        "Layers": [layer["Arn"] for layer in found.get("Layers", [])],
        "ReservedConcurrentExecutions": reserved.get("ReservedConcurrentExecutions"),
    }


def _put_function(name: str, wanted: Settings, _found: Settings) -> None:
    client, settings = target.client("lambda"), dict(wanted)
    if "ReservedConcurrentExecutions" in settings:
        reserved = settings.pop("ReservedConcurrentExecutions")
        if reserved is None:
            client.delete_function_concurrency(FunctionName=name)
        else:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    if settings:
        _function_rests(name)  # AWS refuses a change while another is under way
        client.update_function_configuration(FunctionName=name, **settings)
        _function_rests(name)


def _function_rests(name: str) -> None:
    def look() -> bool:
        now = target.client("lambda").get_function_configuration(FunctionName=name)
        return now.get("LastUpdateStatus") != "InProgress"

    poll(look, f"{name} to be updated", MOMENT)


# Event source mappings


def _mappings(names: list[str]) -> dict[str, Settings]:
    found = everything("lambda", "list_event_source_mappings", "EventSourceMappings")
    return {it["UUID"]: _mapping(it) for it in found if it["UUID"] in names}


def _mapping(found: Settings) -> Settings:
    filters = [document(one["Pattern"]) for one in (found.get("FilterCriteria") or {}).get("Filters", [])]
    return {
        "BatchSize": found.get("BatchSize"),
        "Enabled": found["State"] not in ("Disabled", "Disabling"),
        "FilterCriteria": filters,
        "FunctionResponseTypes": found.get("FunctionResponseTypes") or [],
        "ScalingConfig": found.get("ScalingConfig") or {},
    }


def _put_mapping(name: str, wanted: Settings, _found: Settings) -> None:
    settings = dict(wanted)
    if "FilterCriteria" in settings:
        settings["FilterCriteria"] = {"Filters": [{"Pattern": pattern} for pattern in settings["FilterCriteria"]]}
    _mapping_rests(name)  # AWS refuses a change while another is under way
    target.client("lambda").update_event_source_mapping(UUID=name, **settings)
    _mapping_rests(name)


def _mapping_rests(name: str) -> None:
    def look() -> bool:
        return target.client("lambda").get_event_source_mapping(UUID=name)["State"] in ("Enabled", "Disabled")

    poll(look, "the event source mapping to be changed", MOMENT)


# Rules


def _rules(names: list[str]) -> dict[str, Settings]:
    """Settings of rules, by `BUS/RULE`."""
    buses = sorted({name.rpartition("/")[0] for name in names})
    listed = {bus: everything("events", "list_rules", "Rules", EventBusName=bus) for bus in buses}
    found = {f"{bus}/{it['Name']}": it for bus, rules in listed.items() for it in rules}
    return _each(lambda name: _rule(name, found[name]), [name for name in names if name in found])


def _rule(name: str, found: Settings) -> Settings:
    targets = everything("events", "list_targets_by_rule", "Targets", **_where(name))
    return {
        "EventPattern": document(found["EventPattern"]) if found.get("EventPattern") else None,
        "ScheduleExpression": found.get("ScheduleExpression"),
        "State": found["State"],
        "Targets": by_id(targets),
    }


def _put_rule(name: str, wanted: Settings, found: Settings) -> None:
    client, where = target.client("events"), _where(name)
    rule = {k: v for k, v in ({**found, **wanted}).items() if k != "Targets" and v is not None}
    client.put_rule(Name=where["Rule"], EventBusName=where["EventBusName"], **rule)
    targets = wanted.get("Targets", found["Targets"])
    if extra := [*(found["Targets"].keys() - targets.keys())]:
        client.remove_targets(**where, Ids=extra)
    if targets:
        client.put_targets(**where, Targets=[*targets.values()])


def _where(name: str) -> dict[str, str]:
    bus, _, rule = name.rpartition("/")
    return {"Rule": rule, "EventBusName": bus}


# Alarms


def _alarms(names: list[str]) -> dict[str, Settings]:
    found = everything("cloudwatch", "describe_alarms", "MetricAlarms")
    return {it["AlarmName"]: it for it in found if it["AlarmName"] in names}


def _put_alarm(_name: str, wanted: Settings, found: Settings) -> None:
    client = target.client("cloudwatch")
    fields = client.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    client.put_metric_alarm(**{k: v for k, v in ({**found, **wanted}).items() if k in fields and v is not None})


# In the order in which it is put back: mappings last, so that nothing is polled before all else is well.
QUEUE = Kind(
    "sqs",
    {
        "DelaySeconds": 0, "MessageRetentionPeriod": 345600, "Policy": "", "ReceiveMessageWaitTimeSeconds": 0,
        "RedrivePolicy": {}, "VisibilityTimeout": 30,
    },
    _queues,
    _put_queue,
)  # fmt: skip
KINDS = {
    "AWS::SQS::Queue": QUEUE,
    "AWS::IAM::Role": Kind("iam", {"ManagedPolicyArns": [], "Policies": {}}, _roles, _put_role),
    "AWS::Lambda::Function": Kind(
        "lambda",
        {
            "Environment": {"Variables": {}}, "Handler": None, "Layers": [], "MemorySize": 128,
            "ReservedConcurrentExecutions": None, "Role": None, "Runtime": None, "Timeout": 3,
        },
        _functions,
        _put_function,
    ),
    "AWS::Events::Rule": Kind(
        "events",
        {"EventPattern": None, "ScheduleExpression": None, "State": "ENABLED", "Targets": {}},
        _rules,
        _put_rule,
    ),
    "AWS::CloudWatch::Alarm": Kind(
        "cloudwatch",
        {
            "ActionsEnabled": True, "AlarmActions": [], "ComparisonOperator": None, "DatapointsToAlarm": None,
            "EvaluationPeriods": None, "OKActions": [], "Period": None, "Statistic": None, "Threshold": None,
            "TreatMissingData": None,
        },
        _alarms,
        _put_alarm,
    ),
    "AWS::Lambda::EventSourceMapping": Kind(
        "lambda",
        {"BatchSize": 10, "Enabled": True, "FilterCriteria": [], "FunctionResponseTypes": [], "ScalingConfig": {}},
        _mappings,
        _put_mapping,
    ),
}  # fmt: skip
