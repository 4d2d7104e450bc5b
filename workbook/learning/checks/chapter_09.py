"""The checks of chapter 09."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

from workbook.base.waiting import soon
from workbook.clients import raw_events
from workbook.clients.invoke import invoke
from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks import deletions
from workbook.learning.checks.checkouts import part
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict, checks
from workbook.observe.frames import logs, table

PATIENCE = 30  # seconds until what an event brings about is there
NIGHTLY = "cron(0 1 * * ? *)"
WORDS = {"sqs", "sns", "eventbridge", "s3", "dynamodb", "kinesis", "api", "logs", "unknown"}


@checks("09-report")
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


@checks("09-upload")
def uploads_are_read() -> Verdict:
    """A file whose name has a space is read, and its bad row is rejected with line and reason."""
    if "ProductUploads" not in outputs:
        return NotYet('Write the files of this step and run deploy("Product").')
    client, bucket = target.client("s3"), outputs["ProductUploads"]
    name = f"a check {uuid.uuid4()}.csv"
    client.put_object(Bucket=bucket, Key=f"products/{name}", Body=b"sku,name,price\nCHECK-1,Nothing,free\n")
    try:
        rejects = soon(lambda: _object(bucket, f"rejects/{name}"), PATIENCE)
    finally:
        for folder in ("products", "rejects"):
            client.delete_object(Bucket=bucket, Key=f"{folder}/{name}")
    if rejects is None:
        return NotRight(
            "a rejects file for a file with a space in its name",
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


@checks("09-stream")
def price_changes_are_told() -> Verdict:
    """A change of a price is published once, however often its record comes."""
    if "ProductPriceChanges" not in outputs:
        return NotYet('Write the files of this step and run deploy("Product").')
    product_id = f"check-{uuid.uuid4()}"
    event = raw_events.dynamodb("MODIFY", product_id)
    event["Records"][0] |= {"eventID": uuid.uuid4().hex}
    for image in ("OldImage", "NewImage"):
        event["Records"][0]["dynamodb"][image]["name"] = {"S": "Check"}
    for _ in range(2):
        answer = invoke(outputs["ProductPriceChanges"], event)
        if answer.error is not None:
            return NotRight("an event on the bus", f"an error: {answer.error}", "the function fails: see its log.")

    def told() -> list[dict[str, Any]]:
        details = table(outputs["EventLogTable"]).get("detail", [])
        return [d for d in details if part(d, "data").get("productId") == product_id]

    details = soon(lambda: len(found := told()) >= 2 and found, PATIENCE) or told()
    if not details:
        return NotRight("the event in EventLog", "nothing", "it was not published, or to another bus.")
    ids = {detail.get("metadata", {}).get("eventId") for detail in details}
    if len(ids) != 1:
        return NotRight(
            "one eventId for one record",
            f"{len(ids)} of them",
            "make the id of the record's own: uuid5 of its event_id, not uuid4.",
        )
    if (details[0]["data"].get("oldPrice"), details[0]["data"].get("newPrice")) != (19.9, 12.5):
        return NotRight("from 19.9 to 12.5", json.dumps(details[0]["data"]), "old and new image are mixed up.")
    return Right("Old price and new price, and the same record is the same event.")


@checks("09-nightly")
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
        return NotRight(
            NIGHTLY, ", ".join(expressions) or "no schedule", 'write the nightly one, and run deploy("Report").'
        )
    return Right("Once a night, at one o'clock UTC.")


_MARKS = {
    "sqs": "body",
    "sns": "the message",
    "eventbridge": "the detail-type",
    "s3": "the key, as the uploader wrote it",
    "dynamodb": "the event name",
    "kinesis": "the data, decoded",
    "api": "method and path, such as GET /product",
    "logs": "the message of the first line, unpacked",
}


@checks(
    "09-1",
    "Look at the top first: httpMethod, awslogs and detail-type tell three of them. The other five have Records.",
    'A record says where it comes from in "eventSource"; one of the five writes it with a capital E.',
    "Others have httpMethod, too: a load balancer, which knows no resource, and an authorizer, which has a methodArn. "
    "event.get(...) asks for what may not be there, and what is left in the end is unknown.",
    "S3Event(event).object_key, next(KinesisStreamEvent(event).records).kinesis.data_as_text(), "
    "CloudWatchLogsEvent(event).parse_logs_data().log_events[0].message: these three decode.",
)
def recognised(recognise: Callable[[dict[str, Any]], Any]) -> Verdict:
    """Every event is told by its shape, and read by what its source's data class knows."""
    word = uuid.uuid4().hex[:8]
    tests = [
        ("sqs", word, raw_events.sqs(word)),
        ("sns", word, raw_events.sns(word)),
        ("eventbridge", f"Told{word}", raw_events.eventbridge("shop.product", f"Told{word}", {})),
        ("s3", f"products/new & {word}.csv", raw_events.s3("ObjectCreated:Put", f"products/new & {word}.csv")),
        ("dynamodb", "REMOVE", raw_events.dynamodb("REMOVE", word)),
        ("dynamodb", "INSERT", raw_events.dynamodb("INSERT", word)),
        ("kinesis", word, raw_events.kinesis(word)),
        ("api", f"DELETE /product/{word}", raw_events.api("DELETE", f"/product/{word}")),
        ("logs", word, raw_events.logs(word)),
    ]
    inside = json.dumps(raw_events.s3("ObjectCreated:Put", word))
    disguised = [  # an event within an event
        ("sqs", inside, raw_events.sqs(inside)),
        ("sns", inside, raw_events.sns(inside)),
        ("api", "POST /hook", raw_events.api("POST", "/hook", inside)),
        (
            "eventbridge",
            "Object Created",
            raw_events.eventbridge("aws.s3", "Object Created", json.loads(inside)["Records"][0]),
        ),
    ]
    for number, (source, what, event) in enumerate([*tests, *disguised]):
        try:
            answer = recognise(json.loads(json.dumps(event)))
        except Exception as error:  # whatever a learner's own code may raise
            return NotRight(
                f"{source!r} for an event of {source}",
                f"{type(error).__name__}: {error}",
                "the function looked for something that this event does not have.",
            )
        if answer is None and number == 0:
            return NotYet("Write the function; it returns nothing yet.")
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            return NotRight('two things, such as ("sqs", "hello")', repr(answer), "return the source and what it says.")
        found, said = answer
        if found not in WORDS:
            return NotRight(
                f"one of {', '.join(sorted(WORDS))}", repr(found), "the source is to be one of these words."
            )
        if found != source and number >= len(tests):
            return NotRight(
                source,
                found,
                f"an event of {found} lies within this one of {source}: only the outside says who called the function.",
            )
        if found != source:
            taken = "was not recognised" if found == "unknown" else f"was taken for one of {found}"
            return NotRight(source, found, f"an event of {source} {taken}.")
        if getattr(said, "name", said) != what:  # an event name may be an enum
            return NotRight(what, repr(said), f"for {source}, say {_MARKS[source]}: its data class has it.")
    for name, event in _others(word).items():
        try:
            answer = recognise(json.loads(json.dumps(event)))
        except Exception as error:  # whatever a learner's own code may raise
            return NotRight(
                f"'unknown' for {name}", f"{type(error).__name__}: {error}", "what is none of the eight is no error."
            )
        found = answer[0] if isinstance(answer, tuple | list) and answer else answer
        if found != "unknown" and (name, found) != ("packed logs in a stream", "kinesis"):
            mistake = "it looks like one of the eight, and is none of them."
            return NotRight(f"'unknown' for {name}", repr(found), mistake)
    return Right("Eight sources, told by their shape, four in disguise, and what is none of them is unknown.")


