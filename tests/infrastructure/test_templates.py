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
    "EventBus": {"EventBusName"},
    "Product": {
        "ProductTable", "ProductFunction", "ProductApiUrl", "ProductUploads", "ProductImporter",
        "ProductImportFailures",
        "ProductPriceChanges", "ProductPriceChangesFailures",
    },
    "Basket": {
        "BasketTable", "BasketFunction", "BasketApiUrl", "BasketCheckouts", "BasketOutbox", "BasketPublisher",
        "BasketFailures",
    },
    "Ordering": {
        "OrderingTable", "OrderingFunction", "OrderingApiUrl", "OrderingWorker", "OrderingQueue", "OrderingDeadLetters",
        "OrderingUndelivered",
    },
    "EventLog": {"EventLogTable", "EventLogFunction", "EventLogDeadLetters"},
    "Backoffice": {"BackofficeFunction", "BackofficeApiUrl", "BackofficeKey", "BackofficeClerk"},
    "Report": {
        "ReportOrders", "ReportNotes", "ReportFunction", "ReportBucket", "ReportFailures", "ReportScheduleGroup",
        "ReportSchedulerRole",
    },
    "Operations": {"OperationsTopic", "OperationsNotifications"},
}  # fmt: skip
MADE_BY_CDK = re.compile(r"Endpoint[0-9A-F]{8}$")  # RestApi's own output
FOLLOWS = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
POLLS = {
    "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
}  # fmt: skip
SENDS = {"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"}  # what CDK grants for a destination
BUS = "arn:aws:events:{AWS::Region}:{AWS::AccountId}:event-bus/ShopEventBus"
UPLOADS = "arn:aws:s3:::product-uploads-{AWS::AccountId}-{AWS::Region}"
RIGHTS = {  # what each function may do, beside writing its log, and on what
    "Hello": {"Function": {}},
    "Pricing": {
        "Function": {"Failures": SENDS, "Orders": POLLS},
    },
    "EventBus": {},
    "Product": {
        "Function": {
            "Table": {"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"},
            "Table/index/by-category": {"dynamodb:Query"},
        },
        "ImportsImporter": {
            "Table": {"dynamodb:PutItem"},
            f"{UPLOADS}/products/*": {"s3:GetObject"},
            f"{UPLOADS}/rejects/*": {"s3:PutObject", "s3:DeleteObject"},
            "ImportsFailures": SENDS,
        },
        "PriceChangesFunction": {"Table/stream": FOLLOWS, BUS: {"events:PutEvents"}, "PriceChangesFailures": SENDS},
    },
    "Basket": {
        "Function": {
            "Table": {"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"},
            "Checkouts": {"dynamodb:GetItem", "dynamodb:PutItem"},
            "Outbox": {"dynamodb:PutItem"},
        },
        "Publisher": {
            "Outbox": {"dynamodb:BatchWriteItem", "dynamodb:Scan"},
            "Outbox/stream": FOLLOWS,
            "Failures": SENDS,
            BUS: {"events:PutEvents"},
        },
    },
    "Ordering": {
        "Function": {"Table": {"dynamodb:GetItem", "dynamodb:Scan"}, "Table/index/by-date": {"dynamodb:Query"}},
        "Worker": {"Table": {"dynamodb:PutItem"}, "Queue": POLLS},
    },
    "EventLog": {"Function": {"Table": {"dynamodb:PutItem"}, "Queue": POLLS}},
    "Backoffice": {"Function": {BUS: {"events:PutEvents"}}},
    "Report": {
        "Notes": {"Orders": {"dynamodb:PutItem"}, "Queue": POLLS},
        "Function": {"Orders": {"dynamodb:Query"}, "Bucket/orders/*": {"s3:PutObject"}, "Failures": SENDS},
    },
    "Operations": {},
}  # fmt: skip
TABLES = {  # the key of each table, and of its index
    "Product": {"Table": (["id"], {"by-category": ["category", "name"]})},
    "Basket": {"Table": (["userName"], {}), "Checkouts": (["requestId"], {}), "Outbox": (["checkoutId"], {})},
    "Ordering": {"Table": (["userName", "orderId"], {"by-date": ["userName", "orderDate"]})},
    "EventLog": {"Table": (["id"], {})},
    "Report": {"Orders": (["day", "checkoutId"], {})},
}
APIS = pytest.mark.parametrize("stack", ["Product", "Basket", "Ordering"])
# The bus must be there before whoever names it; by nothing else does a stack know of another.
DEPENDS = dict.fromkeys(("Product", "Basket", "Ordering", "EventLog", "Report", "Backoffice"), {"EventBus"})
# Objects have no names before they are there: a right to some of them is one to all below a prefix of one bucket.
BELOW_A_PREFIX = re.compile(r"[^*]+/[a-z]+/\*")
# Not a function's: `test_event_source_templates.py` and `test_locked_down.py` say whose, and what for.
OTHERS_ROLES = {"Report": {"SchedulesRole"}, "Backoffice": {"Clerk"}}
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
        case {"Fn::GetAtt": [name, "StreamArn"]}:
            return f"{{{name}}}/stream"
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
    found: dict[str, dict[str, set[str]]] = {}
    for name, function in app.resources(stack, "AWS::Lambda::Function").items():
        rights = found.setdefault(construct(name), {})
        for policy in app.resources(stack, "AWS::IAM::Policy").values():
            if {"Fn::GetAtt": [policy["Properties"]["Roles"][0]["Ref"], "Arn"]} != function["Properties"]["Role"]:
                continue
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Allow"
                # for the condition, see test_locked_down.py
                assert "Condition" not in statement or statement["Action"] == "events:PutEvents"
                for resource in as_list(statement["Resource"]):
                    arn = re.sub(r"^\{(\w+)\}", lambda found: construct(found[1]), plain(resource))
                    rights.setdefault(arn, set()).update(as_list(statement["Action"]))
    assert found == RIGHTS[stack]


