from aws_cdk import CfnOutput, aws_apigateway as apigateway
from constructs import Construct
from shop.function import ServiceFunction
from shop.gateway import shape_errors
from shop.table import ServiceTable


class RestService(Construct):
    """A table, a function that may do some things with it, and a REST API in front."""

    def __init__(self, scope, id, *, service, key, sort_key=None, stream=None, actions):
        super().__init__(scope, id)
        self.table = ServiceTable(self, "Table", key, sort_key, stream)
        self.function = ServiceFunction(self, "Function", service, TABLE_NAME=self.table.table_name)
        self.function.allow(self.table.table_arn, *(f"dynamodb:{action}" for action in actions))
        self.api = apigateway.LambdaRestApi(
            self, "Api",
            handler=self.function,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            integration_options=apigateway.LambdaIntegrationOptions(allow_test_invoke=False),
            deploy_options=apigateway.StageOptions(
                throttling_rate_limit=1000, throttling_burst_limit=2000
            ),
        )
        shape_errors(self.api, "THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX")
        name = service.capitalize()
        CfnOutput(self, f"{name}Table", value=self.table.table_name)
        CfnOutput(self, f"{name}Function", value=self.function.function_name)
        CfnOutput(self, f"{name}ApiUrl", value=self.api.url)
