from pathlib import Path

Path("../lambda_src/loyalty").mkdir(exist_ok=True)
Path("../lambda_src/loyalty/app.py").write_text('''\
import os

import boto3
from aws_lambda_powertools import Logger

logger = Logger(service="loyalty")
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    order = event["detail"]["data"]
    points = int(order["totalPrice"])
    item = {"checkoutId": order["checkoutId"], "userName": order["userName"], "points": points}
    table.put_item(Item=item)  # the same checkout twice is the same item
    logger.info("Points given", checkout_id=order["checkoutId"], points=points)
''')

Path("../cdk_app/shop/loyalty.py").write_text('''\
from aws_cdk import CfnOutput, Stack, aws_events as events, aws_events_targets as targets
from shop.event_bus import shop_bus
from shop.function import ServiceFunction
from shop.table import ServiceTable


class Loyalty(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        table = ServiceTable(self, "Table", "checkoutId")
        function = ServiceFunction(self, "Function", "loyalty", TABLE_NAME=table.table_name)
        function.allow(table.table_arn, "dynamodb:PutItem")
        events.Rule(
            self, "Rule",
            event_bus=shop_bus(self),
            event_pattern=events.EventPattern(
                source=["shop.basket"], detail_type=["BasketCheckedOut"]
            ),
            targets=[targets.LambdaFunction(function)],
        )
        CfnOutput(self, "LoyaltyTable", value=table.table_name)
''')

app = Path("../cdk_app/app.py")
text = app.read_text()
if "Loyalty" not in text:
    imports = "from shop.loyalty import Loyalty\nfrom shop.ordering"
    text = text.replace("from shop.ordering", imports)
    stack = 'Loyalty(app, "Loyalty").add_stack_dependency(bus)'
    text = text.replace("app.synth()", f"{stack}\napp.synth()")
    app.write_text(text)
