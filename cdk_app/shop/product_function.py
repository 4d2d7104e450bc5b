from aws_cdk import Duration, aws_iam as iam, aws_lambda as lambda_
from shop.layer import ShopLayer


class ProductFunction(lambda_.Function):
    def __init__(self, scope, id, table):
        super().__init__(
            scope, id,
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset("../lambda_src/product"),
            handler="app.handler",
            layers=[ShopLayer(scope, "Layer")],
            environment={"TABLE_NAME": table.table_name},
            memory_size=256,
            timeout=Duration.seconds(10),
        )
        items = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Scan"]  # new: Scan
        index = f"{table.table_arn}/index/by-category"
        self.add_to_role_policy(iam.PolicyStatement(actions=items, resources=[table.table_arn]))
        self.add_to_role_policy(iam.PolicyStatement(actions=["dynamodb:Query"], resources=[index]))  # new
