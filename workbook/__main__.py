"""`python -m workbook` is the same as `workbook`."""

from workbook.command.cli import main

main()
