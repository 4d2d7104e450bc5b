"""The cells that are known to show something else in the rehearsal than they do in the book, each with its reason."""

# What the cloud that plays AWS cannot play: the row in the table of differences.
NOT_PLAYED: dict[str, str] = {}

# What is not so on AWS: the cell must change.
UNTRUE = {
    "01-16": "looks at the log once, where lines come seconds later",
    "01-37": "shows bodies and receives of messages with two tries, which a look would use up",
    "01-39": "takes a queue for empty by its count, which is of a minute ago, and looks at the log once",
    "01-43": "waits to see a message received once: on AWS only whoever receives it is told how often it was",
    "05-12": "counts receives and shows them of a message in flight: each look at it on AWS was one",
    "05-14": "looks whether all messages are waiting, in a frame that may be empty: a count is of a minute ago",
    "05-16": "counts receives: each look on AWS was one",
    "05-30": "takes a queue for empty by its count, and counts again, which may give another number",
    "05-42": "shows body and receives of a message in flight, which on AWS nobody sees",
    "05-48": "shows receives of messages that on AWS are only counted",
}
