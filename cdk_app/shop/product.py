from aws_cdk import Stack, aws_dynamodb as dynamodb
from shop.imports import Imports
from shop.price_changes import PriceChanges
from shop.rest_service import RestService


class Product(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        product = RestService(
            self, "Default", service="product", key="id",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            actions=["GetItem", "PutItem", "DeleteItem", "Scan"],
        )
        index = product.table.add_index("by-category", "category", "name")
        product.function.allow(index, "dynamodb:Query")
        Imports(self, "Imports", product.table)
        PriceChanges(self, "PriceChanges", product.table)
