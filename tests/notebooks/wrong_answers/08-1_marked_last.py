# expect: the points were added, and the event was not yet marked
def give(client, table, event):
    mark = {"id": f"event {event['eventId']}"}
    if "Item" in client.get_item(TableName=table, Key=mark):
        return
    add = {"Key": {"id": event["userName"]}, "UpdateExpression": "ADD points :points"}
    client.update_item(TableName=table, **add, ExpressionAttributeValues={":points": event["points"]})
    client.put_item(TableName=table, Item=mark)
