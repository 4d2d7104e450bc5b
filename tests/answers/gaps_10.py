"""What a person might write in the gaps of chapter 10: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

DAY = "datetime.fromisoformat(time).date() - timedelta(days=1)"
FAILED = '            "DeadLetterConfig": {"Arn": FAILURES},  # for what could not be delivered\n'
PREFIX = '                {"name": "prefix", "value": "products/"},\n'
SUFFIX = '                {"name": "suffix", "value": ".csv"},\n'
DECODED = "unquote_plus(record.s3.get_object.key)"
OWN = "str(uuid.uuid5(NAMESPACE, record.event_id))"
EXPRESSION = 'events.Schedule.expression("cron(0 1 * * ? *)")'
SERVICES = '{statement["Principal"]["Service"] for statement in policy["Statement"]}'

LINES = [
    # step 1: the day, and the target of a schedule
    wrong("10-06", "by the clock", "reckoned from the event's time", (DAY, "date.today() - timedelta(days=1)")),
    wrong("10-06", "the day itself", "reckoned from the event's time", (" - timedelta(days=1)", "")),
    wrong("10-06", "the day after", "reckoned from the event's time", (" - timedelta", " + timedelta")),
    wrong("10-06", "the number before", "the function fails", (DAY, "datetime.fromisoformat(time).date() - 1")),
    right("10-06", "the first ten letters", ("datetime.fromisoformat(time).date()", "date.fromisoformat(time[:10])")),
    wrong("10-18", "the function's name", "report function, REPORT", ('"Arn": REPORT',
          '"Arn": REPORT.replace("Function", "Notes")')),
    wrong("10-18", "its own role", "Scheduler calls in a role", ('outputs["ReportSchedulerRole"]',
          'outputs["ReportSchedulerRole"] + "s"')),
    wrong("10-18", "no input", "Input is what the function gets", (', "Input": json.dumps(event)', "")),
    wrong("10-18", "as Python writes it", "as JSON", ("json.dumps(event)", "str(event)")),
    wrong("10-18", "the event itself", "this is no target", ("json.dumps(event)", "event")),
    wrong("10-18", "no dead letters", "is lost without a dead-letter queue", (FAILED, "")),
    wrong("10-18", "no role", "this is no target", ('"RoleArn": outputs["ReportSchedulerRole"], ', "")),
    right("10-18", "dict", ('"DeadLetterConfig": {"Arn": FAILURES}', '"DeadLetterConfig": dict(Arn=FAILURES)')),
    # step 2: which objects, and the key
    wrong("10-29", "the suffix only", "it would call itself for ever", (PREFIX, "")),
    wrong("10-29", "the prefix only", "a suffix says which files", (SUFFIX, "")),
    wrong("10-29", "a capital letter", "letter by letter", ("products/", "Products/")),
    wrong("10-29", "without the dot", "letter by letter", ('".csv"', '"csv"')),
    right("10-29", "the other way round", (PREFIX, SUFFIX), (f"{SUFFIX}            ],",
          f"{PREFIX}            ],")),
    wrong("10-41", "as it comes", "the key in the event is URL-encoded", (DECODED, "record.s3.get_object.key")),
    wrong("10-41", "the blank only", "the key in the event is URL-encoded",
          (DECODED, 'record.s3.get_object.key.replace("+", " ")')),
    wrong("10-41", "encoded twice", "the key in the event is URL-encoded",
          (DECODED, 'record.s3.get_object.key.replace("+", "%20")')),
    right("10-41", "as a dict", (DECODED, 'unquote_plus(record["s3"]["object"]["key"])')),
    # step 3: the filter, and the id
    wrong("10-54", "what is gone", "must be called for MODIFY", ("MODIFY", "REMOVE")),
    wrong("10-54", "what is new", "must be called for MODIFY", ("MODIFY", "INSERT")),
    wrong("10-54", "what is new too", "need not be called for INSERT", ('is_equal("MODIFY")',
          'or_("MODIFY", "INSERT")')),
    wrong("10-54", "a small letter", "must be called for MODIFY", ('"eventName"', '"eventname"')),
    right("10-54", "in a list", ('lambda_.FilterRule.is_equal("MODIFY")', '["MODIFY"]')),
    wrong("10-52", "a new one each time", "uuid4 never does", (OWN, "str(uuid.uuid4())")),
    wrong("10-52", "of the product", "another change is another event",
          ("record.event_id", 'record.dynamodb.keys["id"]')),
    wrong("10-52", "of what happened", "another change is another event",
          ("record.event_id", "record.event_name.name")),
    wrong("10-52", "no text", "the function fails", ("record.event_id", "record")),
    right("10-52", "the id itself", (OWN, "record.event_id")),
    # step 4: each night
    wrong("10-72", "the hour first", "the minute first, then the hour", ("0 1 *", "1 0 *")),
    wrong("10-72", "once a day", "the minute first, then the hour", ("cron(0 1 * * ? *)", "rate(1 day)")),
    wrong("10-72", "each minute of the hour", "a * is each", ("0 1 *", "* 1 *")),
    wrong("10-72", "in the afternoon", "the minute first, then the hour", ("0 1 *", "0 13 *")),
    right("10-72", "cron", (EXPRESSION, 'events.Schedule.cron(minute="0", hour="1")')),
    # questions
    wrong("10-84b", "always", "each mapping of this very function",
          ('[mapping["EventSourceArn"].split(":")[2] for mapping in found]', '["sqs"]')),
    wrong("10-84b", "the whole ARN", "the name of the service", ('.split(":")[2]', "")),
    wrong("10-84b", "of all functions", "each mapping of this very function", ("FunctionName=function", "")),
    wrong("10-84b", "nothing is returned", "returns nothing", ("return ", "")),
    right("10-84b", "a set", ("[mapping", "{mapping"), ("found]", "found}")),
    wrong("10-84c", "always", "of this very table", ('described["StreamSpecification"]["StreamViewType"]',
          '"NEW_AND_OLD_IMAGES"')),
    wrong("10-84c", "the whole of it", "it is the StreamViewType", ('["StreamViewType"]', "")),
    wrong("10-84c", "whether there is one", "it is the StreamViewType", ("StreamViewType", "StreamEnabled")),
    wrong("10-84c", "nothing is returned", "returns nothing", ("return ", "")),
    right("10-84c", "get", ('["StreamViewType"]', '.get("StreamViewType")')),
    wrong("10-84d", "always", "of this very function's policy", (SERVICES, '{"s3.amazonaws.com"}')),
    wrong("10-84d", "text", "ended with an error", ('json.loads(lambda_.get_policy(FunctionName=function)["Policy"])',
          'lambda_.get_policy(FunctionName=function)["Policy"]')),
    wrong("10-84d", "the whole principal", "which Service may call", ('["Principal"]["Service"] for',
          '["Principal"].popitem() for')),
    wrong("10-84d", "what they may", "which Service may call", ('["Principal"]["Service"]', '["Action"]')),
    right("10-84d", "a list", (SERVICES, f"list({SERVICES})")),
]  # fmt: skip
