"""Print, as JSON, on which page of a PDF each chapter begins: `python book/chapter_pages.py workbook.pdf`."""

import json
import sys

from pypdf import PdfReader

pdf = PdfReader(sys.argv[1])
[_, chapters] = pdf.outline  # the book's title, and below it the chapters, each with its sections after it
pages = {entry.title: pdf.get_destination_page_number(entry) + 1 for entry in chapters if not isinstance(entry, list)}
print(json.dumps(pages))
