"""What a person might write in the gaps of chapter 14: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

FORECAST = ', told("FORECASTED", 100, address)'
SUB, AUD = ', f"{ISSUER}:sub": subject', 'f"{ISSUER}:aud": "sts.amazonaws.com", '
MENDED = 'GREETINGS.get(event.get("language"), GREETINGS["en"])'
WAIT = 'wait_until(lambda: logs(function).message.str.contains(word).any(), "the line")'
COUNT = '"retentionInDays" not in group'

LINES = [
    # step 1: a key, by its id
    wrong("14-key", "two letters", "begin with AKIA", ("key_id[:4]", "key_id[:2]")),
    wrong("14-key", "the other way round", "begin with AKIA",
          ('"AKIA": "long", "ASIA": "short"', '"AKIA": "short", "ASIA": "long"')),
    wrong("14-key", "all others are short", "no key of AWS's", ('"none"', '"short"')),
    right("14-key", "one by one", ('return {"AKIA": "long", "ASIA": "short"}.get(key_id[:4], "none")',
                                   'if key_id.startswith("AKIA"):\n        return "long"\n'
                                   '    return "short" if key_id.startswith("ASIA") else "none"')),
    # step 2: whom a budget tells, and when
    wrong("14-told", "no forecast", "before the money is spent", (FORECAST, "")),
    wrong("14-told", "not at 80", "nobody hears when 80", ("(50, 80, 100)", "(50, 100)")),
    wrong("14-told", "dollars", "nobody hears when", ("(50, 80, 100)", "(2, 4, 5)")),
    wrong("14-told", "too often", "too often", ("(50, 80, 100)", "(10, 50, 80, 100)")),
    wrong("14-told", "parts of one", "per cent: 50 for a half", ("(50, 80, 100)", "(0.5, 0.8, 1)")),
    right("14-told", "four calls", ("*spent, ", 'told("ACTUAL", 50, address), told("ACTUAL", 80, address), '
                                                'told("ACTUAL", 100, address), ')),
    # step 3: what binds first
    wrong("14-first", "the largest", "fewest orders", ("idxmin", "idxmax")),
    wrong("14-first", "the smallest quota", "divide by what an order takes", ("(limits / takes)", "limits")),
    wrong("14-first", "what an order takes most of", "most of: divide", ("(limits / takes).idxmin", "takes.idxmax")),
    wrong("14-first", "how many", "min not", ("idxmin", "min")),
    right("14-first", "sorted", ("(limits / takes).idxmin()", "(limits / takes).sort_values().index[0]")),
    # step 4: the bill
    wrong("14-foretold", "what is free", "free=False counts all", (", free=False", "")),
    wrong("14-foretold", "a month each day", "a day is 24", (" * days * 24 / HOURS", " * days")),
    wrong("14-foretold", "an hour each day", "an hour for each day", (" * days * 24 / HOURS", " * days / HOURS")),
    wrong("14-foretold", "orders alone", "while nobody orders", ("pd.Series(IDLE) * days * 24 / HOURS",
                                                                "pd.Series(IDLE) * 0")),
    wrong("14-foretold", "no fill_value", "with fill_value=0", (", fill_value=0", "")),
    wrong("14-foretold", "each part", "return their sum",
          ("return sum(cost(*what, amount, free=False) for what, amount in units.items())",
           "return {what: cost(*what, amount, free=False) for what, amount in units.items()}")),
    right("14-foretold", "a loop", ("return sum(cost(*what, amount, free=False) for what, amount in units.items())",
                                    "total = 0\n    for (service, item), amount in units.items():\n"
                                    "        total += cost(service, item, amount, free=False)\n    return total")),
    # step 6: until a line is there
    wrong("14-late", "one look", "before the line was written",
          (WAIT, "logs(function).message.str.contains(word).any()")),
    wrong("14-late", "asleep", "sleep for no fixed time", (WAIT, "time.sleep(2)")),
    wrong("14-late", "milliseconds", "longer than it says",
          ("time.monotonic() - started", "0.001 * (time.monotonic() - started)")),
    wrong("14-late", "since when", "so long it did not take",
          ("return time.monotonic() - started", "return time.monotonic()")),
    wrong("14-late", "nothing returned", "return how long",
          ("return time.monotonic() - started", "time.monotonic() - started")),
    right("14-late", "a loop", (WAIT, "while not logs(function).message.str.contains(word).any():\n"
                                      "        time.sleep(0.05)")),
    # step 8: by degrees
    wrong("14-rollout", "never back", "still meet the new version", ("        shift(old, {})\n", "")),
    wrong("14-rollout", "never out", "never gets all calls", ("    shift(new, {})\n", "")),
    wrong("14-rollout", "a share of its own", "has its share", ("{new: share}", "{new: 0.1}")),
    wrong("14-rollout", "a weight of nothing", "no weights are left", ("shift(old, {})", "shift(old, {new: 0})")),
    wrong("14-rollout", "all at once", "has its share", ("shift(old, {new: share})", "shift(new, {})")),
    wrong("14-rollout", "the old one watched", "the new version is watched", ("watch(new)", "watch(old)")),
    wrong("14-rollout", "weights left", "no weights are left",
          ("    shift(new, {})\n", "    shift(new, {old: share})\n")),
    wrong("14-rollout", "the other way round", "still meet the new version", ("if watch(new)", "if not watch(new)")),
    wrong("14-rollout", "nothing said", "what is returned", ('return "rolled out"', "return")),
    right("14-rollout", "in one place", (
        'if watch(new):\n        shift(old, {})\n        return "rolled back"\n'
        '    shift(new, {})\n    return "rolled out"',
        'goal, what = (old, "rolled back") if watch(new) else (new, "rolled out")\n'
        "    shift(goal, {})\n    return what")),
    wrong("14-mended", "as it was", "rolled back", (MENDED, 'GREETINGS[event["language"]]')),
    wrong("14-mended", "a language that is not there", "has a default",
          (MENDED, 'GREETINGS[event.get("language", "en")]')),
    wrong("14-mended", "in German", "in the language of the event", ('GREETINGS["en"]', 'GREETINGS["de"]')),
    wrong("14-mended", "no name", "with the name after it", ("{greeting}, {event['name']}", "{greeting}")),
    right("14-mended", "asked first", (
        f"greeting = {MENDED}",
        'language = event.get("language")\n    greeting = GREETINGS[language if language in GREETINGS else "en"]')),
    wrong("14-canary", "no alarm", "nothing ever rolls back", ("[failing]", "[]")),
    wrong("14-canary", "whatever the alarm says", "no reason to go on",
          ("[failing],", "[failing], ignore_poll_alarms_failure=True,")),
    wrong("14-canary", "stays where it is", "nothing goes back",
          ("[failing],", "[failing], auto_rollback=codedeploy.AutoRollbackConfig(deployment_in_alarm=False),")),
    right("14-canary", "unpacked", ("[failing]", "[*(failing,)]")),
    # step 9: whom the role trusts
    wrong("14-trust", "whatever the subject", "another branch", (SUB, "")),
    wrong("14-trust", "a star", "another branch",
          ("StringEquals", "StringLike"), ("sub\": subject", "sub\": subject.rpartition(':')[0] + ':*'")),
    wrong("14-trust", "for whomever it was made", "made for somebody else", (AUD, "")),
    wrong("14-trust", "another name of the key", "does not get in", ("{ISSUER}:sub", "{ISSUER}/sub")),
    wrong("14-trust", "as a user does", "by sts:AssumeRoleWithWebIdentity",
          ("AssumeRoleWithWebIdentity", "AssumeRole")),
    right("14-trust", "a web identity", ("iam.FederatedPrincipal", "iam.WebIdentityPrincipal"),
          ('\n        "sts:AssumeRoleWithWebIdentity",', "")),
    # the questions
    wrong("14-q1", "Basket's", "names that begin with Product", ('"Product"', '"Basket"')),
    wrong("14-q1", "whole alarms", "each alarm is a dict", ('[alarm["AlarmName"] for', "[alarm for")),
    wrong("14-q1", "how many", "the question is which",
          ('return [alarm["AlarmName"] for alarm in found["MetricAlarms"]]', 'return len(found["MetricAlarms"])')),
    right("14-q1", "a set", ('[alarm["AlarmName"] for alarm in found["MetricAlarms"]]',
                             '{alarm["AlarmName"] for alarm in found["MetricAlarms"]}')),
    wrong("14-q2", "the others", "have a retention", (COUNT, '"retentionInDays" in group')),
    wrong("14-q2", "all", "leave out the groups", (COUNT, "True")),
    wrong("14-q2", "one of them", "once more", ('"/aws/lambda/"', '"/aws/lambda/Hello"')),
    wrong("14-q2", "which", "count them",
          (f"return sum({COUNT} for page in found for group in page[\"logGroups\"])",
           f"return [group for page in found for group in page[\"logGroups\"] if {COUNT}]")),
    right("14-q2", "asked for", (COUNT, 'group.get("retentionInDays") is None')),
    wrong("14-q3", "who stores", "to publish is not among them", ("PutEvents", "PutItem")),
    wrong("14-q3", "on what", "to publish is not among them", ("].function)", "].on)")),
    wrong("14-q3", "all of it", "return the column function", ("return sorted(", "return (lambda *_: found)(")),
    wrong("14-q3", "how many", "the question is which", ("return sorted(", "return len(")),
    right("14-q3", "a frame's column", ('sorted(found[found.may.str.contains("PutEvents")].function)',
                                        'found.function[["PutEvents" in may for may in found.may]].tolist()')),
]  # fmt: skip
