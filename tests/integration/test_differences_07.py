"""Where the local cloud is not like AWS, as far as chapter 07 touches it: failures. `differences.py` says more."""

from __future__ import annotations


import pytest
from differences import SIZES, comes, differs, logged
from learner import Learner, until


def is_called_again(shop: Learner, name: str, url: str) -> bool:
    """Wait until a function is called again, or nothing is left in its queue; whether it was."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def calls() -> int:
        return logged(shop, name).count("call")

    def left() -> int:
        found = shop.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    until(lambda: calls() >= 2 or not left())
    return calls() >= 2


@differs("the whole batch is deleted")
def test_an_answer_that_names_no_message_of_the_batch_brings_all_back(shop, polled):
    """If a partial batch response names a message that is not in the batch, the whole batch comes back.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    code = (
        "def handler(event, context):\n    print('call')\n"
        "    return {'batchItemFailures': [{'itemIdentifier': 'nobody'}]}\n"
    )
    name, url, _ = polled(code, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    shop.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    until(lambda: "call" in logged(shop, name))
    assert is_called_again(shop, name, url)


@differs("it counts as no failure, and the whole batch is deleted")
@pytest.mark.parametrize(
    "failure",
    [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"messageId": "1"}],
    ids=["empty", "null", "another key"],
)
def test_a_failure_that_names_no_message_brings_all_back(shop, polled, failure):
    """If an entry of a partial batch response names no message at all, the whole batch comes back.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    code = f"def handler(event, context):\n    print('call')\n    return {{'batchItemFailures': [{failure}]}}\n"
    name, url, _ = polled(code, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    shop.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    until(lambda: "call" in logged(shop, name))
    assert is_called_again(shop, name, url)


@differs("it takes no more messages than the reserved concurrency allows")
def test_a_mapping_knows_nothing_of_reserved_concurrency(shop, functions, polled):
    """A mapping receives messages whatever the function's reserved concurrency is, and those that it
    cannot hand over have used up a try.

    https://repost.aws/knowledge-center/lambda-sqs-scaling
    """
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
    assert comes(lambda: in_flight() >= 2, seconds=3)


@differs("there is no such action")
def test_dead_letters_can_be_moved_back_by_the_queue_itself(shop):
    """`StartMessageMoveTask` moves the messages of a dead-letter queue back.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    """
    sqs = shop.client("sqs")
    answer = sqs.get_queue_attributes(QueueUrl=shop.outputs["OrderingDeadLetters"], AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    try:
        task = sqs.start_message_move_task(SourceArn=arn)["TaskHandle"]
    except sqs.exceptions.ClientError:
        task = None
    assert task


@differs("queues have no metrics, so such an alarm never rings by itself")
def test_the_depth_of_a_queue_is_a_metric(shop, polled):
    """A queue reports its depth to CloudWatch, where an alarm can watch it.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    _, url, _ = polled(SIZES, Enabled=False)
    shop.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    assert comes(lambda: shop.client("cloudwatch").list_metrics(Namespace="AWS/SQS")["Metrics"], seconds=2)


@differs("it is accepted")
def test_a_mapping_is_refused_a_change_while_the_visibility_timeout_is_too_short(shop, functions, polled):
    """A mapping is refused a change while its function may run longer than the queue's visibility timeout.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    name, _, mapping = polled(SIZES, Enabled=False)
    functions.update_function_configuration(FunctionName=name, Timeout=10)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    try:
        functions.update_event_source_mapping(UUID=mapping, BatchSize=1)
        refused = False
    except functions.exceptions.InvalidParameterValueException:
        refused = True
    assert refused
