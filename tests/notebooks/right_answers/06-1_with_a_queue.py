%run solutions/06-1.py
Path("../lambda_src/loyalty/app.py").write_text('''\
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
        client.put_item(TableName=os.environ["POINTS"], Item=item)
''')
stack = Path("../cdk_app/shop/loyalty.py")
text = stack.read_text()
text = text.replace("TABLE_NAME=", "POINTS=").replace("targets.LambdaFunction(function)", "targets.SqsQueue(queue)")
text = text.replace("aws_events_targets as targets", "Duration, aws_events_targets as targets")
text = text.replace("from shop.event_bus", "from aws_cdk import aws_lambda_event_sources, aws_sqs\nfrom shop.event_bus")
queue = '''\
        queue = aws_sqs.Queue(self, "Queue", visibility_timeout=Duration.seconds(60))
        function.add_event_source(aws_lambda_event_sources.SqsEventSource(queue))
        events.Rule('''
stack.write_text(text.replace("        events.Rule(", queue))
