from aws_cdk import (
    CfnOutput, Duration, Stack,
    aws_iam as iam, aws_lambda_destinations as destinations, aws_s3 as s3, aws_sqs as sqs,
)
from constructs import Construct
from shop.bucket import ServiceBucket
from shop.function import ServiceFunction


class Imports(Construct):
    """A bucket, and a function that puts the products of each CSV file in it into a table."""

    def __init__(self, scope, id, table):
        super().__init__(scope, id)
        stack = Stack.of(self)
        name = f"product-uploads-{stack.account}-{stack.region}"  # known before there is a bucket
        arn = f"arn:aws:s3:::{name}"

        importer = ServiceFunction(
            self, "Importer", "product", handler="importer.handler", timeout=60,
            TABLE_NAME=table.table_name,
        )
        importer.allow(table.table_arn, "dynamodb:PutItem")
        importer.allow(f"{arn}/products/*", "s3:GetObject")
        importer.allow(f"{arn}/rejects/*", "s3:PutObject", "s3:DeleteObject")
        failures = sqs.Queue(self, "Failures", retention_period=Duration.days(14))
        importer.configure_async_invoke(on_failure=destinations.SqsDestination(failures))
        importer.add_permission(
            "Uploads",
            principal=iam.ServicePrincipal("s3.amazonaws.com"),
            source_arn=arn, source_account=stack.account,
        )

        uploads = ServiceBucket(self, "Uploads", name)
        uploads.node.add_dependency(importer)  # S3 looks whether it may call the function
        keys = s3.CfnBucket.S3KeyFilterProperty(
            rules=[
                {"name": "prefix", "value": "products/"},
                {"name": "suffix", "value": ".csv"},
            ],
        )
        created = s3.CfnBucket.LambdaConfigurationProperty(
            event="s3:ObjectCreated:*", function=importer.function_arn,
            filter=s3.CfnBucket.NotificationFilterProperty(s3_key=keys),
        )
        uploads.node.default_child.notification_configuration = (
            s3.CfnBucket.NotificationConfigurationProperty(lambda_configurations=[created])
        )
        CfnOutput(stack, "ProductUploads", value=uploads.bucket_name)
        CfnOutput(stack, "ProductImporter", value=importer.function_name)
        CfnOutput(stack, "ProductImportFailures", value=failures.queue_url)
