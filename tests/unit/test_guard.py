"""What boto3 makes on AWS is tagged in each service's way; a name is looked up before anything is done to it."""

from __future__ import annotations

import botocore.session
import pytest

from workbook.base.errors import WorkbookError
from workbook.cloud import boundary, guard, whose

MARK = "0123456789ab"
PAIR, OWN = {"Key": whose.TAG, "Value": MARK}, {"Key": "a", "Value": "b"}
OURS, SOMEBODY_ELSES = {whose.TAG: MARK}, {"owner": "somebody"}


@pytest.fixture
def there(monkeypatch):
    """What is there already, by kind and name, with its tags; and what was looked up, in `there["asked"]`."""
    found: dict = {"asked": []}

    def tags_of(what, name, **where):
        found["asked"].append((what, name, *where.values()))
        return found.get((what, name))

    monkeypatch.setattr(whose, "tags_of", tags_of)
    monkeypatch.setattr(whose, "mark", lambda: MARK)
    monkeypatch.setattr(guard, "_made", set())
    monkeypatch.setattr(boundary, "arn", lambda: "arn:aws:iam::1:policy/b")
    return found


def call(service: str, operation: str, **params):
    """The parameters of a call, as it is sent."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    guard.look_at(params=params, model=model)
    return params


@pytest.mark.parametrize(
    ("service", "operation", "params", "key", "expected"),
    [
        ("sqs", "CreateQueue", {"QueueName": "q", "tags": {"a": "b"}}, "tags", {"a": "b"} | OURS),
        ("events", "PutRule", {"Name": "r", "Tags": [OWN]}, "Tags", [OWN, PAIR]),
        ("dynamodb", "CreateTable", {"TableName": "t"}, "Tags", [PAIR]),
        ("lambda", "CreateFunction", {"FunctionName": "f"}, "Tags", OURS),
        ("logs", "CreateLogGroup", {"logGroupName": "l"}, "tags", OURS),
        ("iam", "CreateRole", {"RoleName": "r"}, "Tags", [PAIR]),
    ],
)  # fmt: skip
def test_what_is_made_gets_the_mark_beside_its_own_tags(there, service, operation, params, key, expected):
    assert call(service, operation, **params)[key] == expected


def test_a_role_gets_the_boundary_unless_it_has_one(there):
    assert call("iam", "CreateRole", RoleName="r")["PermissionsBoundary"] == "arn:aws:iam::1:policy/b"
    assert call("iam", "CreateRole", RoleName="s", PermissionsBoundary="own")["PermissionsBoundary"] == "own"


@pytest.mark.parametrize(
    ("service", "operation", "params", "what"),
    [
        ("sqs", "ReceiveMessage", {"QueueUrl": "https://sqs/1/q"}, None),
        ("dynamodb", "PutItem", {"TableName": "t"}, None),
        ("events", "PutEvents", {"Entries": []}, None),
        ("sqs", "DeleteQueue", {"QueueUrl": "https://sqs/1/q"}, ("queue", "q")),
        ("lambda", "UpdateFunctionCode", {"FunctionName": "arn:aws:lambda:x:1:function:f:7"}, ("function", "f")),
        ("lambda", "DeleteFunction", {"FunctionName": "1:function:f"}, ("function", "f")),
        ("lambda", "DeleteFunction", {"FunctionName": "f:live"}, ("function", "f")),
        ("events", "PutTargets", {"Rule": "r", "EventBusName": "bus"}, ("rule", "r", "bus")),
        ("cloudformation", "DeleteStack", {"StackName": "arn:aws:cloudformation:x:1:stack/s/2"},
         ("stack", "arn:aws:cloudformation:x:1:stack/s/2")),
    ],
)  # fmt: skip
def test_what_is_changed_by_its_name_is_looked_up_and_nothing_else(there, service, operation, params, what):
    call(service, operation, **params)
    assert there["asked"] == ([] if what is None else [what])


def test_what_is_somebody_elses_is_refused_with_the_way_out(there):
    there["queue", "audit"] = SOMEBODY_ELSES
    with pytest.raises(WorkbookError, match="^There is a queue audit in this account .* set AWS_REGION to a region"):
        call("sqs", "CreateQueue", QueueName="audit")
    there["alarm", "theirs"] = {whose.TAG: "another"}
    with pytest.raises(WorkbookError, match="^There is an alarm theirs .* write another into .workbook/mark"):
        call("cloudwatch", "DeleteAlarms", AlarmNames=["ours", "theirs"])


def test_what_this_process_has_made_is_its_own_until_it_is_deleted(there):
    call("sqs", "CreateQueue", QueueName="q")
    there["queue", "q"] = {}  # AWS does not tell its tags yet
    call("sqs", "SetQueueAttributes", QueueUrl="https://sqs/1/q", Attributes={})
    call("sqs", "DeleteQueue", QueueUrl="https://sqs/1/q")
    with pytest.raises(WorkbookError):
        call("sqs", "DeleteQueue", QueueUrl="https://sqs/1/q")
