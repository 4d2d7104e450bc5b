# expect: it is not enough to remember the last event
def give(client, table, event):
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
