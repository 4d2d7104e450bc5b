"""Where the local cloud is not like AWS, as far as chapter 05 touches it: queues; see `differences.py`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from differences import LONG, SIZES, comes, differs, received, waits
from learner import Learner, until
from shopping import Customer, without_right


@differs("it needs no rights")
def test_a_mapping_needs_its_functions_right_to_receive(shop):
    """A mapping reads its queue with the rights of the function's role.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    customer = Customer(shop)
    customer.fill()
    with without_right(shop, "OrderingWorker", "sqs:ReceiveMessage"):
        assert customer.check_out().status == 202
        assert not comes(customer.orders, LONG)


@differs("it is accepted")
def test_a_mapping_is_refused_if_its_function_may_run_longer_than_the_visibility_timeout(shop, functions, make):
    """A mapping is refused if its function may run longer than the queue's visibility timeout.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
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


@pytest.fixture
def queue(shop: Learner) -> Iterator[str]:
    """A queue of a test's own; its URL."""
    url = shop.client("sqs").create_queue(QueueName=f"test-{uuid.uuid4()}")["QueueUrl"]
    yield url
    shop.client("sqs").delete_queue(QueueUrl=url)


@differs("each comes once, in the order in which they were sent")
def test_messages_may_come_twice_and_in_another_order(shop, queue):
    """Messages of a standard queue may come in another order than they were sent, and in rare cases more than once.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
    """
    for n in range(30):
        shop.client("sqs").send_message(QueueUrl=queue, MessageBody=str(n))
    until(lambda: waits(shop, queue) >= 30)
    assert received(shop, queue) != [str(n) for n in range(30)]


@differs("it is always exact")
def test_the_number_of_messages_is_approximate(shop, queue):
    """The number of messages in a queue is approximate, and is right only a minute after nothing is sent any more.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
    """

    def wrong(sent: int) -> bool:
        shop.client("sqs").send_message(QueueUrl=queue, MessageBody=str(sent))
        return waits(shop, queue) != sent

    assert any(wrong(sent) for sent in range(1, 31))


@differs("it is never refused")
def test_a_queue_is_not_purged_twice_in_a_minute(shop, queue):
    """A purge takes up to a minute, and until then a second one is refused.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
    """
    sqs = shop.client("sqs")
    sqs.purge_queue(QueueUrl=queue)
    try:
        sqs.purge_queue(QueueUrl=queue)
        refused = False
    except sqs.exceptions.PurgeQueueInProgress:
        refused = True
    assert refused


@differs("it speaks plain HTTP, so a queue that wants encryption refuses you")
def test_a_queue_that_wants_encryption_takes_messages(shop, queue):
    """AWS is spoken to over HTTPS, so a queue with `enforce_ssl=True` takes what boto3 sends.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
    """
    sqs = shop.client("sqs")
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    try:
        sent = sqs.send_message(QueueUrl=queue, MessageBody="1").get("MessageId")
    except sqs.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException"):
            raise
        sent = None
    assert sent


@differs("it takes effect at once")
def test_a_queues_settings_take_up_to_a_minute(shop, queue):
    """A change of a queue's settings takes up to a minute until it is seen everywhere.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """
    sqs = shop.client("sqs")

    def unseen(seconds: str) -> bool:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": seconds})
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])
        return found["Attributes"]["VisibilityTimeout"] != seconds

    assert any(unseen(str(seconds)) for seconds in range(1, 31))
