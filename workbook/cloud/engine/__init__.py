"""The local cloud's own program: what runs in its process. It imports nothing of the package `workbook`."""
