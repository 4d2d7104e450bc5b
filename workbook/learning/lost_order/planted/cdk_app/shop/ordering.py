from aws_cdk import (
    CfnOutput, Duration, Stack,
    aws_cloudwatch as cloudwatch, aws_events as events, aws_events_targets as targets,
    aws_lambda_event_sources as event_sources, aws_sqs as sqs,
)
from shop.event_bus import shop_bus
from shop.function import ServiceFunction
from shop.rest_service import RestService


class Ordering(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        ordering = RestService(
            self, "Default", service="ordering", key="userName", sort_key="orderId",
            actions=["GetItem", "Scan"],
        )
        by_date = ordering.table.add_index("by-date", "userName", "orderDate")
        ordering.function.allow(by_date, "dynamodb:Query")

        worker = ServiceFunction(
            self, "Worker", "ordering", handler="worker.handler", timeout=5,
            TABLE_NAME=ordering.table.table_name,
        )
        worker.allow(ordering.table.table_arn, "dynamodb:PutItem")

        dead_letters = sqs.Queue(self, "DeadLetters", retention_period=Duration.days(14))
        queue = sqs.Queue(
            self, "Queue",
            visibility_timeout=Duration.seconds(5),  # as long as the worker may run
            retention_period=Duration.days(7),  # dead letters: 14 days, since they were first sent
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=5),
        )
        worker.add_event_source(
            event_sources.SqsEventSource(
                queue, batch_size=10, report_batch_item_failures=True, max_concurrency=5
            )
        )
        undelivered = sqs.Queue(self, "Undelivered", retention_period=Duration.days(14))
        events.Rule(
            self, "Rule",
            event_bus=shop_bus(self),
            event_pattern=events.EventPattern(
                source=["shop.basket"],
                detail_type=["BasketCheckedOut"],
                detail={"metadata": {"schemaVersion": ["1"]}},
            ),
            targets=[targets.SqsQueue(
                queue, dead_letter_queue=undelivered, max_event_age=Duration.hours(24)
            )],
        )
        cloudwatch.Alarm(
            self, "DeadLettersAlarm",
            metric=dead_letters.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            # no metric: nothing happens there
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        CfnOutput(self, "OrderingWorker", value=worker.function_name)
        CfnOutput(self, "OrderingQueue", value=queue.queue_url)
        CfnOutput(self, "OrderingDeadLetters", value=dead_letters.queue_url)
        CfnOutput(self, "OrderingUndelivered", value=undelivered.queue_url)
