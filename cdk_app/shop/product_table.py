from aws_cdk import RemovalPolicy, aws_dynamodb as dynamodb

TEXT = dynamodb.AttributeType.STRING


class ProductTable(dynamodb.Table):
    def __init__(self, scope, id):
        super().__init__(
            scope, id,
            partition_key=dynamodb.Attribute(name="id", type=TEXT),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,  # an idle table costs nothing
            removal_policy=RemovalPolicy.DESTROY,  # the table goes when the stack goes
        )
        self.add_global_secondary_index(  # new
            index_name="by-category",
            partition_key=dynamodb.Attribute(name="category", type=TEXT),
            sort_key=dynamodb.Attribute(name="name", type=TEXT),
        )
