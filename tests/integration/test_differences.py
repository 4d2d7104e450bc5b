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
from shopping import Customer, without_right


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


# Chapters 03 to 06


@pytest.fixture
def bus(shop: Learner):
    """A bus of its own, and on it rules whose targets are queues of their own: `bus.queue()` is one; gone in the end."""
    made = Bus(shop)
    yield made
    made.remove()


class Bus:
    """A bus with rules that take everything.

    Args:
        shop: whose cloud it is in.
    """

    def __init__(self, shop: Learner) -> None:
        self.events, self.sqs, self.name = shop.client("events"), shop.client("sqs"), f"test-{uuid.uuid4()}"
        self.arn = self.events.create_event_bus(Name=self.name)["EventBusArn"]
        self.rules: list[str] = []
        self.queues: list[str] = []

    def rule(self, target: str) -> str:
        """A new rule with this target; its ARN."""
        self.rules.append(f"test-{uuid.uuid4()}")
        arn = self.events.put_rule(Name=self.rules[-1], EventBusName=self.name, EventPattern='{"source": ["test"]}')["RuleArn"]
        self.events.put_targets(Rule=self.rules[-1], EventBusName=self.name, Targets=[{"Id": "target", "Arn": target}])
        return arn

    def queue(self, *, policy: bool = True) -> tuple[str, str]:
        """A new queue that is the target of a new rule, with or without a policy that lets it be: its URL, the rule's ARN."""
        self.queues.append(self.sqs.create_queue(QueueName=f"test-{uuid.uuid4()}")["QueueUrl"])
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queues[-1], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        rule = self.rule(arn)
        if policy:
            statement = {
                "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
            }  # fmt: skip
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self.sqs.set_queue_attributes(QueueUrl=self.queues[-1], Attributes={"Policy": document})
        return self.queues[-1], rule

    def put(self, **changes: str) -> dict:
        """Put one event onto the bus; the whole answer."""
        entry = {"EventBusName": self.name, "Source": "test", "DetailType": "Test", "Detail": "{}"} | changes
        return self.events.put_events(Entries=[entry])

    def remove(self) -> None:
        for rule in self.rules:
            self.events.remove_targets(Rule=rule, EventBusName=self.name, Ids=["target"])
            self.events.delete_rule(Name=rule, EventBusName=self.name)
        self.events.delete_event_bus(Name=self.name)
        for queue in self.queues:
            self.sqs.delete_queue(QueueUrl=queue)


def waits(shop: Learner, queue: str) -> int:
    found = shop.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def comes(look, seconds: float = 5):
    """What there is to see within some seconds, if there is anything."""
    try:
        return until(look, seconds=seconds)
    except TimeoutError:
        return None


def test_events_get_from_a_bus_to_a_queue(shop, bus):
    """As on AWS; else what follows would prove nothing."""
    queue, _ = bus.queue()
    assert bus.put()["FailedEntryCount"] == 0
    assert comes(lambda: waits(shop, queue) == 1)


