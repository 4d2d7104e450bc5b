"""What keeps the shop locked: rights, limits, answers of the gateway; and what cdk-nag says of all of it."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from templates import App

from workbook import leaks
from workbook.base.paths import CDK_APP
from workbook.maintenance import copies

pytestmark = pytest.mark.slow

APIS = pytest.mark.parametrize("stack", ["Product", "Basket", "Ordering", "Backoffice"])
REPORT = ".workbook/cdk/nag/validation-report.json"


def resource(app: App, stack: str, kind: str, name: str = "") -> dict[str, Any]:
    [found] = [r["Properties"] for i, r in app.resources(stack, kind).items() if name in i]
    return found


def nagged(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """What `nag()` finds in a copy of the tree; and what the report has: construct and rule of each finding."""
    done = subprocess.run(
        [sys.executable, "-c", "from workbook import nag; print(nag().finding.to_json(orient='values'))"],
        cwd=root, env=copies.environment_of(root), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    violations = [v for p in json.loads((root / REPORT).read_text())["pluginReports"] for v in p["violations"]]
    places = [
        (c["constructPath"], v["ruleName"].removeprefix("AwsSolutions-"))
        for v in violations
        for c in v["violatingConstructs"]
    ]
    return json.loads(done.stdout.splitlines()[-1]), places


def in_a_copy(path: str, change: Callable[[str], str]) -> tuple[list[str], list[tuple[str, str]]]:
    with copies.copy_of_the_tree() as root:
        file = root / path
        before = file.read_text(encoding="utf-8")
        file.write_text(change(before), encoding="utf-8")
        assert file.read_text(encoding="utf-8") != before
        return nagged(root)


@pytest.fixture(scope="module")
def clean(app: App) -> tuple[list[str], list[tuple[str, str]]]:
    """The app as it is, with cdk-nag watching."""
    return nagged(app.root)


@pytest.fixture(scope="module")
def acknowledged() -> list[tuple[str, str, str]]:
    """Where, which rule, and why it may be broken there."""
    with (CDK_APP / "acknowledged.csv").open(encoding="utf-8", newline="") as file:
        return [(row["where"], row["rule"], row["reason"]) for row in csv.DictReader(file)]


def test_cdk_nag_has_nothing_to_say(clean) -> None:
    assert clean == ([], [])


def test_it_looked_at_the_very_templates_that_are_deployed(app: App, clean) -> None:
    for stack in app.stacks:
        assert (app.root / ".workbook" / "cdk" / "nag" / f"{stack}.template.json").read_bytes() == app.text(stack), (
            stack
        )


@pytest.mark.nightly
def test_it_finds_a_star_in_a_policy() -> None:
    """An action and a resource, of each function that publishes."""
    found, places = in_a_copy(
        "cdk_app/shop/publishing.py",
        lambda text: text.replace('"events:PutEvents"', '"events:*"').replace("bus.event_bus_arn", '"*"'),
    )
    assert {what.split(": ")[-1] for what in found} == {"Action::events:*", "Resource::*"}
    assert {rule for _, rule in places} == {"IAM5[Action::events:*]", "IAM5[Resource::*]"}
    assert {place.split("/")[0] for place, _ in places} == {"Product", "Basket", "Backoffice"}


@pytest.mark.nightly
@pytest.mark.nightly
def test_every_acknowledgement_is_needed(acknowledged) -> None:
    _, places = in_a_copy("cdk_app/acknowledged.csv", lambda text: text.splitlines()[0])
    for path, rule, _ in acknowledged:
        assert [p for p, r in places if r == rule and f"{p}/".startswith(f"{path}/" if path else "")], (path, rule)


def test_every_acknowledgement_has_a_reason(acknowledged) -> None:
    assert acknowledged
    for path, rule, reason in acknowledged:
        assert re.fullmatch(r"[A-Z].{30,150}\.", reason), (path, rule)
        assert "Action::" not in rule and "Resource::*" not in rule, "a star is mended"


def test_who_publishes_does_so_in_its_own_name(app: App) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html"""
    found = {}
    for stack in app.stacks:
        for policy in app.resources(stack, "AWS::IAM::Policy").values():
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                if "events:PutEvents" in statement["Action"]:
                    assert statement["Action"] == "events:PutEvents"
                    found[stack] = statement["Condition"]
    names = {"Product": "shop.product", "Basket": "shop.basket", "Backoffice": "shop.backoffice"}
    assert found == {stack: {"ForAllValues:StringEquals": {"events:source": name}} for stack, name in names.items()}


