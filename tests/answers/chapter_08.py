"""Answers to the exercise of chapter 08."""

from __future__ import annotations

from answers import Answer, changed

DONE = '{"id": f"event {event[\'eventId\']}"}'
ADD = """\
    add = {"Key": {"id": event["userName"]}, "UpdateExpression": "ADD points :points"}
    client.update_item(TableName=table, **add, ExpressionAttributeValues={":points": event["points"]})
"""
MARK = f"    mark = {DONE}\n"
REASON = """\
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise  # not a repetition: it must be tried again
"""
LOOK = f"""\
    if "Item" in client.get_item(TableName=table, Key={DONE}, ConsistentRead=True):
        return
"""
PUT, UPDATE = '{"Put": done}', '{"Update": add}'
CONDITION = '"ConditionExpression": "attribute_not_exists(id)",'
GIVE = "def give(client, table, event):\n"
WRONG = [
    Answer("08-1", "added each time", GIVE + ADD, "nothing says that this event was there before"),
    Answer("08-1", "set", GIVE + ADD.replace("ADD points :", "SET points = :"), "every one counts"),
    Answer("08-1", "the last event only", GIVE + """\
    try:
        client.update_item(
            TableName=table,
            Key={"id": event["userName"]},
            UpdateExpression="SET lastEvent = :event ADD points :points",
            ConditionExpression="attribute_not_exists(lastEvent) OR lastEvent <> :event",
            ExpressionAttributeValues={":event": event["eventId"], ":points": event["points"]},
        )
    except client.exceptions.ConditionalCheckFailedException:
        pass
""", "not enough to remember the last event"),
    Answer("08-1", "marked first", GIVE + MARK + """\
    try:
        client.put_item(TableName=table, Item=mark, ConditionExpression="attribute_not_exists(id)")
    except client.exceptions.ConditionalCheckFailedException:
        return
""" + ADD, "marked as done, and its points were not yet added"),
    Answer("08-1", "marked last", GIVE + LOOK + ADD + f"    client.put_item(TableName=table, Item={DONE})\n",
           "the points were added, and the event was not yet marked"),
    Answer("08-1", "looked up, then written without a condition", GIVE + LOOK + f"""\
    add = {{
        "TableName": table,
        "Key": {{"id": event["userName"]}},
        "UpdateExpression": "ADD points :points",
        "ExpressionAttributeValues": {{":points": event["points"]}},
    }}
    done = {{"TableName": table, "Item": {DONE}}}
    client.transact_write_items(TransactItems=[{PUT}, {UPDATE}])
""", "the condition must be part of the write itself"),
    Answer("08-1", "the whole item, read and put", GIVE + """\
    item = client.get_item(TableName=table, Key={"id": event["userName"]}, ConsistentRead=True)
    item = item.get("Item", {"id": event["userName"], "points": 0, "events": []})
    if event["eventId"] not in item["events"]:
        item["points"] += event["points"]
        item["events"].append(event["eventId"])
        client.put_item(TableName=table, Item=item)
""", "points that were read before were written"),
    changed("08-1", "no condition", "nothing says that this event was there before", (CONDITION, "")),
    changed("08-1", "a token only", "ten minutes only", (CONDITION, ""), ("client.transact_write_items(", """\
client.transact_write_items(
            ClientRequestToken=event["eventId"],
            """)),
    changed("08-1", "whatever goes wrong is done", "only a repetition is done",
            ("client.exceptions.TransactionCanceledException as error", "Exception"), (REASON, "        pass\n")),
    changed("08-1", "any cancelled transaction is done", "only a repetition is done", (REASON, "        pass\n")),
    changed("08-1", "any reason but None is done", "only a repetition is done",
            (
        'error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed"',
        'all(reason["Code"] == "None" for reason in error.response["CancellationReasons"])',
    )),
    changed("08-1", "a repetition is an error", "a repetition is no error", (REASON, "        raise\n")),
    changed("08-1", "the other way round", "a repetition is no error", ('["Code"] !=', '["Code"] ==')),
    changed("08-1", "by the user", "every one counts", ("event {event['eventId']}", "event {event['userName']}")),
    changed("08-1", "by the points", "every one counts", ("event {event['eventId']}", "event {event['points']}")),
    changed("08-1", "by user and points", "every one counts",
            ("event {event['eventId']}", "event {event['userName']} {event['points']}")),
    changed("08-1", "an id that a user may have", "an id that a user can have", ("event {event", "{event")),
    Answer("08-1", "marked first, by the bare id", GIVE + MARK.replace("event {event", "{event") + """\
    try:
        client.put_item(TableName=table, Item=mark, ConditionExpression="attribute_not_exists(id)")
    except client.exceptions.ConditionalCheckFailedException:
        return
""" + ADD, "marked as done, and its points were not yet added"),
    changed("08-1", "another item", "the user's item has the id userName",
            ('"Key": {"id": event["userName"]}', '"Key": {"id": "user " + event["userName"]}')),
    changed("08-1", "another attribute", "the user's item has the id userName", ("ADD points", "ADD score")),
    changed("08-1", "one point", "the user's item has the id userName", (": event[\"points\"]}", ": 1}")),
    changed("08-1", "always five", "every one counts", (": event[\"points\"]}", ": 5}")),
    changed("08-1", "marked only", "the user's item has the id userName", (f", {UPDATE}", "")),
    changed("08-1", "points only", "nothing says that this event was there before", (f"{PUT}, ", "")),
    changed("08-1", "the condition at the user", "a repetition is no error",
            (CONDITION, ""), ('"UpdateExpression"', CONDITION.strip() + ' "UpdateExpression"')),
    Answer("08-1", "in this process's memory", "done = set()\n" + GIVE + """\
    if event["eventId"] in done:
        return
    done.add(event["eventId"])
""" + ADD, "marked as done, and its points were not yet added"),
    changed("08-1", "a misspelt operation", "an error of its own", ("transact_write_items", "transact_items")),
]  # fmt: skip
RIGHT = [
    Answer("08-1", "the events in the user's item", GIVE + """\
    try:
        client.update_item(
            TableName=table,
            Key={"id": event["userName"]},
            UpdateExpression="ADD points :points, events :event",
            ConditionExpression="NOT contains(events, :id)",
            ExpressionAttributeValues={
                ":points": event["points"], ":event": {event["eventId"]}, ":id": event["eventId"],
            },
        )
    except client.exceptions.ConditionalCheckFailedException:
        print("was there")
"""),
    Answer("08-1", "looked up first, and written with a condition",
           "from botocore.exceptions import ClientError\n" + GIVE + LOOK + f"""\
    done = {{"TableName": table, "Item": {DONE}, "ConditionExpression": "attribute_not_exists(id)"}}
    add = {{
        "TableName": table,
        "Key": {{"id": event["userName"]}},
        "UpdateExpression": "SET points = if_not_exists(points, :none) + :points",
        "ExpressionAttributeValues": {{":points": event["points"], ":none": 0}},
    }}
    try:
        client.transact_write_items(TransactItems=[{UPDATE}, {PUT}])
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        if [reason["Code"] for reason in reasons] != ["None", "ConditionalCheckFailed"]:
            raise
"""),
    Answer("08-1", "failures go out, unless the event is there", GIVE + f"""\
    done = {{
        "TableName": table, "Key": {DONE}, "UpdateExpression": "SET seen = :yes",
        "ConditionExpression": "attribute_not_exists(seen)", "ExpressionAttributeValues": {{":yes": True}},
    }}
    add = {{
        "TableName": table,
        "Key": {{"id": event["userName"]}},
        "UpdateExpression": "ADD points :points",
        "ExpressionAttributeValues": {{":points": event["points"]}},
    }}
    try:
        client.transact_write_items(TransactItems=[{{"Update": done}}, {UPDATE}])
    except Exception:
        found = client.get_item(TableName=table, Key={DONE}, ConsistentRead=True)
        if "Item" not in found:
            raise
"""),
    Answer("08-1", "tried again by itself", "import time\n" + GIVE + f"""\
    for attempt in range(5):
        try:
            client.transact_write_items(
                TransactItems=[
                    {{"Put": {{
                        "TableName": table, "Item": {DONE}, "ConditionExpression": "attribute_not_exists(id)",
                    }}}},
                    {{"Update": {{
                        "TableName": table, "Key": {{"id": event["userName"]}},
                        "UpdateExpression": "ADD points :points",
                        "ExpressionAttributeValues": {{":points": event["points"]}},
                    }}}},
                ]
            )
            return
        except client.exceptions.TransactionCanceledException as error:
            codes = [reason["Code"] for reason in error.response["CancellationReasons"]]
            if "ConditionalCheckFailed" in codes:
                return
    raise TimeoutError(event["eventId"])
"""),
]  # fmt: skip
