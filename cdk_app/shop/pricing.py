from aws_cdk import (
    CfnOutput, Duration, Stack,
    aws_lambda as lambda_, aws_lambda_destinations as destinations,
    aws_lambda_event_sources as event_sources, aws_sqs as sqs,
)


class Pricing(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        function = lambda_.Function(
            self, "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset("../lambda_src/pricing"),
            handler="app.handler",
            timeout=Duration.seconds(1),
        )
        failures = sqs.Queue(self, "Failures")
        function.configure_async_invoke(on_failure=destinations.SqsDestination(failures))

        dead_letters = sqs.Queue(self, "DeadLetters")
        orders = sqs.Queue(
            self, "Orders",
            visibility_timeout=Duration.seconds(6),  # six times the function's timeout
            # twice, so that you see the end soon; AWS advises five times or more
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=2),
        )
        function.add_event_source(event_sources.SqsEventSource(orders, batch_size=10))

        CfnOutput(self, "PricingFunction", value=function.function_name)
        CfnOutput(self, "PricingFailures", value=failures.queue_url)
        CfnOutput(self, "PricingOrders", value=orders.queue_url)
        CfnOutput(self, "PricingDeadLetters", value=dead_letters.queue_url)
