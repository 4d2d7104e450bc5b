def give(client, table, event):
    done = {
        "TableName": table, "Item": {"id": f"event {event['eventId']}"},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": table,
        "Key": {"id": event["userName"]},
        "UpdateExpression": "ADD points :points",
        "ExpressionAttributeValues": {":points": event["points"]},
    }
    try:
        client.transact_write_items(TransactItems=[{"Put": done}, {"Update": add}])
    except client.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise  # not a repetition: it must be tried again
