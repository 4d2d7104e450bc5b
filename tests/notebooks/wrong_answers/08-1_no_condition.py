# expect: nothing says that this event was there before
def give(client, table, event):
    add = {"Key": {"id": event["userName"]}, "UpdateExpression": "ADD points :points"}
    client.update_item(TableName=table, **add, ExpressionAttributeValues={":points": event["points"]})
