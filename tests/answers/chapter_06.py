"""Answers to the exercise of chapter 06."""

from __future__ import annotations

from answers import Answer, changed, solution

KEY = '"Table", "checkoutId"'
SOURCE = 'source=["shop.basket"], '
TOTAL = 'order["totalPrice"]'
TARGET = "targets=[targets.LambdaFunction(function)],"
OUTPUT = '        CfnOutput(self, "LoyaltyTable", value=table.table_name)\n'
PUT = "table.put_item(Item=item)"
IMPORTS = "aws_events as events, aws_events_targets as targets"
WITHOUT_KEYS = """
    points = int(order["totalPrice"])
    item = {"checkoutId": order["checkoutId"], "userName": order["userName"], "points": points}
    table.put_item(Item=item)"""
ADDED = """
    points = int(order["totalPrice"])
    table.update_item(
        Key={"checkoutId": order["checkoutId"]}, UpdateExpression="SET userName = :u ADD points :p",
        ExpressionAttributeValues={":u": order["userName"], ":p": points},
    )"""
BASKET = """
stack = Path("../cdk_app/shop/basket.py")
grant = '        basket.function.add_environment("LOYALTY", "yes")\\n        bus = shop_bus'
stack.write_text(stack.read_text().replace("        bus = shop_bus", grant))
"""
FROM_A_QUEUE = """\
import json
import math
import os

import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])["detail"]["data"]
        print("points for", order["checkoutId"])
        item = {
            "checkoutId": {"S": order["checkoutId"]}, "userName": {"S": order["userName"]},
            "points": {"N": str(math.floor(order["totalPrice"]))},
        }
        client.put_item(TableName=os.environ["TABLE_NAME"], Item=item)
"""
HANDLER = solution("06-1").split("app.py\").write_text('''\\\n")[1].split("''')")[0]
WRONG = [
    changed("06-1", "rounded", "cut off, and do not round", ("points = int(", "points = round(")),
    changed("06-1", "a row for each event", "the key must be the checkoutId",
            (KEY, '"Table", "eventId"'), ("item = {", 'item = {"eventId": event["id"], ')),
    changed("06-1", "a row for each user", "one order's points took the place", (KEY, '"Table", "userName"')),
    changed("06-1", "points added for each event", "the handler failed", (WITHOUT_KEYS, ADDED)),
    changed("06-1", "another detail type", "compare the rule's pattern", ('"BasketCheckedOut"', '"CheckedOutBasket"')),
    changed("06-1", "any source", "lets other events through", (SOURCE, "")),
    changed("06-1", "without quantity", "every item with its quantity",
            (TOTAL, 'sum(item["price"] for item in order["items"])')),
    changed("06-1", "no output", "CfnOutput", (OUTPUT, "")),
    Answer("06-1", "Basket knows of it", solution("06-1") + BASKET, "a consumer brings its own rule"),
]  # fmt: skip
RIGHT = [
    changed("06-1", "with a queue", "",
            (HANDLER, FROM_A_QUEUE), (IMPORTS, f"Duration, aws_lambda_event_sources, aws_sqs, {IMPORTS}"),
            (TARGET, "targets=[targets.SqsQueue(queue)],"), ("        events.Rule(", """\
        queue = aws_sqs.Queue(self, "Queue", visibility_timeout=Duration.seconds(60))
        function.add_event_source(aws_lambda_event_sources.SqsEventSource(queue))
        events.Rule(""")),
    changed("06-1", "looked up before", "",
            (PUT, 'if "Item" not in table.get_item(Key={"checkoutId": order["checkoutId"]}):\n        ' + PUT),
            ('"dynamodb:PutItem"', '"dynamodb:PutItem", "dynamodb:GetItem"')),
    changed("06-1", "the target added afterwards", "",
            ("        events.Rule(", "        rule = events.Rule("), (f"            {TARGET}\n        )", """\
        )
        rule.add_target(targets.LambdaFunction(function))""")),
]  # fmt: skip
