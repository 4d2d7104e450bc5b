from aws_cdk import (
    Duration, Stack,
    aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions,
    aws_lambda as lambda_, aws_sqs as sqs,
)
from constructs import Construct
from shop.operations import shop_alarms

MINUTE, MINUTES = Duration.minutes(1), Duration.minutes(5)


class ServiceAlarms(Construct):
    """Alarms for a stack's functions, APIs and queues; they tell the topic ShopAlarms."""

    def __init__(self, scope, id):
        super().__init__(scope, id)
        stack, self.tell = Stack.of(self), actions.SnsAction(shop_alarms(self))
        found = stack.node.find_all()
        # what the stack watches by itself
        for alarm in [it for it in found if isinstance(it, cloudwatch.Alarm)]:
            alarm.node.default_child.alarm_name = path(alarm)
            alarm.add_alarm_action(self.tell)
            alarm.add_ok_action(self.tell)
        alarms = [it for it in found if isinstance(it, cloudwatch.CfnAlarm)]
        watched = str([stack.resolve(alarm.dimensions) for alarm in alarms])
        mappings = [it for it in found if isinstance(it, lambda_.CfnEventSourceMapping)]
        polled = [stack.resolve(mapping.event_source_arn) for mapping in mappings]
        for it in found:
            if isinstance(it, lambda_.Function):
                errors = it.metric_errors(statistic="Average", period=MINUTES)
                self.add(f"{path(it)}-Errors", errors, 0.05)
            elif isinstance(it, apigateway.RestApi):
                self.add(f"{path(it)}-Errors", server_errors(it, stack.stack_name), 0.05)
            elif isinstance(it, sqs.Queue) and stack.resolve(it.queue_arn) in polled:
                self.watch_polled(it)
            elif isinstance(it, sqs.Queue) and str(stack.resolve(it.queue_name)) not in watched:
                # whatever lies there waits for a person
                self.add(f"{path(it)}-Depth", depth(it), 0)

    def watch_polled(self, queue):
        """The alarms of a queue that a function polls."""
        self.add(f"{path(queue)}-Age", age(queue), 300)
        self.add(f"{path(queue)}-Depth", depth(queue), 1000)

    def add(self, name, metric, threshold):
        alarm = cloudwatch.Alarm(
            self, name,
            alarm_name=name,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            # no metric: nothing happens there
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self.tell)
        alarm.add_ok_action(self.tell)


def path(construct):
    """Where it stands in the app: Basket-Publisher."""
    return "-".join(part for part in construct.node.path.split("/") if part != "Default")


def age(queue):
    return queue.metric_approximate_age_of_oldest_message(statistic="Maximum", period=MINUTE)


def depth(queue):
    return queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=MINUTE)


def server_errors(api, name):
    """Which share of an API's answers says 500 or more."""
    # metrics tell APIs apart by their names, and all of them are called Api
    api.node.default_child.name = name
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway", metric_name="5XXError", dimensions_map={"ApiName": name},
        statistic="Average", period=MINUTES,
    )
