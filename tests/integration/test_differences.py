"""Where the local cloud is not like AWS, as far as the chapters touch it: each row as AWS documents it.

Each is expected to fail here. The day that MiniStack mends one, `strict` makes it fail for passing:
then its sentence in the notebooks' *On AWS* goes, and the test loses its mark.
"""

from __future__ import annotations

import io
import json
import sys
import time
import uuid
import zipfile

import pytest
import requests
from calls import Api
from learner import Learner, until


def differs(what: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, reason=f"MiniStack: {what}", raises=AssertionError)


@pytest.fixture
def functions(shop: Learner):
    return shop.client("lambda")


@pytest.fixture
def make(shop: Learner, functions):
    """Makes a function from code, with the rights of the Pricing function; gone in the end."""
    made = []
    role = functions.get_function(FunctionName=shop.outputs["PricingFunction"])["Configuration"]["Role"]

    def function(code: str, **settings) -> str:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("app.py", code)
        made.append(f"test-{uuid.uuid4()}")
        functions.create_function(
            FunctionName=made[-1], Handler="app.handler", Role=role, Code={"ZipFile": packed.getvalue()},
            **{"Runtime": "python3.13"} | settings,
        )  # fmt: skip
        functions.get_waiter("function_active_v2").wait(FunctionName=made[-1])
        return made[-1]

    yield function
    for name in made:
        functions.delete_function(FunctionName=name)


@pytest.fixture
def product_is(shop: Learner, functions):
    """Gives the Product function other code, and then its own again."""
    name = shop.outputs["ProductFunction"]
    [asset] = [
        r["Properties"]["Code"]
        for r in json.loads(_template(shop, "Product"))["Resources"].values()
        if r["Type"] == "AWS::Lambda::Function"
    ]

    def change(code: str) -> Api:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("app.py", code)
        functions.update_function_code(FunctionName=name, ZipFile=packed.getvalue())
        return Api(shop.outputs["ProductApiUrl"])

    yield change
    bucket = "cdk-hnb659fds-assets-000000000000-us-east-1"
    functions.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key=asset["S3Key"])
    product = Api(shop.outputs["ProductApiUrl"])
    assert product("GET", "/product").status == 200


def _template(shop: Learner, stack: str) -> str:
    return shop.read(f".workbook/cdk/assembly/{stack}.template.json")


def raw(api: Api, path: str):
    """A GET whose answer need not keep the contract: status and text."""
    answer = requests.get(api.url + path, timeout=30)
    return answer.status_code, answer.text


