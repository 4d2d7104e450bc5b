# expect: leave the fields out
import hashlib
import hmac


def without_people(event, secret):
    data = {name: value for name, value in event["data"].items() if name not in ("firstName", "lastName")}
    data["userName"] = hmac.new(secret, data["userName"].encode(), hashlib.sha256).hexdigest()
    return {**event, "data": data}
