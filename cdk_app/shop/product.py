from aws_cdk import CfnOutput, Stack, aws_apigateway as apigateway
from shop.product_function import ProductFunction
from shop.product_table import ProductTable


class Product(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        table = ProductTable(self, "Table")
        function = ProductFunction(self, "Function", table)
        api = apigateway.LambdaRestApi(  # new
            self, "Api",
            handler=function,
            integration_options=apigateway.LambdaIntegrationOptions(allow_test_invoke=False),
        )
        CfnOutput(self, "ProductTable", value=table.table_name)
        CfnOutput(self, "ProductFunction", value=function.function_name)
        CfnOutput(self, "ProductApiUrl", value=api.url)  # new
