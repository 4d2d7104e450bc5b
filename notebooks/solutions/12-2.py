import hashlib
import hmac


def without_people(event, secret):
    people = ("firstName", "lastName", "email", "address")
    data = {name: value for name, value in event["data"].items() if name not in people}
    data["userName"] = hmac.new(secret, data["userName"].encode(), hashlib.sha256).hexdigest()
    return {**event, "data": data}