def _others(word: str) -> dict[str, dict[str, Any]]:
    """What else calls functions."""
    return {
        "a request through a load balancer": raw_events.load_balancer(f"/{word}"),
        "a request through an HTTP API": raw_events.http_api(f"/{word}"),
        "a request to a function's own address": raw_events.function_url(f"/{word}"),
        "an authorizer that gets a token": raw_events.authorizer("TOKEN", f"/{word}"),
        "an authorizer that gets the request": raw_events.authorizer("REQUEST", f"/{word}"),
        "a mail": raw_events.ses(word),
        "a push to a repository": raw_events.codecommit(word),
        "packed logs in a stream": raw_events.packed_logs(word),
        "an order, handed over directly": {"orderId": word},
    }


@checks(
    "09-2",
    "eventName is at the top of a record, and its value stands in a list.",
    "What was deleted has no NewImage any more.",
    'In an image every value says its type: {"category": {"S": ["lamps"]}}.',
)
def filter_of_deletions(criterion: Any) -> Verdict:
    """The criterion lets deleted lamps through, and nothing else."""
    return deletions.judged(criterion)


def _object(bucket: str, key: str) -> str | None:
    """The text of an object, or None if there is none."""
    client = target.client("s3")
    try:
        return client.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    except client.exceptions.NoSuchKey:
        return None
