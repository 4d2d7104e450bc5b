"""The cells that show something else in the rehearsal than in the book, as the cloud that plays AWS cannot play it.

Each has its row in the table of differences: `{"12-50": "differences.md#name-of-the-test"}`.
"""

NOT_PLAYED: dict[str, str] = {}
