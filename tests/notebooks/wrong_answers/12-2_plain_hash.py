# expect: try all names
import hashlib


def without_people(event, secret):
    people = ("firstName", "lastName", "email", "address")
    data = {name: value for name, value in event["data"].items() if name not in people}
    data["userName"] = hashlib.sha256(data["userName"].encode()).hexdigest()
    return {**event, "data": data}
