from aws_cdk import (
    CfnOutput, Duration, Stack,
    aws_events as events, aws_events_targets as targets, aws_lambda_event_sources as event_sources,
    aws_sqs as sqs,
)
from shop.event_bus import shop_bus
from shop.function import ServiceFunction
from shop.table import ServiceTable

EXPIRES = {"AttributeName": "expiresAt", "Enabled": True}


class EventLog(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        table = ServiceTable(self, "Table", "id")
        table.node.default_child.add_property_override("TimeToLiveSpecification", EXPIRES)
        function = ServiceFunction(
            self, "Function", "event_log", TABLE_NAME=table.table_name, KEPT_DAYS="30"
        )
        function.allow(table.table_arn, "dynamodb:PutItem")

        dead_letters = sqs.Queue(self, "DeadLetters", retention_period=Duration.days(14))
        queue = sqs.Queue(
            self, "Queue",
            visibility_timeout=Duration.seconds(60),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=5),
        )
        function.add_event_source(
            event_sources.SqsEventSource(
                queue, batch_size=10, report_batch_item_failures=True, max_concurrency=5
            )
        )
        events.Rule(
            self, "Rule",
            event_bus=shop_bus(self),
            # every event has a source
            event_pattern=events.EventPattern(source=events.Match.prefix("")),
            targets=[targets.SqsQueue(queue, dead_letter_queue=dead_letters)],
        )
        CfnOutput(self, "EventLogTable", value=table.table_name)
        CfnOutput(self, "EventLogFunction", value=function.function_name)
        CfnOutput(self, "EventLogDeadLetters", value=dead_letters.queue_url)