@differs("PutEvents accepts every entry")
@pytest.mark.parametrize(
    ("entry", "code"), [({"Detail": "no JSON"}, "MalformedDetail"), ({"Source": ""}, "InvalidArgument"), ({"DetailType": ""}, "InvalidArgument")]
)
def test_an_entry_that_is_none_is_refused(bus, entry, code):
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html"""
    answer = bus.put(**entry)
    assert (answer["FailedEntryCount"], answer["Entries"][0].get("ErrorCode")) == (1, code)


@differs("PutEvents accepts entries of any size")
def test_an_entry_that_is_too_large_is_refused(bus):
    """Of 256 KB, since January 2026 of 1 MB: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html"""
    try:
        refused = bus.put(Detail=json.dumps({"text": "x" * 2_000_000}))["FailedEntryCount"] == 1
    except bus.events.exceptions.ClientError:
        refused = True
    assert refused


@differs("a rule's target is called once")
def test_a_function_that_fails_is_called_again(shop, functions, make, bus):
    """EventBridge calls it asynchronously: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""
    name = make("def handler(event, context):\n    print('call')\n    raise KeyError('items')\n")
    rule = bus.rule(functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"])
    functions.add_permission(FunctionName=name, StatementId="rule", Action="lambda:InvokeFunction", Principal="events.amazonaws.com", SourceArn=rule)
    bus.put()

    def calls() -> int:
        return logged(shop, name).count("call")

    until(lambda: calls() >= 1)
    assert comes(lambda: calls() >= 2)


@differs("policies of queues are not looked at")
def test_a_queue_without_a_policy_gets_no_events(shop, bus):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"""
    queue, _ = bus.queue(policy=False)
    bus.put()
    assert not comes(lambda: waits(shop, queue))


@differs("permissions of EventBridge are not looked at")
def test_a_rule_that_was_not_allowed_to_call_a_function_cannot(shop, functions, make, bus):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"""
    name = make("def handler(event, context):\n    print('call')\n")
    bus.rule(functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"])
    bus.put()
    assert not comes(lambda: "call" in logged(shop, name))


@differs("CloudFormation makes no archives")
def test_cloudformation_makes_an_archive(shop, bus):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html"""
    client, name = shop.client("cloudformation"), f"test-{uuid.uuid4()}"
    archive = {"Type": "AWS::Events::Archive", "Properties": {"ArchiveName": name, "SourceArn": bus.arn, "RetentionDays": 1}}
    try:
        client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Archive": archive}}))
        until(lambda: not client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"].endswith("IN_PROGRESS"))
    except client.exceptions.ClientError:
        pass  # it says that there is no such type
    try:
        assert name in [found["ArchiveName"] for found in bus.events.list_archives()["Archives"]]
    finally:
        client.delete_stack(StackName=name)


@differs("a replay goes to all rules of the bus")
def test_a_replay_goes_to_the_rules_that_it_names(shop, bus):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html"""
    (first, rule), (second, _) = bus.queue(), bus.queue()
    name, events = f"test-{uuid.uuid4()}", bus.events
    archive = events.create_archive(ArchiveName=name, EventSourceArn=bus.arn)["ArchiveArn"]
    try:
        bus.put()
        until(lambda: events.describe_archive(ArchiveName=name)["EventCount"] == 1 and waits(shop, second) == 1)
        events.start_replay(
            ReplayName=name, EventSourceArn=archive, EventStartTime=time.time() - 600, EventEndTime=time.time() + 600,
            Destination={"Arn": bus.arn, "FilterArns": [rule]},
        )  # fmt: skip
        until(lambda: events.describe_replay(ReplayName=name)["State"] == "COMPLETED" and waits(shop, first) == 2)
        assert waits(shop, second) == 1
    finally:
        events.delete_archive(ArchiveName=name)


@pytest.fixture
def polled(shop: Learner, functions, make):
    """Lets a function made of some code poll a queue; the function's name, the queue's URL, the mapping's id."""
    sqs, made = shop.client("sqs"), []

    def poll(code: str, **how) -> tuple[str, str, str]:
        name = make(code, Timeout=1)
        url = sqs.create_queue(QueueName=f"test-{uuid.uuid4()}", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        mapping = functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn, **how)["UUID"]
        made.append((url, mapping))
        return name, url, mapping

    yield poll
    for url, mapping in made:
        functions.delete_event_source_mapping(UUID=mapping)
        sqs.delete_queue(QueueUrl=url)


@differs("there is no batching window")
def test_a_batch_waits_for_its_window(shop, polled):
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html"""
    name, url, _ = polled(SIZES, BatchSize=10, MaximumBatchingWindowInSeconds=5)
    for n in range(4):
        shop.client("sqs").send_message(QueueUrl=url, MessageBody=str(n))
        time.sleep(0.3)

    def sizes() -> list[int]:
        return [int(m.split()[1]) for m in logged(shop, name) if m.startswith("size ")]

    until(lambda: sum(sizes()) == 4)
    assert max(sizes()) > 1


@differs("with an identifier that is none in the answer, the whole batch is deleted")
def test_an_answer_that_names_no_message_of_the_batch_brings_all_back(shop, polled):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    code = "def handler(event, context):\n    print('call')\n    return {'batchItemFailures': [{'itemIdentifier': 'nobody'}]}\n"
    name, url, _ = polled(code, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    shop.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    until(lambda: "call" in logged(shop, name))
    assert comes(lambda: logged(shop, name).count("call") >= 2)


@differs("a mapping needs no rights on its queue")
def test_a_mapping_needs_its_functions_right_to_receive(shop):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    customer = Customer(shop)
    customer.fill()
    with without_right(shop, "OrderingWorker", "sqs:ReceiveMessage"):
        assert customer.check_out().status == 202
        assert not comes(customer.orders)


@differs("there is no StartMessageMoveTask")
def test_dead_letters_can_be_moved_back_by_the_queue_itself(shop):
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html"""
    sqs = shop.client("sqs")
    arn = sqs.get_queue_attributes(QueueUrl=shop.outputs["OrderingDeadLetters"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    try:
        task = sqs.start_message_move_task(SourceArn=arn)["TaskHandle"]
    except sqs.exceptions.ClientError:
        task = None
    assert task


# Chapter 07


@differs("a failure that names no message counts as none, and the whole batch is deleted")
@pytest.mark.parametrize("failure", [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"messageId": "1"}], ids=["empty", "null", "another key"])
def test_a_failure_that_names_no_message_brings_all_back(shop, polled, failure):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    code = f"def handler(event, context):\n    print('call')\n    return {{'batchItemFailures': [{failure}]}}\n"
    name, url, _ = polled(code, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    shop.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    until(lambda: "call" in logged(shop, name))
    assert comes(lambda: logged(shop, name).count("call") >= 2)


@differs("a mapping takes no more messages than its function's reserved concurrency allows")
def test_a_mapping_knows_nothing_of_reserved_concurrency(shop, functions, polled):
    """https://repost.aws/knowledge-center/lambda-sqs-scaling"""
    code = "import time\n\n\ndef handler(event, context):\n    print('call')\n    time.sleep(0.8)\n"
    name, url, mapping = polled(code, BatchSize=1, Enabled=False)
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(10)]
    shop.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    functions.update_event_source_mapping(UUID=mapping, Enabled=True)

    def in_flight() -> int:
        names = ["ApproximateNumberOfMessagesNotVisible"]
        return int(shop.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][names[0]])

    until(lambda: "call" in logged(shop, name))
    assert comes(lambda: in_flight() >= 2)


@differs("a mapping may be made whatever the visibility timeout is")
def test_a_mapping_is_refused_if_its_function_may_run_longer_than_the_visibility_timeout(shop, functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    sqs, name = shop.client("sqs"), make(SIZES, Timeout=10)
    url = sqs.create_queue(QueueName=f"test-{uuid.uuid4()}", Attributes={"VisibilityTimeout": "5"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    mapping = None
    try:
        mapping = functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)["UUID"]
    except functions.exceptions.InvalidParameterValueException:
        pass
    finally:
        if mapping:
            functions.delete_event_source_mapping(UUID=mapping)
        sqs.delete_queue(QueueUrl=url)
    assert not mapping


@differs("queues have no metrics, so an alarm on their depth never rings")
def test_the_depth_of_a_queue_is_a_metric(shop, polled):
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"""
    _, url, _ = polled(SIZES, Enabled=False)
    shop.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    assert comes(lambda: shop.client("cloudwatch").list_metrics(Namespace="AWS/SQS")["Metrics"])


@differs("what a target does not take is lost, whatever its dead-letter queue")
def test_an_event_whose_target_is_gone_is_kept(shop, bus):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"""
    sqs = shop.client("sqs")
    gone, kept = (sqs.create_queue(QueueName=f"test-{uuid.uuid4()}")["QueueUrl"] for _ in range(2))
    arns = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"] for url in (gone, kept)]
    rule = bus.rule(arns[0])
    statement = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": arns[1], "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }  # fmt: skip
    sqs.set_queue_attributes(QueueUrl=kept, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})})
    target = {"Id": "target", "Arn": arns[0], "DeadLetterConfig": {"Arn": arns[1]}}
    bus.events.put_targets(Rule=bus.rules[-1], EventBusName=bus.name, Targets=[target])
    sqs.delete_queue(QueueUrl=gone)
    try:
        bus.put()
        assert comes(lambda: waits(shop, kept))
    finally:
        sqs.delete_queue(QueueUrl=kept)


# Chapter 08


@differs("errorType is Runtime.HandlerError")
def test_a_function_whose_process_ends_says_so(functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html"""
    name = make("import os\n\n\ndef handler(event, context):\n    print('call')\n    os._exit(1)\n")
    assert invoked(functions, name, {})["errorType"] == "Runtime.ExitError"


@differs("a stream's mapping tries for ever, whatever its limit")
def test_a_mapping_of_a_stream_gives_up_after_so_many_tries(shop, functions, make):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html"""
    dynamodb, table = shop.client("dynamodb"), f"test-{uuid.uuid4()}"
    name = make("def handler(event, context):\n    print('call')\n    raise KeyError('items')\n")
    stream = dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )["TableDescription"]["LatestStreamArn"]  # fmt: skip
    mapping = functions.create_event_source_mapping(
        FunctionName=name, EventSourceArn=stream, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=1
    )["UUID"]

    def calls() -> int:
        return logged(shop, name).count("call")

    try:
        dynamodb.put_item(TableName=table, Item={"id": {"S": "1"}})
        until(lambda: calls() >= 2)
        assert not comes(lambda: calls() >= 3)
    finally:
        functions.delete_event_source_mapping(UUID=mapping)
        dynamodb.delete_table(TableName=table)
