# expect: look into the OldImage
criterion = {"eventName": ["REMOVE"], "dynamodb": {"NewImage": {"category": {"S": ["lamps"]}}}}
