# expect: every value says its type
criterion = {"eventName": ["REMOVE"], "dynamodb": {"OldImage": {"category": ["lamps"]}}}
