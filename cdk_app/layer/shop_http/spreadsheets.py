"""CSV that people open with a spreadsheet, or have made with one, with their mistakes in it."""

import csv
import io
from collections.abc import Iterable, Iterator

from shop_http.validation import BadRequestError, checked, length

# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what a formula begins with
TEXT = "'"  # in front of a cell, it says that there is none


def harmless(cell: str) -> str:
    """The cell as text for any spreadsheet, whatever it begins with."""
    return TEXT + cell if cell.startswith(FORMULA) else cell


def as_meant(cell: str) -> str:
    """The cell as it was before it was made harmless."""
    return cell.removeprefix(TEXT) if cell.removeprefix(TEXT).startswith(FORMULA) else cell


def as_csv(header: Iterable[str], rows: Iterable[Iterable]) -> str:
    """Rows as the text of a file; what is text in them is made harmless."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(header)
    lines.writerows([harmless(c) if isinstance(c, str) else c for c in row] for row in rows)
    return text.getvalue()


def rows_of(
    content: bytes, columns: Iterable[str], required: Iterable[str], most: int
) -> tuple[list[str], list[tuple[int, str]]]:
    """A file's header, and the rows that are not empty: the line at which each starts, its text.

    Args:
        content: the file's bytes.
        columns: the names that may stand in the header.
        required: those that must.
        most: how many rows there may be.

    Raises:
        BadRequestError: nothing can be read, or the header is wrong.
    """
    try:
        text = content.decode("utf-8-sig")  # without the mark that spreadsheets put in front
    except UnicodeDecodeError:
        raise BadRequestError("The file is not UTF-8.") from None
    (_, first), *rows = list(_rows(text)) or [(1, "")]
    header = _cells(first)
    if not header:
        raise BadRequestError("The file is empty.")
    names = header[: max(n for n, name in enumerate(header, 1) if name)]  # a comma may end it
    anything = dict.fromkeys(columns, lambda name, value: value)
    checked(dict.fromkeys(names), anything, required)
    if len(set(names)) < len(names):
        raise BadRequestError("The header has a column twice.")
    if len(rows) > most:
        raise BadRequestError(f"The file has more than {most} rows.")
    return header, rows


def named(header: list[str], row: str) -> dict[str, str]:
    """The cells of a row that are not empty, by the header's names.

    Raises:
        BadRequestError: it is no CSV, or has not as many cells as the header.
    """
    names, cells = [name for name in header if name], _cells(row)
    # a comma at its end makes no column
    if len(cells) == len(header) and not any(cells[len(names) :]):
        cells = cells[: len(names)]
    if len(cells) != len(names):
        raise BadRequestError(f"The row has {len(cells)} cells, the header {len(names)}.")
    return {name: cell for name, cell in zip(names, cells, strict=True) if length(cell)}


def _rows(text: str) -> Iterator[tuple[int, str]]:
    """Of each row, the line at which it starts, and its text.

    A cell in quotes may have several lines. Of a row with a wrong quote, the first is refused.
    """
    lines, start = list(io.StringIO(text, newline="")), 0
    while start < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), strict=True)
        try:
            is_empty, end = not any(map(str.strip, next(reader))), start + reader.line_num
        except csv.Error:
            is_empty, end = False, start + 1
        if not is_empty:
            yield start + 1, "".join(lines[start:end]).rstrip("\r\n")
        start = end


def _cells(row: str) -> list[str]:
    try:
        cells = next(csv.reader(io.StringIO(row, newline=""), strict=True), [])
    except csv.Error as error:
        raise BadRequestError(f"The row is not CSV: {error}.") from None
    return [as_meant(cell.strip()) for cell in cells]
