"""The cells that are known to show something else in the rehearsal than they do in the book, each with its reason."""

# What the cloud that plays AWS cannot play: the row in the table of differences.
NOT_PLAYED: dict[str, str] = {}

# What is not so on AWS: the cell must change.
UNTRUE: dict[str, str] = {}
