"""Takes products from uploaded files. What is there already is left as it is."""

from urllib.parse import unquote_plus

import boto3
import intake
import rows
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import S3Event

logger = Logger(service="product")
s3 = boto3.client("s3")


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    for record in S3Event(event).records:
        # the key is URL-encoded in the event
        bucket, key = record.s3.bucket.name, unquote_plus(record.s3.get_object.key)
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read(rows.LARGEST + 1)
        products, rejects = rows.read(content)
        new = intake.store(products)
        intake.keep(bucket, "rejects/" + key.removeprefix("products/"), rejects)
        logger.info(
            "Imported", key=key, new=new, there_already=len(products) - new, rejected=len(rejects)
        )