@EACH
def test_a_policy_belongs_to_one_role(app: App, stack: str) -> None:
    for policy in app.resources(stack, "AWS::IAM::Policy").values():
        assert len(policy["Properties"]["Roles"]) == 1


@EACH
def test_no_policy_has_a_wildcard(app: App, stack: str) -> None:
    """Not even one in part of a name: all that the shop touches, but for objects, has a name of its own."""
    for statement in statements(app, stack):
        actions, resources = as_list(statement["Action"]), [plain(r) for r in as_list(statement.get("Resource", []))]
        assert not [a for a in actions if "*" in a]
        if set(actions) <= {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}:
            assert all(BELOW_A_PREFIX.fullmatch(r) for r in resources)
        else:
            assert not [r for r in resources if "*" in r]
        assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()
        assert "*" not in json.dumps(statement.get("Principal", ""))


@EACH
def test_a_role_is_a_functions_alone_and_has_no_other_managed_policy(app: App, stack: str) -> None:
    functions = {
        i: r
        for i, r in app.resources(stack, "AWS::IAM::Role").items()
        if construct(i) not in OTHERS_ROLES.get(stack, ())
    }
    for role in functions.values():
        [trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Action"], trust["Principal"]) == ("sts:AssumeRole", {"Service": "lambda.amazonaws.com"})
        assert [plain(arn) for arn in role["Properties"]["ManagedPolicyArns"]] == [LOGS_ONLY]
        assert "Policies" not in role["Properties"]
    roles = [json.dumps(f["Properties"]["Role"]) for f in app.resources(stack, "AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(roles) == len(functions)


@APIS
def test_only_its_own_api_may_call_the_function_of_an_api(app: App, stack: str) -> None:
    """`*` stands for the method and the path: the one function answers them all, `ANY {proxy+}`.

    API, stage, account and region are named.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    [api], [stage] = (list(app.resources(stack, f"AWS::ApiGateway::{kind}")) for kind in ("RestApi", "Stage"))
    [function] = [name for name in app.resources(stack, "AWS::Lambda::Function") if construct(name) == "Function"]
    mine = f"arn:aws:execute-api:{{AWS::Region}}:{{AWS::AccountId}}:{{{api}}}/{{{stage}}}"
    given = [p["Properties"] for p in app.resources(stack, "AWS::Lambda::Permission").values()]
    permissions = [p for p in given if function in plain(p["FunctionName"])]
    assert {plain(p["SourceArn"]) for p in permissions} == {f"{mine}/*/*", f"{mine}/*/"}
    assert {(plain(p["FunctionName"]), p["Principal"], p["Action"]) for p in permissions} == {
        (f"{{{function}}}", "apigateway.amazonaws.com", "lambda:InvokeFunction")
    }


def test_only_its_own_rule_may_call_the_publisher(app: App) -> None:
    [rule] = app.resources("Basket", "AWS::Events::Rule")
    given = [p["Properties"] for p in app.resources("Basket", "AWS::Lambda::Permission").values()]
    [permission] = [p for p in given if "Publisher" in plain(p["FunctionName"])]
    assert (permission["Principal"], permission["Action"]) == ("events.amazonaws.com", "lambda:InvokeFunction")
    assert permission["SourceArn"] == {"Fn::GetAtt": [rule, "Arn"]}


@pytest.mark.parametrize(
    ("stack", "queues"), [("Ordering", {"Queue", "Undelivered"}), ("EventLog", {"Queue", "DeadLetters"})]
)
def test_only_its_own_rule_may_send_to_a_consumers_queues(app: App, stack: str, queues: set[str]) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"""
    [rule] = app.resources(stack, "AWS::Events::Rule")
    found = set()
    for policy in app.resources(stack, "AWS::SQS::QueuePolicy").values():
        [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
        [queue] = policy["Properties"]["Queues"]
        found.add(construct(queue["Ref"]))
        assert statement["Effect"] == "Allow" and statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert "sqs:SendMessage" in statement["Action"] and plain(statement["Resource"]) == f"{{{queue['Ref']}}}"
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule, "Arn"]}}}
    assert found == queues


