from aws_cdk import (
    Duration, aws_cloudwatch as cloudwatch, aws_codedeploy as codedeploy, aws_lambda as lambda_,
)
from constructs import Construct


class Rollout(Construct):
    """An alias of a function, which CodeDeploy moves to each new version by degrees."""

    def __init__(self, scope, id, function):
        super().__init__(scope, id)
        self.alias = lambda_.Alias(
            self, "Live", alias_name="live", version=function.current_version
        )
        failing = cloudwatch.Alarm(
            self, "Failing",
            metric=self.alias.metric_errors(statistic="Sum", period=Duration.minutes(1)),
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        codedeploy.LambdaDeploymentGroup(
            self, "Group",
            alias=self.alias,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            alarms=[failing],
        )