@APIS
def test_what_the_gateway_says_by_itself_has_the_shape_of_the_services_errors(app: App, stack: str) -> None:
    answers = [r["Properties"] for r in app.resources(stack, "AWS::ApiGateway::GatewayResponse").values()]
    assert {a["ResponseType"] for a in answers} >= {"THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"}
    for answer in answers:
        error = json.loads(answer["ResponseTemplates"]["application/json"])["error"]
        assert error.keys() == {"code", "message"} and "$" not in error["message"]  # nothing that AWS fills in
        assert re.fullmatch("[A-Za-z]+", error["code"])
        assert answer["ResponseParameters"]["gatewayresponse.header.x-correlation-id"] == "context.requestId"
        assert "StatusCode" not in answer  # AWS's own


@pytest.mark.parametrize("stack", ["Product", "Basket", "Ordering"])
def test_the_open_apis_have_a_limit_that_the_shop_never_sees(app: App, stack: str) -> None:
    [settings] = resource(app, stack, "AWS::ApiGateway::Stage")["MethodSettings"]
    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (1000, 2000)


def test_a_refund_must_be_signed_and_fit_its_model(app: App) -> None:
    methods = {i: r["Properties"] for i, r in app.resources("Backoffice", "AWS::ApiGateway::Method").items()}
    guarded = [m for m in methods.values() if m["HttpMethod"] != "OPTIONS"]
    assert [(m["HttpMethod"], m["AuthorizationType"], m["ApiKeyRequired"]) for m in guarded] == [
        ("POST", "AWS_IAM", True)
    ]
    [validator] = app.resources("Backoffice", "AWS::ApiGateway::RequestValidator")
    assert guarded[0]["RequestValidatorId"] == {"Ref": validator}
    assert resource(app, "Backoffice", "AWS::ApiGateway::RequestValidator")["ValidateRequestBody"] is True
    [model] = app.resources("Backoffice", "AWS::ApiGateway::Model")
    assert guarded[0]["RequestModels"] == {"application/json": {"Ref": model}}
    assert resource(app, "Backoffice", "AWS::ApiGateway::Model")["Schema"]["additionalProperties"] is False
    preflights = [m for m in methods.values() if m["HttpMethod"] == "OPTIONS"]
    assert {m["Integration"]["Type"] for m in preflights} == {"MOCK"}  # call nobody


def test_a_key_has_a_plan_with_limits(app: App) -> None:
    plan = resource(app, "Backoffice", "AWS::ApiGateway::UsagePlan")
    assert plan["Throttle"] == {"BurstLimit": 10, "RateLimit": 5} and plan["Quota"] == {"Limit": 1000, "Period": "DAY"}
    assert "Value" not in resource(app, "Backoffice", "AWS::ApiGateway::ApiKey")  # AWS makes one up, in no template


def test_the_clerk_may_only_send_refunds(app: App) -> None:
    [statement] = resource(app, "Backoffice", "AWS::IAM::Policy", "Clerk")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
    assert statement["Resource"]["Fn::Join"][1][-1] == "/POST/refund"
    [trust] = resource(app, "Backoffice", "AWS::IAM::Role", "Clerk")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"]["AWS"]["Fn::Join"][1][-1] == ":root"  # this account, and there whoever has the right


def test_only_one_page_may_read_the_answers(app: App) -> None:
    text = app.text("Backoffice").decode()
    allowed = re.findall(r'Access-Control-Allow-Origin": "(.*?)"', text)
    assert len(allowed) >= 9 and set(allowed) == {"'https://backoffice.example.com'"}


def test_the_event_log_forgets(app: App) -> None:
    table = resource(app, "EventLog", "AWS::DynamoDB::Table")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}
    function = resource(app, "EventLog", "AWS::Lambda::Function")
    assert function["Environment"]["Variables"]["KEPT_DAYS"] == "30"


def test_what_the_event_log_cannot_write_down_is_kept_for_a_person(app: App) -> None:
    [letters] = [i for i in app.resources("EventLog", "AWS::SQS::Queue") if i.startswith("DeadLetters")]
    queue = next(r["Properties"] for i, r in app.resources("EventLog", "AWS::SQS::Queue").items() if i != letters)
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [letters, "Arn"]}, "maxReceiveCount": 5}
    mapping = resource(app, "EventLog", "AWS::Lambda::EventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    [target] = resource(app, "EventLog", "AWS::Events::Rule")["Targets"]
    assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": [letters, "Arn"]}


def test_no_template_has_a_secret_in_it(app: App) -> None:
    for stack in app.stacks:
        assert leaks(app.text(stack).decode()) == [], stack
