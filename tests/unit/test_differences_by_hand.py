"""The deployed shop is compared with its templates, resolved; what differs is said, and what the book made is known."""

from __future__ import annotations

import json
import os
import re
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest
from botocore.exceptions import ClientError

from workbook.base.paths import NOTEBOOKS
from workbook.deployment import drift
from workbook.deployment.drift import compared, expected_of
from workbook.deployment.live import KINDS, document
from workbook.deployment.resolved import Deployed, Unknown
from workbook.learning import broken_off, by_hand

QUEUE, DEAD = "Shop-Queue-1A2B", "Shop-Dead-3C4D"
PATH = {"aws:cdk:path": "Shop/Orders/Queue/Resource"}
TEMPLATE = {
    "Dead": {"Type": "AWS::SQS::Queue"},
    "Queue": {
        "Type": "AWS::SQS::Queue", "Metadata": PATH,
        "Properties": {
            "VisibilityTimeout": 60,
            "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3},
        },
    },
    "QueuePolicy": {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "Queue"}],
            "PolicyDocument": {
                "Statement": [{"Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Rule", "Arn"]}}]
            },
        },
    },
    "Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventBusName": {"Ref": "Bus"}, "EventPattern": {"a": ["b"]}}},
    "Bus": {"Type": "AWS::Events::EventBus"},
    "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
    "Policy": {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "rights", "Roles": [{"Ref": "Role"}],
            "PolicyDocument": {"Statement": {"Action": ["b", "a"], "Resource": {"Fn::ImportValue": "elsewhere"}}},
        },
    },
}  # fmt: skip
IDS = {
    "Queue": f"https://sqs.eu-west-1.amazonaws.com/123456789012/{QUEUE}",
    "Dead": f"https://sqs.eu-west-1.amazonaws.com/123456789012/{DEAD}",
    "Rule": "ShopBus|Shop-Rule-5E", "Bus": "ShopBus", "Role": "Shop-Role-7F", "Policy": "x", "QueuePolicy": "y",
}  # fmt: skip
DEPLOYED = {"resources": TEMPLATE, "ids": IDS, "streams": {}}
SHOP = Deployed("arn:aws:cloudformation:eu-west-1:123456789012:stack/Shop/0a1b", TEMPLATE, IDS, {})


@pytest.fixture
def expected():
    """What the template says of each resource, by its name."""
    return {one["name"]: one for one in expected_of("Shop", SHOP)}


@pytest.mark.parametrize(
    ("value", "stands_for"),
    [
        ({"Ref": "Bus"}, "ShopBus"),
        ({"Fn::GetAtt": ["Queue", "QueueName"]}, QUEUE),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, f"arn:aws:sqs:eu-west-1:123456789012:{QUEUE}"),
        ({"Fn::GetAtt": ["Rule", "Arn"]}, "arn:aws:events:eu-west-1:123456789012:rule/ShopBus/Shop-Rule-5E"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "arn:aws:iam::123456789012:role/Shop-Role-7F"),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}, 1]]}, "a-eu-west-1-1"),
        ({"Fn::Sub": "${AWS::StackName} ${AWS::AccountId} ${Bus}"}, "Shop 123456789012 ShopBus"),
        ([{"x": {"Ref": "AWS::Partition"}}, 2], [{"x": "aws"}, 2]),
    ],
)
def test_functions_of_a_template_are_resolved(value, stands_for):
    assert SHOP.resolved(value) == stands_for


@pytest.mark.parametrize("value", [{"Ref": "Nobody"}, {"Fn::ImportValue": "x"}, {"Fn::GetAtt": ["Queue", "What"]}])
def test_what_cannot_be_told_is_unknown(value):
    with pytest.raises(Unknown):
        SHOP.resolved(value)


def test_a_setting_that_cannot_be_told_is_not_compared_and_the_others_are(expected):
    assert expected["Shop-Role-7F"]["settings"] == {"ManagedPolicyArns": []}


def test_a_template_says_what_it_does_not_mention_too(expected):
    settings = expected[DEAD]["settings"]
    assert (settings["VisibilityTimeout"], settings["RedrivePolicy"], settings["Policy"]) == (30, {}, "")


def test_a_queue_has_the_policy_that_the_template_attaches_to_it(expected):
    assert "rule/ShopBus/Shop-Rule-5E" in expected[QUEUE]["settings"]["Policy"]


