from aws_cdk import (
    RemovalPolicy,
    aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_scheduler as scheduler,
)
from constructs import Construct


class Schedules(Construct):
    """When a function is called: each night, and at the moments of one-time schedules."""

    def __init__(self, scope, id, function, failures):
        super().__init__(scope, id)
        events.Rule(
            self, "Nightly",
            schedule=events.Schedule.expression("cron(0 1 * * ? *)"),  # at one o'clock, UTC
            targets=[targets.LambdaFunction(function, dead_letter_queue=failures)],
        )
        self.group = scheduler.ScheduleGroup(self, "OneTime", removal_policy=RemovalPolicy.DESTROY)
        only_this_group = {"ArnEquals": {"aws:SourceArn": self.group.schedule_group_arn}}
        self.role = iam.Role(
            self, "Role",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=only_this_group),
        )
        for action, resource in (
            ("lambda:InvokeFunction", function.function_arn),
            ("sqs:SendMessage", failures.queue_arn),  # what could not be delivered
        ):
            statement = iam.PolicyStatement(actions=[action], resources=[resource])
            self.role.add_to_policy(statement)
