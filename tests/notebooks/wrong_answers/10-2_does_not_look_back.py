# expect: nothing has to take the place of a missing one
def alarm_state(datapoints, threshold, periods, missing):
    latest = datapoints[-periods:]
    values = [value for value in latest if value is not None]
    if missing == "missing" and not values:
        return "INSUFFICIENT_DATA"
    if len(values) < periods and missing == "notBreaching":
        return "OK"
    return "ALARM" if all(value > threshold for value in values) else "OK"
