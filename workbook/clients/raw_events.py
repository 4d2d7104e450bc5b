"""`raw_events()`: what a handler gets from eight sources, in the shapes that AWS documents."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote_plus

Event = dict[str, Any]
WHEN = "2026-01-31T09:30:00.000Z"


def raw_events() -> list[Event]:
    """One event of each of eight sources, none of which says its name."""
    return [
        dynamodb("MODIFY", "lamp-7"),
        logs("a line of a log"),
        sqs("a message in a queue"),
        api("GET", "/product/lamp-7"),
        kinesis("a record in a stream"),
        eventbridge("shop.product", "ProductPriceChanged", {"productId": "lamp-7"}),
        sns("a message of a topic"),
        s3("ObjectCreated:Put", "products/early summer.csv"),
    ]


def sqs(body: str) -> Event:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""
    record = {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1769851800000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1769851800100",
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:a-queue",
        "awsRegion": "us-east-1",
    }
    return {"Records": [record]}


def sns(message: str) -> Event:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html"""
    notification = {
        "Type": "Notification",
        "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:a-topic",
        "Subject": None,
        "Message": message,
        "Timestamp": WHEN,
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": "EXAMPLE",
        "UnsubscribeUrl": "EXAMPLE",
        "MessageAttributes": {},
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": "arn:aws:sns:us-east-1:123456789012:a-topic:21be56ed-a058-49f5-8c98-aedd2564c486",
        "Sns": notification,
    }
    return {"Records": [record]}


def eventbridge(source: str, detail_type: str, detail: Event) -> Event:
    """https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html"""
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": detail_type,
        "source": source,
        "account": "123456789012",
        "time": "2026-01-31T09:30:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }


def s3(name: str, key: str) -> Event:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    record = {
        "eventVersion": "2.3",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": WHEN,
        "eventName": name,
        "userIdentity": {"principalId": "EXAMPLE"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": "EXAMPLE123456789", "x-amz-id-2": "EXAMPLE"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {"name": "a-bucket", "ownerIdentity": {"principalId": "EXAMPLE"}, "arn": "arn:aws:s3:::a-bucket"},
            "object": {
                "key": quote_plus(key, safe="/"), "size": 1024, "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "sequencer": "0A1B2C3D4E5F678901",
            },
        },
    }  # fmt: skip
    return {"Records": [record]}


def dynamodb(name: str, product_id: str) -> Event:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    image = {"id": {"S": product_id}, "price": {"N": "12.5"}}
    record = {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1769851800,
            "Keys": {"id": {"S": product_id}},
            **({} if name == "REMOVE" else {"NewImage": image}),
            **({} if name == "INSERT" else {"OldImage": image | {"price": {"N": "19.9"}}}),
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": 59,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/a-table/stream/2026-01-31T09:00:00.000",
    }
    return {"Records": [record]}


def kinesis(data: str) -> Event:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html"""
    sequence = "49590338271490256608559692538361571095921575989136588898"
    record = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": sequence,
            "data": base64.b64encode(data.encode()).decode(),
            "approximateArrivalTimestamp": 1769851800.987,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000006:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/a-role",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/a-stream",
    }
    return {"Records": [record]}


def api(method: str, path: str, body: str | None = None) -> Event:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"""
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {"Accept": "application/json", "Host": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"},
        "multiValueHeaders": {"Accept": ["application/json"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {"apiId": "a1b2c3d4e5", "stage": "prod", "requestId": "6f16f9e8", "httpMethod": method},
        "body": body,
        "isBase64Encoded": False,
    }


def logs(message: str) -> Event:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html"""
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logGroup": "/aws/lambda/a-function",
        "logStream": "2026/01/31/[$LATEST]d16ecb43",
        "subscriptionFilters": ["errors"],
        "logEvents": [{"id": "eventId1", "timestamp": 1769851800000, "message": message}],
    }
    packed = gzip.compress(json.dumps(data).encode(), mtime=0)
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}


def packed_logs(message: str) -> Event:
    """Logs that a subscription sends through a stream: the data of the record is no text.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    """
    event = kinesis("")
    event["Records"][0]["kinesis"]["data"] = logs(message)["awslogs"]["data"]
    return event


def load_balancer(path: str) -> Event:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html"""
    group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a-group/6d0ecf831eec9f09"
    return {
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": "GET",
        "path": path,
        "queryStringParameters": {},
        "headers": {"accept": "application/json", "host": "a-balancer-123578498.us-east-1.elb.amazonaws.com"},
        "body": "",
        "isBase64Encoded": False,
    }


def http_api(path: str) -> Event:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""
    host = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
    request = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "agent"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"accept": "application/json", "host": host},
        "requestContext": {"accountId": "123456789012", "domainName": host, "http": request, "stage": "$default"},
        "isBase64Encoded": False,
    }


def function_url(path: str) -> Event:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"""
    event, host = http_api(path), "a1b2c3d4e5.lambda-url.us-east-1.on.aws"
    return event | {
        "headers": event["headers"] | {"host": host},
        "requestContext": event["requestContext"] | {"domainName": host},
    }


def authorizer(kind: str, path: str) -> Event:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-input.html

    Args:
        kind: `"TOKEN"`, or `"REQUEST"`, which has all of the request.
    """
    method = {"type": kind, "methodArn": f"arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET{path}"}
    return method | ({"authorizationToken": "allow"} if kind == "TOKEN" else api("GET", path))


def ses(subject: str) -> Event:
    """https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-lambda-event.html"""
    mail = {"timestamp": WHEN, "source": "a@example.com", "messageId": "o3vrnil0e2ic", "destination": ["b@example.com"]}
    told = {"mail": mail | {"commonHeaders": {"subject": subject}}, "receipt": {"recipients": ["b@example.com"]}}
    return {"Records": [{"eventSource": "aws:ses", "eventVersion": "1.0", "ses": told}]}


def codecommit(branch: str) -> Event:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-codecommit.html"""
    reference = {"commit": "5c4ef1049f1d27deadbeeff313e0730018be182b", "ref": f"refs/heads/{branch}"}
    record = {
        "awsRegion": "us-east-1",
        "codecommit": {"references": [reference]},
        "eventId": "31ade2c7-f889-47c5-a937-1cf99e2790e9",
        "eventName": "ReferenceChanges",
        "eventSource": "aws:codecommit",
        "eventSourceARN": "arn:aws:codecommit:us-east-1:123456789012:a-repository",
        "eventTime": WHEN,
        "eventVersion": "1.0",
    }
    return {"Records": [record]}
