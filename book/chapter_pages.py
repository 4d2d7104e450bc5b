"""Print, as JSON, on which page of a PDF each chapter begins: `python book/chapter_pages.py workbook.pdf`."""

import json
import sys

from pypdf import PdfReader

CHAPTERS = 2  # how deep they stand in the outline: below the book's title, and below *Chapters*


def entries(outline, depth):
    """The entries of an outline that are so deep."""
    for entry in outline:
        if isinstance(entry, list):
            yield from entries(entry, depth - 1)
        elif depth == 0:
            yield entry


pdf = PdfReader(sys.argv[1])
found = entries(pdf.outline, CHAPTERS)
print(json.dumps({entry.title: pdf.get_destination_page_number(entry) + 1 for entry in found}))
