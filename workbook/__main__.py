"""`python -m workbook` is the same as `workbook`."""

from workbook.cli import main

main()
