"""What keeps the book true: copies of the tree, the notebooks executed, measurements, faults."""

from workbook.base import quick_start  # noqa: F401  # before nbformat
