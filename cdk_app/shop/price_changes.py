from aws_cdk import (
    CfnOutput, Duration, Stack,
    aws_lambda as lambda_, aws_lambda_event_sources as event_sources, aws_sqs as sqs,
)
from constructs import Construct
from shop.event_bus import shop_bus
from shop.function import ServiceFunction
from shop.publishing import may_publish
from shop.subscription import READ_STREAM


class PriceChanges(Construct):
    """A function that follows a table's stream, and publishes what changed its price."""

    def __init__(self, scope, id, table):
        super().__init__(scope, id)
        bus = shop_bus(self)
        publisher = ServiceFunction(
            self, "Function", "product", handler="price_changes.handler",
            BUS_NAME=bus.event_bus_name,
        )
        may_publish(publisher, bus, "shop.product")
        publisher.allow(table.table_stream_arn, *READ_STREAM)
        failures = sqs.Queue(self, "Failures", retention_period=Duration.days(14))
        lambda_.EventSourceMapping(
            self, "Stream",
            target=publisher,
            event_source_arn=table.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=10,
            filters=[
                lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("MODIFY")})
            ],
            retry_attempts=10,
            bisect_batch_on_error=True,
            on_failure=event_sources.SqsDlq(failures),
        )
        stack = Stack.of(self)
        CfnOutput(stack, "ProductPriceChanges", value=publisher.function_name)
        CfnOutput(stack, "ProductPriceChangesFailures", value=failures.queue_url)
