from aws_cdk import CfnOutput, Stack, aws_lambda as lambda_


class Hello(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        function = lambda_.Function(
            self, "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset("../lambda_src/hello"),
            handler="app.handler",
        )
        CfnOutput(self, "HelloFunction", value=function.function_name)