def logged(shop: Learner, function: str) -> list[str]:
    """The messages in a function's log."""
    client = shop.client("logs")
    try:
        return [e["message"] for e in client.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []  # the group comes with the first line


# Chapter 01


FAILS = "calls = 0\n\n\ndef handler(event, context):\n    global calls\n    calls += 1\n    print('call', calls)\n    if 'fail' in event:\n        raise KeyError('items')\n    return calls\n"


def invoked(functions, name, event):
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


@differs("errorType is Runtime.HandlerError")
def test_an_errors_type_is_its_class(functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html"""
    error = invoked(functions, make(FAILS), {"fail": True})
    assert error["errorMessage"] == "'items'"
    assert error["errorType"] == "KeyError"


@differs("there is no stackTrace")
def test_an_error_has_its_stack_trace(functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html"""
    error = invoked(functions, make(FAILS), {"fail": True})
    assert any("raise KeyError" in line for line in error.get("stackTrace", []))


@differs("the worker is replaced after an error")
def test_an_environment_stays_warm_after_an_error(functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""
    name = make(FAILS)
    assert [invoked(functions, name, event) for event in ({}, {"fail": True}, {})][::2] == [1, 3]


@differs("retries come after seconds")
def test_the_first_asynchronous_retry_comes_after_a_minute(shop, functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""
    name = make(FAILS)
    functions.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"fail": true}')

    def tries() -> int:
        return sum(message.startswith("call ") for message in logged(shop, name))

    until(lambda: tries() >= 1)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert tries() == 1
        time.sleep(0.1)


SIZES = "def handler(event, context):\n    print('size', len(event['Records']))\n"


@differs("a batch has ten messages at most, and there is no window")
def test_a_batch_may_have_more_than_ten_messages(shop, functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    sqs, name = shop.client("sqs"), make(SIZES)
    url = sqs.create_queue(QueueName=f"test-{uuid.uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for batch in range(3):
        entries = [{"Id": str(n), "MessageBody": f"{batch} {n}"} for n in range(10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    mapping = functions.create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, BatchSize=100, MaximumBatchingWindowInSeconds=5
    )["UUID"]
    try:

        def sizes() -> list[int]:
            return [int(m.split()[1]) for m in logged(shop, name) if m.startswith("size ")]

        until(lambda: sum(sizes()) == 30)
        assert max(sizes()) > 10
    finally:
        functions.delete_event_source_mapping(UUID=mapping)
        sqs.delete_queue(QueueUrl=url)


@differs("a traceback is one log event for each line")
def test_a_traceback_is_one_event_in_the_log(shop, functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html"""
    name = make(FAILS)
    invoked(functions, name, {"fail": True})
    events = until(lambda: [message for message in logged(shop, name) if "KeyError" in message])
    assert any("[ERROR] KeyError" in message and "Traceback" in message for message in events)


# Chapter 02


@differs("the error's own text is in the answer")
def test_an_unhandled_error_is_502_and_says_nothing(product_is):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html"""
    api = product_is("def handler(event, context):\n    print('called')\n    raise KeyError('secret')\n")
    status, text = raw(api, "/product")
    assert status == 502
    assert json.loads(text) == {"message": "Internal server error"}


@differs("a malformed answer is 200")
def test_a_malformed_answer_is_502(product_is):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html"""
    status, _ = raw(product_is("def handler(event, context):\n    print('called')\n    return ['not', 'an', 'answer']\n"), "/product")
    assert status == 502


@differs("an answer of any size is passed on")
def test_an_answer_of_more_than_6_mb_is_refused(functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    name = make("def handler(event, context):\n    print('called')\n    return 'x' * 7_000_000\n")
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" in answer


@differs("the interpreter is the one that runs MiniStack")
def test_the_runtime_is_the_one_that_was_asked_for(functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""
    minor = 12 if sys.version_info[1] == 13 else 13
    code = "import sys\n\n\ndef handler(event, context):\n    print('called')\n    return list(sys.version_info[:2])\n"
    assert invoked(functions, make(code, Runtime=f"python3.{minor}"), {}) == [3, minor]


@differs("any memory may be used")
def test_memory_is_limited(functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
    name = make("def handler(event, context):\n    print('called')\n    return len(bytearray(200_000_000))\n", MemorySize=128)
    assert "FunctionError" in functions.invoke(FunctionName=name, Payload=b"{}")


@differs("permissions of API Gateway are not looked at")
def test_an_api_that_was_not_allowed_to_call_a_function_cannot(shop, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html"""
    name = shop.outputs["ProductFunction"]
    policy = json.loads(functions.get_policy(FunctionName=name)["Policy"])
    for statement in policy["Statement"]:
        functions.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    try:
        status, _ = raw(Api(shop.outputs["ProductApiUrl"]), "/product")
        assert status == 500
    finally:
        for statement in policy["Statement"]:
            functions.add_permission(
                FunctionName=name, StatementId=statement["Sid"], Action=statement["Action"],
                Principal=statement["Principal"]["Service"], SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
            )  # fmt: skip


@differs("a misspelt property is ignored; so cfn-lint runs first")
def test_cloudformation_refuses_a_misspelt_property(shop):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"""
    client, name = shop.client("cloudformation"), f"test-{uuid.uuid4()}"
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibiltyTimeout": 5}}}}
    client.create_stack(StackName=name, TemplateBody=json.dumps(template))

    def status() -> str:
        return client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

    try:
        until(lambda: not status().endswith("IN_PROGRESS"))
        assert status() == "ROLLBACK_COMPLETE"
    finally:
        client.delete_stack(StackName=name)
