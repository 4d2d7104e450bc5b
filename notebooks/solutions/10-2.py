criterion = {
    "eventName": ["REMOVE"],
    "dynamodb": {"OldImage": {"category": {"S": ["lamps"]}}},
}
