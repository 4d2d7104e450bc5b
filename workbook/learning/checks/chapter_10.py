"""The checks of chapter 10."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ParamValidationError

from workbook.base.waiting import soon
from workbook.clients import raw_events
from workbook.clients.invoke import invoke
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks import questions_10
from workbook.learning.checks.judging import deletions, recognition
from workbook.learning.checks.judging.checkouts import part
from workbook.learning.checks.judging.sources import judged_filter, judged_rules, judged_target
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs, table

PATIENCE = 30  # seconds until what an event brings about is there
SETTLED = 5  # seconds until new code is what runs, and what failed with the old one is over
NIGHTLY = "cron(0 1 * * ? *)"


# What an event's time is, and of which day its report is.
NIGHTS = {
    "2026-02-01T01:00:00Z": "2026-01-31",
    "2024-03-01T00:00:00Z": "2024-02-29",
    "2026-01-01T23:59:59Z": "2025-12-31",
}


@checks(
    "10-day",
    "datetime.fromisoformat(time) is the moment of an event, and its date() the day.",
    "A day before a date is the date less timedelta(days=1).",
    "return datetime.fromisoformat(time).date() - timedelta(days=1)",
)
def day_of_the_report() -> Verdict:
    """Whenever the function is called, the report is for the day before the event's moment."""
    if "ReportFunction" not in outputs:
        return NotYet('Write the files of this step and run deploy("Report").')
    for time, day in NIGHTS.items():
        if verdict := _judged_night(time, day):
            return verdict
    return Right("The day before the event's moment, on whatever day the call comes.")


def _judged_night(time: str, day: str) -> Verdict | None:
    """What is wrong with what the function does with an event of that time, if anything."""
    client, where = target.client("s3"), {"Bucket": outputs["ReportBucket"], "Key": f"orders/{day}.csv"}
    client.delete_object(**where)
    before = _keys(outputs["ReportBucket"])
    answer = invoke(outputs["ReportFunction"], {"time": time})
    written = _keys(outputs["ReportBucket"]) - before
    client.delete_object(**where)
    if answer.error is not None:
        mistake = 'the function fails: the last lines of logs(outputs["ReportFunction"]) say where.'
        return NotRight(f"the report of {day}", f"an error: {answer.error}", mistake)
    if where["Key"] in written:  # beside one that the clock has asked for, perhaps
        return None
    mistake = "it is reckoned from the event's time, which is at hand as time: a late call is for the same day."
    what = ", ".join(sorted(written)) or "none anew, so that of a day which has one"
    return NotRight(f"the report of {day} for an event of {time}", what, mistake)


@checks(
    "10-once",
    "The function is named by its ARN, REPORT; the role's ARN is the output ReportSchedulerRole.",
    'Input is text: json.dumps(event). A dead-letter queue is a dict in a dict: "DeadLetterConfig": {"Arn": …}.',
    'Target={"Arn": REPORT, "RoleArn": …, "Input": …, "DeadLetterConfig": {"Arn": FAILURES}},',
)
def one_time_schedule(schedule: Callable[[datetime, dict[str, Any]], Any]) -> Verdict:
    """The learner's schedule calls the report function with the event that it was given."""
    client, group = target.client("scheduler"), outputs["ReportScheduleGroup"]
    there = lambda: {one["Name"] for one in client.list_schedules(GroupName=group)["Schedules"]}
    before, event = there(), {"day": "2026-01-31"}
    try:
        schedule(datetime.now(UTC) + timedelta(days=1), event)
    except ParamValidationError as error:
        if 'Missing required parameter in input: "Target"' in str(error):
            return NotYet("Still to be written: Target, in the call of create_schedule.")
        return NotRight("a schedule", str(error).split("\n")[-1], "this is no target; what is found says why.")
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight("a schedule", f"{type(error).__name__}: {error}", "Scheduler does not take it; it says why.")
    new = there() - before
    goals = [client.get_schedule(GroupName=group, Name=name)["Target"] for name in new]
    for name in new:
        client.delete_schedule(GroupName=group, Name=name)
    if len(goals) != 1:
        return NotRight("one schedule more", str(len(goals)), "the call of create_schedule makes it.")
    function = target.client("lambda").get_function_configuration(FunctionName=outputs["ReportFunction"])
    failures = target.client("sqs").get_queue_attributes(
        QueueUrl=outputs["ReportFailures"], AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]
    if verdict := judged_target(goals[0], function["FunctionArn"], outputs["ReportSchedulerRole"], failures, event):
        return verdict
    return Right("At that moment, and once: this function, in this role, with this event.")


