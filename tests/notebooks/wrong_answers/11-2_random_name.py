# expect: must be known again
import uuid


def without_people(event, secret):
    people = ("firstName", "lastName", "email", "address")
    data = {name: value for name, value in event["data"].items() if name not in people}
    return {**event, "data": {**data, "userName": str(uuid.uuid4())}}
