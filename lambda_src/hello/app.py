GREETINGS = {"de": "Schön, Sie zu sehen", "en": "Good to see you", "fr": "Ravi de vous voir"}


def handler(event, context):
    print("Somebody called", event["name"], "is here")
    greeting = GREETINGS.get(event.get("language"), GREETINGS["en"])
    return {"message": f"{greeting}, {event['name']}"}
