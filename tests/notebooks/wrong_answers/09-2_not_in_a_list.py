# expect: every value stands in a list
criterion = {"eventName": "REMOVE", "dynamodb": {"OldImage": {"category": {"S": "lamps"}}}}
