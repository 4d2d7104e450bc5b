from aws_cdk import Stack
from shop.rest_service import RestService


class Product(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        product = RestService(
            self, "Default", service="product", key="id", actions=["GetItem", "PutItem", "DeleteItem", "Scan"]
        )
        index = product.table.add_index("by-category", "category", "name")
        product.function.allow(index, "dynamodb:Query")
