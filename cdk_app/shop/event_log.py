from aws_cdk import (
    CfnOutput, Duration, Stack,
    aws_events as events, aws_events_targets as targets, aws_lambda_event_sources as event_sources, aws_sqs as sqs,
)
from shop.event_bus import shop_bus
from shop.function import ServiceFunction
from shop.table import ServiceTable


class EventLog(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        table = ServiceTable(self, "Table", "id")
        function = ServiceFunction(self, "Function", "event_log", TABLE_NAME=table.table_name)
        function.allow(table.table_arn, "dynamodb:PutItem")

        queue = sqs.Queue(self, "Queue", visibility_timeout=Duration.seconds(60))
        function.add_event_source(event_sources.SqsEventSource(queue, batch_size=10, max_concurrency=2))
        events.Rule(
            self, "Rule",
            event_bus=shop_bus(self),
            event_pattern=events.EventPattern(source=events.Match.prefix("")),  # every event has a source
            targets=[targets.SqsQueue(queue)],
        )
        CfnOutput(self, "EventLogTable", value=table.table_name)
        CfnOutput(self, "EventLogFunction", value=function.function_name)
