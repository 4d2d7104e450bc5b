"""How functions get events and records: what chapters 05 and 09 write out, for later ones."""

from aws_cdk import (
    Duration, Stack,
    aws_events as events, aws_events_targets as targets, aws_lambda_event_sources as event_sources,
    aws_sqs as sqs,
)
from shop.event_bus import shop_bus

READ_STREAM = [
    f"dynamodb:{action}"
    for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
]


def subscribe(function, failures, **pattern):
    """Let a function get the events that fit a pattern, by a queue of its own.

    What fails five times, or cannot be delivered, goes to the queue `failures`.
    """
    stack = Stack.of(function)
    queue = sqs.Queue(
        stack, "Queue",
        visibility_timeout=Duration.seconds(60),  # six times the function's timeout
        dead_letter_queue=sqs.DeadLetterQueue(queue=failures, max_receive_count=5),
    )
    function.add_event_source(
        event_sources.SqsEventSource(
            queue, batch_size=10, report_batch_item_failures=True, max_concurrency=2
        )
    )
    events.Rule(
        stack, "Rule",
        event_bus=shop_bus(stack),
        event_pattern=events.EventPattern(**pattern),
        targets=[targets.SqsQueue(queue, dead_letter_queue=failures)],
    )
