# expect: the eventName is not asked for
criterion = {"dynamodb": {"OldImage": {"category": {"S": ["lamps"]}}}}
