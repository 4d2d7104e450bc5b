from aws_cdk import Duration, aws_iam as iam, aws_lambda as lambda_
from shop.layer import ShopLayer


class ServiceFunction(lambda_.Function):
    def __init__(self, scope, id, service, *, handler="app.handler", timeout=10, **environment):
        super().__init__(
            scope, id,
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset(f"../lambda_src/{service}"),
            handler=handler,
            layers=[ShopLayer.of(scope)],
            environment=environment,
            memory_size=256,
            timeout=Duration.seconds(timeout),
        )

    def allow(self, resource, *actions):
        """Let the function do these things with this resource, and nothing else."""
        self.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