@checks("10-report")
def report_of_today() -> Verdict:
    """There is a report of the day of the newest orders, and it has all of them."""
    if "ReportFunction" not in outputs:
        return NotYet('Write the files of this step and run deploy("Report").')
    noted = table(outputs["ReportOrders"])
    if noted.empty:
        return NotYet("Check out the three baskets.")
    day = noted.day.max()
    body = _object(outputs["ReportBucket"], f"orders/{day}.csv")
    if body is None:
        return NotRight(
            f"orders/{day}.csv in the bucket",
            "nothing",
            "no schedule has asked for that day's report: create the one-time schedule, and wait for it.",
        )
    found = sum(int(row["quantity"]) for row in csv.DictReader(io.StringIO(body)))
    wanted = sum(item["quantity"] for items in noted[noted.day == day]["items"] for item in items)
    if found != wanted:
        return NotRight(
            f"{wanted} pieces in the report",
            f"{found}",
            "it was written before the last order was noted: have it written again.",
        )
    return Right("A schedule has asked for it, and every order of the day is in it.")


@checks(
    "10-filter",
    'A rule is a dict such as {"name": …, "value": …}; its name is prefix or suffix.',
    "S3 compares letter by letter: the prefix has its slash, the suffix its dot.",
    'rules=[{"name": "prefix", "value": "products/"}, …],',
)
def uploads_that_are_events() -> Verdict:
    """The bucket tells of CSV files below products/, and of nothing else."""
    if "ProductUploads" not in outputs:
        return NotYet('Write the files of this step and run deploy("Product").')
    found = target.client("s3").get_bucket_notification_configuration(Bucket=outputs["ProductUploads"])
    for told in found.get("LambdaFunctionConfigurations", [{}]):
        if verdict := judged_rules(told.get("Filter", {}).get("Key", {}).get("FilterRules", [])):
            return verdict
    return Right("A CSV file below products/ is an event, and nothing that the function itself writes.")


@checks(
    "10-upload",
    "What is decoded is record.s3.get_object.key; the bucket's name is record.s3.bucket.name, as before.",
    "unquote_plus makes of a + a space again, and of %26 an &.",
    "bucket, key = record.s3.bucket.name, unquote_plus(…)",
)
def uploads_are_read() -> Verdict:
    """A file whose name has a space is read, and its bad row is rejected with line and reason."""
    if "ProductUploads" not in outputs:
        return NotYet('Write the files of this step and run deploy("Product").')
    client, bucket = target.client("s3"), outputs["ProductUploads"]
    name = f"a check & {uuid.uuid4()}.csv"
    client.put_object(Bucket=bucket, Key=f"products/{name}", Body=b"sku,name,price\nCHECK-1,Nothing,free\n")
    event = raw_events.s3("ObjectCreated:Put", f"products/{name}")
    event["Records"][0]["s3"]["bucket"]["name"] = bucket
    try:
        reads = soon(lambda: invoke(outputs["ProductImporter"], event).error is None, SETTLED)
        rejects = soon(lambda: _object(bucket, f"rejects/{name}"), PATIENCE) if reads else None
    finally:
        for folder in ("products", "rejects"):
            client.delete_object(Bucket=bucket, Key=f"{folder}/{name}")
    if rejects is None:
        return NotRight(
            "a rejects file for a file with a space and an & in its name",
            "none",
            "the key in the event is URL-encoded, and there is no file of that name: "
            "unquote_plus makes it the key again.",
        )
    [row] = list(csv.DictReader(io.StringIO(rejects)))
    if row["line"] != "2" or "price must be a number" not in row["reason"]:
        return NotRight(
            "line 2, and what is wrong with the price", f"{row['line']}, {row['reason']}", "look at rows.py again."
        )
    return Right("Whatever its name, a file is read; and whoever sent it is told what was wrong, and where.")


@checks(
    "10-stream",
    "A filter is made by lambda_.FilterCriteria.filter({…}), a rule for a value by lambda_.FilterRule.is_equal(…). "
    "filters is a list of filters.",
    "A record says in eventName what happened to the item: INSERT, MODIFY or REMOVE.",
    "Each record has an id of its own, record.event_id. uuid.uuid5(NAMESPACE, …) makes the same UUID of a text again.",
)
def price_changes_are_told() -> Verdict:
    """A change of a price is published once, however often its record comes."""
    if "ProductPriceChanges" not in outputs:
        return NotYet('Write the files of this step and run deploy("Product").')
    function = outputs["ProductPriceChanges"]
    found = target.client("lambda").list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    if verdict := judged_filter(found):
        return verdict
    product_id = f"check-{uuid.uuid4()}"
    event = raw_events.dynamodb("MODIFY", product_id)
    event["Records"][0] |= {"eventID": uuid.uuid4().hex}
    for image in ("OldImage", "NewImage"):
        event["Records"][0]["dynamodb"][image]["name"] = {"S": "Check"}
    again = json.loads(json.dumps(event))
    again["Records"][0] |= {"eventID": uuid.uuid4().hex}  # the next change of the same product
    again["Records"][0]["dynamodb"]["SequenceNumber"] = "200000000000000000002"
    for told_of in (event, event, again):
        answer = invoke(function, told_of)
        if answer.error is not None:
            return NotRight("an event on the bus", f"an error: {answer.error}", "the function fails: see its log.")

    def told() -> list[dict[str, Any]]:
        details = table(outputs["EventLogTable"]).get("detail", [])
        return [d for d in details if part(d, "data").get("productId") == product_id]

    details = soon(lambda: len(found := told()) >= 3 and found, PATIENCE) or told()
    if not details:
        return NotRight("the event in EventLog", "nothing", "it was not published, or to another bus.")
    ids = {detail.get("metadata", {}).get("eventId") for detail in details}
    if len(ids) != 2:
        mistake = "make the id of the record's own, its event_id: uuid5 makes the same of the same, uuid4 never does."
        if len(ids) < 2:
            mistake = "another change is another event, also if the product is the same: its event_id tells."
        return NotRight("two eventIds for two records, one of which came twice", f"{len(ids)} of them", mistake)
    if (details[0]["data"].get("oldPrice"), details[0]["data"].get("newPrice")) != (19.9, 12.5):
        return NotRight("from 19.9 to 12.5", json.dumps(details[0]["data"]), "old and new image are mixed up.")
    return Right("Old price and new price, and the same record is the same event.")


