"""On AWS, the boto3 of this process tags what it makes, and changes or deletes nothing that was not made from here.

A chapter's own cells call boto3 as anybody does. A queue `audit` that somebody else has in the same account would be
taken for the chapter's, and deleted in its end; a rule of that name would be overwritten. So each call that changes
something by its name is looked at before it is sent.
"""

from __future__ import annotations

import re
from typing import Any

from workbook.cloud import boundary, whose

# By service: the kind of thing, the parameters that name it, and the calls that make, change or delete it.
CALLS: dict[str, dict[str, tuple[str, str]]] = {
    "cloudformation": {"stack": ("StackName", "CreateStack DeleteStack UpdateStack")},
    "cloudwatch": {"alarm": ("AlarmName AlarmNames", "DeleteAlarms PutMetricAlarm SetAlarmState")},
    "dynamodb": {"table": ("TableName", "CreateTable DeleteTable UpdateTable UpdateTimeToLive")},
    "events": {
        "archive": ("ArchiveName", "CreateArchive DeleteArchive UpdateArchive"),
        "event bus": ("Name", "CreateEventBus DeleteEventBus UpdateEventBus"),
        "rule": ("Name Rule", "DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets"),
    },
    "iam": {
        "role": (
            "RoleName",
            "AttachRolePolicy CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy PutRolePolicy "
            "UpdateAssumeRolePolicy",
        )
    },
    "lambda": {
        "function": (
            "FunctionName",
            "AddPermission CreateAlias CreateFunction DeleteAlias DeleteFunction DeleteFunctionConcurrency "
            "PublishVersion PutFunctionConcurrency PutFunctionEventInvokeConfig RemovePermission UpdateAlias "
            "UpdateFunctionCode UpdateFunctionConfiguration",
        ),
        "layer": ("LayerName", "DeleteLayerVersion PublishLayerVersion"),
    },
    "logs": {"log group": ("logGroupName", "CreateLogGroup DeleteLogGroup PutRetentionPolicy")},
    "sqs": {"queue": ("QueueName QueueUrl", "CreateQueue DeleteQueue PurgeQueue SetQueueAttributes")},
}
LOOKED_AT = {
    (service, call): (what, tuple(names.split()))
    for service, kinds in CALLS.items()
    for what, (names, calls) in kinds.items()
    for call in calls.split()
}
# What leaves something behind that bears no tags: its type in CloudFormation, and where its id is in the answer.
NOTED = {
    "CreateFunction": ("AWS::Lambda::Function", "FunctionName"),
    "PublishLayerVersion": ("AWS::Lambda::LayerVersion", "LayerVersionArn"),
}

# What this process has made and not deleted: AWS may take a moment to tell its tags, or that it is there.
_made: set[tuple[str, ...]] = set()


def watch() -> None:
    """See to it that every boto3 client of this process, made from now on, tags and refuses."""
    from botocore.handlers import BUILTIN_HANDLERS

    for handler in (("before-parameter-build", look_at), ("after-call.lambda", note)):
        if handler not in BUILTIN_HANDLERS:
            BUILTIN_HANDLERS.append(handler)


def look_at(params: dict[str, Any], model: Any, **_more: Any) -> None:
    """Refuse a call that would touch somebody else's, and tag what one makes; a handler of botocore's.

    Args:
        params: of the call; the tag is put among them.
        model: of the operation.

    Raises:
        WorkbookError: the call names something that was not made from here.
    """
    makes = model.name.startswith(("Create", "Put", "Publish"))
    what, names = LOOKED_AT.get((model.service_model.service_name, model.name), ("", ()))
    where = {"bus": params["EventBusName"]} if what == "rule" and params.get("EventBusName") else {}
    for given in (params[name] for name in names if name in params):
        for name in given if isinstance(given, list) else [given]:
            one = (what, _bare(what, name), *where.values())
            if one not in _made:
                whose.refuse_foreign(what, one[1], **where)
            if makes:
                _made.add(one)
            elif model.name.startswith("Delete"):
                _made.discard(one)
    if makes:
        _tag(params, model)
    if model.name == "CreateRole" and boundary.arn():
        params.setdefault("PermissionsBoundary", boundary.arn())


def note(parsed: dict[str, Any], model: Any, **_more: Any) -> None:
    """Remember what was made, if it bears no tags; a handler of botocore's.

    Args:
        parsed: the answer.
        model: of the operation.
    """
    kind, key = NOTED.get(model.name, ("", ""))
    if key in parsed:
        whose.note([(kind, parsed[key])])


def _bare(what: str, name: str) -> str:
    """The name alone: a queue's without the rest of its address, a function's without that of an ARN and a version."""
    if what == "queue":
        return name.rpartition("/")[2]
    return re.sub(r".*:(function|layer):", "", name).partition(":")[0] if what in ("function", "layer") else name


def _tag(params: dict[str, Any], model: Any) -> None:
    """Put the mark among the tags of a call, if it takes any: as a list of pairs, or by their names."""
    members = model.input_shape.members if model.input_shape else {}
    key = next((key for key in ("Tags", "tags") if key in members), None)
    if key is None:
        return
    mark = {whose.TAG: whose.mark()}
    if members[key].type_name == "map":
        params[key] = params.get(key, {}) | mark
    else:
        params[key] = [*params.get(key, []), *({"Key": k, "Value": v} for k, v in mark.items())]
