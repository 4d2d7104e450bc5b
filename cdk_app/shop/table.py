from aws_cdk import RemovalPolicy, aws_dynamodb as dynamodb

TEXT = dynamodb.AttributeType.STRING


class ServiceTable(dynamodb.Table):
    def __init__(self, scope, id, key, sort_key=None, stream=None):
        super().__init__(
            scope, id,
            partition_key=dynamodb.Attribute(name=key, type=TEXT),
            sort_key=sort_key and dynamodb.Attribute(name=sort_key, type=TEXT),
            stream=stream,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,  # an idle table costs nothing
            removal_policy=RemovalPolicy.DESTROY,  # the table goes when the stack goes
        )

    def add_index(self, name, key, sort_key):
        """The same items, found by another key; the ARN of the index, for a grant."""
        self.add_global_secondary_index(
            index_name=name,
            partition_key=dynamodb.Attribute(name=key, type=TEXT),
            sort_key=dynamodb.Attribute(name=sort_key, type=TEXT),
        )
        return f"{self.table_arn}/index/{name}"
