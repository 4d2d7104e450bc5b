"""What the templates of the shop may hold, and must."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from typing import Any

import cfnlint.api
import pytest
from cfnlint.config import ManualArgs
from templates import STACKS, App

EACH = pytest.mark.parametrize("stack", STACKS)
OUTPUTS = {
    "Hello": {"HelloFunction"},
    "Pricing": {"PricingFunction", "PricingFailures", "PricingOrders", "PricingDeadLetters"},
    "Product": {"ProductTable", "ProductFunction", "ProductApiUrl"},
}
MADE_BY_CDK = re.compile(r"Endpoint[0-9A-F]{8}$")  # RestApi's own output
RIGHTS = {  # what each function may do, beside writing its log, and on what
    "Hello": {},
    "Pricing": {
        "Failures": {"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"},
        "Orders": {
            "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
        },
    },
    "Product": {
        "Table": {"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"},
        "Table/index/by-category": {"dynamodb:Query"},
    },
}  # fmt: skip
# It says `*` for its resource, but all it allows is to write logs, and CloudWatch Logs makes the group's
# name: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html
LOGS_ONLY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
# CDK makes a function wait for its role, which the template's reference to the role says already.
ALLOWED_WARNINGS = {"W3005"}


def test_the_app_has_these_stacks(app: App) -> None:
    assert app.stacks == list(STACKS)


def plain(value: Any) -> str:
    """An ARN or the like, with what only AWS knows in braces."""
    match value:
        case str():
            return value
        case {"Ref": "AWS::Partition"}:
            return "aws"
        case {"Ref": name}:
            return f"{{{name}}}"
        case {"Fn::GetAtt": [name, "Arn"]}:
            return f"{{{name}}}"
        case {"Fn::Join": ["", parts]}:
            return "".join(plain(part) for part in parts)
    raise AssertionError(f"{value} is not understood here")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(app: App, stack: str) -> Iterator[dict[str, Any]]:
    """Every statement of every policy in a stack, wherever it stands."""

    def below(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if "Effect" in node:
                yield node
            node = list(node.values())
        if isinstance(node, list):
            for inner in node:
                yield from below(inner)

    yield from below(app.resources(stack))


def construct(logical_id: str) -> str:
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)


# Least privilege


@EACH
def test_a_function_may_do_just_this(app: App, stack: str) -> None:
    found: dict[str, set[str]] = {}
    for policy in app.resources(stack, "AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow" and "Condition" not in statement
            for resource in as_list(statement["Resource"]):
                arn = re.fullmatch(r"\{(\w+)\}(.*)", plain(resource))
                found.setdefault(construct(arn[1]) + arn[2], set()).update(as_list(statement["Action"]))
    assert found == RIGHTS[stack]


@EACH
def test_no_policy_has_a_wildcard(app: App, stack: str) -> None:
    """Not even one in part of a name: everything the shop touches so far has a name of its own."""
    for statement in statements(app, stack):
        assert not [a for a in as_list(statement["Action"]) if "*" in a]
        assert not [r for r in as_list(statement.get("Resource", [])) if "*" in plain(r)]
        assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()
        assert "*" not in json.dumps(statement.get("Principal", ""))


@EACH
def test_a_role_is_a_functions_alone_and_has_no_other_managed_policy(app: App, stack: str) -> None:
    for role in app.resources(stack, "AWS::IAM::Role").values():
        [trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Action"], trust["Principal"]) == ("sts:AssumeRole", {"Service": "lambda.amazonaws.com"})
        assert [plain(arn) for arn in role["Properties"]["ManagedPolicyArns"]] == [LOGS_ONLY]
        assert "Policies" not in role["Properties"]
    roles = [json.dumps(f["Properties"]["Role"]) for f in app.resources(stack, "AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(roles) == len(app.resources(stack, "AWS::IAM::Role"))


def test_only_its_own_api_may_call_the_product_function(app: App) -> None:
    """`*` stands for the method and the path: the one function answers them all, `ANY {proxy+}`.

    API, stage, account and region are named. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    [api], [stage] = (list(app.resources("Product", f"AWS::ApiGateway::{kind}")) for kind in ("RestApi", "Stage"))
    [function] = app.resources("Product", "AWS::Lambda::Function")
    mine = f"arn:aws:execute-api:{{AWS::Region}}:{{AWS::AccountId}}:{{{api}}}/{{{stage}}}"
    permissions = [p["Properties"] for p in app.resources("Product", "AWS::Lambda::Permission").values()]
    assert {plain(p["SourceArn"]) for p in permissions} == {f"{mine}/*/*", f"{mine}/*/"}
    assert {(plain(p["FunctionName"]), p["Principal"], p["Action"]) for p in permissions} == {
        (f"{{{function}}}", "apigateway.amazonaws.com", "lambda:InvokeFunction")
    }


@pytest.mark.parametrize("stack", ["Hello", "Pricing"])
def test_nobody_else_may_call_a_function(app: App, stack: str) -> None:
    assert not app.resources(stack, "AWS::Lambda::Permission")
    assert not app.resources(stack, "AWS::Lambda::Url")


# Functions and their code


def test_runtimes_are_current(every) -> None:
    assert {f["Properties"]["Runtime"] for _, f in every("AWS::Lambda::Function")} == {"python3.13"}
    assert {tuple(x["Properties"]["CompatibleRuntimes"]) for _, x in every("AWS::Lambda::LayerVersion")} == {("python3.13",)}


