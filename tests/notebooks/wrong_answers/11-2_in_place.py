# expect: copy before you change
import hashlib
import hmac


def without_people(event, secret):
    data = event["data"]
    for name in ("firstName", "lastName", "email", "address"):
        data.pop(name, None)
    data["userName"] = hmac.new(secret, data["userName"].encode(), hashlib.sha256).hexdigest()
    return event
