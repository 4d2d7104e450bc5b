from aws_cdk import CfnOutput, Stack, aws_apigateway as apigateway, aws_iam as iam
from shop.event_bus import shop_bus
from shop.function import ServiceFunction
from shop.gateway import ANSWERS, shape_errors
from shop.publishing import may_publish

ORIGIN = "https://backoffice.example.com"  # whose pages may read the answers in a browser
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Schema, Type = apigateway.JsonSchema, apigateway.JsonSchemaType
REFUND = Schema(
    type=Type.OBJECT,
    required=["checkoutId", "amount", "reason"],
    additional_properties=False,
    properties={
        "checkoutId": Schema(type=Type.STRING, pattern=f"^{UUID}$"),
        "amount": Schema(type=Type.NUMBER, minimum=0.01, maximum=10_000),
        "reason": Schema(type=Type.STRING, enum=["damaged", "late", "unwanted"]),
    },
)


class Backoffice(Stack):
    """What only staff may do. Who calls must sign with credentials, and must have the right."""

    def __init__(self, scope, id):
        super().__init__(scope, id)
        bus = shop_bus(self)
        function = ServiceFunction(
            self, "Function", "backoffice", BUS_NAME=bus.event_bus_name, ORIGIN=ORIGIN
        )
        may_publish(function, bus, "shop.backoffice")
        pages = apigateway.CorsOptions(allow_origins=[ORIGIN], allow_methods=["POST"])
        api = apigateway.RestApi(
            self, "Api",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            default_cors_preflight_options=pages,
        )
        shape_errors(api, *ANSWERS, **{"Access-Control-Allow-Origin": f"'{ORIGIN}'"})
        refund = api.root.add_resource("refund").add_method(
            "POST",
            apigateway.LambdaIntegration(function, allow_test_invoke=False),
            authorization_type=apigateway.AuthorizationType.IAM,
            api_key_required=True,
            request_models={"application/json": api.add_model("Refund", schema=REFUND)},
            request_validator_options=apigateway.RequestValidatorOptions(
                validate_request_body=True, validate_request_parameters=True
            ),
        )
        plan = api.add_usage_plan(
            "Staff", throttle=apigateway.ThrottleSettings(rate_limit=5, burst_limit=10),
            quota=apigateway.QuotaSettings(limit=1000, period=apigateway.Period.DAY),
        )
        plan.add_api_stage(stage=api.deployment_stage)
        key = api.add_api_key("Key")
        plan.add_api_key(key)
        clerk = iam.Role(self, "Clerk", assumed_by=iam.AccountRootPrincipal())
        calls = iam.PolicyStatement(actions=["execute-api:Invoke"], resources=[refund.method_arn])
        clerk.add_to_policy(calls)

        CfnOutput(self, "BackofficeFunction", value=function.function_name)
        CfnOutput(self, "BackofficeApiUrl", value=api.url)
        CfnOutput(self, "BackofficeKey", value=key.key_id)
        CfnOutput(self, "BackofficeClerk", value=clerk.role_arn)