@checks(
    "10-nightly",
    'events.Schedule.expression("cron(…)") has six fields: minute, hour, day of month, month, day of week, year.',
    "A * is each one; of the two fields for days one is always ?, which means: as the other one says.",
    'schedule=events.Schedule.expression("cron(0 1 …)"),',
)
def nightly() -> Verdict:
    """The rule has fired, and from now on it fires once a night."""
    if "ReportFunction" not in outputs:
        return NotYet('Write the files of step 1 and run deploy("Report").')
    rules = target.client("events").list_rules(NamePrefix="Report-")["Rules"]
    expressions = [rule["ScheduleExpression"] for rule in rules if rule.get("ScheduleExpression")]
    lines = logs(outputs["ReportFunction"])
    if lines.empty:
        return NotYet("Wait until the clock has struck.")
    if expressions != [NIGHTLY]:
        mistake = 'write the nightly one: the minute first, then the hour; a * is each. Then run deploy("Report").'
        return NotRight(NIGHTLY, ", ".join(expressions) or "no schedule", mistake)
    return Right("Once a night, at one o'clock UTC.")


@checks(
    "10-1",
    "Look at the top first: httpMethod, awslogs and detail-type tell three of them. The other five have Records.",
    'A record says where it comes from in "eventSource"; one of the five writes it with a capital E.',
    "Others have httpMethod, too: a load balancer, which knows no resource, and an authorizer, which has a methodArn. "
    "event.get(...) asks for what may not be there, and what is left in the end is unknown.",
    "S3Event(event).object_key, next(KinesisStreamEvent(event).records).kinesis.data_as_text(), "
    "CloudWatchLogsEvent(event).parse_logs_data().log_events[0].message: these three decode.",
)
def recognised(recognise: Callable[[dict[str, Any]], Any]) -> Verdict:
    """Every event is told by its shape, and read by what its source's data class knows."""
    return recognition.judged(recognise)


@checks(
    "10-2",
    "eventName is at the top of a record, and its value stands in a list.",
    "What was deleted has no NewImage any more.",
    'In an image every value says its type: {"category": {"S": ["lamps"]}}.',
)
def filter_of_deletions(criterion: Any) -> Verdict:
    """The criterion lets deleted lamps through, and nothing else."""
    return deletions.judged(criterion)


@checks(
    "10-q1",
    "lambda_.list_event_source_mappings(FunctionName=function) has a list, EventSourceMappings.",
    "Each has an EventSourceArn, such as arn:aws:sqs:…: the service is its third part.",
    '[mapping["EventSourceArn"].split(":")[2] for mapping in …]',
)
def polled(asked_for: Callable[[str], Any]) -> Verdict:
    """What Lambda polls for a function is read from its mappings."""
    return questions_10.judged_polled(asked_for)


@checks(
    "10-q2",
    'boto3.client("dynamodb").describe_table(TableName=table_name)["Table"] is all that there is to know of a table.',
    "Its StreamSpecification is a dict, and one of the names in that is StreamViewType.",
    'return described["StreamSpecification"]["StreamViewType"]',
)
def shows(asked_for: Callable[[str], Any]) -> Verdict:
    """What a stream shows is read from the table's description."""
    return questions_10.judged_view(asked_for)


@checks(
    "10-q3",
    'lambda_.get_policy(FunctionName=function)["Policy"] is text: json.loads makes a dict of it.',
    'The dict has a list, Statement; in each, the Principal is a dict: {"Service": …}.',
    'return {statement["Principal"]["Service"] for statement in policy["Statement"]}',
)
def callers(asked_for: Callable[[str], Any]) -> Verdict:
    """Who may call a function is read from the function's own policy."""
    return questions_10.judged_callers(asked_for)


def _keys(bucket: str) -> set[str]:
    """The keys of a bucket's objects."""
    found = target.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return {one["Key"] for one in found}


def _object(bucket: str, key: str) -> str | None:
    """The text of an object, or None if there is none."""
    client = target.client("s3")
    try:
        return client.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    except client.exceptions.NoSuchKey:
        return None
