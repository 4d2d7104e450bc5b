"""Answers to the exercises of chapter 11."""

from __future__ import annotations

from answers import Answer, changed

QUANTILE, ONLY = "quantile(0.95)", 'lines[lines.message == "Answered"]'
VALUES = "[value for value in datapoints if value is not None][-periods:]"
WRONG = [
    changed("11-1", "all lines", "lines that are no answers", (ONLY, "lines")),
    changed("11-1", "whatever begins so", "to the letter", (ONLY, 'lines[lines.message.str.startswith("Answered")]')),
    changed("11-1", "the average", "the average or the slowest", (QUANTILE, "mean()"), ("> limit", "> limit / 2")),
    changed("11-1", "the median", "the median and the average hide it", (QUANTILE, "median()")),
    changed("11-1", "the slowest answer", "the slowest one says", (QUANTILE, "max()")),
    changed("11-1", "the fastest answer", "the median and the average hide it", (QUANTILE, "min()")),
    changed("11-1", "the 99th percentile", "two slow answers in a hundred", (QUANTILE, "quantile(0.99)")),
    changed("11-1", "the 90th percentile", "one in ten answers", (QUANTILE, 'quantile(0.9, interpolation="lower")')),
    changed("11-1", "the fifth percentile", "one in ten answers", (QUANTILE, "quantile(0.05)")),
    changed("11-1", "at the limit", "is not above it", ("> limit", ">= limit")),
    changed("11-1", "below the limit", "none of these", ("> limit", "< limit")),
    changed("11-1", "the fastest first", "the slowest should come first.\nExpected: tail, rare, slow, zebra\n"
            "Found: zebra, slow, rare, tail", ("ascending=False", "ascending=True")),
    changed("11-1", "nothing", "Found: none", ("return list(", "return [] and list(")),
    changed("11-1", "by name", "the order is another one", ("return list(", "return sorted(")),
    changed("11-1", "a limit of its own", "is not above it", ("> limit", "> 299")),
    changed("11-1", "300, whatever was given", "whatever number it is", ("> limit", "> 300")),
    changed("11-1", "above the limit, one by one", "group the answers",
            ("    percentiles = percentiles.s", "    slow = answers[answers.milliseconds > limit]\n"
             "    return list(slow.function)\n    percentiles = percentiles.s")),
    changed("11-1", "the numbers", "names, not their times", (".index)", ")")),
    changed("11-1", "a Series", "return a list", ("list(percentiles[percentiles > limit].index)", "percentiles")),
    changed("11-1", "an index", "return a list", ("list(", "(")),
    changed("11-1", "the frame is changed", "copy it",
            ("    answers =", "    lines[\"milliseconds\"] = lines.milliseconds.fillna(0)\n    answers =")),
    changed("11-1", "the slowest of them only", "all that are above", (".index)", ".index)[:1]")),
    changed("11-2", "at the threshold", "it must be above", ("> threshold", ">= threshold")),
    changed("11-2", "below the threshold", "the latest value breaches", ("> threshold", "< threshold")),
    changed("11-2", "any for all", "all of the latest three", ("all(", "any(")),
    changed("11-2", "does not look back", "there are three values",
            (VALUES, "[value for value in datapoints[-periods:] if value is not None]")),
    changed("11-2", "all there are", "the latest value breaches", ("[-periods:]", "")),
    changed("11-2", "the oldest", "the latest value", ("[-periods:]", "[:periods]")),
    changed("11-2", "zero is nothing", "0 is a value", ("if value is not None", "if value")),
    changed("11-2", "below zero is nothing", "0 is a value", ("if value is not None", "if value and value > 0")),
    changed("11-2", "no value is no case", "there is no value at all",
            ('    if missing == "missing" and not values:\n        return "INSUFFICIENT_DATA"\n', "")),
    changed("11-2", "no value is never enough", "that counts as breaching",
            ('missing == "missing" and not values', "not values")),
    changed("11-2", "too few are never enough", "those that are there decide",
            ("and not values", "and len(values) < periods")),
    changed("11-2", "what is missing is good", "what is missing counts as breaching",
            (' and missing == "notBreaching"', "")),
    changed("11-2", "what is missing breaches", "what is missing counts as good",
            ("        breaching = False", "        breaching = True")),
    changed("11-2", "notBreaching is good", "the latest two count", ("len(values) < periods and ", "")),
    changed("11-2", "what is missing breaches always", "one value is there, and it is good",
            ("    return \"ALARM", '    if len(values) < periods and missing == "breaching":\n'
             "        breaching = True\n    return \"ALARM")),
    changed("11-2", "a threshold of 5", "ALARM", ("> threshold", "> 5")),
    changed("11-2", "the last value only", "all of the latest three", ("in values)", "in values[-1:])")),
    changed("11-2", "the first value only", "all of the latest three", ("in values)", "in values[:1])")),
    changed("11-2", "in small letters", "the latest value breaches", ('"ALARM"', '"alarm"')),
    changed("11-2", "true and false", "the latest value breaches", ('"ALARM" if breaching else "OK"', "breaching")),
    changed("11-2", "the caller's list", "the list is the caller's",
            ("    values", "    while None in datapoints:\n        datapoints.remove(None)\n    values")),
    changed("11-2", "a misspelt state", "no value at all", ("INSUFFICIENT_DATA", "INSUFFICIENT DATA")),
]  # fmt: skip
RIGHT = [
    Answer("11-1", "function by function", """
def slow_ones(lines, limit):
    found = {}
    for name in lines.function.unique():
        times = lines.milliseconds[(lines.function == name) & (lines.message == "Answered")].dropna()
        if len(times) and times.quantile(0.95) > limit:
            found[name] = times.quantile(0.95)
    return sorted(found, key=found.get, reverse=True)
"""),
    Answer("11-1", "numpy", """
import numpy as np


def slow_ones(lines, limit):
    answered = lines.query("message == 'Answered'").dropna()
    p95 = {name: np.percentile(group, 95) for name, group in answered.groupby("function")["milliseconds"]}
    slow = [(value, name) for name, value in p95.items() if value > limit]
    return [name for value, name in sorted(slow, reverse=True)]
"""),
    Answer("11-1", "the nearest value", """
def slow_ones(lines, limit):
    table = lines[lines["message"].eq("Answered")].groupby("function")["milliseconds"]
    p95 = table.quantile(q=0.95, interpolation="nearest")
    return p95[p95.gt(limit)].sort_values(ascending=False).index.tolist()
"""),
    Answer("11-2", "any, the other way round", """
def alarm_state(datapoints, threshold, periods, missing):
    there = [value for value in datapoints if value is not None][-periods:]
    if any(value <= threshold for value in there):
        return "OK"
    if len(there) == periods:
        return "ALARM"
    if missing == "notBreaching":
        return "OK"
    if missing == "missing" and len(there) == 0:
        return "INSUFFICIENT_DATA"
    return "ALARM"
"""),
    Answer("11-2", "filled up", """
def alarm_state(datapoints, threshold, periods, missing):
    states = [value > threshold for value in datapoints if value is not None][-periods:]
    if missing != "missing":
        states += [missing == "breaching"] * (periods - len(states))
    if not states:
        return "INSUFFICIENT_DATA"
    return ["OK", "ALARM"][all(states)]
"""),
    Answer("11-2", "from the end, with any", """
def alarm_state(datapoints, threshold, periods, missing):
    taken = []
    for value in reversed(datapoints):
        if value is not None and len(taken) < periods:
            taken.append(value)
    lacking = periods - len(taken)
    good = any(not value > threshold for value in taken) or bool(lacking and missing == "notBreaching")
    if not taken and missing == "missing":
        return "INSUFFICIENT_DATA"
    if good:
        return "OK"
    return "ALARM"
"""),
    Answer("11-2", "numpy's any", """
import numpy as np


def alarm_state(datapoints, threshold, periods, missing):
    values = np.array([value for value in datapoints if value is not None][-periods:], dtype=float)
    match missing, len(values):
        case "missing", 0:
            return "INSUFFICIENT_DATA"
        case "notBreaching", number if number < periods:
            return "OK"
    return "OK" if (values <= threshold).any() else "ALARM"
"""),
]  # fmt: skip
