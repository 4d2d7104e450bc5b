from aws_cdk import RemovalPolicy, aws_s3 as s3


class ServiceBucket(s3.Bucket):
    def __init__(self, scope, id, name=None):
        super().__init__(
            scope, id,
            bucket_name=name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            removal_policy=RemovalPolicy.DESTROY,  # an empty bucket goes when the stack goes
        )
