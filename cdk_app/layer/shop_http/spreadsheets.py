"""Text in files that people open with a spreadsheet, which takes some of it for a formula.

https://owasp.org/www-community/attacks/CSV_Injection
"""

FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what one begins with
TEXT = "'"  # in front of a cell, it says that there is none


def harmless(cell: str) -> str:
    """The cell as text for any spreadsheet, whatever it begins with."""
    return TEXT + cell if cell.startswith(FORMULA) else cell


def as_meant(cell: str) -> str:
    """The cell as it was before it was made harmless."""
    return cell.removeprefix(TEXT) if cell.removeprefix(TEXT).startswith(FORMULA) else cell