def test_every_handler_is_there(app: App, every) -> None:
    for name, function in every("AWS::Lambda::Function"):
        module, handler = function["Properties"]["Handler"].split(".")
        tree = ast.parse((app.asset(function) / f"{module}.py").read_text(encoding="utf-8"))
        assert handler in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)], name


def test_every_function_has_what_it_imports(app: App, every) -> None:
    """From its own folder, from Python, from Lambda's (boto3), or from the layer, if it has one."""
    for name, function in every("AWS::Lambda::Function"):
        places = [app.asset(function)]
        for layer in function["Properties"].get("Layers", []):
            places.append(app.asset(app.resources(name.split("/")[0])[layer["Ref"]]) / "python")
        for module in imported(app.asset(function)):
            there = any((p / module).is_dir() or (p / f"{module}.py").is_file() for p in places)
            assert there or module in sys.stdlib_module_names | {"boto3", "botocore"}, f"{name} imports {module}"


def test_the_layer_is_where_it_is_needed(app: App, every) -> None:
    need = {n for n, f in every("AWS::Lambda::Function") if imported(app.asset(f)) & {"aws_lambda_powertools", "shop_http"}}
    assert need == {n for n, f in every("AWS::Lambda::Function") if f["Properties"].get("Layers")} != set()


def imported(folder) -> set[str]:
    """The names of the packages and modules that the files in a folder import."""
    found = set()
    for file in folder.glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    return found


def test_the_layer_is_pure_python_and_whole(app: App, every) -> None:
    for _, layer in every("AWS::Lambda::LayerVersion"):
        folder = app.asset(layer)
        files = [f for f in folder.glob("**/*") if f.is_file()]
        assert {f.suffix for f in files if f.name != "METADATA"} == {".py"}
        assert {f.relative_to(folder).parts[0] for f in files} == {"python"}
        assert (folder / "python" / "shop_http" / "answers.py").is_file()
        assert (folder / "python" / "aws_lambda_powertools" / "event_handler" / "api_gateway.py").is_file()
        # What it says it holds, it holds; unzipped, Lambda takes 250 MB, and a start reads all that is imported.
        assert distribution("aws-lambda-powertools").version in layer["Properties"]["Description"]
        assert sum(f.stat().st_size for f in files) < 10e6


def test_the_layer_brings_what_powertools_needs(app: App, every) -> None:
    """With nothing beside Lambda's own packages on the path."""
    [(_, layer)] = every("AWS::Lambda::LayerVersion")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.modules['boto3'] = sys.modules['botocore'] = None\n"
        "import aws_lambda_powertools.event_handler, aws_lambda_powertools.utilities.data_classes as d\n"
        "from aws_lambda_powertools import Logger; import shop_http.answers, shop_http.paging, shop_http.validation"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code, str(app.asset(layer) / "python")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


# Queues, outputs, the whole


def test_a_queue_hides_a_message_six_times_as_long_as_a_function_may_take(app: App, every) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    for name, mapping in every("AWS::Lambda::EventSourceMapping"):
        resources = app.resources(name.split("/")[0])
        queue = resources[mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]]
        function = resources[mapping["Properties"]["FunctionName"]["Ref"]]
        assert queue["Properties"]["VisibilityTimeout"] >= 6 * function["Properties"]["Timeout"]
        assert queue["Properties"]["RedrivePolicy"]["maxReceiveCount"] >= 2  # one try is no try again
        assert queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in resources


@EACH
def test_outputs(app: App, stack: str) -> None:
    there = {name for name in app.outputs(stack) if not MADE_BY_CDK.search(name)}
    assert there == OUTPUTS[stack]


def test_the_products_are_found_by_id_and_by_category(app: App) -> None:
    [table] = app.resources("Product", "AWS::DynamoDB::Table").values()
    properties = table["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"  # an idle table costs nothing
    assert properties["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    [index] = properties["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by-category" and index["Projection"] == {"ProjectionType": "ALL"}
    assert [k["AttributeName"] for k in index["KeySchema"]] == ["category", "name"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Delete"  # nothing is left behind


@EACH
def test_nothing_outlives_its_stack(app: App, stack: str) -> None:
    assert not [i for i, r in app.resources(stack).items() if r.get("DeletionPolicy", "Delete") != "Delete"]


@EACH
def test_cfn_lint_has_nothing_to_say(app: App, stack: str) -> None:
    found = cfnlint.api.lint_file(app.assembly / f"{stack}.template.json", config=ManualArgs(regions=["us-east-1", "eu-west-1"]))
    assert not [str(m) for m in found if m.rule.id not in ALLOWED_WARNINGS]


# The services know nothing of each other


@EACH
def test_a_stack_stands_alone(app: App, stack: str) -> None:
    assert "Export" not in json.dumps(app.outputs(stack))
    assert "Fn::ImportValue" not in app.text(stack).decode()
    assert not [other for other in STACKS if other != stack and f"{other}/" in app.text(stack).decode()]
    manifest = json.loads((app.assembly / "manifest.json").read_text(encoding="utf-8"))
    assert not set(manifest["artifacts"][stack].get("dependencies", [])) & set(STACKS)


def test_product_is_the_same_byte_for_byte_without_the_others(app: App, product_alone: App) -> None:
    """The keys of its assets are in it: so its code and its layer, built anew elsewhere, are the same too."""
    assert product_alone.stacks == ["Product"]
    assert product_alone.text("Product") == app.text("Product")
    layers = [next(iter(a.resources("Product", "AWS::Lambda::LayerVersion").values())) for a in (app, product_alone)]
    assert layers[0]["Properties"]["Content"]["S3Key"] == layers[1]["Properties"]["Content"]["S3Key"]
