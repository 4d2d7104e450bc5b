"""Answers to the exercises of chapter 09."""

from __future__ import annotations

from answers import Answer, changed

LAMPS = '{"S": ["lamps"]}'
WRONG = [
    changed("09-2", "any change", "the eventName must be REMOVE", ('"eventName": ["REMOVE"],', "")),
    changed("09-2", "all but new ones", "the eventName must be REMOVE", ('["REMOVE"]', '[{"anything-but": "INSERT"}]')),
    changed("09-2", "changes as well", "the eventName must be REMOVE", ('["REMOVE"]', '["REMOVE", "MODIFY"]')),
    changed("09-2", "DELETE", "eventName does not fit", ("REMOVE", "DELETE")),
    changed("09-2", "in small letters", "eventName does not fit", ("REMOVE", "remove")),
    changed("09-2", "the new image", "look into the OldImage", ("OldImage", "NewImage")),
    changed("09-2", "without dynamodb", "the images stand in dynamodb", ('"dynamodb": {"Old', '"Old'), ("]}}},", "]}}")),
    changed("09-2", "without an image", "dynamodb.category.S does not fit", ('"OldImage": {', ""), ("]}}},", "]}},")),
    changed("09-2", "without the type", "every value says its type", (LAMPS, '["lamps"]')),
    changed("09-2", "values by themselves", "every value stands in a list", ('["lamps"]', '"lamps"')),
    changed("09-2", "another type", "dynamodb.OldImage.category.N does not fit", ('"S"', '"N"')),
    changed("09-2", "one lamp", "dynamodb.OldImage.category.S does not fit", ('"lamps"', '"lamp"')),
    changed("09-2", "what begins with lamp", "the category must be lamps", ('["lamps"]', '[{"prefix": "lamp"}]')),
    changed("09-2", "what begins with lamps", "the category must be lamps", ('["lamps"]', '[{"prefix": "lamps"}]')),
    changed("09-2", "all but chairs", "the category must be lamps", ('["lamps"]', '[{"anything-but": "chairs"}]')),
    changed("09-2", "all that is deleted", "the category must be lamps",
            ('"dynamodb": {"OldImage": {"category": {"S": ["lamps"]}}},', "")),
    changed("09-2", "by its name", "dynamodb.OldImage.name.S does not fit", ("category", "name")),
    changed("09-2", "one lamp only", "asks for more", (LAMPS, LAMPS + ', "id": {"S": ["1"]}')),
    changed("09-2", "in a list of filters", "the form of one record", ("criterion = {", 'criterion = {"Filters": [{'),
            ("\n}", "\n}]}")),
    changed("09-2", "as the mapping wants it", "the form of one record", ("criterion = {", 'criterion = {"Pattern": {'),
            ("\n}", "\n}}")),
    Answer("09-2", "JSON text", "criterion = json.dumps({'eventName': ['REMOVE']})", "has the form of a record"),
]  # fmt: skip
RIGHT = [
    changed("09-2", "in another case", "", ('["REMOVE"]', '[{"equals-ignore-case": "remove"}]')),
    changed("09-2", "of DynamoDB only", "", ('"eventName"', '"eventSource": ["aws:dynamodb"], "eventName"')),
    Answer("09-2", "piece by piece", """
lamps = dict(category=dict(S=["lamps"]))
criterion = {"dynamodb": {"OldImage": lamps}}
criterion["eventName"] = ["REMOVE"]
"""),
]  # fmt: skip
