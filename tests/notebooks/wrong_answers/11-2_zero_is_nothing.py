# expect: 0 is a value
def alarm_state(datapoints, threshold, periods, missing):
    values = [value for value in datapoints if value][-periods:]
    if missing == "missing" and not values:
        return "INSUFFICIENT_DATA"
    if len(values) < periods and missing == "notBreaching":
        return "OK"
    return "ALARM" if all(value > threshold for value in values) else "OK"
