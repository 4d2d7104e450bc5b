from aws_cdk import (
    CfnOutput, Duration, Stack,
    aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_iam as iam,
    aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs,
)
from shop.dashboard import business, widgets

NAME = "ShopAlarms"  # all that services know of those who look after them


class Operations(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        topic = sns.Topic(self, "Topic", topic_name=NAME)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        notifications = sqs.Queue(self, "Notifications", retention_period=Duration.days(14))
        topic.add_subscription(
            subscriptions.SqsSubscription(notifications, raw_message_delivery=True)
        )
        failing = business("NotStored").create_alarm(
            self, "NotStored",
            alarm_name="Ordering-NotStored",
            threshold=5,  # one poison message fails five times; this is more than one order
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        failing.add_alarm_action(actions.SnsAction(topic))
        failing.add_ok_action(actions.SnsAction(topic))
        cloudwatch.Dashboard(self, "Dashboard", dashboard_name="Shop", widgets=widgets(self))
        CfnOutput(self, "OperationsTopic", value=topic.topic_arn)
        CfnOutput(self, "OperationsNotifications", value=notifications.queue_url)


def shop_alarms(scope):
    arn = Stack.of(scope).format_arn(service="sns", resource=NAME)
    return sns.Topic.from_topic_arn(scope, "Topic", arn)