@pytest.mark.parametrize("stack", ["Hello", "Pricing", "EventBus", "EventLog"])
def test_nobody_else_may_call_a_function(app: App, stack: str) -> None:
    assert not app.resources(stack, "AWS::Lambda::Permission")


def test_no_function_has_an_address_of_its_own(app: App) -> None:
    assert not [stack for stack in STACKS if app.resources(stack, "AWS::Lambda::Url")]


# Functions and their code


def test_runtimes_are_current(every) -> None:
    assert {f["Properties"]["Runtime"] for _, f in every("AWS::Lambda::Function")} == {"python3.13"}
    assert {tuple(x["Properties"]["CompatibleRuntimes"]) for _, x in every("AWS::Lambda::LayerVersion")} == {
        ("python3.13",)
    }


def test_every_handler_is_there(app: App, every) -> None:
    for name, function in every("AWS::Lambda::Function"):
        module, handler = function["Properties"]["Handler"].split(".")
        tree = ast.parse((app.asset(function) / f"{module}.py").read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
        assert handler in functions | {target.id for target in targets if isinstance(target, ast.Name)}, name


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
    need = {
        n for n, f in every("AWS::Lambda::Function") if imported(app.asset(f)) & {"aws_lambda_powertools", "shop_http"}
    }
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
    layer, *others = (layer for _, layer in every("AWS::Lambda::LayerVersion"))
    assert {app.asset(other) for other in others} == {app.asset(layer)}  # it is one and the same in all stacks
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


def test_every_api_is_regional(app: App) -> None:
    """CDK makes them edge-optimised if nothing is said, and of those an account may have 120 only.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    """
    apis = [api for stack in app.stacks for api in app.resources(stack, "AWS::ApiGateway::RestApi").values()]
    assert len(apis) == 4
    assert all(api["Properties"]["EndpointConfiguration"] == {"Types": ["REGIONAL"]} for api in apis)


def test_a_row_that_cannot_be_published_holds_the_outbox_up_for_five_minutes_and_is_told_of(app: App) -> None:
    [mapping] = app.resources("Basket", "AWS::Lambda::EventSourceMapping").values()
    stream = mapping["Properties"]
    assert stream["BisectBatchOnFunctionError"] and stream["MaximumRecordAgeInSeconds"] == 300
    assert construct(stream["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]) == "Failures"


def test_the_answers_of_checkouts_expire(app: App) -> None:
    tables = app.resources("Basket", "AWS::DynamoDB::Table")
    [checkouts] = (table["Properties"] for name, table in tables.items() if construct(name) == "Checkouts")
    assert checkouts["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}


def test_a_queue_hides_a_message_six_times_as_long_as_a_function_may_take(app: App, every) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    for name, mapping in every("AWS::Lambda::EventSourceMapping"):
        if "StreamArn" in mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"]:
            continue  # a stream hides nothing
        resources = app.resources(name.split("/")[0])
        queue = resources[mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]]
        function = resources[mapping["Properties"]["FunctionName"]["Ref"]]
        assert queue["Properties"]["VisibilityTimeout"] >= 6 * function["Properties"]["Timeout"]


def test_a_dead_letter_is_kept_for_days_even_if_it_waited_in_the_queue_to_the_end(app: App) -> None:
    """Its age counts from the first send.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    queues = app.resources("Ordering", "AWS::SQS::Queue")
    [queue] = (q["Properties"] for q in queues.values() if "RedrivePolicy" in q["Properties"])
    letters = queues[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]["Properties"]
    day = 24 * 3600
    assert queue["MessageRetentionPeriod"] > 4 * day  # a long weekend
    assert letters["MessageRetentionPeriod"] - queue["MessageRetentionPeriod"] >= 7 * day


@pytest.mark.parametrize("stack", ["Pricing", "Ordering", "EventLog"])
def test_what_never_works_ends_as_a_dead_letter(app: App, stack: str) -> None:
    queues = app.resources(stack, "AWS::SQS::Queue")
    for mapping in app.resources(stack, "AWS::Lambda::EventSourceMapping").values():
        policy = queues[mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]["RedrivePolicy"]
        # at least five, as AWS advises beside the six times; Pricing's is a lesson that should end soon
        assert policy["maxReceiveCount"] >= (2 if stack == "Pricing" else 5)
        assert construct(policy["deadLetterTargetArn"]["Fn::GetAtt"][0]) == "DeadLetters"


@EACH
def test_outputs(app: App, stack: str) -> None:
    there = {name for name in app.outputs(stack) if not MADE_BY_CDK.search(name)}
    assert there == OUTPUTS[stack]


@pytest.mark.parametrize("stack", TABLES)
def test_tables_have_the_keys_that_are_asked_for(app: App, stack: str) -> None:
    found = {}
    for name, table in app.resources(stack, "AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"  # an idle table costs nothing
        assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Delete"  # nothing is left behind
        indexes = properties.get("GlobalSecondaryIndexes", [])
        assert all(index["Projection"] == {"ProjectionType": "ALL"} for index in indexes)
        found[construct(name)] = (key(properties), {index["IndexName"]: key(index) for index in indexes})
    assert found == TABLES[stack]


def key(keyed: dict[str, Any]) -> list[str]:
    assert [part["KeyType"] for part in keyed["KeySchema"]] == ["HASH", "RANGE"][: len(keyed["KeySchema"])]
    return [part["AttributeName"] for part in keyed["KeySchema"]]


def test_one_bad_message_does_not_bring_the_others_of_its_batch_back(app: App) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    [mapping] = app.resources("Ordering", "AWS::Lambda::EventSourceMapping").values()
    assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert construct(mapping["Properties"]["FunctionName"]["Ref"]) == "Worker"


@pytest.mark.parametrize("name", ["DeadLetters", "Undelivered"])
def test_a_checkout_that_failed_is_kept_as_long_as_a_queue_can(app: App, name: str) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-architecture.html"""
    [dead_letters] = [q for n, q in app.resources("Ordering", "AWS::SQS::Queue").items() if construct(n) == name]
    assert dead_letters["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_what_the_rule_cannot_deliver_is_kept(app: App) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"""
    [rule] = app.resources("Ordering", "AWS::Events::Rule").values()
    [target] = rule["Properties"]["Targets"]
    assert construct(target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]) == "Undelivered"


def test_the_first_dead_letter_is_an_alarm(app: App) -> None:
    alarms = app.resources("Ordering", "AWS::CloudWatch::Alarm").items()
    [alarm] = [a["Properties"] for i, a in alarms if construct(i) == "DeadLettersAlarm"]
    [dimension] = alarm["Dimensions"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert construct(dimension["Value"]["Fn::GetAtt"][0]) == "DeadLetters"
    assert (alarm["ComparisonOperator"], alarm["Threshold"], alarm["EvaluationPeriods"]) == (
        "GreaterThanThreshold",
        0,
        1,
    )


def test_the_publisher_follows_the_outbox_from_its_first_row(app: App) -> None:
    [mapping] = [m["Properties"] for m in app.resources("Basket", "AWS::Lambda::EventSourceMapping").values()]
    name, attribute = mapping["EventSourceArn"]["Fn::GetAtt"]
    assert (construct(name), attribute, construct(mapping["FunctionName"]["Ref"])) == (
        "Outbox",
        "StreamArn",
        "Publisher",
    )
    assert (mapping["StartingPosition"], mapping["BatchSize"]) == ("TRIM_HORIZON", 10)
    [filtered] = mapping["FilterCriteria"]["Filters"]
    assert json.loads(filtered["Pattern"]) == {"eventName": ["INSERT"]}  # it removes rows itself
    assert app.resources("Basket", "AWS::DynamoDB::Table")[name]["Properties"]["StreamSpecification"] == {
        "StreamViewType": "NEW_IMAGE"
    }


# The bus


def test_rules_are_on_the_shops_bus(app: App, every) -> None:
    [bus] = app.resources("EventBus", "AWS::Events::EventBus").values()
    assert {
        rule["Properties"].get("EventBusName")
        for _, rule in every("AWS::Events::Rule")
        if "EventPattern" in rule["Properties"]
    } == {bus["Properties"]["Name"]}
    [publisher] = [
        f for n, f in app.resources("Basket", "AWS::Lambda::Function").items() if construct(n) == "Publisher"
    ]
    assert publisher["Properties"]["Environment"]["Variables"]["BUS_NAME"] == bus["Properties"]["Name"]


def test_ordering_takes_the_checkouts_that_it_understands_and_the_event_log_everything(app: App) -> None:
    patterns = {
        stack: [r["Properties"]["EventPattern"] for r in app.resources(stack, "AWS::Events::Rule").values()]
        for stack in ("Ordering", "EventLog")
    }
    understood = {
        "source": ["shop.basket"],
        "detail-type": ["BasketCheckedOut"],
        "detail": {"metadata": {"schemaVersion": ["1"]}},
    }
    assert patterns == {"Ordering": [understood], "EventLog": [{"source": [{"prefix": ""}]}]}


@EACH
def test_nothing_outlives_its_stack(app: App, stack: str) -> None:
    assert not [i for i, r in app.resources(stack).items() if r.get("DeletionPolicy", "Delete") != "Delete"]


@pytest.mark.slow
@EACH
def test_cfn_lint_has_nothing_to_say(app: App, stack: str) -> None:
    found = cfnlint.api.lint_file(
        app.assembly / f"{stack}.template.json", config=ManualArgs(regions=["us-east-1", "eu-west-1"])
    )
    assert not [str(m) for m in found if m.rule.id not in ALLOWED_WARNINGS]


@pytest.mark.nightly
def test_with_the_default_synthesizer_it_is_the_same_shop(app: App, by_default: App) -> None:
    """But for who deploys, and for the check of the bootstrap's version that CDK then adds."""
    for stack in STACKS:
        plain = json.loads(by_default.text(stack))
        assert set(plain.pop("Parameters")) == {"BootstrapVersion"}
        assert set(plain.pop("Rules")) == {"CheckBootstrapVersion"}
        assert plain == json.loads(app.text(stack)), stack
        found = cfnlint.api.lint_file(by_default.assembly / f"{stack}.template.json", config=ManualArgs())
        assert not [str(m) for m in found if m.rule.id not in ALLOWED_WARNINGS]
    manifest = json.loads((by_default.assembly / "manifest.json").read_text(encoding="utf-8"))
    assert "cdk-hnb659fds-deploy-role" in manifest["artifacts"]["Basket"]["properties"]["assumeRoleArn"]


# The services know nothing of each other


@EACH
def test_a_stack_stands_alone(app: App, stack: str) -> None:
    assert "Export" not in json.dumps(app.outputs(stack))
    assert "Fn::ImportValue" not in app.text(stack).decode()
    assert not [other for other in STACKS if other != stack and f"{other}/" in app.text(stack).decode()]
    manifest = json.loads((app.assembly / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["artifacts"][stack].get("dependencies", [])) & set(STACKS) == DEPENDS.get(stack, set())


def test_product_is_the_same_byte_for_byte_without_the_others(app: App, product_alone: App) -> None:
    """The keys of its assets are in it: so its code and its layer, built anew elsewhere, are the same too."""
    assert product_alone.stacks == ["EventBus", "Product"]
    assert product_alone.text("Product") == app.text("Product")
    layers = [next(iter(a.resources("Product", "AWS::Lambda::LayerVersion").values())) for a in (app, product_alone)]
    assert layers[0]["Properties"]["Content"]["S3Key"] == layers[1]["Properties"]["Content"]["S3Key"]


def test_basket_is_the_same_byte_for_byte_whoever_listens(app: App, unheard: App) -> None:
    assert unheard.stacks == [stack for stack in app.stacks if stack not in ("Ordering", "EventLog", "Report")]
    for stack in unheard.stacks[:-1]:  # the last one is Operations, which shows what there is
        assert unheard.text(stack) == app.text(stack), stack


def test_product_built_on_what_services_share_is_the_one_of_chapter_02(chapter_02: App, chapter_08: App) -> None:
    """But for metadata, and the name of its API's deployment, into which CDK hashes the function's place in the app."""
    assert chapter_02.stacks == ["Hello", "Pricing", "Product"]
    assert comparable(chapter_02, "Product") == comparable(chapter_08, "Product")


def comparable(app: App, stack: str) -> dict[str, Any]:
    [deployment] = app.resources(stack, "AWS::ApiGateway::Deployment")
    template = json.loads(app.text(stack).replace(deployment.encode(), b"Deployment"))
    for resource in template["Resources"].values():
        resource.pop("Metadata", None)
    return template
