def alarm_state(datapoints, threshold, periods, missing):
    values = [value for value in datapoints if value is not None][-periods:]
    if missing == "missing" and not values:
        return "INSUFFICIENT_DATA"
    breaching = all(value > threshold for value in values)
    if len(values) < periods and missing == "notBreaching":
        breaching = False
    return "ALARM" if breaching else "OK"
