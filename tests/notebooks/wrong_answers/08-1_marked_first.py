# expect: the event was marked as done, and its points were not yet added
def give(client, table, event):
    mark = {"id": f"event {event['eventId']}"}
    try:
        client.put_item(TableName=table, Item=mark, ConditionExpression="attribute_not_exists(id)")
    except client.exceptions.ConditionalCheckFailedException:
        return
    add = {"Key": {"id": event["userName"]}, "UpdateExpression": "ADD points :points"}
    client.update_item(TableName=table, **add, ExpressionAttributeValues={":points": event["points"]})
