"""The cells that are known to show something else in the rehearsal than they do in the book, each with its reason."""

# What the cloud that plays AWS cannot play: the row in the table of differences.
VALIDATORS = "differences.md#cloudformation-makes-a-request-validator"
EXPIRY = "differences.md#cloudformation-turns-on-time-to-live-of-a-table-that-is-there"
NOT_PLAYED = {"12-50": VALIDATORS, "12-58": VALIDATORS, "12-65": EXPIRY, "12-77": VALIDATORS}

# What is not so on AWS: the cell must change.
UNTRUE: dict[str, str] = {}
