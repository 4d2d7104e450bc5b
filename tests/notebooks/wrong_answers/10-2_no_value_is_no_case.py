# expect: there is no value at all
def alarm_state(datapoints, threshold, periods, missing):
    values = [value for value in datapoints if value is not None][-periods:]
    if len(values) < periods and missing == "notBreaching":
        return "OK"
    return "ALARM" if all(value > threshold for value in values) else "OK"
