from aws_cdk import CfnOutput, Duration, Stack, aws_events as events, aws_sqs as sqs
from shop.function import ServiceFunction
from shop.subscription import subscribe
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
        # every event has a source
        subscribe(
            function, dead_letters,
            at_once=5,
            source=events.Match.prefix(""),
        )
        CfnOutput(self, "EventLogTable", value=table.table_name)
        CfnOutput(self, "EventLogFunction", value=function.function_name)
        CfnOutput(self, "EventLogDeadLetters", value=dead_letters.queue_url)
