from aws_cdk import (
    Duration, Stack,
    aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions,
    aws_lambda as lambda_, aws_sqs as sqs,
)
from constructs import Construct
from shop.operations import shop_alarms

MINUTE, MINUTES = Duration.minutes(1), Duration.minutes(5)


class ServiceAlarms(Construct):
    """Alarms for the functions, APIs and queues that a stack has; they tell the topic ShopAlarms."""

    def __init__(self, scope, id):
        super().__init__(scope, id)
        stack, self.tell = Stack.of(self), actions.SnsAction(shop_alarms(self))
        found = stack.node.find_all()
        for alarm in [it for it in found if isinstance(it, cloudwatch.Alarm)]:  # what the stack watches by itself
            alarm.node.default_child.alarm_name = path(alarm)
            alarm.add_alarm_action(self.tell)
            alarm.add_ok_action(self.tell)
        watched = str([stack.resolve(it.dimensions) for it in found if isinstance(it, cloudwatch.CfnAlarm)])
        polled = [stack.resolve(it.event_source_arn) for it in found if isinstance(it, lambda_.CfnEventSourceMapping)]
        for it in found:
            if isinstance(it, lambda_.Function):
                self.add(f"{path(it)}-Errors", it.metric_errors(statistic="Average", period=MINUTES), 0.05)
            elif isinstance(it, apigateway.RestApi):
                self.add(f"{path(it)}-Errors", server_errors(it, stack.stack_name), 0.05)
            elif isinstance(it, sqs.Queue) and stack.resolve(it.queue_arn) in polled:
                self.add(f"{path(it)}-Age", it.metric_approximate_age_of_oldest_message(statistic="Maximum", period=MINUTE), 300)
                self.add(f"{path(it)}-Depth", depth(it), 1000)
            elif isinstance(it, sqs.Queue) and str(stack.resolve(it.queue_name)) not in watched:
                self.add(f"{path(it)}-Depth", depth(it), 0)  # whatever lies there waits for a person

    def add(self, name, metric, threshold):
        alarm = cloudwatch.Alarm(
            self, name,
            alarm_name=name,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,  # no metric: nothing happens there
        )
        alarm.add_alarm_action(self.tell)
        alarm.add_ok_action(self.tell)


def path(construct):
    """Where it stands in the app: Basket-Publisher."""
    return "-".join(part for part in construct.node.path.split("/") if part != "Default")


def depth(queue):
    return queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=MINUTE)


def server_errors(api, name):
    """Which share of an API's answers says 500 or more."""
    api.node.default_child.name = name  # metrics tell APIs apart by their names, and all of them are called Api
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway", metric_name="5XXError", dimensions_map={"ApiName": name},
        statistic="Average", period=MINUTES,
    )
