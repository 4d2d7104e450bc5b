"""What a person might write in the gaps of chapter 13: wrong lines, and right ones of another form."""

from answers.lines import right, wrong

KEPT = "min(self.most, self.tokens + gained)"
GROWS = "min(loops + 5, most) if waiting > 10 * loops else loops"
FIVE = "max_concurrency=5"
DAYS = 'int(queue["MessageRetentionPeriod"]) / 86_400'
RINGS = 'rings["MetricAlarms"][0]["Threshold"] / 99'

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
    # step 3: the maximum
    wrong("13-mended", "two", "are 178 a second", (FIVE, "max_concurrency=2")),
    wrong("13-mended", "none", "takes as many environments as it gets", (f", {FIVE}", "")),
    wrong("13-mended", "all", "protects what is behind", (FIVE, "max_concurrency=1000")),
    right("13-mended", "six", (FIVE, "max_concurrency=6")),
    # step 4: the sale
    wrong("13-sale", "the door only", "a limit in front", (', "write units": 20_000', "")),
    wrong("13-sale", "four", "leave out what does not bind",
          ('"Ordering": 40', '"Ordering": 40, "concurrency": 3_000')),
    wrong("13-sale", "not behind", "wait in Ordering's queue", ('"Ordering": 40', '"EventLog": 40')),
    wrong("13-sale", "too much", "does not take this value", ("20_000", "100_000")),
    right("13-sale", "more of it", ("40}", "60}"), ("20_000", "24_000")),
    # the questions
    wrong("13-q", "seconds", "that is in seconds", (" / 86_400", "")),
    wrong("13-q", "the threshold itself", "that many must wait", (" / 99", "")),
    wrong("13-q", "the visibility timeout", "it drops nothing", ("MessageRetentionPeriod", "VisibilityTimeout")),
    wrong("13-q", "all that was accepted", "ask the cloud once more", (".missing", ".accepted")),
    right("13-q", "a list", ("return (", "return ["), ("missing),\n    )", "missing),\n    ]")),
]  # fmt: skip
