from aws_cdk import (
    CfnOutput, Duration, Stack,
    aws_dynamodb as dynamodb, aws_events as events, aws_events_targets as targets,
    aws_lambda as lambda_, aws_lambda_event_sources as event_sources, aws_sqs as sqs,
)
from shop.event_bus import shop_bus
from shop.function import ServiceFunction
from shop.publishing import may_publish
from shop.rest_service import RestService
from shop.table import ServiceTable

READ_STREAM = [
    f"dynamodb:{action}"
    for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
]
EXPIRES = {"AttributeName": "expiresAt", "Enabled": True}
INSERTED = lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})


class Basket(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        actions = ["GetItem", "PutItem", "DeleteItem", "Scan"]
        basket = RestService(self, "Default", service="basket", key="userName", actions=actions)

        checkouts = ServiceTable(self, "Checkouts", "requestId")
        checkouts.node.default_child.add_property_override("TimeToLiveSpecification", EXPIRES)
        basket.function.allow(checkouts.table_arn, "dynamodb:GetItem", "dynamodb:PutItem")
        basket.function.add_environment("CHECKOUTS_NAME", checkouts.table_name)

        outbox = ServiceTable(
            self, "Outbox", "checkoutId", stream=dynamodb.StreamViewType.NEW_IMAGE
        )
        basket.function.allow(outbox.table_arn, "dynamodb:PutItem")
        basket.function.add_environment("OUTBOX_NAME", outbox.table_name)

        bus = shop_bus(self)
        publisher = ServiceFunction(
            self, "Publisher", "basket",
            handler="publisher.handler", OUTBOX_NAME=outbox.table_name, BUS_NAME=bus.event_bus_name,
        )
        may_publish(publisher, bus, "shop.basket")
        publisher.allow(outbox.table_arn, "dynamodb:Scan", "dynamodb:BatchWriteItem")
        publisher.allow(outbox.table_stream_arn, *READ_STREAM)
        failures = sqs.Queue(self, "Failures", retention_period=Duration.days(14))
        lambda_.EventSourceMapping(
            self, "Stream",
            target=publisher,
            event_source_arn=outbox.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=10,
            filters=[INSERTED],
            bisect_batch_on_error=True,
            max_record_age=Duration.minutes(5),  # then it is for the rule below
            on_failure=event_sources.SqsDlq(failures),
        )
        events.Rule(
            self, "EveryMinute",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            targets=[targets.LambdaFunction(publisher)],
        )
        CfnOutput(self, "BasketCheckouts", value=checkouts.table_name)
        CfnOutput(self, "BasketOutbox", value=outbox.table_name)
        CfnOutput(self, "BasketPublisher", value=publisher.function_name)
        CfnOutput(self, "BasketFailures", value=failures.queue_url)