def test_a_rule_is_known_by_bus_and_name(expected):
    assert expected["ShopBus/Shop-Rule-5E"]["settings"]["EventPattern"] == '{"a": ["b"]}'


def test_a_rule_of_a_bus_that_cannot_be_told_is_left_out():
    rule = {"Type": "AWS::Events::Rule", "Properties": {"EventBusName": {"Fn::ImportValue": "theirs"}}}
    assert expected_of("Shop", Deployed(SHOP.stack_id, {"Rule": rule}, {"Rule": "a"}, {})) == []


def test_what_is_as_the_template_says_is_no_difference(expected):
    assert compared(expected[QUEUE], dict(expected[QUEUE]["settings"])) is None


def test_what_is_another_is_said_by_its_name_with_both_values(expected):
    found = expected[QUEUE]["settings"] | {"VisibilityTimeout": 5, "Policy": ""}
    found["RedrivePolicy"] = found["RedrivePolicy"] | {"maxReceiveCount": 100}
    difference = compared(expected[QUEUE], found)
    assert str(difference) == (
        "Shop/Orders/Queue: Policy is missing, RedrivePolicy.maxReceiveCount is 100, not 3, "
        "VisibilityTimeout is 5, not 60"
    )
    assert difference.wanted.keys() == {"Policy", "RedrivePolicy", "VisibilityTimeout"}


def test_one_policy_more_is_said(expected):
    role = expected["Shop-Role-7F"] | {"settings": {"Policies": {"rights": "{}"}}}
    found = {"Policies": {"rights": "{}", "outage": document({"Statement": []})}}
    assert str(compared(role, found)).endswith(': Policies.outage is not in the template ({"Statement": []})')


def test_what_is_gone_is_said_and_is_not_put_back_by_itself(expected):
    gone = compared(expected[QUEUE], None)
    assert str(gone) == "Shop/Orders/Queue was deleted by hand"
    assert gone.mend() is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            {"Statement": {"Action": "a", "Resource": "r"}},
            '{"Statement": [{"Resource": ["r"], "Action": ["a"]}]}',
            True,
        ),
        ({"Statement": [{"Action": ["a", "b"]}]}, {"Statement": [{"Action": ["b", "a"]}]}, True),
        ({"Statement": [{"Action": ["a", "b"]}]}, {"Statement": [{"Action": ["a"]}]}, False),
        ({"Statement": [{"Effect": "Allow"}]}, {"Statement": [{"Effect": "Deny"}]}, False),
        ({"source": ["x"], "detail": {}}, '{"detail": {}, "source": ["x"]}', True),
    ],
)
def test_documents_are_the_same_if_they_mean_the_same(one, other, same):
    assert (document(one) == document(other)) is same


def test_only_what_was_deployed_since_is_asked_for_again(monkeypatch, tmp_path):
    asked = []
    shop = {"StackName": "Shop", "StackId": SHOP.stack_id, "StackStatus": "CREATE_COMPLETE", "CreationTime": 1}
    there = {"Shop": shop}
    monkeypatch.setattr(drift, "TEMPLATES", tmp_path / "templates.json")
    monkeypatch.setattr(drift, "recorded_stacks", lambda: ["Shop", "Gone"])
    monkeypatch.setattr(drift, "described_stacks", lambda: there)
    monkeypatch.setattr(drift, "_deployed", lambda stack: asked.append(stack) or DEPLOYED)
    for _ in range(2):
        [found] = drift._expected().values()
        assert sorted(one["name"] for one in found) == sorted(one["name"] for one in expected_of("Shop", SHOP))
    assert asked == ["Shop"]
    there["Shop"]["LastUpdatedTime"] = 2
    drift._expected()
    assert asked == ["Shop", "Shop"]
    there["Shop"]["StackStatus"] = "UPDATE_IN_PROGRESS"
    assert drift._expected() == {}


@pytest.mark.parametrize(("code", "passed_over"), [("AccessDeniedException", True), ("Throttling", False)])
def test_what_one_may_not_look_at_is_not_compared(monkeypatch, expected, code, passed_over):
    def refused(_names):
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetAccountAuthorizationDetails")

    role = "AWS::IAM::Role"
    monkeypatch.setitem(KINDS, role, replace(KINDS[role], read=refused))
    monkeypatch.setattr(drift, "_expected", lambda: {"Shop": [expected["Shop-Role-7F"]]})
    monkeypatch.setattr(drift.target, "client", lambda _service: None)
    with nullcontext() if passed_over else pytest.raises(ClientError):
        assert drift.differences() == []


