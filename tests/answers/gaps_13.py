"""What a person might write in the gaps of chapter 13: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

KEPT = "min(self.most, self.tokens + gained)"
GROWS = "min(loops + 5, most) if waiting > 10 * loops else loops"
FIVE = "at_once=5"
CEILING = "loops * batch / (fixed + each * batch)"

LINES = [
    # step 2: the token bucket
    wrong("13-bucket", "never full", "never holds more than the most", (KEPT, "self.tokens + gained")),
    wrong("13-bucket", "nothing comes", "rate × seconds", ("self.rate * (self.env.now - self.since)", "0")),
    wrong("13-bucket", "the time is not noted", "note the time", (", self.env.now\n", ", self.since\n")),
    wrong("13-bucket", "below nothing", "is refused", ("self.tokens < wanted", "self.tokens < -5")),
    wrong("13-bucket", "a refusal costs", "takes no token",
          ("        if self.tokens < wanted", "        self.tokens -= wanted\n        if self.tokens < 0"),
          ("            return False\n        self.tokens -= wanted\n", "            return False\n")),
    wrong("13-bucket", "one, whatever is wanted", "as many tokens as it wants",
          ("self.tokens -= wanted", "self.tokens -= 1")),
    wrong("13-bucket", "no answer", "return True or False", ("return True", "return")),
    wrong("13-bucket", "whole tokens", "half a token is kept", (KEPT, "min(self.most, self.tokens + int(gained))")),
    right("13-bucket", "the other way round",
          ("            return False\n        self.tokens -= wanted\n        return True",
           "            enough = False\n        else:\n            enough = True\n            self.tokens -= wanted\n"
           "        return enough")),
    # step 2: the growth of a mapping
    wrong("13-growth", "always", "ten for each loop are not too many", (" if waiting > 10 * loops else loops", "")),
    wrong("13-growth", "no end", "never more than the most", ("min(loops + 5, most)", "loops + 5")),
    wrong("13-growth", "one by one", "five loops are added", ("loops + 5", "loops + 1")),
    wrong("13-growth", "more than ten", "ten for each loop are not too many", ("10 * loops", "10")),
    wrong("13-growth", "all at once", "five loops are added", ("min(loops + 5, most)", "most")),
    right("13-growth", "with a variable",
          (f"return {GROWS}", "more = 5 if waiting / 10 > loops else 0\n    return min(loops + more, most)")),
    # step 3: the ceiling, the maximum
    wrong("13-ceiling", "one loop", "that is one loop", (CEILING, "batch / (fixed + each * batch)")),
    wrong("13-ceiling", "batches", "those are batches", (CEILING, "loops / (fixed + each * batch)")),
    wrong("13-ceiling", "one record's time", "for every record in it, not once",
          (CEILING, "loops * batch / (fixed + each)")),
    wrong("13-ceiling", "fixed for each record", "fixed seconds once", (CEILING, "loops / (fixed + each)")),
    wrong("13-ceiling", "upside down", "the other way round", (CEILING, "(fixed + each * batch) / (loops * batch)")),
    right("13-ceiling", "in two lines",
          (f"return {CEILING}", "of_one_loop = 1 / (fixed / batch + each)\n    return loops * of_one_loop")),
    wrong("13-mended", "two", "are 178 a second", (FIVE, "at_once=2")),
    wrong("13-mended", "three", "are 267 a second", (FIVE, "at_once=3")),
    wrong("13-mended", "all", "protects what is behind", (FIVE, "at_once=1000")),
    right("13-mended", "six", (FIVE, "at_once=6")),
    # step 4: the sale
    wrong("13-sale", "the door only", "a limit in front", (', "write units": 20_000', "")),
    wrong("13-sale", "four", "leave out what does not bind",
          ('"Ordering": 40', '"Ordering": 40, "concurrency": 3_000')),
    wrong("13-sale", "not behind", "wait in Ordering's queue", ('"Ordering": 40', '"EventLog": 40')),
    wrong("13-sale", "too much", "does not take this value", ("20_000", "100_000")),
    right("13-sale", "more of it", ("40}", "60}"), ("20_000", "24_000")),
    # the questions
    wrong("13-q1", "seconds", "that is in seconds", (" / 86_400", "")),
    wrong("13-q1", "hours", "that is in hours", ("86_400", "3_600")),
    wrong("13-q1", "the visibility timeout", "it drops nothing", ("MessageRetentionPeriod", "VisibilityTimeout")),
    wrong("13-q1", "text", "makes a number of text", ('int(found["MessageRetentionPeriod"]) / 86_400',
                                                      'found["MessageRetentionPeriod"]')),
    right("13-q1", "hours, then days", ("/ 86_400", "/ 3600 / 24")),
    wrong("13-q2", "the threshold itself", "that many must wait", (" / 99", "")),
    wrong("13-q2", "all that come", "99 are too many", (" / 99", " / 278")),
    wrong("13-q2", "times", "other way round", (" / 99", " * 99")),
    right("13-q2", "rounded", ('return found["MetricAlarms"][0]["Threshold"] / 99',
                               '[alarm] = found["MetricAlarms"]\n    return round(alarm["Threshold"] / 99, 1)')),
    wrong("13-q3", "all that was accepted", "so many were accepted", (".missing", ".accepted")),
    wrong("13-q3", "the ids", "counts", ("len(ledger(opened).missing)", "ledger(opened).missing")),
    wrong("13-q3", "one of them", "once more", ("len(ledger(opened).missing)", "len(ledger(opened).missing) + 1")),
    right("13-q3", "counted", ("len(ledger(opened).missing)", "sum(1 for _ in ledger(opened).missing)")),
]  # fmt: skip
