"""Answers to the exercises of chapter 10."""

from __future__ import annotations

from answers import Answer, changed

LAMPS = '{"S": ["lamps"]}'
SOURCE = 'record.get("eventSource") or record.get("EventSource")'
WRONG = [
    changed("10-1", "a small e only", "an event of sns was not recognised", (SOURCE, 'record.get("eventSource")')),
    changed("10-1", "no get", "looked for something", (SOURCE, 'record["eventSource"]')),
    changed("10-1", "by any word", "lies within this one",
            ('    if "httpMethod"', '    if "ObjectCreated" in str(event):\n        return "s3", '
             'S3Event(event).object_key if "s3" in event["Records"][0] else None\n    if "httpMethod"')),
    changed("10-1", "S3 by its bus", "lies within this one",
            ('    if "httpMethod"',
             '    if event.get("source") == "aws.s3":\n        return "s3", ""\n    if "httpMethod"')),
    changed("10-1", "the key as it stands", "as the uploader wrote it",
            ("S3Event(event).object_key", 'record["s3"]["object"]["key"]')),
    changed("10-1", "the key without its folder", "as the uploader wrote it",
            ("S3Event(event).object_key", 'S3Event(event).object_key.split("/")[-1]')),
    changed("10-1", "blanks as they are", "as the uploader wrote it",
            ("S3Event(event).object_key", '__import__("urllib.parse").parse.unquote(record["s3"]["object"]["key"])')),
    changed("10-1", "not decoded", "the data, decoded",
            ("data_as_text()", "data")),
    changed("10-1", "bytes", "the data, decoded", ("data_as_text()", "data_as_bytes()")),
    changed("10-1", "not unpacked", "unpacked", (
        "CloudWatchLogsEvent(event).parse_logs_data().log_events[0].message", 'event["awslogs"]["data"]'
    )),
    changed("10-1", "the path only", "method and path", ('f"{request.http_method} {request.path}"', "request.path")),
    changed("10-1", "always GET", "method and path", ("{request.http_method}", "GET")),
    changed("10-1", "the source of the event", "the detail-type",
            ("EventBridgeEvent(event).detail_type", "EventBridgeEvent(event).source")),
    changed("10-1", "the name in small letters", "the event name", ("event_name.name", "event_name.name.lower()")),
    changed("10-1", "always INSERT", "the event name",
            ("next(DynamoDBStreamEvent(event).records).event_name.name", '"INSERT"')),
    changed("10-1", "the whole record", "body", ("next(SQSEvent(event).records).body", "record")),
    changed("10-1", "the id of the message", "the message",
            ("SNSEvent(event).sns_message", 'record["Sns"]["MessageId"]')),
    changed("10-1", "two are mixed up", "looked for something", ('case "aws:sqs"', 'case "aws:sns"'),
            ('case "aws:sns":\n            return "sns"', 'case "aws:sqs":\n            return "sns"')),
    changed("10-1", "another word", "one of these", ('return "api"', 'return "gateway"')),
    changed("10-1", "the source only", "return the source and what it says", ('return "sqs", ', 'return "sqs"  # ')),
    changed("10-1", "no logs", "an event of logs was not recognised", ('"awslogs" in event', '"logs" in event')),
    changed("10-1", "a load balancer is an API", "looks like one of the eight", (' and "resource" in event', "")),
    changed("10-1", "an authorizer is an API", "looks like one of the eight", (' and "methodArn" not in event', "")),
    changed("10-1", "anything else is an error", "is no error", ('    return "unknown", None\n\n\ndef',
            '    raise ValueError(event)\n\n\ndef')),
    changed("10-1", "anything else is SQS", "looks like one of the eight", ('    return "unknown", None\n\n\ndef',
            '    return "sqs", None\n\n\ndef')),
    changed("10-1", "nothing else calls", "looks like one of the eight, and is none of them",
            (' and "resource" in event and "methodArn" not in event', ""),
            ('event.get("Records", [{}])[:1] or [{}]', 'event["Records"][:1]'),
            ('    return "unknown", None\n\n\ndef', 'def'),
            ('kinesis(next(KinesisStreamEvent(event).records).kinesis)',
             '"kinesis", next(KinesisStreamEvent(event).records).kinesis.data_as_text()')),
    changed("10-1", "no detail-type", "an event of eventbridge was not recognised",
            ('"detail-type" in event', '"detail_type" in event')),
    changed("10-2", "any change", "the eventName must be REMOVE", ('"eventName": ["REMOVE"],', "")),
    changed("10-2", "all but new ones", "the eventName must be REMOVE", ('["REMOVE"]', '[{"anything-but": "INSERT"}]')),
    changed("10-2", "changes as well", "the eventName must be REMOVE", ('["REMOVE"]', '["REMOVE", "MODIFY"]')),
    changed("10-2", "DELETE", "eventName does not fit", ("REMOVE", "DELETE")),
    changed("10-2", "in small letters", "eventName does not fit", ("REMOVE", "remove")),
    changed("10-2", "the new image", "look into the OldImage", ("OldImage", "NewImage")),
    changed("10-2", "without dynamodb", "the images stand in dynamodb",
            ('"dynamodb": {"Old', '"Old'), ("]}}},", "]}}")),
    changed("10-2", "without an image", "dynamodb.category.S does not fit", ('"OldImage": {', ""), ("]}}},", "]}},")),
    changed("10-2", "without the type", "every value says its type", (LAMPS, '["lamps"]')),
    changed("10-2", "values by themselves", "every value stands in a list", ('["lamps"]', '"lamps"')),
    changed("10-2", "another type", "dynamodb.OldImage.category.N does not fit", ('"S"', '"N"')),
    changed("10-2", "one lamp", "dynamodb.OldImage.category.S does not fit", ('"lamps"', '"lamp"')),
    changed("10-2", "what begins with lamp", "the category must be lamps", ('["lamps"]', '[{"prefix": "lamp"}]')),
    changed("10-2", "what begins with lamps", "the category must be lamps", ('["lamps"]', '[{"prefix": "lamps"}]')),
    changed("10-2", "all but chairs", "the category must be lamps", ('["lamps"]', '[{"anything-but": "chairs"}]')),
    changed("10-2", "all that is deleted", "the category must be lamps",
            ('"dynamodb": {"OldImage": {"category": {"S": ["lamps"]}}},', "")),
    changed("10-2", "by its name", "dynamodb.OldImage.name.S does not fit", ("category", "name")),
    changed("10-2", "one lamp only", "asks for more", (LAMPS, LAMPS + ', "id": {"S": ["1"]}')),
    changed("10-2", "in a list of filters", "the form of one record", ("criterion = {", 'criterion = {"Filters": [{'),
            ("\n}", "\n}]}")),
    changed("10-2", "as the mapping wants it", "the form of one record", ("criterion = {", 'criterion = {"Pattern": {'),
            ("\n}", "\n}}")),
    Answer("10-2", "JSON text", "criterion = json.dumps({'eventName': ['REMOVE']})", "has the form of a record"),
]  # fmt: skip
RIGHT = [
    Answer("10-1", "without any class", """
import base64
import gzip
from urllib.parse import unquote_plus


def recognise(event):
    if "awslogs" in event:
        lines = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        return ["logs", lines["logEvents"][0]["message"]]
    if {"httpMethod", "resource"} <= event.keys() and event.get("type") != "REQUEST":
        return ["api", event["httpMethod"] + " " + event["path"]]
    if "detail-type" in event:
        return ["eventbridge", event["detail-type"]]
    try:
        record = event["Records"][0]
        if "Sns" in record:
            return ["sns", record["Sns"]["Message"]]
        if "s3" in record:
            return ["s3", unquote_plus(record["s3"]["object"]["key"])]
        if "dynamodb" in record:
            return ["dynamodb", record["eventName"]]
        if "kinesis" in record:
            return ["kinesis", base64.b64decode(record["kinesis"]["data"]).decode()]
        return ["sqs", record["body"]]
    except (KeyError, UnicodeDecodeError):
        return ["unknown"]
"""),
    changed("10-1", "an enum", "", ("event_name.name", "event_name")),
    Answer("10-1", "a table of readers", """
import base64, gzip
from urllib.parse import unquote_plus

READERS = {
    "aws:sqs": ("sqs", lambda record: record["body"]),
    "aws:sns": ("sns", lambda record: record["Sns"]["Message"]),
    "aws:s3": ("s3", lambda record: unquote_plus(record["s3"]["object"]["key"])),
    "aws:dynamodb": ("dynamodb", lambda record: record["eventName"]),
    "aws:kinesis": ("kinesis", lambda record: base64.b64decode(record["kinesis"]["data"]).decode("utf-8", "replace")),
}


def recognise(event):
    match event:
        case {"Records": [{"eventSource": where} as record, *_]} | {"Records": [{"EventSource": where} as record, *_]}:
            name, read = READERS.get(where, ("unknown", lambda record: None))
            return name, read(record)
        case {"httpMethod": method, "path": path, "resource": _, **more} if "methodArn" not in more:
            return "api", " ".join([method, path])
        case {"awslogs": {"data": data}}:
            return "logs", json.loads(gzip.decompress(base64.b64decode(data)))["logEvents"][0]["message"]
        case {"detail-type": what}:
            return "eventbridge", what
    return "unknown"
"""),
    changed("10-2", "in another case", "", ('["REMOVE"]', '[{"equals-ignore-case": "remove"}]')),
    changed("10-2", "of DynamoDB only", "", ('"eventName"', '"eventSource": ["aws:dynamodb"], "eventName"')),
    Answer("10-2", "piece by piece", """
lamps = dict(category=dict(S=["lamps"]))
criterion = {"dynamodb": {"OldImage": lamps}}
criterion["eventName"] = ["REMOVE"]
"""),
]  # fmt: skip