def test_everything_that_is_compared_has_a_default():
    assert {kind for kind, _ in drift.GATHERED} <= {*KINDS}
    assert all(name in KINDS[kind].defaults for kind, name in drift.GATHERED)


# What the book makes by hand

MAKES = {
    r"create_queue\(\s*QueueName=": "queue", r"put_rule\(\s*Name=": "rule",
    r"create_archive\(\s*ArchiveName=": "archive", r"create_function\(\s*FunctionName=": "function",
    r"publish_layer_version\(\s*LayerName=": "layer", r"put_role_policy\([^)]*PolicyName=": "policy",
    r"(?<!def )new_table\(": "table",
}  # fmt: skip
ID = "0a1b2c3d-0a1b-4c2d-8e3f-0a1b2c3d4e5f"


def made_by(number: str) -> list[tuple[str, str]]:
    """What a chapter's cells make by hand: its kind, and its name as the cell has it."""
    [notebook] = NOTEBOOKS.glob(f"{number}_*.ipynb")
    cells = [c.source for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    code = "\n".join(c for c in cells if not c.startswith("%%"))
    found = []
    for form, kind in MAKES.items():
        for call in re.finditer(form + r"(f?\"[^\"]+\"|\w+)", code):
            values = [call[1]]
            if call[1].isidentifier():  # the value that it got last
                assigned = re.compile(rf"^\s*{call[1]}(?:, \w+)* = (f?\"[^\"]+\")", re.MULTILINE)
                values = assigned.findall(code[: call.start()])[-1:]
            found += [(kind, re.sub(r"\{uuid\.uuid4\(\)\}", ID, value.strip('f"'))) for value in values]
    return found


@pytest.mark.parametrize("number", ["04", "07", "08", "09", "11", "12"])
def test_whatever_a_chapter_makes_by_hand_is_known_by_its_name(number):
    made = made_by(number)
    assert made
    assert [one for one in made if by_hand.chapter_of(*one) is None] == []


@pytest.mark.parametrize(
    "name", ["audits", "my-audit", "chapter-07-mine", "orders", f"x-chapter-07-{ID}", "states-1.fifo"]
)
def test_a_persons_own_queue_is_not_taken_for_a_chapters(name):
    assert by_hand.chapter_of("queue", name) is None


def test_somebody_elses_queue_of_the_same_name_is_not_touched(monkeypatch):
    from_a_rule = {"ArnEquals": {"aws:SourceArn": "arn:aws:events:x:y:rule/TheirBus/a"}}
    policy = {"Policy": json.dumps({"Statement": [{"Condition": from_a_rule}]})}
    client = SimpleNamespace(get_queue_attributes=lambda **_: {"Attributes": policy})
    monkeypatch.setattr(by_hand.target, "client", lambda service: client)
    monkeypatch.setattr(by_hand, "queue_urls", lambda: {"audit": "https://sqs/audit"})
    assert [*by_hand._queues()] == []
    policy["Policy"] = policy["Policy"].replace("TheirBus", by_hand.BUS)
    assert [name for _, name, _ in by_hand._queues()] == ["audit"]


# Cells that were broken off


@pytest.fixture
def cell(monkeypatch, tmp_path):
    monkeypatch.setattr(broken_off, "FILE", tmp_path / "cell")

    def runs(error: BaseException | None = None) -> None:
        broken_off._begins(None)
        assert not broken_off.was_broken_off() or error is None
        broken_off._ends(SimpleNamespace(error_in_exec=error))

    return runs


@pytest.mark.parametrize("error", [None, NameError("x")])
def test_a_cell_that_came_to_its_end_or_failed_was_not_broken_off(cell, error):
    cell(error)
    assert not broken_off.was_broken_off()


def test_a_cell_that_was_interrupted_was_and_stays_so_until_that_is_put_back(cell):
    cell(KeyboardInterrupt())
    cell()
    assert broken_off.was_broken_off()
    broken_off.forget()
    assert not broken_off.was_broken_off()


def test_a_cell_whose_kernel_is_gone_was_broken_off_and_one_that_still_runs_was_not(cell):
    broken_off.FILE.write_text("999999999")
    assert broken_off.was_broken_off()
    for alive in (os.getpid(), os.getppid()):
        broken_off.FILE.write_text(str(alive))
        assert not broken_off.was_broken_off()
