from aws_cdk import (
    CfnOutput, Duration, Stack, aws_lambda_destinations as destinations, aws_sqs as sqs,
)
from shop.bucket import ServiceBucket
from shop.function import ServiceFunction
from shop.schedules import Schedules
from shop.subscription import subscribe
from shop.table import ServiceTable


class Report(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        orders = ServiceTable(self, "Orders", "day", "checkoutId")
        bucket = ServiceBucket(self, "Bucket")
        failures = sqs.Queue(self, "Failures", retention_period=Duration.days(14))

        notes = ServiceFunction(
            self, "Notes", "report", handler="notes.handler", TABLE_NAME=orders.table_name
        )
        notes.allow(orders.table_arn, "dynamodb:PutItem")
        subscribe(
            notes, failures,
            source=["shop.basket"], detail_type=["BasketCheckedOut"],
            detail={"metadata": {"schemaVersion": ["1"]}},
        )

        report = ServiceFunction(
            self, "Function", "report", TABLE_NAME=orders.table_name, BUCKET_NAME=bucket.bucket_name
        )
        report.allow(orders.table_arn, "dynamodb:Query")
        report.allow(bucket.arn_for_objects("orders/*"), "s3:PutObject")
        report.configure_async_invoke(on_failure=destinations.SqsDestination(failures))
        schedules = Schedules(self, "Schedules", report, failures)

        CfnOutput(self, "ReportOrders", value=orders.table_name)
        CfnOutput(self, "ReportNotes", value=notes.function_name)
        CfnOutput(self, "ReportFunction", value=report.function_name)
        CfnOutput(self, "ReportBucket", value=bucket.bucket_name)
        CfnOutput(self, "ReportFailures", value=failures.queue_url)
        CfnOutput(self, "ReportScheduleGroup", value=schedules.group.schedule_group_name)
        CfnOutput(self, "ReportSchedulerRole", value=schedules.role.role_arn)
