"""Where the local cloud is not like AWS, as far as chapter 01 touches it: invoking a function; see `differences.py`."""

from __future__ import annotations

import time
import uuid

from differences import FAILS, SIZES, differs, invoked, logged, waits
from learner import until


@differs("it is always `Runtime.HandlerError`")
def test_an_errors_type_is_its_class(functions, make):
    """An error's `errorType` is its class, such as `KeyError`.

    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    error = invoked(functions, make(FAILS), {"fail": True})
    assert error["errorMessage"] == "'items'"
    assert error["errorType"] == "KeyError"


@differs("it has none")
def test_an_error_has_its_stack_trace(functions, make):
    """The answer of a call that failed has the stack trace.

    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    error = invoked(functions, make(FAILS), {"fail": True})
    assert any("raise KeyError" in line for line in error.get("stackTrace", []))


@differs("it is replaced, so the next call is a cold start")
def test_an_environment_stays_warm_after_an_error(functions, make):
    """An execution environment stays warm after an error of the handler.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    name = make(FAILS)
    assert [invoked(functions, name, event) for event in ({}, {"fail": True}, {})][::2] == [1, 3]


@differs("retries come after seconds")
def test_the_first_asynchronous_retry_comes_after_a_minute(shop, functions, make):
    """After an asynchronous error, Lambda waits one minute before the first retry, and two before the second.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    name = make(FAILS)
    functions.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"fail": true}')

    def tries() -> int:
        return sum(message.startswith("call ") for message in logged(shop, name))

    until(lambda: tries() >= 1)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert tries() == 1
        time.sleep(0.1)


@differs("a batch has ten messages at most")
def test_a_batch_may_have_more_than_ten_messages(shop, functions, make):
    """A mapping with a batching window may hand over up to 10,000 messages of a standard queue in one batch.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
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


@differs("there is no window")
def test_a_batch_waits_for_its_window(shop, polled):
    """A mapping waits for its batching window, so that a batch fills.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
    """
    name, url, _ = polled(SIZES, BatchSize=10, MaximumBatchingWindowInSeconds=5)
    for n in range(4):
        shop.client("sqs").send_message(QueueUrl=url, MessageBody=str(n))
        time.sleep(0.3)

    def sizes() -> list[int]:
        return [int(m.split()[1]) for m in logged(shop, name) if m.startswith("size ")]

    until(lambda: sum(sizes()) == 4)
    assert max(sizes()) > 1


@differs("each of its lines is an event")
def test_a_traceback_is_one_event_in_the_log(shop, functions, make):
    """A traceback is one event in the log.

    https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
    """
    name = make(FAILS)
    invoked(functions, name, {"fail": True})
    events = until(lambda: [message for message in logged(shop, name) if "KeyError" in message])
    assert any("[ERROR] KeyError" in message and "Traceback" in message for message in events)


@differs("the workbook's `queue` can, and leaves the receive count as it is")
def test_a_message_can_be_seen_only_by_receiving_it(shop):
    """A message can be seen only by receiving it, which raises its receive count.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    """
    sqs, python = shop.client("sqs"), shop.kernel()
    url = sqs.create_queue(QueueName=f"test-{uuid.uuid4()}", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    try:
        sqs.send_message(QueueUrl=url, MessageBody="1")
        until(lambda: waits(shop, url) == 1)
        python(f"from workbook import queue; _ = queue({url!r})")
        answer = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["ApproximateReceiveCount"])
        [message] = answer["Messages"]
        assert message["Attributes"]["ApproximateReceiveCount"] == "2"
    finally:
        sqs.delete_queue(QueueUrl=url)


@differs("then it tells them all")
def test_a_queue_tells_the_attributes_that_are_asked_for_by_name(shop):
    """Of a queue's attributes SQS tells those that are named in the call: without any name, none.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
    """
    answer = shop.client("sqs").get_queue_attributes(QueueUrl=shop.outputs["OrderingQueue"])
    assert not answer.get("Attributes")
