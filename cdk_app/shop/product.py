from aws_cdk import (
    CfnOutput, Duration, RemovalPolicy, Stack,
    aws_apigateway as apigateway, aws_dynamodb as dynamodb, aws_iam as iam, aws_lambda as lambda_,
)
from shop.layer import ShopLayer

TEXT = dynamodb.AttributeType.STRING


class Product(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        table = dynamodb.Table(
            self, "Table",
            partition_key=dynamodb.Attribute(name="id", type=TEXT),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            removal_policy=RemovalPolicy.DESTROY,  # the table goes when the stack goes
        )
        table.add_global_secondary_index(  # new
            index_name="by-category",
            partition_key=dynamodb.Attribute(name="category", type=TEXT),
            sort_key=dynamodb.Attribute(name="name", type=TEXT),
        )
        function = lambda_.Function(
            self, "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset("../lambda_src/product"),
            handler="app.handler",
            layers=[ShopLayer(self, "Layer")],
            environment={"TABLE_NAME": table.table_name},
            memory_size=256,
            timeout=Duration.seconds(10),
        )
        actions = [f"dynamodb:{action}" for action in ("GetItem", "PutItem", "DeleteItem", "Scan")]
        function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[table.table_arn]))
        function.add_to_role_policy(  # new: the index is a resource of its own
            iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{table.table_arn}/index/by-category"])
        )
        api = apigateway.LambdaRestApi(
            self, "Api",
            handler=function,
            integration_options=apigateway.LambdaIntegrationOptions(allow_test_invoke=False),
        )
        CfnOutput(self, "ProductTable", value=table.table_name)
        CfnOutput(self, "ProductFunction", value=function.function_name)
        CfnOutput(self, "ProductApiUrl", value=api.url)
