def handler(event, context):
    print("Somebody called", event["name"], "is here")
    return {"message": f"Good to see you, {event['name']}"}
