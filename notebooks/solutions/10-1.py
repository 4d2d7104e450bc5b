from aws_lambda_powertools.utilities.data_classes import (
    APIGatewayProxyEvent, CloudWatchLogsEvent, DynamoDBStreamEvent, EventBridgeEvent,
    KinesisStreamEvent, S3Event, SNSEvent, SQSEvent,
)


def recognise(event):
    if "httpMethod" in event and "resource" in event and "methodArn" not in event:
        request = APIGatewayProxyEvent(event)
        return "api", f"{request.http_method} {request.path}"
    if "awslogs" in event:
        return "logs", CloudWatchLogsEvent(event).parse_logs_data().log_events[0].message
    if "detail-type" in event:
        return "eventbridge", EventBridgeEvent(event).detail_type
    [record] = event.get("Records", [{}])[:1] or [{}]
    match record.get("eventSource") or record.get("EventSource"):
        case "aws:sqs":
            return "sqs", next(SQSEvent(event).records).body
        case "aws:sns":
            return "sns", SNSEvent(event).sns_message
        case "aws:s3":
            return "s3", S3Event(event).object_key
        case "aws:dynamodb":
            return "dynamodb", next(DynamoDBStreamEvent(event).records).event_name.name
        case "aws:kinesis":
            return kinesis(next(KinesisStreamEvent(event).records).kinesis)
    return "unknown", None


def kinesis(record):
    try:
        return "kinesis", record.data_as_text()
    except UnicodeDecodeError:  # packed, or a picture
        return "unknown", None
