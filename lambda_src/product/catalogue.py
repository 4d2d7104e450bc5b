"""The list of products, page by page."""

from boto3.dynamodb.conditions import Key
from products import UUID, table


def page_key(category):
    """The attributes that make up a place in the list, each with a test for its value."""
    if category is None:
        return {"id": UUID.fullmatch}
    return {"category": lambda value: value == category, "name": bool, "id": UUID.fullmatch}


def page(category, limit, start):
    """At most `limit` products after the key `start`, and the key to go on from if there are more."""
    request = {"Limit": limit + 1}  # one more than asked for tells whether there is a next page
    if start:
        request["ExclusiveStartKey"] = start
    if category is None:
        found = table.scan(**request)
    else:
        found = table.query(IndexName="by-category", KeyConditionExpression=Key("category").eq(category), **request)
    items = found["Items"][:limit]
    more = len(found["Items"]) > limit
    last = items[-1] if more else found.get("LastEvaluatedKey")  # which is there if 1 MB was not enough
    return items, last and {name: last[name] for name in page_key(category)}
